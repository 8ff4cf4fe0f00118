//! One limit, and how much of it is used.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::parse_duration;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitUnit {
    /// Requests.
    Requests,
    /// Tokens of prompts and replies.
    Tokens,
    /// Seconds of audio.
    Audio,
}

/// One limit of a model, and how much of it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitStatus {
    /// What is counted.
    pub unit: LimitUnit,
    /// The time in which it is counted.
    pub period: Duration,
    /// The most in that time.
    pub limit: u64,
    /// What is used of it.
    pub used: u64,
    /// What the call needs that was refused; 0 if that is unknown.
    pub requested: u64,
}

impl LimitStatus {
    /// Creates the status of a limit of which nothing is used.
    pub fn new(unit: LimitUnit, limit: u64, period: Duration) -> Self {
        Self {
            unit,
            period,
            limit,
            used: 0,
            requested: 0,
        }
    }

    /// Reads the text of a 429.
    ///
    /// ```
    /// use groq_core::limits::LimitStatus;
    ///
    /// let text = "Rate limit reached for model `m` in organization `o` on requests per minute (RPM): Limit 60, Used 58, Requested 1.";
    /// let status = LimitStatus::from_message(text).expect("it names a limit");
    /// assert_eq!(status.remaining(), 2);
    /// assert_eq!(status.to_string(), "60 requests per minute, of which 2 are left");
    /// ```
    pub fn from_message(message: &str) -> Option<Self> {
        let (name, numbers) = message.split_once("Limit ")?;
        let (unit, period) = unit_and_period(name)?;
        let limit = leading_number(numbers)?;
        let number = |word| leading_number(numbers.split_once(word)?.1);
        Some(Self {
            used: number("Used ").unwrap_or_default(),
            requested: number("Requested ").unwrap_or_default(),
            ..Self::new(unit, limit, period)
        })
        .filter(|status| status.limit > 0)
    }

    pub(super) fn period_name(&self) -> Cow<'static, str> {
        match self.period {
            MINUTE => "minute".into(),
            HOUR => "hour".into(),
            DAY => "day".into(),
            other => format!("{other:?}").into(),
        }
    }

    /// Returns what is left.
    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }
}

/// What the text before the numbers says is counted.
fn unit_and_period(name: &str) -> Option<(LimitUnit, Duration)> {
    // Some organizations have limits for input and output tokens apart, which no estimate here knows.
    let (counted, rest) = name.rsplit_once(" per ")?;
    let unit = if counted.ends_with("requests") {
        LimitUnit::Requests
    } else if counted.ends_with(" on tokens") {
        LimitUnit::Tokens
    } else if counted.contains("audio") {
        LimitUnit::Audio
    } else {
        return None;
    };
    let word = rest.split([' ', ':']).next()?;
    let period = match word {
        "second" => Duration::from_secs(1),
        "minute" => MINUTE,
        "hour" => HOUR,
        "day" => DAY,
        other => parse_duration(other)?,
    };
    Some((unit, period)).filter(|(_, period)| !period.is_zero())
}

fn leading_number(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

impl fmt::Display for LimitUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests",
            Self::Tokens => "tokens",
            Self::Audio => "seconds of audio",
        })
    }
}

impl fmt::Display for LimitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (period, left) = (self.period_name(), self.remaining());
        write!(
            f,
            "{} {} per {period}, of which {left} are left",
            self.limit, self.unit
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_of_a_429_names_its_limit() {
        let table = [
            (
                "on requests per minute (RPM): Limit 60, Used 60, Requested 1.",
                LimitUnit::Requests,
                60,
                60,
                60,
            ),
            (
                "on requests per day (RPD): Limit 1000, Used 999, Requested 1",
                LimitUnit::Requests,
                86_400,
                1000,
                999,
            ),
            (
                "on tokens per minute (TPM): Limit 6000, Used 5400, Requested 812",
                LimitUnit::Tokens,
                60,
                6000,
                5400,
            ),
            (
                "on tokens per day (TPD): Limit 500000, Used ~499000, Requested 9",
                LimitUnit::Tokens,
                86_400,
                500_000,
                0,
            ),
            (
                "on seconds of audio per hour (ASH): Limit 7200, Used 7100, Requested 300",
                LimitUnit::Audio,
                3600,
                7200,
                7100,
            ),
            (
                "on audio seconds per day (ASD): Limit 28800, Used 1, Requested 3",
                LimitUnit::Audio,
                86_400,
                28_800,
                1,
            ),
            (
                "on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce",
                LimitUnit::Tokens,
                60,
                6000,
                0,
            ),
            (
                "on requests per 10s: Limit 2, Used 2, Requested 1.",
                LimitUnit::Requests,
                10,
                2,
                2,
            ),
            (
                "on requests per second: Limit 5, Used 5, Requested 1.",
                LimitUnit::Requests,
                1,
                5,
                5,
            ),
        ];
        for (text, unit, seconds, limit, used) in table {
            let text = format!("Rate limit reached for model `m` in organization `o` {text}");
            let status = LimitStatus::from_message(&text).expect(&text);
            let period = Duration::from_secs(seconds);
            let expected = LimitStatus {
                used,
                requested: status.requested,
                ..LimitStatus::new(unit, limit, period)
            };
            assert_eq!(status, expected, "{text}");
        }
    }

    #[test]
    fn other_texts_name_none() {
        for text in [
            "",
            "slow down",
            "Limit 60, Used 60",
            "on requests per minute (RPM): Limit none",
            "on requests per minute (RPM): Limit 0, Used 0",
            "on input tokens per minute (ITPM): Limit 60, Used 60",
            "on requests per fortnight: Limit 60, Used 60",
        ] {
            assert_eq!(LimitStatus::from_message(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", more in "( on requests per |Limit |Used |[0-9]{1,30}|s|:){0,9}") {
            let _ = LimitStatus::from_message(&text);
            let _ = LimitStatus::from_message(&more);
        }
    }
}
