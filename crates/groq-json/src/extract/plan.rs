//! Which mode to use, and why.

use crate::error::Failure;
use crate::mode::{Capabilities, Mode};

/// The modes from the strictest down.
const LADDER: [Mode; 4] = [Mode::Strict, Mode::Schema, Mode::Object, Mode::Prompt];

/// What decides about the mode.
pub(super) struct Plan<'p> {
    pub(super) fixed: Option<Mode>,
    pub(super) capabilities: Capabilities,
    /// Why the schema cannot be strict, if it cannot.
    pub(super) incompatibility: Option<String>,
    /// Why the model does not support a mode, by an earlier refusal.
    pub(super) refused: &'p dyn Fn(Mode) -> Option<String>,
}

impl Plan<'_> {
    /// The mode, and why it is not the best one.
    pub(super) fn mode(&self) -> Result<(Mode, Option<String>), Failure> {
        if let Some(mode) = self.fixed {
            let incompatibility = self
                .incompatibility
                .clone()
                .filter(|_| mode == Mode::Strict);
            return match incompatibility {
                Some(reason) => Err(Failure::Unsupported { mode, reason }),
                None => Ok((mode, None)),
            };
        }
        let (best, reason) = self.capabilities.best(self.incompatibility.is_none());
        let mut reason = match (reason, &self.incompatibility) {
            (Some(reason), Some(incompatibility)) if self.capabilities.strict => {
                Some(format!("{reason}: {incompatibility}"))
            }
            (reason, _) => reason.map(str::to_owned),
        };
        let offered = LADDER.into_iter().skip_while(|mode| *mode != best);
        for mode in offered.filter(|mode| self.capabilities.supports(*mode)) {
            match (self.refused)(mode) {
                None => return Ok((mode, reason)),
                Some(refusal) => reason = Some(format!("{mode} was refused: {refusal}")),
            }
        }
        Ok((Mode::Prompt, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(model: &str, incompatibility: Option<&str>, refused: &[Mode]) -> (Mode, bool) {
        let refusal = |mode: Mode| refused.contains(&mode).then(|| "no".to_owned());
        let plan = Plan {
            fixed: None,
            capabilities: Capabilities::for_model(model),
            incompatibility: incompatibility.map(str::to_owned),
            refused: &refusal,
        };
        let (mode, reason) = plan.mode().ok().unwrap();
        (mode, reason.is_some())
    }

    #[test]
    fn the_strictest_mode_that_is_supported() {
        let strict = "openai/gpt-oss-20b";
        assert_eq!(mode(strict, None, &[]), (Mode::Strict, false));
        assert_eq!(mode(strict, Some("a map"), &[]), (Mode::Schema, true));
        assert_eq!(mode(strict, None, &[Mode::Strict]), (Mode::Schema, true));
        assert_eq!(
            mode(strict, None, &[Mode::Strict, Mode::Schema]),
            (Mode::Object, true)
        );
        assert_eq!(
            mode("openai/gpt-oss-safeguard-20b", None, &[]),
            (Mode::Schema, true)
        );
        assert_eq!(
            mode("llama-3.3-70b-versatile", None, &[]),
            (Mode::Object, true)
        );
        assert_eq!(
            mode("llama-3.3-70b-versatile", None, &[Mode::Object]),
            (Mode::Prompt, true)
        );
    }
}
