//! What can be made from choices: the types of fields, and by macro the wire types.

use std::{
    collections::BTreeMap,
    ops::{Bound, RangeBounds},
};

use serde_json::{Map, Value};

use super::Source;

/// A type with arbitrary values.
pub(crate) trait Generate {
    fn generate(source: &mut Source) -> Self;
}

macro_rules! simple {
    ($($type:ty = |$source:ident| $value:expr;)*) => {$(
        impl Generate for $type {
            fn generate($source: &mut Source) -> Self {
                $value
            }
        }
    )*};
}

simple! {
    bool = |source| source.one_of([false, true]);
    f64 = |source| source.number(..);
    String = |source| source.text(..);
    Map<String, Value> = |source| source.object();
}

/// Not null: a field that is null is absent.
impl Generate for Value {
    fn generate(source: &mut Source) -> Self {
        match source.json() {
            Value::Null => Value::Bool(false),
            value => value,
        }
    }
}

impl<T: Generate> Generate for Option<T> {
    fn generate(source: &mut Source) -> Self {
        source.optional(Source::any)
    }
}

impl<T: Generate> Generate for Box<T> {
    fn generate(source: &mut Source) -> Self {
        Self::new(source.any())
    }
}

impl<T: Generate> Generate for Vec<T> {
    fn generate(source: &mut Source) -> Self {
        source.list(.., Source::any)
    }
}

impl<T: Generate> Generate for BTreeMap<String, T> {
    fn generate(source: &mut Source) -> Self {
        source.map(Source::any)
    }
}

/// The whole numbers of the wire.
pub(crate) trait Whole: Copy + Into<i128> + TryFrom<i128> + Default {
    /// The least and the most that the description's format allows: it has signed formats only.
    const LIMITS: (i128, i128);

    fn ends(range: &impl RangeBounds<Self>) -> (i128, i128) {
        let least = match range.start_bound() {
            Bound::Included(least) => (*least).into(),
            Bound::Excluded(below) => (*below).into() + 1,
            Bound::Unbounded => Self::LIMITS.0,
        };
        let most = match range.end_bound() {
            Bound::Included(most) => (*most).into(),
            Bound::Excluded(above) => (*above).into() - 1,
            Bound::Unbounded => Self::LIMITS.1,
        };
        (least, most)
    }

    /// The number, which is within the limits.
    fn from_wide(number: i128) -> Self {
        Self::try_from(number).unwrap_or_default()
    }
}

macro_rules! whole {
    ($($integer:ident: $least:expr, $most:expr;)*) => {$(
        impl Whole for $integer {
            const LIMITS: (i128, i128) = ($least as i128, $most as i128);
        }

        impl Generate for $integer {
            fn generate(source: &mut Source) -> Self {
                source.whole::<$integer>(..)
            }
        }
    )*};
}

whole! {
    i32: i32::MIN, i32::MAX;
    u32: 0, i32::MAX;
    i64: i64::MIN, i64::MAX;
    u64: 0, i64::MAX;
}

/// Gives a wire type its arbitrary values.
///
/// - `arbitrary! { |s| open struct Name { field, other: s.text(1..=64), .. } }`: a field without an expression is any
///   value of its type.
/// - `arbitrary! { |s| open union Name by "tag" { Variant, .. } }`: told apart by a tag.
/// - `arbitrary! { |s| union Name { Variant, Other: s.list(1.., Source::any), .. } }`: told apart otherwise.
/// - `arbitrary! { open enum Name { Variant, .. } }`: a string.
macro_rules! arbitrary {
    (|$s:ident| open struct $name:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |$s| $s.nested(|$s| Self {
            $($field: $crate::arbitrary::arbitrary!(@value $s $($value)?),)*
            unknown: $s.unknown_fields(),
        }) }
    };
    (|$s:ident| closed struct $name:ident {}) => {
        $crate::arbitrary::arbitrary! { @impl $name |_s| Self {} }
    };
    (|$s:ident| closed struct $name:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |$s| $s.nested(|$s| Self {
            $($field: $crate::arbitrary::arbitrary!(@value $s $($value)?),)*
        }) }
    };
    (|$s:ident| open union $name:ident by $tag:literal { $($variant:ident),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |$s| {
            if $s.unknown() {
                return Self::Other($s.unknown_variant($tag));
            }
            $crate::arbitrary::arbitrary!(@pick $name $s [$($variant),*])
        } }
    };
    (|$s:ident| closed union $name:ident by $tag:literal { $($variant:ident),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { |$s| union $name { $($variant),* } }
    };
    (|$s:ident| union $name:ident { $($variant:ident $(: $value:expr)?),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |$s| $crate::arbitrary::arbitrary!(@pick $name $s [$($variant $(: $value)?),*]) }
    };
    (open enum $name:ident { $($variant:ident),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |s| {
            const VALUES: &[$crate::$name] = &[$($crate::$name::$variant),*];
            if s.unknown() { Self::from(s.text(..)) } else { VALUES[s.index(VALUES.len())].clone() }
        } }
    };
    (closed enum $name:ident { $($variant:ident),* $(,)? }) => {
        $crate::arbitrary::arbitrary! { @impl $name |s| s.one_of([$(Self::$variant),*]) }
    };
    (@impl $name:ident |$s:ident| $make:expr) => {
        impl $crate::arbitrary::Generate for $crate::$name {
            fn generate($s: &mut $crate::arbitrary::Source) -> Self {
                $make
            }
        }

        impl ::proptest::arbitrary::Arbitrary for $crate::$name {
            type Parameters = $crate::arbitrary::Scope;
            type Strategy = $crate::arbitrary::Values<Self>;

            fn arbitrary_with(scope: Self::Parameters) -> Self::Strategy {
                $crate::arbitrary::Values::new(scope, $crate::arbitrary::Generate::generate)
            }
        }
    };
    (@value $s:ident) => { $s.any() };
    (@value $s:ident $value:expr) => { $value };
    // A table of functions, since a macro cannot count its variants in a `match`.
    (@pick $name:ident $s:ident [$($variant:ident $(: $value:expr)?),*]) => {{
        const VARIANTS: &[fn(&mut $crate::arbitrary::Source) -> $crate::$name] =
            &[$(|$s| $crate::$name::$variant($crate::arbitrary::arbitrary!(@value $s $($value)?))),*];
        VARIANTS[$s.index(VARIANTS.len())]($s)
    }};
}
pub(crate) use arbitrary;
