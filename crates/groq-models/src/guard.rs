//! What a guard model says about a text.

use groq_types::ChatCompletion;

use crate::error::{Error, ErrorKind};

/// What a guard model says about a text: Llama Guard in words, Prompt Guard as a number.
///
/// ```
/// use groq_models::GuardVerdict;
/// use groq_models::types::{ChatCompletion, Choice, CompletionMessage};
///
/// let message = CompletionMessage::new().with_content("0.9996");
/// let reply = ChatCompletion::new("c1", [Choice::new(0, message)], 0u64, "meta-llama/llama-prompt-guard-2-86m");
/// let verdict = GuardVerdict::from_completion(&reply)?;
/// assert!(verdict.is_unsafe_above(0.5));
/// # Ok::<(), groq_models::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum GuardVerdict {
    /// The text is safe.
    Safe,
    /// The text is unsafe.
    Unsafe {
        /// The categories: `S1`, `S2`, ... in the order of the model.
        categories: Vec<String>,
    },
    /// How likely the text is an attack, from 0 to 1.
    Score(f64),
}

impl GuardVerdict {
    /// Reads the reply of a guard model.
    ///
    /// # Errors
    ///
    /// [`is_unexpected_reply`](Error::is_unexpected_reply) if the reply is not one of a guard model, or has no text. Do not take
    /// the text for safe then.
    pub fn from_completion(completion: &ChatCompletion) -> Result<Self, Error> {
        let text = completion.text().unwrap_or_default();
        Self::read(text).ok_or_else(|| {
            let message = "the reply is not a guard model's verdict: do not take the text for safe";
            Error::new(ErrorKind::UnexpectedReply, message)
        })
    }

    /// Returns whether the text is unsafe, or its score is above a threshold.
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
