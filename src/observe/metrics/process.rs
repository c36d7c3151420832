//! What the kernel knows of this process, under the names that Prometheus' own client
//! libraries use.

use std::fs;

use rustix::process::{Resource, getrlimit};

use super::page::{Kind, Page};

/// Clock ticks in a second: `USER_HZ`, the same on every machine that the gateway is
/// built for. Asking for it ends the process under valgrind (rustix 1.1).
const TICKS: f64 = 100.0;

/// Read anew at each scrape, but for the start.
#[derive(Debug)]
pub(super) struct Process {
    /// In seconds since 1970.
    start: Option<f64>,
}

/// A part of `/proc/self/stat` (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// User and system time together, in clock ticks.
    cpu: u64,
    threads: u64,
    /// In clock ticks since the machine started.
    start: u64,
    /// In bytes.
    virtual_size: u64,
}

impl Process {
    pub(super) fn new() -> Self {
        let start = || {
            let machine = machine_start(&fs::read_to_string("/proc/stat").ok()?)?;
            Some(machine as f64 + seconds(Stat::read()?.start))
        };
        Self { start: start() }
    }

    /// What can't be read is left out.
    pub(super) fn render(&self, page: &mut Page) {
        if let Some(stat) = Stat::read() {
            let cpu = format!("{:.2}", seconds(stat.cpu));
            page.single(
                "process_cpu_seconds_total",
                Kind::Counter,
                "User and system CPU time in seconds.",
                cpu,
            );
            page.single(
                "process_threads",
                Kind::Gauge,
                "Threads of the process.",
                stat.threads,
            );
            page.single(
                "process_virtual_memory_bytes",
                Kind::Gauge,
                "Virtual memory in bytes.",
                stat.virtual_size,
            );
        }
        // In the unit of `stat`, pages, it would take their size.
        let status = fs::read_to_string("/proc/self/status");
        if let Some(resident) = status.ok().and_then(|text| resident(&text)) {
            page.single(
                "process_resident_memory_bytes",
                Kind::Gauge,
                "Resident memory in bytes.",
                resident,
            );
        }
        if let Some(open) = open_files() {
            page.single(
                "process_open_fds",
                Kind::Gauge,
                "Open file descriptors.",
                open,
            );
        }
        // Prometheus' libraries write an unlimited one in the same way.
        let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        page.single(
            "process_max_fds",
            Kind::Gauge,
            "The most file descriptors that may be open.",
            most,
        );
        if let Some(start) = self.start {
            page.single(
                "process_start_time_seconds",
                Kind::Gauge,
                "When the process started, in seconds since 1970.",
                format!("{start:.2}"),
            );
        }
    }
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the name of the program, whatever that is.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // Numbered as in proc(5), where the one after the name is the third.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu: field(14)? + field(15)?,
            threads: field(20)?,
            start: field(22)?,
            virtual_size: field(23)?,
        })
    }
}

/// When the machine started, in seconds since 1970, from `/proc/stat`.
fn machine_start(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    line.trim().parse().ok()
}

/// Resident memory in bytes, from `/proc/self/status`.
fn resident(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS
}

fn open_files() -> Option<u64> {
    let directory = "/proc/self/fd";
    // Its size is their number since Linux 6.2; before, it is 0 and they are counted.
    match fs::metadata(directory).ok()?.len() {
        // The one that reads the directory is among them.
        0 => Some(fs::read_dir(directory).ok()?.count().saturating_sub(1) as u64),
        open => Some(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_may_be_anything() {
        let text = "42 (a) 1 (b) S 1 42 42 0 -1 4194560 9 0 0 0 700 300 0 0 20 0 6 0 12345 \
                    1048576 256 18446744073709551615\n";
        let expected = Stat {
            cpu: 1000,
            threads: 6,
            start: 12345,
            virtual_size: 1_048_576,
        };
        assert_eq!(Stat::parse(text), Some(expected));
        assert_eq!(Stat::parse("42 (a) S 1"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn the_machine_says_when_it_started() {
        assert_eq!(
            machine_start("cpu 1 2\nbtime 1700000000\n"),
            Some(1_700_000_000)
        );
        assert_eq!(machine_start("cpu 1 2\n"), None);
    }

    #[test]
    fn resident_memory_has_a_unit() {
        let text = "Name:\ta\nVmHWM:\t   90 kB\nVmRSS:\t   72 kB\n";
        assert_eq!(resident(text), Some(72 * 1024));
        assert_eq!(resident("VmRSS:\t72\n"), None);
    }

    #[test]
    fn open_files_are_counted() {
        let files: Vec<_> = (0..100).map(|_| fs::File::open("/dev/null")).collect();
        assert!(open_files().unwrap() > 100);
        assert!(files.iter().all(Result::is_ok));
    }
}
