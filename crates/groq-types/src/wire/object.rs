//! Structs: open ones keep unknown keys, closed ones refuse them.

use std::{fmt, marker::PhantomData};

use serde::{
    de::{DeserializeSeed, Deserializer, Error, MapAccess, Unexpected, Visitor},
    ser::SerializeMap,
};

use serde_json::Value;

use super::{Text, UnknownFields};

/// The fields of an object, so that a tagged union can write them after its tag.
pub(crate) trait Fields {
    fn write_fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// The known keys of one object.
pub(crate) trait Key: Sized {
    fn from_wire(name: &str) -> Option<Self>;
}

/// Reads a key: `Some` for a known one; for another, `None` with its text left in `unknown`.
///
/// The text is owned only then, so a reply without unknown keys costs what a derive would.
pub(crate) struct KeySeed<'a, K> {
    unknown: &'a mut String,
    known: PhantomData<K>,
}

impl<'a, K> KeySeed<'a, K> {
    pub(crate) fn new(unknown: &'a mut String) -> Self {
        Self {
            unknown,
            known: PhantomData,
        }
    }
}

impl<'de, K: Key> DeserializeSeed<'de> for KeySeed<'_, K> {
    type Value = Option<K>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<K: Key> Visitor<'_> for KeySeed<'_, K> {
    type Value = Option<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let key = K::from_wire(name);
        if key.is_none() {
            name.clone_into(self.unknown);
        }
        Ok(key)
    }
}

/// Reads the tag of a variant that stands on its own.
pub(crate) fn expect_tag<'de, A: MapAccess<'de>>(
    map: &mut A,
    expected: &'static str,
) -> Result<(), A::Error> {
    let Text(tag) = map.next_value()?;
    if tag == expected {
        return Ok(());
    }
    Err(A::Error::invalid_value(Unexpected::Str(&tag), &expected))
}

/// Keeps the value of an unknown key. Apart from the visitors, which are faster for being small.
#[cold]
pub(crate) fn keep<'de, A: MapAccess<'de>>(
    map: &mut A,
    name: &mut String,
    unknown: &mut UnknownFields,
) -> Result<(), A::Error> {
    let value: Value = map.next_value()?;
    unknown.insert(std::mem::take(name), value);
    Ok(())
}

/// Gives a struct its serde: `object! { open Name { field: "wire" required, .. } }`.
///
/// The kinds are `required` (type `T`), `optional` (type `Option<T>`), and `required_int` and `optional_int` for whole
/// numbers and lists and maps of them. A variant of a tagged union says its tag,
/// `object! { closed Name tag "type" = "text" { .. } }`: where it stands on its own it carries the tag too, and in the
/// union the union writes it. An open struct has a field `unknown` of type [`UnknownFields`](super::UnknownFields).
macro_rules! object {
    (open $name:ident $(tag $tag:literal = $value:literal)? { $($body:tt)* }) => {
        $crate::wire::object! { @impl $name [$($tag = $value)?] [unknown] { $($body)* } }

        impl $name {
            /// The keys that this version does not know, as they came.
            pub fn unknown_fields(&self) -> &$crate::UnknownFields {
                &self.unknown
            }

            /// The keys that this version does not know, to add to or to take from.
            pub fn unknown_fields_mut(&mut self) -> &mut $crate::UnknownFields {
                &mut self.unknown
            }
        }
    };
    (closed $name:ident $(tag $tag:literal = $value:literal)? { $($body:tt)* }) => {
        $crate::wire::object! { @impl $name [$($tag = $value)?] [] { $($body)* } }
    };
    (@impl $name:ident [$($tag:literal = $value:literal)?] [$($unknown:ident)?] {
        $($field:ident: $wire:literal $kind:ident),* $(,)?
    }) => {
        const _: () = {
            use ::serde::{de, ser};

            #[allow(non_camel_case_types, reason = "the variants are the struct's fields")]
            enum Name {
                $($field,)*
                $(#[doc = $tag] Tag,)?
            }

            impl $crate::wire::Key for Name {
                #[inline]
                fn from_wire(name: &str) -> Option<Self> {
                    match name {
                        $($wire => Some(Self::$field),)*
                        $($tag => Some(Self::Tag),)?
                        _ => None,
                    }
                }
            }

            struct Read;

            impl<'de> de::Visitor<'de> for Read {
                type Value = $name;

                fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(concat!("an object (", stringify!($name), ")"))
                }

                fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                    $(let mut $field = None;)*
                    $(let mut $unknown = $crate::UnknownFields::default();)?
                    let mut name = String::new();
                    while let Some(key) = map.next_key_seed($crate::wire::KeySeed::<Name>::new(&mut name))? {
                        match key {
                            $(Some(Name::$field) => {
                                if $field.is_some() {
                                    return Err(de::Error::duplicate_field($wire));
                                }
                                $field = Some($crate::wire::object!(@read $kind map));
                            })*
                            $(Some(Name::Tag) => $crate::wire::expect_tag(&mut map, $value)?,)?
                            None => $crate::wire::object!(@stray [$($unknown)?] name map [$($wire),*]),
                        }
                    }
                    Ok($name {
                        $($field: $crate::wire::object!(@done $kind $field $wire),)*
                        $($unknown,)?
                    })
                }
            }

            impl<'de> de::Deserialize<'de> for $name {
                fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Read)
                }
            }

            impl $crate::wire::Fields for $name {
                #[allow(unused_variables, reason = "an object may have no fields")]
                fn write_fields<M: ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                    $($crate::wire::object!(@write $kind map self $field $wire);)*
                    $(for (key, value) in self.$unknown.as_map() {
                        map.serialize_entry(key, value)?;
                    })?
                    Ok(())
                }
            }

            impl ser::Serialize for $name {
                fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let mut map = serializer.serialize_map(None)?;
                    $(ser::SerializeMap::serialize_entry(&mut map, $tag, $value)?;)?
                    $crate::wire::Fields::write_fields(self, &mut map)?;
                    ser::SerializeMap::end(map)
                }
            }
        };
    };
    (@read required $map:ident) => { $map.next_value()? };
    (@read optional $map:ident) => { $map.next_value()? };
    (@read $int:ident $map:ident) => { $map.next_value::<$crate::wire::Integer<_>>()?.0 };
    (@stray [] $name:ident $map:ident [$($wire:literal),*]) => {
        return Err(de::Error::unknown_field(&$name, &[$($wire),*]))
    };
    (@stray [$unknown:ident] $name:ident $map:ident [$($wire:literal),*]) => {
        $crate::wire::keep(&mut $map, &mut $name, &mut $unknown)?
    };
    (@done required $field:ident $wire:literal) => {
        match $field {
            Some(value) => value,
            None => return Err(de::Error::missing_field($wire)),
        }
    };
    (@done required_int $field:ident $wire:literal) => { $crate::wire::object!(@done required $field $wire) };
    (@done optional $field:ident $wire:literal) => { $field.flatten() };
    (@done optional_int $field:ident $wire:literal) => { $field.flatten() };
    (@write required $map:ident $self:ident $field:ident $wire:literal) => {
        $map.serialize_entry($wire, &$self.$field)?
    };
    (@write required_int $map:ident $self:ident $field:ident $wire:literal) => {
        $map.serialize_entry($wire, &$self.$field)?
    };
    (@write optional $map:ident $self:ident $field:ident $wire:literal) => {
        if let Some(value) = &$self.$field {
            $map.serialize_entry($wire, value)?;
        }
    };
    (@write optional_int $map:ident $self:ident $field:ident $wire:literal) => {
        $crate::wire::object!(@write optional $map $self $field $wire)
    };
}
pub(crate) use object;
