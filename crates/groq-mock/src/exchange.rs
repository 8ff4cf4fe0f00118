//! One request on its way through an operation.

use std::time::{Duration, Instant};

use groq_models::ModelKind;

use crate::api_error::{ApiError, Outcome};
use crate::batches::job::{BatchLine, LineAnswer};
use crate::limits::Charge;
use crate::models::ModelEntry;
use crate::random::Random;
use crate::request::Request;
use crate::response::Response;
use crate::state::State;

/// What an operation works with.
pub(crate) struct Exchange<'a> {
    pub(crate) state: &'a State,
    pub(crate) request: &'a Request,
    /// The request id, in the header and in `x_groq`.
    pub(crate) id: String,
    /// For what must differ between equal requests: ids and timings.
    pub(crate) unique: Random,
    /// Whether it is a line of a batch, which has no limits and no file beside it.
    pub(crate) in_batch: bool,
    /// Answers a request that a batch makes; `None` where the script breaks the connection off.
    pub(crate) run_line: fn(&State, &BatchLine<'_>) -> Option<LineAnswer>,
}

impl<'a> Exchange<'a> {
    /// The model of that name, which must do this, `task` in words.
    pub(crate) fn model(
        &self,
        name: Option<&str>,
        kind: ModelKind,
        task: &str,
    ) -> Outcome<&'a ModelEntry> {
        let model = self.state.models.find(name.unwrap_or_default())?;
        if model.info.kind == kind {
            return Ok(model);
        }
        let message = format!("The model `{}` does not support {task}", model.id);
        Err(ApiError::invalid(message))
    }

    /// Counts the request and answers it, or refuses it; either way with the rate limit headers.
    pub(crate) fn metered(
        &mut self,
        charge: Charge<'_>,
        answer: impl FnOnce(&mut Self) -> Response,
    ) -> Response {
        if self.in_batch {
            return answer(self);
        }
        let (limits, admitted) = self.state.limiter.charge(charge, Instant::now());
        let mut response = match admitted {
            Ok(()) => answer(self),
            Err(refused) => refused.response(),
        };
        limits.write(&mut response);
        response
    }

    /// The time that one token takes; none where no speed is set.
    pub(crate) fn pace(&self) -> Duration {
        let speed = self.state.options.tokens_per_second;
        speed.map_or(Duration::ZERO, |speed| {
            Duration::from_secs_f64(1.0 / speed.max(1e-6))
        })
    }
}
