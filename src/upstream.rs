//! Where services are: names resolved in the background, addresses published
//! as peers that a request only has to copy.

mod addresses;
mod connect;
mod lookup;
mod pool;
mod refresh;
mod service;
mod upgrade;

pub use connect::connect;
pub use lookup::{LookupError, resolve};
pub use pool::{POOL_SIZE, Pool};
pub use refresh::Refresher;
pub use service::Upstream;
pub use upgrade::prepare as prepare_upgrade;
