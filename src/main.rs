//! The command line: parse it, dispatch, turn the result into an exit code.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use api_gateway::cli;
use api_gateway::observe::operational;
use clap::{Parser, Subcommand, ValueEnum};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// An edge gateway for services in an Istio mesh.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say everything that is wrong with a configuration.
    Check {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Exit with 1 on warnings too.
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Run the tests that a configuration has in `tests:`.
    Test {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Say what becomes of a request, and why.
    Explain {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The method.
        #[arg(short = 'X', long, default_value = "GET")]
        method: http::Method,
        /// A header, as `Name: value`; may be repeated.
        #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
        headers: Vec<String>,
        /// Ask the sidecar too: its /config_dump?include_eds in a file, which may be gzip.
        #[arg(long, value_name = "FILE", conflicts_with = "sidecar")]
        config_dump: Option<PathBuf>,
        /// Ask the sidecar too: the address of its admin interface.
        #[arg(long, value_name = "URL")]
        sidecar: Option<String>,
        /// Ask DNS for the service's addresses.
        #[arg(long)]
        resolve: bool,
        /// Text to read, or one JSON object.
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
        /// The URL, or just its path.
        url: String,
    },
    /// Say what doesn't fit together: the configuration, the sidecar, the manifests.
    Doctor {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The sidecar's /config_dump?include_eds in a file, which may be gzip.
        #[arg(long, value_name = "FILE", conflicts_with = "sidecar")]
        config_dump: Option<PathBuf>,
        /// The address of the sidecar's admin interface.
        #[arg(long, value_name = "URL")]
        sidecar: Option<String>,
        /// Manifests, or what kustomize build prints, as files or in directories.
        #[arg(long, value_name = "DIR")]
        manifests: Vec<PathBuf>,
        /// Text to read, one JSON object, or SARIF 2.1.0.
        #[arg(long, value_enum, default_value = "text")]
        output: cli::doctor::Output,
        /// What makes the exit code 1.
        #[arg(long, value_enum, default_value = "error")]
        fail_on: cli::doctor::FailOn,
    },
    /// Print the JSON Schema of the configuration.
    Schema,
    /// Serve by a configuration until SIGTERM or Ctrl-C.
    Run {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Take over from the gateway that serves, once it gets SIGQUIT.
        #[arg(long)]
        upgrade: bool,
    },
    /// Replace the gateway that serves by a new process, without losing a request.
    Upgrade {
        /// The configuration of the new process.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The program of the new process; by default this one.
        #[arg(long, value_name = "PATH")]
        binary: Option<PathBuf>,
    },
    /// Be the first process of a container, and let the gateway in it be replaced.
    Supervise {
        /// What to run, such as `run --config FILE`.
        #[arg(required = true, last = true, value_name = "ARGUMENTS")]
        arguments: Vec<OsString>,
    },
    /// Try the gateway: it and three echo services on loopback.
    Demo {
        /// Where it listens; port 0 takes a free one.
        #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8000")]
        listen: SocketAddr,
        /// Be just an echo service of this name, for a test deployment, until SIGTERM.
        #[arg(long, value_name = "NAME")]
        echo: Option<String>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

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
