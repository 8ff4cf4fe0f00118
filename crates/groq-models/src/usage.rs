//! What calls used.

use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::time::Duration;

use groq_types::{CompletionUsage, ResponseUsage};

/// The tokens, audio and characters that one call or several calls used.
///
/// ```
/// use groq_models::{Billing, Catalog, Usage};
///
/// let mut usage = Usage::new(1_000, 200).cached_tokens(400);
/// usage += Usage::new(500, 100);
/// assert_eq!(usage.total_tokens(), 1_800);
/// let cost = Catalog::shipped().cost("openai/gpt-oss-20b", &usage, Billing::OnDemand);
/// assert_eq!(cost.expect("a known price").to_string(), "$0.0001875");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of prompts, with those that were cached.
    pub prompt_tokens: u64,
    /// The part of `prompt_tokens` that the prompt cache held.
    pub cached_tokens: u64,
    /// Tokens of replies, with those of reasoning.
    pub completion_tokens: u64,
    /// The part of `completion_tokens` that was reasoning.
    pub reasoning_tokens: u64,
    /// The length of the audio that was transcribed; `None` if there was none, or its length is unknown.
    pub audio: Option<Duration>,
    /// The audio that is billed and counts against limits: `audio`, but ten seconds at least for each request.
    pub billed_audio: Option<Duration>,
    /// Characters that were spoken.
    pub characters: u64,
}

/// The least audio that is billed for a request. The shipped catalog has the same number; a test compares them.
const MIN_BILLED_AUDIO: Duration = Duration::from_secs(10);

impl Usage {
    /// Creates a usage of tokens: those of the prompt and those of the reply.
    pub const fn new(prompt_tokens: u64, completion_tokens: u64) -> Self {
        Self {
            prompt_tokens,
            cached_tokens: 0,
            completion_tokens,
            reasoning_tokens: 0,
            audio: None,
            billed_audio: None,
            characters: 0,
        }
    }

    /// Sets how many tokens of the prompt were cached.
    pub const fn cached_tokens(mut self, tokens: u64) -> Self {
        self.cached_tokens = tokens;
        self
    }

    /// Sets how many tokens of the reply were reasoning.
    pub const fn reasoning_tokens(mut self, tokens: u64) -> Self {
        self.reasoning_tokens = tokens;
        self
    }

    /// Sets the length of the audio of one request. At least ten seconds of it are billed.
    ///
    /// ```
    /// use std::time::Duration;
    /// use groq_models::Usage;
    ///
    /// let two: Usage = [3, 60].map(|seconds| Usage::default().audio(Duration::from_secs(seconds))).into_iter().sum();
    /// assert_eq!(two.audio, Some(Duration::from_secs(63)));
    /// assert_eq!(two.billed_audio, Some(Duration::from_secs(70)));
    /// ```
    pub fn audio(mut self, length: Duration) -> Self {
        self.audio = Some(length);
        self.billed_audio = Some(length.max(MIN_BILLED_AUDIO));
        self
    }

    /// Sets the characters that were spoken.
    pub const fn characters(mut self, characters: u64) -> Self {
        self.characters = characters;
        self
    }

    /// Returns the tokens of prompts and replies together.
    ///
    /// ```
    /// assert_eq!(groq_models::Usage::new(10, 5).total_tokens(), 15);
    /// ```
    pub const fn total_tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }

    /// Returns the tokens that count against rate limits: all but the cached ones.
    ///
    /// ```
    /// assert_eq!(groq_models::Usage::new(1_000, 50).cached_tokens(900).limited_tokens(), 150);
    /// ```
    pub const fn limited_tokens(&self) -> u64 {
        self.total_tokens().saturating_sub(self.cached_tokens)
    }
}

impl From<&CompletionUsage> for Usage {
    fn from(usage: &CompletionUsage) -> Self {
        Self::new(usage.prompt_tokens, usage.completion_tokens)
            .cached_tokens(usage.cached_tokens())
            .reasoning_tokens(usage.reasoning_tokens())
    }
}

impl From<&ResponseUsage> for Usage {
    fn from(usage: &ResponseUsage) -> Self {
        let cached = usage.input_tokens_details.as_ref();
        let cached = cached.and_then(|details| details.cached_tokens);
        let reasoning = usage.output_tokens_details.as_ref();
        let reasoning = reasoning.and_then(|details| details.reasoning_tokens);
        Self::new(usage.input_tokens, usage.output_tokens)
            .cached_tokens(cached.unwrap_or_default())
            .reasoning_tokens(reasoning.unwrap_or_default())
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Self) {
        for (sum, more) in [
            (&mut self.prompt_tokens, more.prompt_tokens),
            (&mut self.cached_tokens, more.cached_tokens),
            (&mut self.completion_tokens, more.completion_tokens),
            (&mut self.reasoning_tokens, more.reasoning_tokens),
            (&mut self.characters, more.characters),
        ] {
            *sum = sum.saturating_add(more);
        }
        for (sum, more) in [
            (&mut self.audio, more.audio),
            (&mut self.billed_audio, more.billed_audio),
        ] {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or_default().saturating_add(more));
            }
        }
    }
}

impl AddAssign<&CompletionUsage> for Usage {
    fn add_assign(&mut self, more: &CompletionUsage) {
        *self += Self::from(more);
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(mut self, more: Self) -> Self {
        self += more;
        self
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
