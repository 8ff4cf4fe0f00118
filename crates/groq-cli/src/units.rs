//! Amounts, durations and dates in a form for people.

use std::time::Duration;

use groq_core::models::{Billing, Catalog, Cost, Date, Usage};

/// What a usage costs, by the known prices.
pub(crate) fn cost(model: &str, usage: &Usage, billing: Billing) -> Option<Cost> {
    Catalog::shipped().cost(model, usage, billing)
}

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
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{} {hour:02}:{minute:02}", Date::from_unix_seconds(seconds))
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
    fn costs_follow_the_price_list() {
        let usage = Usage::new(1_000_000, 1_000_000);
        let price = |model, billing| price(cost(model, &usage, billing));
        assert_eq!(price("openai/gpt-oss-20b", Billing::OnDemand), "$0.375");
        assert_eq!(price("openai/gpt-oss-20b", Billing::Batch), "$0.1875");
        assert_eq!(price("nobody", Billing::OnDemand), "price unknown");
    }

    #[test]
    fn durations_dates_and_counts_are_short() {
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
