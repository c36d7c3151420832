//! Pure decisions: what a request's path is, which route takes it, and what the
//! request becomes. Nothing here knows a socket or a Pingora type.

mod builtin;
mod candidate;
mod circle;
mod host;
mod lint;
mod outcome;
mod path;
mod rank;
mod raw;
mod redirect;
mod refusal;
mod request;
mod rewrite;
mod shadow;
mod table;
mod target;
mod trace;
mod tree;

pub use builtin::Builtin;
pub use candidate::Choice;
pub use host::is_authority;
pub use lint::{Finding, lint, lint_path};
pub use outcome::{Outcome, outcome};
pub use path::{BadPath, normalize};
pub use raw::Raw;
pub use redirect::{Origin, add_slash};
pub use refusal::{Admitted, Refusal};
pub use request::Request;
pub use table::{Decision, Table};
pub use target::{BadTarget, Target};
pub use trace::{Considered, trace};
