//! How many connections this process, and the gateway that inherits its limit, may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For everything that is no connection of the crowd.
const OTHERS: u64 = 500;

/// As many connections as wished, or as the limit on descriptors leaves.
pub fn connections(wished: usize) -> usize {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let room = maximum.map_or(u64::MAX, |most| most.saturating_sub(OTHERS));
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(wished);
    if room < wished {
        eprintln!("{room} connections instead of {wished}: the limit on descriptors");
    }
    assert!(room >= 1000, "{room} connections are no crowd");
    room
}
