//! The order in which calls are served.

use std::collections::VecDeque;
use std::task::Waker;

/// Waiting calls, first come, first served.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Entry>,
    next: u64,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    waker: Option<Waker>,
}

impl Queue {
    /// Adds an entry and returns its number.
    pub(super) fn join(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiting.push_back(Entry {
            number,
            waker: None,
        });
        number
    }

    pub(super) fn is_first(&self, number: u64) -> bool {
        self.waiting
            .front()
            .is_some_and(|entry| entry.number == number)
    }

    /// Stores the waker of an entry.
    pub(super) fn wait(&mut self, number: u64, waker: &Waker) {
        // Numbers ascend, however many have left.
        if let Ok(position) = self
            .waiting
            .binary_search_by_key(&number, |entry| entry.number)
        {
            self.waiting[position].waker = Some(waker.clone());
        }
    }

    /// Removes an entry and wakes the first.
    pub(super) fn leave(&mut self, number: u64) {
        if let Ok(position) = self
            .waiting
            .binary_search_by_key(&number, |entry| entry.number)
        {
            self.waiting.remove(position);
        }
        self.wake_first();
    }

    /// Wakes the first entry.
    pub(super) fn wake_first(&self) {
        if let Some(waker) = self.waiting.front().and_then(|entry| entry.waker.as_ref()) {
            waker.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_come_is_the_first_to_go_whoever_leaves() {
        let mut queue = Queue::default();
        let numbers = [queue.join(), queue.join(), queue.join()];
        assert!(queue.is_first(numbers[0]) && !queue.is_first(numbers[2]));
        queue.leave(numbers[1]);
        queue.leave(numbers[0]);
        assert!(queue.is_first(numbers[2]));
        queue.leave(numbers[2]);
        queue.leave(numbers[2]);
        assert!(queue.waiting.is_empty());
    }
}
