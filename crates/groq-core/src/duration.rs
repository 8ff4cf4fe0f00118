//! Durations as Go prints them: `2m59.56s`, `7.66s`, `120ms`.

use std::time::Duration;

/// Reads a duration in Go's notation, as Groq writes it in `x-ratelimit-reset-*` headers and error messages.
///
/// A duration is one or more decimal numbers, each with its unit: `d`, `h`, `m`, `s`, `ms`, `us` (or `µs`) and `ns`.
/// Only units up to hours are on record (`2m59.56s`, `9m38.016s`, `50.597142857s`); the others come from Go.
/// Signs, blanks and numbers without a unit are refused, except a lone `0`.
///
/// Returns `None` for anything else, and for what does not fit into a [`Duration`]. What lies below a nanosecond is cut off.
///
/// ```
/// use groq_core::limits::parse_duration;
/// use std::time::Duration;
///
/// assert_eq!(parse_duration("2m59.56s"), Some(Duration::from_millis(179_560)));
/// assert_eq!(parse_duration("soon"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut nanos: u128 = 0;
    while !rest.is_empty() {
        let (number, after_number) = split_number(rest)?;
        let (unit, after_unit) = split_unit(after_number)?;
        nanos = nanos.checked_add(number.in_unit(unit)?)?;
        rest = after_unit;
    }
    (!text.is_empty()).then(|| from_nanos(nanos)).flatten()
}

/// Reads a plain decimal number of some unit, given in nanoseconds: `2`, `1.5`, `.5`.
///
/// Exponents, signs, `nan` and `inf` are refused: a server that sends them does not mean a time.
pub(crate) fn parse_decimal(text: &str, unit_nanos: u64) -> Option<Duration> {
    let (number, rest) = split_number(text)?;
    if !rest.is_empty() {
        return None;
    }
    from_nanos(number.in_unit(unit_nanos)?)
}

/// The digits before and after the point.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
}

impl Decimal<'_> {
    fn in_unit(&self, unit_nanos: u64) -> Option<u128> {
        let unit = u128::from(unit_nanos);
        let whole = match self.whole {
            "" => 0,
            digits => digits.parse::<u128>().ok()?,
        };
        whole.checked_mul(unit)?.checked_add(self.fraction_of(unit))
    }

    fn fraction_of(&self, unit: u128) -> u128 {
        // Eighteen digits are far below a nanosecond of a day, and keep the product within `u128`.
        let digits = &self.fraction[..self.fraction.len().min(18)];
        let (numerator, denominator) =
            digits.bytes().fold((0u128, 1u128), |(sum, scale), digit| {
                (sum * 10 + u128::from(digit - b'0'), scale * 10)
            });
        numerator * unit / denominator
    }
}

fn split_number(text: &str) -> Option<(Decimal<'_>, &str)> {
    let (whole, rest) = split_digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after_point) => split_digits(after_point),
        None => ("", rest),
    };
    (!whole.is_empty() || !fraction.is_empty()).then_some((Decimal { whole, fraction }, rest))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(end)
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    // Longer names first: `ms` is not `m` followed by `s`.
    const UNITS: [(&str, u64); 9] = [
        ("ns", 1),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    UNITS
        .iter()
        .find_map(|(name, nanos)| text.strip_prefix(name).map(|rest| (*nanos, rest)))
}

fn from_nanos(nanos: u128) -> Option<Duration> {
    const PER_SECOND: u128 = 1_000_000_000;
    let seconds = u64::try_from(nanos / PER_SECOND).ok()?;
    let rest = u32::try_from(nanos % PER_SECOND).ok()?;
    Some(Duration::new(seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_go_prints() {
        let table = [
            ("2m59.56s", 179_560_000_000),
            ("7.66s", 7_660_000_000),
            ("50.597142857s", 50_597_142_857),
            ("9m38.016s", 578_016_000_000),
            ("1h", 3_600_000_000_000),
            ("1h0m0s", 3_600_000_000_000),
            ("120ms", 120_000_000),
            ("1m30ms", 60_030_000_000),
            ("1.5us", 1_500),
            ("3\u{b5}s", 3_000),
            ("3\u{3bc}s", 3_000),
            ("7ns", 7),
            ("2d", 172_800_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("0s", 0),
            ("0", 0),
        ];
        for (text, nanos) in table {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_nanos(nanos)),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_everything_else() {
        let table = [
            "",
            "abc",
            "5",
            "s",
            ".",
            ".s",
            "-1s",
            "+1s",
            "1 s",
            " 1s",
            "1s ",
            "1.2.3s",
            "1e3s",
            "nan",
            "inf",
            "1x",
            "1S",
            "99999999999999999999999h",
            "\u{b5}",
            "1\u{b5}",
            "1s\0",
        ];
        for text in table {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn decimal_numbers_have_no_exponent_and_no_sign() {
        const SECOND: u64 = 1_000_000_000;
        assert_eq!(
            parse_decimal("1.5", SECOND),
            Some(Duration::from_millis(1500))
        );
        assert_eq!(
            parse_decimal("20", 1_000_000),
            Some(Duration::from_millis(20))
        );
        for text in [
            "",
            "-5",
            "nan",
            "inf",
            "1e400",
            "100000000000000000000",
            "1s",
            " 1",
        ] {
            assert_eq!(parse_decimal(text, SECOND), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = parse_duration(&text);
            let _ = parse_decimal(&text, 1_000_000_000);
        }

        #[test]
        fn near_misses_never_panic(text in "[0-9.hmsun\u{b5}d]{0,60}") {
            let _ = parse_duration(&text);
        }

        #[test]
        fn reads_back_hours_minutes_and_nanoseconds(hours in 0u64..1_000_000, minutes in 0u64..60, nanos in 0u64..60_000_000_000) {
            let seconds = nanos / 1_000_000_000;
            let fraction = nanos % 1_000_000_000;
            let text = format!("{hours}h{minutes}m{seconds}.{fraction:09}s");
            let expected = Duration::from_secs(hours * 3600 + minutes * 60) + Duration::from_nanos(nanos);
            prop_assert_eq!(parse_duration(&text), Some(expected));
        }
    }
}
