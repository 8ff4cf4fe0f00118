//! What requests use of the limits.

/// What requests use of the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Need {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    pub(crate) tokens: f64,
}

impl Need {
    pub(super) fn add(&mut self, other: Self, times: f64) {
        self.requests += other.requests * times;
        self.seconds += other.seconds * times;
        self.tokens += other.tokens * times;
    }
}
