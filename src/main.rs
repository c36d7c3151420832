//! The command line: parse it, dispatch, turn the result into an exit code.

fn main() {}
