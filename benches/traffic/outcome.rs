//! What came of a measurement, as one line.

use std::fmt;
use std::time::Duration;

use crate::kernel::CpuTime;

/// By one client.
#[derive(Default)]
pub(crate) struct Told {
    times: Vec<Duration>,
    failed: usize,
    /// The first failure.
    why: Option<String>,
}

impl Told {
    pub(crate) fn add(&mut self, result: Result<Duration, String>) {
        match result {
            Ok(time) => self.times.push(time),
            Err(why) => {
                self.failed += 1;
                self.why.get_or_insert(why);
            }
        }
    }
}

pub(crate) struct Outcome {
    /// In order.
    times: Vec<Duration>,
    failed: usize,
    lasted: Duration,
    cpu: CpuTime,
    /// In KiB.
    resident: u64,
}

impl Outcome {
    pub(crate) fn new(told: Vec<Told>, lasted: Duration, cpu: CpuTime, resident: u64) -> Self {
        let failed = told.iter().map(|one| one.failed).sum();
        if let Some(why) = told.iter().find_map(|one| one.why.as_ref()) {
            eprintln!("{failed} requests failed, one of them with: {why}");
        }
        let mut times: Vec<_> = told.into_iter().flat_map(|one| one.times).collect();
        assert!(!times.is_empty(), "no request succeeded");
        times.sort_unstable();
        Self {
            times,
            failed,
            lasted,
            cpu,
            resident,
        }
    }

    /// In milliseconds.
    fn at(&self, part: f64) -> f64 {
        let place = (self.times.len() as f64 * part) as usize;
        self.times[place.min(self.times.len() - 1)].as_secs_f64() * 1e3
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.times.len() as f64;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count;
        write!(
            f,
            "{:.0} {:.3} {:.3} {:.3} {:.3} {:.2} {:.1} {:.2} {}",
            count / self.lasted.as_secs_f64(),
            self.at(0.5),
            self.at(0.99),
            self.at(0.999),
            self.at(1.0),
            each(self.cpu.total),
            self.resident as f64 / 1024.0,
            each(self.cpu.user),
            self.failed,
        )
    }
}
