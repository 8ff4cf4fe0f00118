//! Parsers for the values of options.

use std::{ops::RangeInclusive, time::Duration};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// The values of an option: name, meaning, and help.
pub(crate) type Values<T> = &'static [(&'static str, T, &'static str)];

/// Sets what an option has a value for.
pub(crate) fn apply<B, T>(builder: B, value: Option<T>, set: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

/// Parses an option that takes one of these values.
pub(crate) fn one_of<T: Clone + Send + Sync + 'static>(
    values: Values<T>,
) -> impl TypedValueParser<Value = T> {
    let names = values
        .iter()
        .map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(names).try_map(move |name| {
        let value = values.iter().find(|(known, ..)| *known == name);
        value
            .map(|(_, value, _)| value.clone())
            .ok_or("unknown value")
    })
}

/// Parses a duration: `50ms`, `1m30s`, or a number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .or_else(|| groq_core::limits::parse_duration(text))
        .ok_or_else(|| "expected a time such as 50ms, 2s or 1m30s".to_owned())
}

/// Parses a duration within bounds; `bounds` is in words.
pub(crate) fn duration_in(
    range: RangeInclusive<Duration>,
    bounds: &'static str,
) -> impl Fn(&str) -> Result<Duration, String> + Clone {
    move |text| {
        let time = duration(text).ok().filter(|time| range.contains(time));
        time.ok_or_else(|| format!("expected a time {bounds}"))
    }
}

/// Parses a sampling temperature.
pub(crate) fn temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 2".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_is_in_range() {
        assert_eq!(temperature("0.5"), Ok(0.5));
        for text in ["-1", "2.1", "nan", "warm", ""] {
            assert!(temperature(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_units_or_are_seconds() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        let bounded = duration_in(
            Duration::from_secs(10)..=Duration::from_secs(7_200),
            "from 10 s to 2 h",
        );
        assert_eq!(bounded("1m30s"), Ok(Duration::from_secs(90)));
        for text in ["", "9", "soon", "-20", "inf", "3h"] {
            assert!(bounded(text).is_err(), "{text}");
        }
    }
}
