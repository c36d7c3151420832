//! How fast this core is just now. Virtual machines and laptops change their speed by a
//! fifth within minutes; what is measured between two probes is divided by what they say.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The median of so many turns counts.
const TURNS: usize = 41;

/// Microseconds of CPU time for a turn of about a millisecond, a third of it in user space and the rest
/// in the kernel's TCP, as in a proxy.
pub(crate) fn run() -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut far, _) = listener.accept().unwrap();
    near.set_nodelay(true).unwrap();
    let mut memory = vec![1u8; 256 << 10];
    let mut times: Vec<_> = (0..TURNS)
        .map(|_| {
            let start = used();
            compute(&mut memory);
            talk(&mut near, &mut far);
            (used() - start).as_secs_f64() * 1e6
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[TURNS / 2]
}

/// By this thread, whoever else has the core in between.
fn used() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// Each byte depends on the one before it.
fn compute(memory: &mut [u8]) {
    let mut state = 1u8;
    for byte in memory.iter_mut() {
        state = state.wrapping_mul(31).wrapping_add(*byte);
        *byte = state;
    }
    black_box(memory);
}

fn talk(near: &mut TcpStream, far: &mut TcpStream) {
    let mut message = [0; 1 << 10];
    for _ in 0..100 {
        near.write_all(&message).unwrap();
        far.read_exact(&mut message).unwrap();
    }
}
