//! A process that ends with its handle.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::place::Place;

/// The user that Istio's rules exempt from capture: the sidecar's.
pub const SIDECAR_USER: u32 = 1337;

pub struct Process(Child);

impl Process {
    pub fn start(place: &Place, command: &mut Command) -> Self {
        command.stdin(Stdio::null());
        let child = place.run(|| command.spawn());
        Self(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Like [`Process::start`], in a namespace as the user that the rules there exempt.
    pub fn start_sidecar(place: &Place, command: &mut Command) -> Self {
        if matches!(place, Place::Namespace(_)) {
            command.uid(SIDECAR_USER).gid(SIDECAR_USER);
        }
        Self::start(place, command)
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Ends it at once, as the kernel's out-of-memory killer would.
    pub fn kill(&mut self) {
        // An error means that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Stops it in its tracks: its sockets stay open and nobody answers.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
