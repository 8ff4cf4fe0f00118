//! Calendar days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// A calendar day in UTC, written as `2026-09-15`.
///
/// ```
/// use groq_models::Date;
///
/// let day: Date = "2026-09-15".parse()?;
/// assert!(day < Date::new(2026, 10, 1).expect("a day"));
/// assert_eq!(day.to_string(), "2026-09-15");
/// # Ok::<(), groq_models::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// 1970-01-01.
impl Default for Date {
    fn default() -> Self {
        Self::from_unix_seconds(0)
    }
}

impl Date {
    /// Creates a day; `None` if the calendar has no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let fits = (1..=days).contains(&day) && year <= 9999;
        fits.then_some(Self { year, month, day })
    }

    /// Returns the day of a Unix time in seconds.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        // Years begin in March here, so that a leap day is the last day of its year.
        let days = (seconds / 86_400).min(2_932_896) + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(9999),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }

    /// Today in UTC; `None` where the platform has no clock, as `wasm32-unknown-unknown` has none.
    pub(crate) fn today() -> Option<Self> {
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        return None;
        #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
        {
            let now = std::time::SystemTime::now();
            let since = now.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Self::from_unix_seconds(since.as_secs()))
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        f.pad(&text)
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |part: Option<&str>, digits: usize| -> Option<u16> {
            let part = part.filter(|part| part.len() == digits)?;
            let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse().ok())?
        };
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next(), parts.next(), parts.next());
        let small = |part| u8::try_from(number(part, 2)?).ok();
        let date = number(year, 4).zip(small(month)).zip(small(day));
        let date = date.and_then(|((year, month), day)| Self::new(year, month, day));
        date.ok_or_else(|| {
            let message = format!("{text:?} is not a date: expected YYYY-MM-DD");
            Error::new(ErrorKind::InvalidValue, message)
        })
    }
}

impl TryFrom<String> for Date {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}
