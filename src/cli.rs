//! One file for each command. A command writes to what it is handed and answers
//! with its exit code.

pub mod arguments;
pub mod check;
pub mod demo;
pub mod doctor;
mod dump;
pub mod explain;
mod get;
pub mod health;
mod load;
mod paint;
pub mod run;
pub mod schema;
mod sidecar;
pub mod supervise;
pub mod test;
pub mod upgrade;
mod words;

pub use dump::Source;
