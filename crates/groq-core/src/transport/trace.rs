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
            let name = convention(operation);
            let model = Some(call.model.as_str()).filter(|model| !model.is_empty());
            let max_tokens = call.max_completion_tokens.filter(|tokens| *tokens > 0);
            let base_url = &client.shared().base_url;
            let span = tracing::info_span!(
                "gen_ai.client",
                otel.name = format!("{} {}", name.unwrap_or(operation), call.model).trim_end(),
                otel.kind = "client",
                otel.status_code = Empty,
                gen_ai.operation.name = name,
                gen_ai.provider.name = "groq",
                gen_ai.request.model = model,
                gen_ai.request.max_tokens = max_tokens.map(integer),
                server.address = base_url.host(),
                server.port = base_url.port().map(i64::from),
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
            self.0.record("groq.attempts", integer(attempts.len()));
            self.0.record("groq.waited_ms", integer(waited.as_millis()));
            if let Some(status) = attempts.last().and_then(Attempt::status) {
                let status = integer(status.as_u16());
                self.0.record("http.response.status_code", status);
            }
        }

        /// Records a call that failed, be it in the middle of its stream.
        pub(crate) fn failed(&self, error: &Error) {
            self.attempts(error.attempts());
            self.0.record("otel.status_code", "ERROR");
            self.0.record("error.type", format!("{:?}", error.kind()));
        }

        pub(crate) fn usage(&self, input: u64, output: u64) {
            self.0.record("gen_ai.usage.input_tokens", integer(input));
            self.0.record("gen_ai.usage.output_tokens", integer(output));
        }

        /// What came first in a stream, this long after the call began.
        pub(crate) fn first_chunk(&self, after: Duration) {
            self.0
                .record("gen_ai.response.time_to_first_chunk", after.as_secs_f64());
        }

        pub(crate) fn reply(&self, id: &str, model: &str, reasons: &[&str]) {
            for (field, text) in [("gen_ai.response.id", id), ("gen_ai.response.model", model)] {
                if !text.is_empty() {
                    self.0.record(field, text);
                }
            }
            if !reasons.is_empty() {
                let reasons = tracing::field::debug(reasons);
                self.0.record("gen_ai.response.finish_reasons", reasons);
            }
        }
    }

    /// The name of an operation in the conventions; `None` for those that use no model.
    fn convention(operation: &'static str) -> Option<&'static str> {
        Some(match operation {
            "create chat completion"
            | "stream chat completion"
            | "create response"
            | "stream response" => "chat",
            "create embedding" => "embeddings",
            "create reranking" => "retrieval",
            "create transcription" | "create translation" | "create speech" => "generate_content",
            _ => return None,
        })
    }

    /// A number as the conventions have it: exporters write unsigned ones as text.
    fn integer(number: impl TryInto<i64>) -> i64 {
        number.try_into().unwrap_or(i64::MAX)
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
