//! How long a batch may take.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::error::Error;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3600);

/// How long a batch may take. Groq accepts 24 hours to 7 days.
///
/// ```
/// use groq_core::batch::CompletionWindow;
///
/// assert_eq!(CompletionWindow::DAY.to_string(), "24h");
/// assert_eq!("36h".parse::<CompletionWindow>()?, CompletionWindow::hours(36));
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompletionWindow(Unit);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Hours(u32),
    Days(u32),
}

impl CompletionWindow {
    /// 24 hours, the shortest.
    pub const DAY: Self = Self::hours(24);
    /// 7 days, the longest.
    pub const WEEK: Self = Self::days(7);

    /// Creates a window of hours.
    ///
    /// ```
    /// assert_eq!(groq_core::batch::CompletionWindow::hours(36).to_string(), "36h");
    /// ```
    pub const fn hours(hours: u32) -> Self {
        Self(Unit::Hours(hours))
    }

    /// Creates a window of days.
    pub const fn days(days: u32) -> Self {
        Self(Unit::Days(days))
    }
}

impl fmt::Display for CompletionWindow {
    /// Writes it as the API does: `24h`, `7d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unit::Hours(hours) => write!(f, "{hours}h"),
            Unit::Days(days) => write!(f, "{days}d"),
        }
    }
}

impl FromStr for CompletionWindow {
    type Err = Error;

    /// Reads the API's notation: `24h`, `7d`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let count = |suffix| text.strip_suffix(suffix)?.parse().ok();
        count('h')
            .map(Self::hours)
            .or_else(|| count('d').map(Self::days))
            .ok_or_else(|| Error::refused(format!("{text:?} is not a window such as 24h or 7d")))
    }
}

/// The length of a window in the API's notation. Other text counts as the longest window.
pub(super) fn length(text: &str) -> Duration {
    let window = text.parse().unwrap_or(CompletionWindow::WEEK);
    match window.0 {
        Unit::Hours(hours) => HOUR * hours.min(24 * 365),
        Unit::Days(days) => DAY * days.min(365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read() {
        for (text, hours) in [
            ("24h", 24),
            ("7d", 168),
            ("1d", 24),
            ("soon", 168),
            ("", 168),
        ] {
            assert_eq!(length(text), hours * HOUR, "{text}");
        }
        assert_eq!(length(&CompletionWindow::WEEK.to_string()), 7 * DAY);
    }
}
