//! Amounts, durations and dates in a form for people.

use std::time::Duration;

use groq_core::models::Cost;

/// A price, or that it is unknown.
pub(crate) fn price(cost: Option<Cost>) -> String {
    cost.map_or_else(|| "price unknown".to_owned(), |cost| cost.to_string())
}

/// A duration: `0.42 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.2} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A Unix time as `2026-11-30 21:05`, in UTC.
pub(crate) fn date(seconds: u64) -> String {
    // Counted from 1 March of year 0, so that a leap day ends its year; 146,097 days are 400 years.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// `1 piece`, `2 pieces`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_durations_and_dates_are_short() {
        assert_eq!(
            [
                price(Some(Cost::from_nano_dollars(75_000_000))),
                price(None)
            ],
            ["$0.075", "price unknown"]
        );
        let times = [420, 12_000, 200_000, 7_500_000]
            .map(Duration::from_millis)
            .map(duration);
        assert_eq!(times, ["420 ms", "12 s", "3 min 20 s", "2 h 5 min"]);
        let dates = [0, 951_782_400, 1_709_251_199, 1_796_072_700].map(date);
        assert_eq!(
            dates,
            [
                "1970-01-01 00:00",
                "2000-02-29 00:00",
                "2024-02-29 23:59",
                "2026-11-30 21:05"
            ]
        );
        assert_eq!(
            [counted(1, "piece"), counted(0, "piece")],
            ["1 piece", "0 pieces"]
        );
    }
}
