//! The program, run as the operator runs it.

use std::process::Command;

/// The program with these arguments.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api-gateway"));
    command.args(arguments);
    command
}

/// Runs it in the crate's directory, with no variables set. The exit code, stdout and stderr.
pub(crate) fn ran(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}
