//! Retries: when a call is made again, after how long, and when not.
//!
//! The parts are plain functions and state machines: [`retry_after`] reads the server's word, [`backoff`] is the
//! wait where the server says nothing, [`budget`] keeps many calls from becoming a storm, and [`decision`] puts
//! them together. None of them has a clock, a socket or a source of randomness; the transport hands these in.

pub(crate) mod attempt;
pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod decision;
pub(crate) mod policy;
pub(crate) mod retry_after;

pub use attempt::Attempt;
pub use backoff::Backoff;
pub use policy::RetryPolicy;
