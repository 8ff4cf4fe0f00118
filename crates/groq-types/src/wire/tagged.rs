//! Unions told apart by a tag: one key whose value names the variant.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor,
    value::StringDeserializer,
};
use serde_json::{Map, Value};

/// A string that borrows from the input where it can.
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(value)))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(value.to_owned())))
            }
        }

        deserializer.deserialize_str(Read)
    }
}

/// Reads up to the tag: its value, and what of the object is left, with the keys that came before the tag put back.
///
/// `Ok((None, rest))` when the object ends without a tag.
pub(crate) fn open_tag<'de, A: MapAccess<'de>>(
    mut map: A,
    tag: &'static str,
) -> Result<(Option<Text<'de>>, Rest<A>), A::Error> {
    let mut before = Vec::new();
    while let Some(Text(key)) = map.next_key()? {
        if key == tag {
            let value = map.next_value()?;
            return Ok((Some(value), Rest::new(before, map)));
        }
        before.push((key.into_owned(), map.next_value()?));
    }
    Ok((None, Rest::new(before, map)))
}

/// An object without its tag: first the keys that were read while looking for it, then the rest of the input.
pub(crate) struct Rest<A> {
    before: std::vec::IntoIter<(String, Value)>,
    value: Option<Value>,
    map: A,
}

impl<A> Rest<A> {
    fn new(before: Vec<(String, Value)>, map: A) -> Self {
        Self {
            before: before.into_iter(),
            value: None,
            map,
        }
    }
}

impl<'de, A: MapAccess<'de>> Rest<A> {
    /// The same, with the tag put back in front.
    pub(crate) fn with_tag(self, tag: &'static str, value: &str) -> Self {
        let mut before = vec![(tag.to_owned(), value.into())];
        before.extend(self.before);
        Self::new(before, self.map)
    }

    /// Everything that is left, with the tag put back: how an unknown variant is kept.
    pub(crate) fn collect(
        mut self,
        tag: Option<(&str, &str)>,
    ) -> Result<Map<String, Value>, A::Error> {
        let mut object = Map::new();
        if let Some((key, value)) = tag {
            object.insert(key.to_owned(), value.into());
        }
        while let Some((key, value)) = self.next_entry()? {
            object.insert(key, value);
        }
        Ok(object)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some((key, value)) = self.before.next() else {
            return self.map.next_key_seed(seed);
        };
        self.value = Some(value);
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
            None => self.map.next_value_seed(seed),
        }
    }
}

/// Gives a tagged union its serde: `tagged! { open Name by "type" { Variant(Type) = "wire", .. } }`.
///
/// An open union has a variant `Other(serde_json::Map<String, Value>)` for objects whose tag it does not know. A known tag
/// over a broken body is an error in either.
macro_rules! tagged {
    (open $name:ident by $tag:literal { $($variant:ident($type:ident) = $wire:literal),* $(,)? }) => {
        $crate::wire::tagged! { @impl $name $tag [Other] { $($variant($type) = $wire,)* } }
    };
    (closed $name:ident by $tag:literal { $($variant:ident($type:ident) = $wire:literal),* $(,)? }) => {
        $crate::wire::tagged! { @impl $name $tag [] { $($variant($type) = $wire,)* } }
    };
    (@impl $name:ident $tag:literal [$($other:ident)?] { $($variant:ident($type:ident) = $wire:literal,)* }) => {
        const _: () = {
            use ::serde::{de, ser};

            struct Read;

            impl<'de> de::Visitor<'de> for Read {
                type Value = $name;

                fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(concat!("an object with `", $tag, "` (", stringify!($name), ")"))
                }

                fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                    let (tag, rest) = $crate::wire::open_tag(map, $tag)?;
                    let Some($crate::wire::Text(tag)) = tag else {
                        return $crate::wire::tagged!(@untagged $name [$($other)?] $tag rest);
                    };
                    match &*tag {
                        $($wire => de::Deserialize::deserialize(de::value::MapAccessDeserializer::new(rest))
                            .map($name::$variant),)*
                        other => $crate::wire::tagged!(@unknown $name [$($other)?] $tag other rest [$($wire),*]),
                    }
                }
            }

            impl<'de> de::Deserialize<'de> for $name {
                fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Read)
                }
            }

            impl ser::Serialize for $name {
                fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use ser::SerializeMap;

                    match self {
                        $(Self::$variant(value) => {
                            let mut map = serializer.serialize_map(None)?;
                            map.serialize_entry($tag, $wire)?;
                            $crate::wire::Fields::write_fields(value, &mut map)?;
                            map.end()
                        })*
                        $(Self::$other(object) => object.serialize(serializer),)?
                    }
                }
            }
        };
    };
    (@untagged $name:ident [] $tag:literal $rest:ident) => { Err(de::Error::missing_field($tag)) };
    (@untagged $name:ident [$other:ident] $tag:literal $rest:ident) => { $rest.collect(None).map($name::$other) };
    (@unknown $name:ident [] $tag:literal $value:ident $rest:ident [$($wire:literal),*]) => {
        Err(de::Error::unknown_variant($value, &[$($wire),*]))
    };
    (@unknown $name:ident [$other:ident] $tag:literal $value:ident $rest:ident [$($wire:literal),*]) => {
        $rest.collect(Some(($tag, $value))).map($name::$other)
    };
}
pub(crate) use tagged;
