//! Spans for `tracing`, named by the OpenTelemetry conventions for generative AI. They never hold a prompt, a reply or a key.
//!
//! Without the feature, all of this is nothing.

#[cfg(feature = "tracing")]
pub(crate) use on::Trace;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::Trace;

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;
    use std::time::Duration;

    use tracing::field::Empty;
    use tracing::{Instrument, Span};

    use crate::error::Error;
    use crate::limits::CallEstimate;
    use crate::retry::Attempt;
    use crate::shared::Core;

    /// The span of a call: it ends with the last who knows of it.
    #[derive(Clone, Debug)]
    pub(crate) struct Trace(Span);

    impl Default for Trace {
        fn default() -> Self {
            Self(Span::none())
        }
    }

    impl Trace {
        pub(crate) fn begin(client: &Core, operation: &'static str, call: &CallEstimate) -> Self {
            let operation = convention(operation);
            let span = tracing::info_span!(
                "gen_ai.client",
                otel.name = format!("{operation} {}", call.model).trim_end(),
                otel.kind = "client",
                gen_ai.operation.name = operation,
                gen_ai.provider.name = "groq",
                gen_ai.request.model = call.model,
                gen_ai.request.max_tokens = call.max_completion_tokens,
                server.address = client.shared().base_url.host(),
                gen_ai.response.id = Empty,
                gen_ai.response.model = Empty,
                gen_ai.response.finish_reasons = Empty,
                gen_ai.usage.input_tokens = Empty,
                gen_ai.usage.output_tokens = Empty,
                gen_ai.response.time_to_first_chunk = Empty,
                http.response.status_code = Empty,
                error.type = Empty,
                groq.attempts = Empty,
                groq.waited_ms = Empty,
            );
            Self(span)
        }

        pub(crate) fn is_on(&self) -> bool {
            !self.0.is_disabled()
        }

        pub(crate) fn within<F: Future>(
            &self,
            future: F,
        ) -> impl Future<Output = F::Output> + use<F> {
            future.instrument(self.0.clone())
        }

        pub(crate) fn attempts(&self, attempts: &[Attempt]) {
            let waited: Duration = attempts.iter().map(Attempt::waited).sum();
            self.0.record("groq.attempts", attempts.len());
            self.0.record("groq.waited_ms", millis(waited));
            if let Some(status) = attempts.last().and_then(Attempt::status) {
                self.0.record("http.response.status_code", status.as_u16());
            }
        }

        pub(crate) fn failed(&self, error: &Error) {
            self.attempts(error.attempts());
            self.0
                .record("error.type", tracing::field::debug(error.kind()));
        }

        pub(crate) fn usage(&self, input: u64, output: u64) {
            self.0.record("gen_ai.usage.input_tokens", input);
            self.0.record("gen_ai.usage.output_tokens", output);
        }

        /// What came first in a stream, this long after the call began.
        pub(crate) fn first_chunk(&self, after: Duration) {
            self.0
                .record("gen_ai.response.time_to_first_chunk", after.as_secs_f64());
        }

        pub(crate) fn reply(&self, id: &str, model: &str, reasons: &[&str]) {
            self.0.record("gen_ai.response.id", id);
            self.0.record("gen_ai.response.model", model);
            self.0.record(
                "gen_ai.response.finish_reasons",
                tracing::field::debug(reasons),
            );
        }
    }

    /// The conventions have names for some operations; the others keep ours.
    fn convention(operation: &'static str) -> &'static str {
        match operation {
            "create chat completion" | "stream chat completion" => "chat",
            "create embedding" => "embeddings",
            other => other,
        }
    }

    fn millis(time: Duration) -> u64 {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;
    use std::time::Duration;

    use crate::error::Error;
    use crate::limits::CallEstimate;
    use crate::retry::Attempt;
    use crate::shared::Core;

    /// Nothing.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Trace;

    #[expect(
        clippy::unused_self,
        reason = "the same methods as with the feature `tracing`"
    )]
    impl Trace {
        pub(crate) fn begin(
            _client: &Core,
            _operation: &'static str,
            _call: &CallEstimate,
        ) -> Self {
            Self
        }

        pub(crate) fn is_on(&self) -> bool {
            false
        }

        pub(crate) fn within<F: Future>(&self, future: F) -> F {
            future
        }

        pub(crate) fn attempts(&self, _attempts: &[Attempt]) {}
        pub(crate) fn failed(&self, _error: &Error) {}
        pub(crate) fn usage(&self, _input: u64, _output: u64) {}
        pub(crate) fn first_chunk(&self, _after: Duration) {}
        pub(crate) fn reply(&self, _id: &str, _model: &str, _reasons: &[&str]) {}
    }
}
