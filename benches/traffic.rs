//! Both ends of a measurement, cheap enough to share two cores with what is measured.
//!
//!     traffic service                            answers 1 KiB to every request; prints its address
//!     traffic ask ADDRESS COUNT                  one client, so many requests
//!     traffic load ADDRESS CLIENTS SECONDS PID... busy clients; prints what they and the processes saw
//!     traffic port                               prints a port that is free
//!
//! Each is one thread: what it costs is the same whatever stands between the two.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a tool for developers"
)]

use std::fs;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

const REQUEST: &[u8] = b"GET /api/users/42?fields=name HTTP/1.1\r\n\
    Host: shop.example\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: application/json\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Accept-Language: en-GB,en;q=0.5\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

const BODY: usize = 1 << 10;

/// Room for a whole message.
const ROOM: usize = 4 << 10;

/// How long the clients run before they are listened to.
const WARM_UP: Duration = Duration::from_secs(2);

/// How long they go on afterwards. To look at a process's memory keeps everybody here
/// waiting for as long as ten requests, which must have no part in what was measured.
const COOL_DOWN: Duration = Duration::from_secs(1);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match args[..] {
            ["service"] => service().await,
            ["ask", address, count] => ask(address, count.parse().unwrap()).await,
            ["load", address, clients, seconds, ref pids @ ..] => {
                let time = Duration::from_secs(seconds.parse().unwrap());
                load(address, clients.parse().unwrap(), time, pids).await;
            }
            ["port"] => println!("{}", listen().local_addr().unwrap().port()),
            // Cargo runs benchmarks without these words: then it only shows that it runs.
            _ => println!("see the first lines of benches/traffic.rs"),
        }
    });
}

/// With room for all clients at once: a connection that finds none waits for a second.
fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket.listen(4096).unwrap()
}

async fn service() {
    let listener = listen();
    println!("{}", listener.local_addr().unwrap());
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: traffic\r\n\
         Content-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n"
    )
    .into_bytes();
    answer.resize(answer.len() + BODY, b'a');
    let answer: &'static [u8] = answer.leak();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(socket, answer));
    }
}

async fn serve(mut socket: TcpStream, answer: &[u8]) {
    socket.set_nodelay(true).unwrap();
    let mut input = Vec::with_capacity(ROOM);
    while socket.read_buf(&mut input).await.is_ok_and(|n| n > 0) {
        if input.ends_with(b"\r\n\r\n") {
            input.clear();
            if socket.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

struct Client {
    socket: TcpStream,
    input: Vec<u8>,
}

impl Client {
    /// Waits until somebody listens.
    async fn connect(address: &str) -> Self {
        let begin = Instant::now();
        let socket = loop {
            match TcpStream::connect(address).await {
                Ok(socket) => break socket,
                Err(error) if begin.elapsed() > Duration::from_secs(30) => panic!("{error}"),
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        };
        socket.set_nodelay(true).unwrap();
        let input = Vec::with_capacity(ROOM);
        Self { socket, input }
    }

    /// One request; its answer is the whole one that the service gives, or the
    /// measurement is none.
    async fn get(&mut self) {
        self.socket.write_all(REQUEST).await.unwrap();
        self.input.clear();
        let mut whole = usize::MAX;
        while self.input.len() < whole {
            let read = self.socket.read_buf(&mut self.input).await.unwrap();
            assert!(read > 0, "the connection was closed");
            if whole == usize::MAX
                && let Some(end) = self.input.windows(4).position(|w| w == b"\r\n\r\n")
            {
                let ok = self.input.starts_with(b"HTTP/1.1 200 ");
                assert!(ok, "{}", String::from_utf8_lossy(&self.input));
                whole = end + 4 + BODY;
            }
        }
        assert_eq!(self.input.len(), whole);
    }
}

async fn ask(address: &str, count: usize) {
    let mut client = Client::connect(address).await;
    for _ in 0..count {
        client.get().await;
    }
}

async fn load(address: &str, clients: usize, time: Duration, pids: &[&str]) {
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(address).await);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + time;
    let stop = end + COOL_DOWN;
    let mut tasks = JoinSet::new();
    for mut client in connected {
        tasks.spawn(async move {
            let mut times = Vec::new();
            loop {
                let start = Instant::now();
                if start >= stop {
                    return times;
                }
                client.get().await;
                if (begin..end).contains(&start) {
                    times.push(start.elapsed());
                }
            }
        });
    }
    sleep(begin - Instant::now()).await;
    let before = cpu_time(pids);
    sleep(end - Instant::now()).await;
    let cpu = cpu_time(pids) - before;
    sleep(stop - Instant::now()).await;
    let memory = memory(pids);
    let mut times = tasks.join_all().await.concat();
    times.sort_unstable();
    let count = times.len();
    let at = |part: f64| {
        let place = (count as f64 * part) as usize;
        times[place.min(count - 1)].as_secs_f64() * 1e3
    };
    println!(
        "{:.0} {:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        count as f64 / time.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0),
        cpu.as_secs_f64() * 1e6 / count as f64,
        memory as f64 / 1024.0,
    );
}

/// Of all threads of these processes, in user space and the system (proc(5)).
fn cpu_time(pids: &[&str]) -> Duration {
    let of = |pid: &&str| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let words = rest.split_whitespace().skip(11).take(2);
        words.map(|word| word.parse::<u64>().unwrap()).sum::<u64>()
    };
    // A tick is 10 ms to every program, whatever the kernel's own is.
    Duration::from_millis(10 * pids.iter().map(of).sum::<u64>())
}

/// Resident KiB, where a page that processes share counts once among them.
fn memory(pids: &[&str]) -> u64 {
    let of = |pid: &&str| {
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let number = line.unwrap().split_whitespace().next().unwrap();
        number.parse::<u64>().unwrap()
    };
    pids.iter().map(of).sum()
}
