//! What one request of a client may become at worst: the attempts and seconds of the gateway
//! and of its sidecar, one multiplied with the other.

use std::time::Duration;

use super::trace::Policy;

/// One who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The most attempts for one request that it gets.
    pub attempts: u32,
    /// The longest that it works on one request that it gets, from the request's end to the
    /// answer's head; `None` is without end.
    pub longest: Option<Duration>,
}

/// The gateway's rung and the sidecar's, and both together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// The gateway, with the sidecar left out.
    pub gateway: Rung,
    /// The sidecar, with the gateway left out.
    pub sidecar: Rung,
    /// At the service, for one request of a client.
    pub attempts: u32,
    /// Until the client has an answer's head or a failure; `None` is without end.
    pub longest: Option<Duration>,
}

impl Ladder {
    /// `attempts` is how often the gateway may send the request, `each` how long it waits for
    /// the head of an answer each time, `whole` its deadline for everything.
    #[must_use]
    pub fn new(
        attempts: u32,
        each: Option<Duration>,
        whole: Option<Duration>,
        policy: &Policy,
    ) -> Self {
        let sidecar = sidecar(policy);
        // Each of the gateway's attempts ends by its own deadline or by the sidecar's answer.
        let one = shorter(each, sidecar.longest);
        let longest = shorter(whole, one.map(|one| one.saturating_mul(attempts)));
        Self {
            gateway: Rung {
                attempts,
                longest: shorter(whole, each.map(|each| each.saturating_mul(attempts))),
            },
            sidecar,
            attempts: attempts.saturating_mul(sidecar.attempts),
            longest,
        }
    }
}

fn sidecar(policy: &Policy) -> Rung {
    let attempts = policy.retries.saturating_add(1);
    // Without a deadline of its own an attempt lasts as long as the whole may.
    let tries = policy.per_try_timeout.map(|limit| {
        let all = limit.saturating_mul(attempts);
        all.saturating_add(policy.back_off)
    });
    Rung {
        attempts,
        longest: shorter(policy.timeout, tries),
    }
}

fn shorter(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn attempts_multiply_and_the_first_deadline_ends_it() {
        let istio = Policy {
            retries: 2,
            retry_on: vec!["connect-failure".into()],
            back_off: Duration::from_millis(100),
            ..Policy::default()
        };
        let ladder = Ladder::new(1, Some(S(2)), None, &istio);
        assert_eq!((ladder.attempts, ladder.longest), (3, Some(S(2))));
        assert_eq!(ladder.sidecar.longest, None);

        let slow = Ladder::new(
            3,
            Some(S(10)),
            None,
            &Policy {
                timeout: Some(S(4)),
                ..istio.clone()
            },
        );
        assert_eq!((slow.attempts, slow.longest), (9, Some(S(12))));

        let per_try = Policy {
            per_try_timeout: Some(S(1)),
            ..istio.clone()
        };
        let ladder = Ladder::new(1, None, None, &per_try);
        assert_eq!(ladder.longest, Some(Duration::from_millis(3100)));
        assert_eq!(
            Ladder::new(2, None, Some(S(1)), &per_try).longest,
            Some(S(1))
        );
        assert_eq!(Ladder::new(1, None, None, &istio).longest, None);
    }
}
