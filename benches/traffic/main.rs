//! Both ends of a measurement, cheap enough to share two cores with what is measured.
//!
//!     traffic service                       answers every request; prints its address
//!     traffic ask ADDRESS COUNT             one client, so many small requests
//!     traffic load KIND ADDRESS CLIENTS WARM_UP SECONDS PID...
//!                                           busy clients; prints what they and the processes saw
//!     traffic rate ADDRESS PER_SECOND WARM_UP SECONDS PID...
//!                                           so many small requests a second, whatever the answers
//!                                           take; prints the same
//!     traffic resident PID...               prints the resident MiB of the processes
//!     traffic probe                         prints how long a fixed piece of work takes, in us
//!     traffic port                          prints a port that is free
//!
//! A KIND is small, fresh, large or upload: see `message.rs`. Both print a line of requests a
//! second, milliseconds of p50, p99, p99.9 and the slowest, microseconds of CPU time a request,
//! resident MiB, microseconds of the CPU time in user space, and requests that failed.
//!
//! Service and busy clients are one thread each: what they cost is the same whatever stands
//! between the two.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a tool for developers"
)]

use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};

use client::Client;
use message::Kind;

mod client;
mod kernel;
mod load;
mod message;
mod outcome;
mod probe;
mod rate;
mod service;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match args[..] {
        ["service"] => runtime.block_on(service::run()),
        ["ask", address, count] => runtime.block_on(ask(address, count.parse().unwrap())),
        ["load", kind, address, clients, warm_up, time, ref pids @ ..] => {
            let kind = Kind::named(kind).unwrap();
            let clients = clients.parse().unwrap();
            let (warm_up, time) = (seconds(warm_up), seconds(time));
            let load = load::run(kind, address, clients, warm_up, time, pids);
            println!("{}", runtime.block_on(load));
        }
        ["rate", address, rate, warm_up, time, ref pids @ ..] => {
            let rate = rate.parse().unwrap();
            let outcome = rate::run(address, rate, seconds(warm_up), seconds(time), pids);
            println!("{outcome}");
        }
        ["resident", ref pids @ ..] => {
            println!("{:.1}", kernel::resident(pids) as f64 / 1024.0);
        }
        ["probe"] => println!("{:.2}", probe::run()),
        ["port"] => {
            let port = runtime.block_on(async { listen().local_addr().unwrap().port() });
            println!("{port}");
        }
        // Cargo runs benchmarks without these words: then it only shows that it runs.
        _ => println!("see the first lines of benches/traffic/main.rs"),
    }
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs_f64(text.parse().unwrap())
}

/// With room for all clients at once: a connection that finds none waits for a second.
fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket.listen(4096).unwrap()
}

async fn ask(address: &str, count: usize) {
    let mut client = Client::connect(address).await;
    for _ in 0..count {
        client.exchange(Kind::Small).await.unwrap();
    }
}
