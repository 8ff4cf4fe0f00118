//! Rate limits that count: requests, tokens and seconds of audio, for each model on its own.

mod bucket;
mod duration;
mod limiter;
mod parse;
mod plans;

use std::time::Duration;

pub(crate) use self::duration::go_duration;
pub(crate) use self::limiter::{Charge, Limiter};
pub use self::parse::ThrottleError;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How much each model may be used.
///
/// An allowance is a bucket that fills up evenly, as Groq's are: of 60 requests a minute one comes back each
/// second. Prompt and requested completion count when a request comes in; what was not generated is given back.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use std::time::Duration;
/// use groq_mock::{Throttle, Mock};
///
/// let tight = Throttle::new().requests(3, Duration::from_secs(10)).tokens(1_000, Duration::from_secs(1));
/// let mock = Mock::builder().throttle(Throttle::free_plan()).model_throttle("openai/gpt-oss-20b", tight).start().await?;
/// # drop(mock); Ok(()) }
/// ```
///
/// They can be read from a text as well, for settings and command lines: `"requests=3/10s, tokens=1000/1m"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Throttle {
    allowances: Vec<Allowance>,
    enforced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Allowance {
    unit: Unit,
    amount: u32,
    per: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unit {
    Requests,
    Tokens,
    AudioSeconds,
}

impl Throttle {
    /// No limit at all, and no limit in the headers.
    pub fn new() -> Self {
        Self {
            allowances: Vec::new(),
            enforced: true,
        }
    }

    /// 500,000 requests a day and 1,000,000 tokens a minute, which count down in the headers and refuse nobody.
    pub fn generous() -> Self {
        Self {
            enforced: false,
            ..Self::new().requests(500_000, DAY).tokens(1_000_000, MINUTE)
        }
    }

    /// The limits of the free plan for `openai/gpt-oss-20b`: 30 requests a minute, 1,000 a day, 8,000 tokens a
    /// minute, 200,000 a day.
    pub fn free_plan() -> Self {
        Self::new()
            .requests(30, MINUTE)
            .requests(1_000, DAY)
            .tokens(8_000, MINUTE)
            .tokens(200_000, DAY)
    }

    /// What the free plan gives of a model, by the table of December 2025; of one that is not in it, as much as of
    /// `openai/gpt-oss-20b`.
    pub fn free_plan_for(model: &str) -> Self {
        plans::free(model)
    }

    /// Also limits requests to so many in such a time.
    pub fn requests(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::Requests, amount, per)
    }

    /// Also limits tokens, of prompt and completion together, to so many in such a time.
    pub fn tokens(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::Tokens, amount, per)
    }

    /// Also limits seconds of audio to so many in such a time; ten are counted of a recording at least.
    pub fn audio_seconds(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::AudioSeconds, amount, per)
    }

    fn allow(mut self, unit: Unit, amount: u32, per: Duration) -> Self {
        self.allowances.push(Allowance { unit, amount, per });
        self
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::generous()
    }
}
