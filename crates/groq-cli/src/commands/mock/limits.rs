//! `--limits`.

use groq_mock::{Builder, Throttle};

/// The rate limits of each model.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Limits {
    /// Those of the free plan.
    FreePlan,
    /// The same for all models.
    Same(Throttle),
}

impl Limits {
    pub(super) fn set(self, builder: Builder) -> Builder {
        match self {
            Self::FreePlan => builder.free_plan(),
            Self::Same(limits) => builder.throttle(limits),
        }
    }
}

/// Parses `free`, `none`, or a list such as `requests=30/1m, tokens=8000/1m, audio=7200/1h`.
pub(super) fn parse(text: &str) -> Result<Limits, String> {
    if text.trim() == "free" {
        return Ok(Limits::FreePlan);
    }
    text.parse()
        .map(Limits::Same)
        .map_err(|error: groq_mock::ThrottleError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_plan_differs_from_model_to_model() {
        assert_eq!(parse("free"), Ok(Limits::FreePlan));
        assert_eq!(parse("none"), Ok(Limits::Same(Throttle::new())));
        assert!(parse("many").is_err_and(|error| error.contains("many")));
    }
}
