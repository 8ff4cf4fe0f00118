//! What becomes of a call, for the rate limiter and the trace.

use super::permit::CallPermit;
use super::trace::Trace;
use crate::limits::Usage;

/// Holds the permit of an attempt, and reports what it used when it ends.
#[derive(Default)]
pub(crate) struct Recorder {
    permit: CallPermit,
    trace: Trace,
    usage: Option<Usage>,
}

/// What a reply says about itself.
#[derive(Default)]
pub(crate) struct Summary<'a> {
    pub(crate) id: &'a str,
    pub(crate) model: &'a str,
    pub(crate) finish_reasons: Vec<&'a str>,
    pub(crate) usage: Option<Usage>,
}

impl Recorder {
    pub(super) fn new(permit: CallPermit, trace: Trace) -> Self {
        Self {
            permit,
            trace,
            usage: None,
        }
    }

    /// Whether anyone wants to know what the reply says.
    pub(crate) fn is_on(&self) -> bool {
        self.permit.has_limiter() || self.trace.is_on()
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Ends the call with what its reply says.
    pub(crate) fn finish(&mut self, summary: &Summary<'_>) {
        self.trace
            .reply(summary.id, summary.model, &summary.finish_reasons);
        if let Some(usage) = summary.usage {
            self.trace
                .usage(usage.prompt_tokens, usage.completion_tokens);
        }
        self.usage = summary.usage;
        self.permit.release(self.usage);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.permit.release(self.usage);
    }
}
