//! The record of one attempt.

use std::time::Duration;

use http::{HeaderValue, StatusCode};

/// One HTTP attempt of a call: what came of it, and how long it took.
///
/// A call that succeeds at once has one; [`Response::attempts`](crate::Response::attempts) and
/// [`Error::attempts`](crate::Error::attempts) show all of them in order.
///
/// ```no_run
/// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
/// let models = client.models().list().await?;
/// for attempt in models.attempts() {
///     println!("waited {:?}, took {:?}, status {:?}", attempt.waited(), attempt.elapsed(), attempt.status());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(crate) status: Option<StatusCode>,
    pub(crate) request_id: Option<HeaderValue>,
    pub(crate) waited: Duration,
    pub(crate) elapsed: Duration,
    pub(crate) failure: Option<&'static str>,
}

impl Attempt {
    /// The status that the server answered with; `None` if no answer came.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The id that the server gave to this attempt.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_ref()?.to_str().ok()
    }

    /// How long the client waited before this attempt; zero for the first.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// How long the attempt took, without the wait: until its answer was whole, or, for a stream, until it began.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why it failed, in two or three words; `None` if it did not.
    pub fn failure(&self) -> Option<&str> {
        self.failure
    }
}
