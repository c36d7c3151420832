//! What runs beside the requests.

use std::io;

use tokio::runtime::{Builder, Runtime};

use super::signals::Signals;

/// What runs beside the requests: signals, look-ups, the admin listeners.
#[derive(Debug)]
pub struct Control {
    pub(super) runtime: Runtime,
    pub(super) signals: Signals,
}

impl Control {
    /// From here on no signal ends the process by itself.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("control")
            .enable_all()
            .build()?;
        let signals = {
            let _inside = runtime.enter();
            Signals::listen()?
        };
        Ok(Self { runtime, signals })
    }
}
