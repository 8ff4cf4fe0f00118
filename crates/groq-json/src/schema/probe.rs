//! Finds the options inside options of a type, which no schema shows.
//!
//! Serde asks the deserializer for what a type needs, so one that returns zeros and records the questions sees the type:
//! structs, options, lists, maps, tuples and enums, but not what serde buffers (flattened members, internally tagged and
//! untagged enums). A function given with `deserialize_with` that reads an option counts as an option inside an option, as the
//! usual one for `Option<Option<T>>` does.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use crate::pointer;

/// How many times a type is tried: once for each variant of each enum, and once for each member that rejects zero.
const MAX_RUNS: usize = 256;
/// How deep types that contain themselves are followed.
const MAX_DEPTH: usize = 12;
/// How many members and items are tried in all. Types that contain each other have exponentially many paths.
const MAX_STEPS: usize = 20_000;

/// The paths of options inside options; `*` stands for every item or member.
pub(crate) fn nested_options<T: DeserializeOwned>() -> Vec<String> {
    let mut seen = Seen::default();
    for _ in 0..MAX_RUNS {
        seen.again = false;
        let probe = Probe {
            seen: &mut seen,
            path: String::new(),
            depth: 0,
            in_option: false,
        };
        let _ = T::deserialize(probe);
        if !seen.again || seen.steps > MAX_STEPS {
            break;
        }
    }
    seen.found
}

/// What is known after some runs.
#[derive(Default)]
struct Seen {
    found: Vec<String>,
    /// The members that reject what they are given.
    refused: HashSet<String>,
    /// How many variants of each enum have been tried.
    variants: HashMap<String, usize>,
    /// Whether there is more to be tried.
    again: bool,
    /// How many members and items have been tried.
    steps: usize,
}

/// An error without a message.
#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

impl std::error::Error for Nothing {}

impl de::Error for Nothing {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Probe<'s> {
    seen: &'s mut Seen,
    path: String,
    depth: usize,
    in_option: bool,
}

impl Probe<'_> {
    fn inside(&mut self, segment: &str) -> Probe<'_> {
        Probe {
            path: pointer::child(&self.path, segment),
            depth: self.depth + 1,
            seen: self.seen,
            in_option: false,
        }
    }

    /// Lets a member deserialize. One that fails is left out the next time.
    fn member<'de, S: DeserializeSeed<'de>>(
        &mut self,
        segment: &str,
        seed: S,
    ) -> Result<S::Value, Nothing> {
        self.seen.steps += 1;
        if self.seen.steps > MAX_STEPS {
            return Err(Nothing);
        }
        let mut inner = self.inside(segment);
        // The name that serde's derive gives to what a function returns.
        inner.in_option = std::any::type_name::<S::Value>().contains("__DeserializeWith");
        let path = inner.path.clone();
        seed.deserialize(inner).inspect_err(|_| {
            self.seen.again |= self.seen.refused.insert(path);
        })
    }
}

macro_rules! zero {
    ($($method:ident => $visit:ident($value:expr)),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Nothing;

    zero! {
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_i8(0),
        deserialize_i16 => visit_i16(0),
        deserialize_i32 => visit_i32(0),
        deserialize_i64 => visit_i64(0),
        deserialize_i128 => visit_i128(0),
        deserialize_u8 => visit_u8(0),
        deserialize_u16 => visit_u16(0),
        deserialize_u32 => visit_u32(0),
        deserialize_u64 => visit_u64(0),
        deserialize_u128 => visit_u128(0),
        deserialize_f32 => visit_f32(0.0),
        deserialize_f64 => visit_f64(0.0),
        deserialize_char => visit_char('a'),
        deserialize_str => visit_borrowed_str("a"),
        deserialize_string => visit_borrowed_str("a"),
        deserialize_bytes => visit_borrowed_bytes(b""),
        deserialize_byte_buf => visit_borrowed_bytes(b""),
        deserialize_identifier => visit_borrowed_str("a"),
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        if self.in_option && !self.seen.found.contains(&self.path) {
            self.seen.found.push(self.path.clone());
        }
        if self.depth > MAX_DEPTH {
            return visitor.visit_none();
        }
        visitor.visit_some(Probe {
            in_option: true,
            ..self
        })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        let left = usize::from(self.depth <= MAX_DEPTH);
        visitor.visit_seq(Items {
            probe: self,
            left,
            index: None,
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        visitor.visit_seq(Items {
            probe: self,
            left: length,
            index: Some(0),
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        let keys: &[&str] = if self.depth > MAX_DEPTH { &[] } else { &["*"] };
        visitor.visit_map(Members {
            probe: self,
            keys: keys.iter(),
            key: "",
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        let keys = if self.depth > MAX_DEPTH { &[] } else { fields };
        visitor.visit_map(Members {
            probe: self,
            keys: keys.iter(),
            key: "",
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        if self.depth > MAX_DEPTH {
            return Err(Nothing);
        }
        let next = self.seen.variants.entry(self.path.clone()).or_default();
        let index = *next;
        *next = (index + 1).min(variants.len());
        self.seen.again |= index < variants.len();
        let variant = variants.get(index).or(variants.first()).ok_or(Nothing)?;
        visitor.visit_enum(Variant {
            probe: self,
            variant,
        })
    }
}

struct Items<'s> {
    probe: Probe<'s>,
    left: usize,
    /// The index in a tuple.
    index: Option<usize>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Nothing;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Nothing> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let segment = match &mut self.index {
            None => "*".to_owned(),
            Some(index) => {
                *index += 1;
                (*index - 1).to_string()
            }
        };
        let path = pointer::child(&self.probe.path, &segment);
        if self.index.is_none() && self.probe.seen.refused.contains(&path) {
            return Ok(None);
        }
        self.probe.member(&segment, seed).map(Some)
    }
}

struct Members<'s> {
    probe: Probe<'s>,
    keys: std::slice::Iter<'static, &'static str>,
    key: &'static str,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Nothing;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Nothing> {
        for key in self.keys.by_ref() {
            let path = pointer::child(&self.probe.path, key);
            if !self.probe.seen.refused.contains(&path) {
                self.key = key;
                return seed
                    .deserialize(BorrowedStrDeserializer::new(key))
                    .map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Nothing> {
        self.probe.member(self.key, seed)
    }
}

struct Variant<'s> {
    probe: Probe<'s>,
    variant: &'static str,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Nothing;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Nothing> {
        let name = BorrowedStrDeserializer::<Nothing>::new(self.variant);
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Nothing;

    fn unit_variant(self) -> Result<(), Nothing> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        mut self,
        seed: S,
    ) -> Result<S::Value, Nothing> {
        self.probe.member(self.variant, seed)
    }

    fn tuple_variant<V: Visitor<'de>>(
        mut self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        self.probe
            .inside(self.variant)
            .deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        self.probe
            .inside(self.variant)
            .deserialize_struct("", fields, visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::nested_options;

    #[derive(Deserialize)]
    #[expect(dead_code, clippy::option_option, reason = "only its form counts")]
    struct Patch {
        plain: Option<u8>,
        name: Option<Option<String>>,
        address: std::net::IpAddr,
        inner: Vec<Inner>,
        by_name: BTreeMap<String, Option<Option<u8>>>,
        choice: Choice,
        next: Option<Box<Patch>>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, clippy::option_option, reason = "only its form counts")]
    struct Inner {
        pair: (u8, Option<Option<bool>>),
    }

    #[derive(Deserialize)]
    #[expect(dead_code, clippy::option_option, reason = "only its form counts")]
    enum Choice {
        None,
        Some(Option<u8>),
        Named { deep: Option<Option<u8>> },
        Wrapped(Box<Option<Option<u8>>>),
    }

    #[test]
    fn options_in_options_are_found() {
        let found = nested_options::<Patch>();
        for path in [
            "/name",
            "/inner/*/pair/1",
            "/by_name/*",
            "/choice/Named/deep",
            "/choice/Wrapped",
            "/next/name",
        ] {
            assert!(
                found.iter().any(|found| found == path),
                "{path} in {found:?}"
            );
        }
        assert!(
            found.iter().all(|path| !path.ends_with("/plain")),
            "{found:?}"
        );
    }

    #[test]
    fn other_types_have_none() {
        assert!(nested_options::<Vec<Option<BTreeMap<String, Option<u8>>>>>().is_empty());
        assert!(nested_options::<serde_json::Value>().is_empty());
        assert!(nested_options::<Result<u8, Option<String>>>().is_empty());
    }
}
