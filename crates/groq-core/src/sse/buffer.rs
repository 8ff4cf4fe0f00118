//! A byte buffer that grows no further than it may.

/// Bytes that had to be copied, because they came in more than one piece.
#[derive(Debug, Default)]
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    /// Appends, and grows to at most `max` bytes: doubling without a bound would take up to twice the cap.
    pub(super) fn push(&mut self, bytes: &[u8], max: usize) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let capacity = needed.max((self.0.capacity() * 2).min(max));
            self.0.reserve_exact(capacity - self.0.len());
        }
        self.0.extend_from_slice(bytes);
    }

    /// Empties the buffer, and returns what a rare large event needed.
    pub(super) fn clear(&mut self) {
        const KEPT: usize = 64 << 10;
        self.0.clear();
        if self.0.capacity() > KEPT {
            self.0.shrink_to(KEPT);
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
