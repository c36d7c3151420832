//! What a service manager is told, where there is one (sd_notify(3)).

use log::warn;
use sd_notify::NotifyState;

/// The gateway serves.
pub(super) fn ready() {
    notify(&[NotifyState::Ready]);
}

/// The gateway leaves, and nobody takes its place.
pub(super) fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// From here on another process is the service.
pub(super) fn successor(pid: u32) {
    notify(&[NotifyState::MainPid(pid)]);
}

fn notify(states: &[NotifyState<'_>]) {
    // Without NOTIFY_SOCKET it does nothing.
    if let Err(error) = sd_notify::notify(states) {
        warn!("can't tell the service manager: {error}");
    }
}
