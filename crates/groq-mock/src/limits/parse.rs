//! Throttle as a text.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::throttle::{DAY, HOUR, MINUTE, SECOND, Throttle};

/// A list of limits that cannot be read: its text says which part, and what it could be.
///
/// ```
/// let error = "requests=many".parse::<groq_mock::Throttle>().unwrap_err();
/// assert!(error.to_string().contains("requests=many"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ThrottleError(String);

/// Reads `free` ([`Throttle::free_plan`]), `none` ([`Throttle::new`]), or a list of `requests=N/TIME`, `tokens=N/TIME` and
/// `audio=SECONDS/TIME`, with times such as `10s`, `1m30s`, `h` or a number of seconds.
///
/// ```
/// use std::time::Duration;
/// use groq_mock::Throttle;
///
/// let limits: Throttle = "requests=30/1m, tokens=8000/m".parse()?;
/// let minute = Duration::from_secs(60);
/// assert_eq!(limits, Throttle::new().requests(30, minute).tokens(8_000, minute));
/// # Ok::<(), groq_mock::ThrottleError>(())
/// ```
impl FromStr for Throttle {
    type Err = ThrottleError;

    fn from_str(text: &str) -> Result<Self, ThrottleError> {
        match text.trim() {
            "free" => Ok(Self::free_plan()),
            "none" => Ok(Self::new()),
            list => list.split(',').try_fold(Self::new(), |limits, part| {
                let part = part.trim();
                let limits = limits.with(part);
                limits.ok_or_else(|| ThrottleError(part.to_owned()))
            }),
        }
    }
}

impl Throttle {
    fn with(self, part: &str) -> Option<Self> {
        let (what, how_much) = part.split_once('=')?;
        let (amount, per) = how_much.split_once('/')?;
        let amount = amount.trim().parse().ok().filter(|amount| *amount > 0)?;
        let per = period(per.trim())?;
        Some(match what.trim() {
            "requests" => self.requests(amount, per),
            "tokens" => self.tokens(amount, per),
            "audio" => self.audio_seconds(amount, per),
            _ => return None,
        })
    }
}

/// The longest period.
const MOST: Duration = DAY.saturating_mul(366);

/// `10s`, `1m30s`, `250ms`, the unit alone, or a number of seconds.
fn period(text: &str) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let is_number = |c: char| c.is_ascii_digit() || c == '.';
        let digits = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after.find(is_number).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number = match number {
            "" => 1.0,
            number => number.parse::<f64>().ok()?,
        };
        let seconds = number * unit_of(unit)?.as_secs_f64();
        sum = sum.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
        rest = after;
    }
    Some(sum).filter(|sum| !sum.is_zero() && *sum <= MOST)
}

fn unit_of(name: &str) -> Option<Duration> {
    Some(match name {
        "ms" => Duration::from_millis(1),
        "s" | "" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    })
}

impl fmt::Display for ThrottleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no limit: write free, none, or a list of requests=30/1m, tokens=8000/1m and audio=7200/1h",
            self.0
        )
    }
}

impl Error for ThrottleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let expected = Throttle::new()
            .requests(30, MINUTE)
            .tokens(8_000, MINUTE)
            .audio_seconds(7_200, HOUR);
        let read = |text: &str| text.parse::<Throttle>();
        assert_eq!(
            read("requests=30/1m, tokens=8000/m,audio=7200/1h"),
            Ok(expected)
        );
        assert_eq!(read(" free "), Ok(Throttle::free_plan()));
        assert_eq!(read("none"), Ok(Throttle::new()));
    }

    #[test]
    fn periods_have_units() {
        for (text, milliseconds) in [
            ("250ms", 250),
            ("10", 10_000),
            ("1m30s", 90_000),
            ("1.5s", 1_500),
            ("d", 86_400_000),
        ] {
            assert_eq!(
                period(text),
                Some(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_limit_is_named() {
        for wrong in [
            "",
            "requests",
            "requests=3",
            "requests=3/",
            "requests=0/1m",
            "requests=3/0s",
            "requests=1.5/1m",
            "requests=-1/1m",
            "requests=99999999999/1m",
            "requests=3/1..5s",
            "requests=3/9999999999999h",
            "requests=3/1w",
            "requests=3/-1s",
            "requests=3/\u{662}s",
            "calls=3/1m",
            "requests=3/1m,",
            "free, requests=3/1m",
        ] {
            let error = wrong.parse::<Throttle>().unwrap_err().to_string();
            let part = wrong
                .split(',')
                .find(|part| error.contains(&format!("`{}`", part.trim())));
            assert!(part.is_some(), "{wrong}: {error}");
        }
    }
}
