//! One file for each command. A command writes to what it is handed and answers
//! with its exit code.

pub mod check;
pub mod demo;
pub mod explain;
mod load;
pub mod run;
pub mod schema;
pub mod supervise;
pub mod test;
pub mod upgrade;
mod words;
