//! Handing the listening sockets over to a new process.
//!
//! The process that serves listens on a Unix socket. Its successor connects, gets ready
//! and says so; then the sockets go over, the successor says that it can serve with
//! them, and the old process commits. Up to there it serves as if nothing had happened,
//! and whatever goes wrong, it stays. docs/adr/0002 says why the exchange isn't Pingora's.

mod channel;
mod door;
mod exchange;
mod message;
mod predecessor;
mod request;
mod successor;

pub(super) use channel::Channel;
pub(super) use door::{Door, Order, Visitor};
pub(super) use exchange::{Sockets, hand_over, settled};
pub(super) use message::Message;
pub use predecessor::MeetError;
pub(super) use predecessor::{Inherited, Predecessor};
pub use request::{UpgradeError, request_upgrade};
pub(super) use successor::start_successor;
