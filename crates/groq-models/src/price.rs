//! Money, exactly.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use groq_types::ServiceTier;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::usage::Usage;

const NANOS: u64 = 1_000_000_000;

/// An amount of US dollars, as a whole number of nano-dollars (10⁻⁹ $).
///
/// Sums are exact. They stop at the largest amount, about 18 billion dollars.
///
/// ```
/// use groq_models::Cost;
///
/// let price: Cost = "0.075".parse()?;
/// assert_eq!(price.nano_dollars(), 75_000_000);
/// assert_eq!((price + price).to_string(), "$0.15");
/// # Ok::<(), groq_models::Error>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Cost(u64);

impl Cost {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Creates an amount from nano-dollars.
    ///
    /// ```
    /// assert_eq!(groq_models::Cost::from_nano_dollars(2_500_000).to_string(), "$0.0025");
    /// ```
    pub const fn from_nano_dollars(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the amount in nano-dollars.
    pub const fn nano_dollars(self) -> u64 {
        self.0
    }

    /// Returns the amount in dollars, as the nearest float. Do not calculate with it.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the name says that it is a float"
    )]
    pub fn as_dollars_f64(self) -> f64 {
        self.0 as f64 / NANOS as f64
    }

    /// The amount in decimals, without trailing zeros beyond `least` decimals.
    fn decimal(self, least: usize) -> String {
        let mut text = format!("{}.{:09}", self.0 / NANOS, self.0 % NANOS);
        let point = text.len() - 9;
        while text.ends_with('0') && text.len() > point + least {
            text.pop();
        }
        text.trim_end_matches('.').to_owned()
    }

    /// A decimal number, its point moved to the right by `shift` digits.
    pub(crate) fn parse(text: &str, shift: usize) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fraction = fraction.trim_end_matches('0');
        let most = 9 + shift;
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > most {
            return None;
        }
        format!("{whole}{fraction:0<most$}").parse().ok().map(Self)
    }
}

/// Dollars with two decimals at least, and as many as they have: `$0.075`.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("${}", self.decimal(2)))
    }
}

impl FromStr for Cost {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text, 0).ok_or_else(|| {
            let message =
                format!("{text:?} is not an amount of dollars: expected at most 9 decimals");
            Error::new(ErrorKind::InvalidValue, message)
        })
    }
}

impl TryFrom<String> for Cost {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Cost> for String {
    fn from(cost: Cost) -> Self {
        cost.decimal(0)
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, more: Self) {
        *self = *self + more;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// What a model costs.
///
/// ```
/// use groq_models::{Catalog, Price};
///
/// let catalog = Catalog::shipped();
/// let model = catalog.get("openai/gpt-oss-20b").expect("a known model");
/// let Some(Price::Tokens { input, output, .. }) = model.price else { panic!("a price of tokens") };
/// assert_eq!(format!("{input} in, {output} out"), "$0.075 in, $0.30 out");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "per")]
#[non_exhaustive]
pub enum Price {
    /// The prices of a million tokens.
    #[serde(rename = "million tokens")]
    Tokens {
        /// Of prompts.
        input: Cost,
        /// Of what the prompt cache held of prompts; `None` if it costs as much as the rest, or is unknown.
        cached_input: Option<Cost>,
        /// Of replies.
        output: Cost,
    },
    /// The price of an hour of audio to transcribe.
    #[serde(rename = "audio hour")]
    AudioHour {
        /// Of the audio, at least ten seconds for each request.
        input: Cost,
    },
    /// The price of a million characters to speak.
    #[serde(rename = "million characters")]
    Characters {
        /// Of the text.
        input: Cost,
    },
}

/// How a call is billed.
///
/// ```
/// use groq_models::Billing;
/// use groq_models::types::ServiceTier;
///
/// assert_eq!(Billing::from(&ServiceTier::Auto), Billing::OnDemand);
/// assert_eq!(Billing::from(&ServiceTier::Flex), Billing::Flex);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Billing {
    /// At the price of the model.
    #[default]
    OnDemand,
    /// As on demand: flex has other limits, and the same price.
    Flex,
    /// As a line of a batch, at a discount. The discount of cached tokens does not come on top of it.
    Batch,
    /// By contract: the price is unknown.
    Performance,
}

impl From<&ServiceTier> for Billing {
    fn from(tier: &ServiceTier) -> Self {
        match tier {
            ServiceTier::Flex => Self::Flex,
            ServiceTier::Performance => Self::Performance,
            _ => Self::OnDemand,
        }
    }
}

impl Price {
    /// Returns what calls cost at this price, rounded to the nano-dollar; `None` where the usage lacks what is paid for,
    /// or the price is by contract. `batch_percent` is what a batch costs of the price.
    ///
    /// [`Catalog::cost`](crate::Catalog::cost) finds the price of a model.
    pub fn cost(&self, usage: &Usage, billing: Billing, batch_percent: u8) -> Option<Cost> {
        const MILLION: u128 = 1_000_000;
        let percent = match billing {
            Billing::OnDemand | Billing::Flex => 100,
            Billing::Batch => u128::from(batch_percent),
            Billing::Performance => return None,
        };
        let (sum, unit) = match self {
            Self::Tokens {
                input,
                cached_input,
                output,
            } => {
                let cached = match billing {
                    Billing::Batch => *input,
                    _ => cached_input.unwrap_or(*input),
                };
                let cached_tokens = usage.cached_tokens.min(usage.prompt_tokens);
                let sum = times(usage.prompt_tokens - cached_tokens, *input)
                    + times(cached_tokens, cached)
                    + times(usage.completion_tokens, *output);
                (sum, MILLION)
            }
            Self::AudioHour { input } => {
                let nanoseconds = usage.billed_audio?.as_nanos();
                let sum = nanoseconds.saturating_mul(u128::from(input.0));
                (sum, 3_600 * u128::from(NANOS))
            }
            Self::Characters { input } => (times(usage.characters, *input), MILLION),
        };
        let unit = unit * 100;
        let nanos = (sum.saturating_mul(percent).saturating_add(unit / 2)) / unit;
        Some(Cost(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }
}

fn times(count: u64, price: Cost) -> u128 {
    u128::from(count) * u128::from(price.0)
}
