//! Pure decisions: what a request's path is, which route takes it, and what the
//! request becomes. Nothing here knows a socket or a Pingora type.

mod lint;
mod path;
mod rank;
mod rewrite;
mod table;
mod target;

pub use lint::{Finding, lint};
pub use path::{BadPath, normalize};
pub use table::{Builtin, Decision, Table};
pub use target::{BadTarget, Target};
