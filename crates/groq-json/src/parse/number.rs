//! Reads numbers, exactly or not at all.

use serde_json::Number;

use super::sink::FaultKind;

/// Reads a number as RFC 8259 defines it.
///
/// An integer that does not fit 64 bits is out of range, because a float would be another number. So is a decimal that is
/// too large for a float, or too small to differ from zero.
pub(crate) fn read(text: &str) -> Result<Number, FaultKind> {
    if let Some(number) = short_integer(text.as_bytes()) {
        return Ok(number);
    }
    if !is_number(text.as_bytes()) {
        return Err(FaultKind::Syntax("a number that JSON does not have"));
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
        && text != "-0"
    {
        return text
            .parse::<u64>()
            .map(Number::from)
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .map_err(|_| FaultKind::NumberRange);
    }
    let float: f64 = text.parse().map_err(|_| FaultKind::NumberRange)?;
    if float == 0.0 && mantissa(text).any(|digit| digit != b'0') {
        return Err(FaultKind::NumberRange);
    }
    Number::from_f64(float).ok_or(FaultKind::NumberRange)
}

/// Whether a float stands for an integer that fits 64 bits, and which.
pub(crate) fn integral(number: &Number) -> Option<Number> {
    // 2^53: below, every integer is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !number.is_f64() {
        return None;
    }
    let float = number.as_f64()?;
    if float.fract() != 0.0 || float.abs() >= EXACT {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole and less than 2^53"
    )]
    let integer = float as i64;
    Some(Number::from(integer))
}

/// Whether a number is an integer as it is written, before it is rounded to a float.
pub(crate) fn is_integral(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let Ok(exponent) = exponent.parse::<i64>() else {
        return false;
    };
    let (_, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit);
    // The digits behind the point, once it has been moved.
    let behind = i64::try_from(fraction.len())
        .unwrap_or(i64::MAX)
        .saturating_sub(exponent);
    let behind = usize::try_from(behind).unwrap_or(0);
    digits.rev().take(behind).all(|digit| digit == b'0')
}

/// Up to 18 digits, which is nearly every integer.
fn short_integer(text: &[u8]) -> Option<Number> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let leading_zero = digits.first() == Some(&b'0') && (digits.len() > 1 || negative);
    if digits.is_empty() || digits.len() > 18 || leading_zero {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if negative {
        Number::from(-value)
    } else {
        Number::from(value.unsigned_abs())
    })
}

fn mantissa(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes()
        .take_while(|byte| !matches!(byte, b'e' | b'E'))
        .filter(u8::is_ascii_digit)
}

fn is_number(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let (integer, rest) = digits(rest);
    if integer.is_empty() || (integer.len() > 1 && integer[0] == b'0') {
        return false;
    }
    let rest = match rest.strip_prefix(b".") {
        Some(rest) => match digits(rest) {
            ([], _) => return false,
            (_, rest) => rest,
        },
        None => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..] => {
            let (exponent, rest) = digits(rest);
            !exponent.is_empty() && rest.is_empty()
        }
        _ => false,
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        for (text, expected) in [
            ("0", "0"),
            ("-1", "-1"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("1e3", "1000.0"),
            ("-0", "-0.0"),
            ("0.1", "0.1"),
            ("1E-2", "0.01"),
            ("123456789012345678", "123456789012345678"),
            ("1234567890123456789", "1234567890123456789"),
        ] {
            assert_eq!(read(text).unwrap().to_string(), expected, "{text}");
        }
        for text in [
            "18446744073709551616",
            "-9223372036854775809",
            "1e400",
            "1e-400",
        ] {
            assert_eq!(read(text), Err(FaultKind::NumberRange), "{text}");
        }
        for text in [
            "", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "1-2", "1.2.3", "--1",
        ] {
            assert!(matches!(read(text), Err(FaultKind::Syntax(_))), "{text}");
        }
        assert!(read("0e-999").is_ok());
    }

    #[test]
    fn integral_floats() {
        let float = |value: f64| Number::from_f64(value).unwrap();
        assert_eq!(integral(&float(3.0)), Some(Number::from(3)));
        assert_eq!(integral(&float(-0.0)), Some(Number::from(0)));
        assert_eq!(integral(&float(3.5)), None);
        assert_eq!(integral(&float(1e300)), None);
        assert_eq!(integral(&Number::from(3)), None);
        assert_eq!(integral(&float(9_007_199_254_740_992.0)), None);
    }

    #[test]
    fn integers_as_they_are_written() {
        for text in [
            "3", "3.0", "-3.000", "1e3", "1.5e1", "1.50E+1", "100e-2", "0e-9", "0.0",
        ] {
            assert!(is_integral(text), "{text}");
        }
        for text in [
            "3.5",
            "3.0000000000000000001",
            "1e-1",
            "15e-1",
            "1.25e1",
            "101e-2",
        ] {
            assert!(!is_integral(text), "{text}");
        }
    }
}
