//! `--limits`.

use groq_mock::{Builder, Throttle};

/// What each model may be used.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Allowed {
    /// What the free plan gives of it.
    FreePlan,
    /// The same for all.
    Same(Throttle),
}

impl Allowed {
    pub(super) fn set(self, builder: Builder) -> Builder {
        match self {
            Self::FreePlan => builder.free_plan(),
            Self::Same(limits) => builder.throttle(limits),
        }
    }
}

/// `free`, `none`, or a list such as `requests=30/1m, tokens=8000/1m, audio=7200/1h`.
pub(super) fn parse(text: &str) -> Result<Allowed, String> {
    if text.trim() == "free" {
        return Ok(Allowed::FreePlan);
    }
    text.parse()
        .map(Allowed::Same)
        .map_err(|error: groq_mock::ThrottleError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_plan_differs_from_model_to_model() {
        assert_eq!(parse("free"), Ok(Allowed::FreePlan));
        assert_eq!(parse("none"), Ok(Allowed::Same(Throttle::new())));
        assert!(parse("many").is_err_and(|error| error.contains("many")));
    }
}
