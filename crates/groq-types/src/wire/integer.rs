//! Whole numbers that may be spelled with a fraction of zero.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

/// Reads a whole number that JSON may spell `7`, `7.0` or `7e0`: servers written in languages with one number type send
/// the last two.
pub(crate) struct Integer<T>(pub(crate) T);

/// The integer types of the wire.
pub(crate) trait Whole: TryFrom<i128> {
    const EXPECTED: &'static str;
}

macro_rules! whole {
    ($($integer:ident $expected:literal;)*) => {$(
        impl Whole for $integer {
            const EXPECTED: &'static str = $expected;
        }
    )*};
}

whole! {
    i32 "a whole number of 32 bits";
    u32 "a whole number of 32 bits, not negative";
    i64 "a whole number of 64 bits";
    u64 "a whole number of 64 bits, not negative";
}

impl<'de, T: Whole> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // With `arbitrary_precision`, a `Value` asked for an integer refuses `7.0` before the visitor sees it.
        deserializer.deserialize_any(Number(PhantomData)).map(Self)
    }
}

/// What may hold whole numbers, how it is read, and how the numbers are taken out.
macro_rules! containers {
    ($($container:ty = $read:ty, |$numbers:ident| $bare:expr;)*) => {$(
        impl<'de, T: Whole> Deserialize<'de> for Integer<$container> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $numbers = <$read>::deserialize(deserializer)?;
                Ok(Self($bare))
            }
        }
    )*};
}

containers! {
    Option<T> = Option<Integer<T>>, |number| number.map(|Integer(value)| value);
    Vec<T> = Vec<Integer<T>>, |list| list.into_iter().map(|Integer(value)| value).collect();
    Option<Vec<T>> = Option<Integer<Vec<T>>>, |list| list.map(|Integer(values)| values);
    BTreeMap<String, T> = BTreeMap<String, Integer<T>>,
        |map| map.into_iter().map(|(key, Integer(value))| (key, value)).collect();
    Option<BTreeMap<String, T>> = Option<Integer<BTreeMap<String, T>>>,
        |map| map.map(|Integer(values)| values);
}

struct Number<T>(PhantomData<T>);

impl<'de, T: Whole> Visitor<'de> for Number<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::try_from(i128::from(value))
            .map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::try_from(i128::from(value))
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        exact(value)
            .and_then(|whole| T::try_from(whole).ok())
            .ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let value = number(map, &self)?;
        self.visit_f64(value)
    }
}

/// The number that `serde_json` passes as a map, with its feature `arbitrary_precision`: any crate of a program can switch it on.
pub(crate) fn number<'de, A: MapAccess<'de>>(
    map: A,
    expected: &dyn serde::de::Expected,
) -> Result<f64, A::Error> {
    let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map)).ok();
    let number = number.and_then(|number| number.as_f64());
    number.ok_or_else(|| A::Error::invalid_type(Unexpected::Map, expected))
}

/// The whole number that a float stands for, if it stands for exactly one.
fn exact(value: f64) -> Option<i128> {
    /// Above 2^53 a float no longer names one whole number.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if value.fract() != 0.0 || value.abs() > LIMIT {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within 2^53, checked above"
    )]
    Some(value as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Whole>(json: &str) -> Option<T> {
        serde_json::from_str::<Integer<T>>(json)
            .ok()
            .map(|number| number.0)
    }

    #[test]
    fn a_fraction_of_zero_is_whole() {
        assert_eq!(read::<u32>("7"), Some(7));
        assert_eq!(read::<u32>("7.0"), Some(7));
        assert_eq!(read::<i64>("-7e0"), Some(-7));
        assert_eq!(read::<i64>("1.7e9"), Some(1_700_000_000));
        assert_eq!(read::<u64>("18446744073709551615"), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_whole_number_of_the_type_is_refused() {
        for json in ["7.5", "-1", "4294967296", "1e300", "\"7\"", "true", "null"] {
            assert_eq!(read::<u32>(json), None, "{json}");
        }
        assert_eq!(read::<i64>("9223372036854775808"), None);
        assert_eq!(
            read::<i64>("1e17"),
            None,
            "a float above 2^53 names no one number"
        );
    }

    #[test]
    fn lists_maps_and_options_pass_it_on() {
        let list: Integer<Option<Vec<u32>>> = serde_json::from_str("[1, 2.0]").unwrap();
        assert_eq!(list.0, Some(vec![1, 2]));
        let map: Integer<Option<BTreeMap<String, i32>>> =
            serde_json::from_str(r#"{"1": -1.0}"#).unwrap();
        assert_eq!(map.0, Some(BTreeMap::from([("1".to_owned(), -1)])));
        let none: Integer<Option<u32>> = serde_json::from_str("null").unwrap();
        assert_eq!(none.0, None);
    }
}
