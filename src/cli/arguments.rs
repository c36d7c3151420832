//! What the command line may say. In the library, so that the completions and the manual
//! are made from it, too.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::doctor;

/// An edge gateway for services in an Istio mesh.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    /// What to do.
    pub command: Command,
}

/// The commands, and what each may be told.
#[derive(Debug, Subcommand)]
pub enum Command {
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
        output: doctor::Output,
        /// What makes the exit code 1.
        #[arg(long, value_enum, default_value = "error")]
        fail_on: doctor::FailOn,
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
    /// Ask the gateway that serves whether it is ready; the health check of the image.
    Health {
        /// Its configuration, for `admin.listen`.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
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

/// How `explain` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// To read.
    Text,
    /// One object.
    Json,
}
