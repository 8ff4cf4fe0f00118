//! The order in which calls are served.

use std::collections::BTreeMap;
use std::task::Waker;

use crate::limits::Priority;

/// Where a call stands: its priority, its order within it, and a number that makes both unique.
pub(super) type Place = (Priority, u64, u64);

/// Waiting calls: those of a higher priority first, and within one in order.
///
/// So that none starves, one turn of [`SHARE`](Self::SHARE) is for the oldest of the lowest priority that waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<Place, Option<Waker>>,
    next: u64,
    /// Turns in a row in which others were passed over.
    passed_over: u32,
}

impl Queue {
    const SHARE: u32 = 8;

    /// Adds a call, and returns its place.
    pub(super) fn join(&mut self, priority: Priority, order: u64) -> Place {
        self.next += 1;
        let place = (priority, order, self.next);
        self.waiting.insert(place, None);
        place
    }

    pub(super) fn is_first(&self, place: Place) -> bool {
        self.first() == Some(place)
    }

    /// Stores the waker of a call.
    pub(super) fn wait(&mut self, place: Place, waker: &Waker) {
        if let Some(stored) = self.waiting.get_mut(&place) {
            *stored = Some(waker.clone());
        }
    }

    /// The first call has had its turn.
    pub(super) fn served(&mut self, place: Place) {
        let lowest = self.waiting.keys().next();
        let others = lowest.is_some_and(|(priority, ..)| *priority < place.0);
        self.passed_over = if others { self.passed_over + 1 } else { 0 };
    }

    /// Removes a call, and wakes the first.
    pub(super) fn leave(&mut self, place: Place) {
        self.waiting.remove(&place);
        self.wake_first();
    }

    /// Wakes the first call.
    pub(super) fn wake_first(&self) {
        let first = self.first().and_then(|place| self.waiting.get(&place));
        if let Some(waker) = first.and_then(Option::as_ref) {
            waker.wake_by_ref();
        }
    }

    fn first(&self) -> Option<Place> {
        let (lowest, ..) = self.waiting.keys().next()?;
        let (highest, ..) = self.waiting.keys().next_back()?;
        let turn = if self.passed_over + 1 >= Self::SHARE {
            lowest
        } else {
            highest
        };
        let from = (*turn, 0, 0);
        self.waiting.range(from..).next().map(|(place, _)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(queue: &mut Queue) -> Place {
        let first = queue.first().expect("someone waits");
        queue.served(first);
        queue.leave(first);
        first
    }

    #[test]
    fn the_first_to_come_is_the_first_to_go_whoever_leaves() {
        let mut queue = Queue::default();
        let [one, two, three] = [1, 2, 3].map(|order| queue.join(Priority::Normal, order));
        assert!(queue.is_first(one) && !queue.is_first(three));
        queue.leave(two);
        queue.leave(one);
        assert!(queue.is_first(three));
        queue.leave(three);
        queue.leave(three);
        assert!(queue.waiting.is_empty());
    }

    #[test]
    fn a_retry_keeps_its_place() {
        let mut queue = Queue::default();
        queue.join(Priority::Normal, 7);
        queue.join(Priority::Normal, 8);
        let retry = queue.join(Priority::Normal, 6);
        assert!(queue.is_first(retry));
    }

    #[test]
    fn higher_priorities_go_first_and_none_starves() {
        let mut queue = Queue::default();
        for order in 1..=100 {
            queue.join(Priority::Low, order);
        }
        for order in 101..=200 {
            queue.join(Priority::High, order);
        }
        let served: Vec<Place> = (0..200).map(|_| serve(&mut queue)).collect();
        let low = |served: &[Place]| {
            served
                .iter()
                .filter(|place| place.0 == Priority::Low)
                .count()
        };
        assert_eq!(low(&served[..7]), 0);
        assert_eq!(low(&served[..80]), 10);
        for priority in [Priority::Low, Priority::High] {
            let order = served.iter().filter(|place| place.0 == priority);
            assert!(order.is_sorted_by_key(|place| place.1));
        }
    }
}
