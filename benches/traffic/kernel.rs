//! What the kernel says that processes used (proc(5)).

use std::fs;
use std::ops::Sub;
use std::time::Duration;

/// Of all threads of some processes.
#[derive(Clone, Copy, Default)]
pub(crate) struct CpuTime {
    pub(crate) total: Duration,
    pub(crate) user: Duration,
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            total: self.total.saturating_sub(before.total),
            user: self.user.saturating_sub(before.user),
        }
    }
}

/// The total to the nanosecond, from the scheduler. The part in user space comes in ticks.
pub(crate) fn cpu_time(pids: &[&str]) -> CpuTime {
    CpuTime {
        total: pids.iter().map(|pid| scheduled(pid)).sum(),
        user: pids.iter().map(|pid| in_user_space(pid)).sum(),
    }
}

fn scheduled(pid: &str) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let of = |thread: std::io::Result<fs::DirEntry>| {
        // A thread may have ended since it was listed.
        let stat = fs::read_to_string(thread.unwrap().path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(of).sum())
}

fn in_user_space(pid: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = rest.split_whitespace().nth(11).unwrap().parse().unwrap();
    // A tick is 10 ms to every program, whatever the kernel's own is.
    Duration::from_millis(10 * ticks)
}

/// Resident KiB of a process and those that it started, which share pages with it. "Pss" would
/// be less wherever somebody else runs the same program.
pub(crate) fn resident(pids: &[&str]) -> u64 {
    let [first, others @ ..] = pids else {
        return 0;
    };
    let own = |pid: &&str| memory(pid, &["Private_Clean:", "Private_Dirty:"]);
    memory(first, &["Rss:"]) + others.iter().map(own).sum::<u64>()
}

/// The sum of these fields.
fn memory(pid: &str, fields: &[&str]) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let number = |line: &str| {
        let rest = fields.iter().find_map(|field| line.strip_prefix(field))?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    rollup.lines().filter_map(number).sum()
}
