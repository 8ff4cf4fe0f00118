//! What a guard model says of a text.

use groq_types::ChatCompletion;

use crate::error::{Error, ErrorKind};

/// What a guard model says of a text: Llama Guard in words, Prompt Guard as a number.
///
/// ```no_run
/// use groq_core::GuardVerdict;
/// use groq_core::types::{ChatCompletionRequest, Message};
///
/// # async fn example(client: groq_core::Client, input: &str) -> Result<(), groq_core::Error> {
/// let model = "meta-llama/llama-prompt-guard-2-86m";
/// let reply = client.chat().create(ChatCompletionRequest::new(model, [Message::user(input)])).await?;
/// if GuardVerdict::of(&reply)?.is_unsafe_above(0.5) {
///     println!("somebody tries to get around the instructions");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum GuardVerdict {
    /// Nothing speaks against it.
    Safe,
    /// Something does.
    Unsafe {
        /// What: `S1`, `S2`, ... in the order of the model.
        categories: Vec<String>,
    },
    /// How likely it is an attack, from 0 to 1.
    Score(f64),
}

impl GuardVerdict {
    /// Reads the reply of a guard model.
    ///
    /// # Errors
    ///
    /// [`is_decode`](Error::is_decode) where the reply is none of a guard model, or has no text. It must not be taken for safe.
    pub fn of(completion: &ChatCompletion) -> Result<Self, Error> {
        let text = completion.text().unwrap_or_default();
        Self::read(text).ok_or_else(|| {
            Error::new(
                ErrorKind::Decode,
                "the reply is not a guard model's verdict",
            )
            .with_advice("do not take the text for safe")
            .while_doing("read verdict")
        })
    }

    /// Whether it is unsafe, or its score is above this.
    pub fn is_unsafe_above(&self, threshold: f64) -> bool {
        match self {
            Self::Safe => false,
            Self::Unsafe { .. } => true,
            Self::Score(score) => *score > threshold,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(score) = text.parse::<f64>() {
            return (0.0..=1.0).contains(&score).then_some(Self::Score(score));
        }
        let (word, rest) = text.split_once('\n').unwrap_or((text, ""));
        match word.trim() {
            "safe" if rest.trim().is_empty() => Some(Self::Safe),
            "unsafe" => {
                let categories = rest.split([',', '\n']).map(str::trim);
                let categories = categories.filter(|category| !category.is_empty());
                Some(Self::Unsafe {
                    categories: categories.map(str::to_owned).collect(),
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read() {
        let categories = |list: &[&str]| GuardVerdict::Unsafe {
            categories: list.iter().map(|category| (*category).to_owned()).collect(),
        };
        for (text, expected) in [
            ("safe", Some(GuardVerdict::Safe)),
            ("\n\nsafe\n", Some(GuardVerdict::Safe)),
            ("unsafe\nS1,S10", Some(categories(&["S1", "S10"]))),
            ("unsafe\nS1, S2\n", Some(categories(&["S1", "S2"]))),
            ("unsafe", Some(categories(&[]))),
            ("0.9996", Some(GuardVerdict::Score(0.9996))),
            ("1e-3", Some(GuardVerdict::Score(0.001))),
            ("safe\nS1", None),
            ("2.5", None),
            ("NaN", None),
            ("It is safe.", None),
            ("", None),
        ] {
            assert_eq!(GuardVerdict::read(text), expected, "{text:?}");
        }
        assert!(GuardVerdict::Score(0.6).is_unsafe_above(0.5));
        assert!(categories(&[]).is_unsafe_above(1.0) && !GuardVerdict::Safe.is_unsafe_above(0.0));
    }
}
