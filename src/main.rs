//! The command line: parse it, dispatch, turn the result into an exit code.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use api_gateway::cli;
use api_gateway::cli::arguments::{Arguments, Command, Output};
use api_gateway::observe::operational;
use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // A variable that isn't Unicode can't be part of a UTF-8 file.
    let env: fn(&str) -> Option<String> = |name| std::env::var(name).ok();
    let mut err = match operational::start(&env) {
        Ok(err) => err,
        Err(wrong) => {
            // Like other wrong usage; nobody is left to be told that it can't be said.
            let _ = writeln!(io::stderr(), "{wrong}");
            return ExitCode::from(2);
        }
    };
    let result = match Arguments::parse().command {
        Command::Check {
            config,
            deny_warnings,
        } => cli::check::run(&config, deny_warnings, &env, &mut io::stderr().lock()),
        Command::Run { config, upgrade } => cli::run::run(&config, upgrade, env, &mut err),
        Command::Upgrade { config, binary } => {
            cli::upgrade::run(&config, binary, env, &mut io::stdout(), &mut io::stderr())
        }
        Command::Health { config } => {
            cli::health::run(&config, &env, &mut io::stdout(), &mut io::stderr())
        }
        Command::Supervise { arguments } => cli::supervise::run(&arguments, &mut err),
        Command::Demo { listen, echo: None } => {
            cli::demo::run(listen, &mut io::stdout(), &mut io::stderr())
        }
        Command::Demo {
            listen,
            echo: Some(name),
        } => cli::demo::echo(&name, listen, &mut io::stdout(), &mut io::stderr()),
        Command::Test { config } => {
            cli::test::run(&config, &env, &mut io::stdout(), &mut io::stderr())
        }
        Command::Explain {
            config,
            method,
            headers,
            config_dump,
            sidecar,
            resolve,
            output,
            url,
        } => {
            let file = config_dump.map(cli::Source::File);
            let question = cli::explain::Question {
                method,
                headers,
                url,
                resolve,
                sidecar: file.or(sidecar.map(cli::Source::Sidecar)),
                json: output == Output::Json,
                colors: wants_colors(&env),
            };
            cli::explain::run(
                &config,
                &question,
                &env,
                &mut io::stdout(),
                &mut io::stderr(),
            )
        }
        Command::Doctor {
            config,
            config_dump,
            sidecar,
            manifests,
            output,
            fail_on,
        } => {
            let file = config_dump.map(cli::Source::File);
            let examined = cli::doctor::Examined {
                config,
                sidecar: file.or(sidecar.map(cli::Source::Sidecar)),
                manifests,
                output,
                fail_on,
                colors: wants_colors(&env),
            };
            cli::doctor::run(&examined, &env, &mut io::stdout(), &mut io::stderr())
        }
        Command::Schema => cli::schema::run(&mut io::stdout().lock()).map(|()| 0),
    };
    operational::flush();
    match result {
        Ok(code) => ExitCode::from(code),
        // Whoever read the output is gone; there is nobody to tell.
        Err(_) => ExitCode::FAILURE,
    }
}

/// On a terminal, unless `NO_COLOR` (no-color.org) is set to something.
fn wants_colors(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let refused = env("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !refused
}
