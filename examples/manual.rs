//! Writes the completions of shells and the manual, one page for each command, from what
//! the command line is parsed by. Not a command of the gateway, which would carry the
//! writers along.
//!
//!     cargo run --example manual -- DIRECTORY

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use api_gateway::cli::arguments::Arguments;
use clap::CommandFactory as _;
use clap_complete::Shell;

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.ok_or_else(|| io::Error::other("usage: manual DIRECTORY"))?;
    write(&directory)
}

/// Writes into `completions` and `man` below this directory.
pub(crate) fn write(directory: &Path) -> io::Result<()> {
    let completions = directory.join("completions");
    fs::create_dir_all(&completions)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let mut command = Arguments::command();
        let name = command.get_name().to_owned();
        clap_complete::generate_to(shell, &mut command, name, &completions)?;
    }
    mend_bash(&completions.join("api-gateway.bash"))?;
    let man = directory.join("man");
    fs::create_dir_all(&man)?;
    // `help` says what the pages say.
    clap_mangen::generate_to(Arguments::command().disable_help_subcommand(true), &man)
}

/// clap_complete 4.6.11 writes a command with a hyphen in one way where it notes which
/// command it is at, and in another where it looks that up: no option would be offered.
fn mend_bash(script: &Path) -> io::Result<()> {
    let written = fs::read_to_string(script)?;
    fs::write(
        script,
        written.replace("api__subcmd__gateway", "api__gateway"),
    )
}
