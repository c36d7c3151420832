use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Runtime};

use super::*;

type Entering = Pin<Box<dyn Future<Output = Option<Ticket>>>>;

/// For the timers.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn entering(intake: &'static Intake) -> Entering {
    Box::pin(async { intake.enter(&mut Timer::default()).await })
}

fn poll(entering: &mut Entering) -> Option<Ticket> {
    match entering
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(ticket) => ticket,
        Poll::Pending => None,
    }
}

/// An intake that is full, with as many requests that wait.
fn full(waiting: usize) -> (&'static Intake, Vec<Ticket>, Vec<Entering>) {
    let intake: &Intake = Box::leak(Box::new(Intake::new(1)));
    let begun = (0..EACH).map(|_| poll(&mut entering(intake)).unwrap());
    let begun = begun.collect();
    let mut wait: Vec<_> = (0..waiting).map(|_| entering(intake)).collect();
    assert!(wait.iter_mut().all(|entering| poll(entering).is_none()));
    (intake, begun, wait)
}

fn called(wait: &mut Vec<Entering>) -> Vec<Ticket> {
    let mut tickets = Vec::new();
    wait.retain_mut(|entering| poll(entering).map(|ticket| tickets.push(ticket)).is_none());
    tickets
}

#[test]
fn places_go_to_who_waits_longest_when_half_are_free() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, mut wait) = full(EACH);
    let (half, rest) = begun.split_at(EACH / 2);
    for ticket in &half[1..] {
        intake.leave(*ticket);
    }
    assert!(called(&mut wait).is_empty());
    intake.leave(half[0]);
    assert!(poll(&mut wait[EACH / 2]).is_none());
    assert_eq!(called(&mut wait).len(), EACH / 2);
    assert_eq!(intake.state(), (0, count(EACH)));
    for ticket in rest {
        intake.leave(*ticket);
    }
    assert_eq!(called(&mut wait).len(), EACH / 2);
    assert!(wait.is_empty());
}

#[test]
fn a_worker_without_work_gives_every_free_place() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, mut wait) = full(3);
    intake.leave(begun[0]);
    intake.leave(begun[1]);
    intake.rest();
    assert_eq!(called(&mut wait).len(), 2);
    assert_eq!(intake.state(), (0, count(EACH)));
}

#[test]
fn nobody_overtakes_those_who_wait() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, mut wait) = full(1);
    intake.rest();
    // A place that is lent is none that a newcomer finds.
    let mut late = entering(intake);
    assert_eq!(poll(&mut late), None);
    assert_eq!(called(&mut wait).len(), 1);
    assert_eq!(intake.state(), (0, count(EACH + 1)));
    // And it isn't given on.
    intake.leave(begun[0]);
    intake.rest();
    assert_eq!(poll(&mut late), None);
    intake.leave(begun[1]);
    intake.rest();
    assert!(poll(&mut late).is_some());
    assert_eq!(intake.state(), (0, count(EACH)));
}

#[test]
fn a_worker_without_work_takes_in_what_waits_though_nothing_is_answered() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, _begun, mut wait) = full(3 * MORE);
    for _ in 0..3 {
        intake.rest();
        assert_eq!(called(&mut wait).len(), MORE);
    }
    assert!(wait.is_empty());
}

#[test]
fn nobody_is_left_alone_with_a_service_that_hangs() {
    let runtime = runtime();
    let _inside = runtime.enter();
    // The last place that became free went to the service that hangs, in the same look
    // that brought more requests. Whatever happens next lets them begin; where nothing
    // does, their patience ends.
    let (intake, begun, mut wait) = full(3);
    intake.leave(begun[0]);
    intake.rest();
    assert_eq!(called(&mut wait).len(), 1);
    intake.rest();
    assert_eq!(called(&mut wait).len(), 2);
}

#[test]
fn who_asks_as_the_last_one_leaves_is_not_forgotten() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, _) = full(0);
    // Between the look for a place and the queue everybody goes.
    intake.waiting.fetch_add(1, Ordering::AcqRel);
    for ticket in begun {
        intake.vacate(ticket);
    }
    intake.fill();
    assert_eq!(intake.state(), (0, 1));
    assert_eq!(intake.called.available_permits(), 1);
    // Nobody waits: the place that was kept is found.
    assert!(poll(&mut entering(intake)).is_some());
}

#[test]
fn an_idle_worker_takes_in_no_more_than_a_busy_one_has() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, _begun, mut wait) = full(EACH + 1);
    intake.renew();
    assert_eq!(called(&mut wait).len(), EACH);
    assert_eq!(intake.state(), (1, count(EACH)));
}

#[test]
fn what_a_slow_service_holds_is_forgotten_by_an_idle_worker() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, mut wait) = full(2);
    intake.renew();
    assert_eq!(called(&mut wait), [Ticket(1), Ticket(1)]);
    assert_eq!(intake.state(), (1, 2));
    // The answers that come at last free no places of others.
    for ticket in begun {
        intake.leave(ticket);
    }
    assert_eq!(intake.state(), (1, 2));
    intake.leave(Ticket(1));
    intake.leave(Ticket(1));
    assert_eq!(intake.state(), (1, 0));
}

#[test]
fn only_a_long_rest_is_one() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, _begun, _) = full(0);
    intake.rested();
    assert_eq!(intake.state(), (0, count(EACH)));
    intake.rest();
    RESTING.set(Instant::now().checked_sub(IDLE));
    intake.rested();
    assert_eq!(intake.state(), (1, 0));
}

#[test]
fn who_has_waited_long_begins_without_a_place() {
    let runtime = runtime();
    let _inside = runtime.enter();
    let (intake, begun, wait) = full(0);
    drop(wait);
    let before = Instant::now();
    let entered = runtime.block_on(entering(intake));
    assert!(before.elapsed() >= PATIENCE);
    assert_eq!(entered, None);
    assert_eq!(intake.state(), (0, count(EACH)));
    // It isn't called any more.
    intake.leave(begun[0]);
    assert_eq!(intake.state(), (0, count(EACH - 1)));
}
