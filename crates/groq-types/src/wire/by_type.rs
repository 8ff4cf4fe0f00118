//! Unions told apart by the JSON type of the value.

/// Gives a union its serde: `by_type! { Name "a string or an array" { Text: string, Parts: array } }`.
///
/// The kinds are `string`, `array`, `object`, `number`, `boolean`; no two variants share one, and a number is not beside an object. Nothing is buffered, and an
/// error names the place inside the branch.
macro_rules! by_type {
    ($name:ident $expecting:literal { $($variant:ident: $kind:ident),* $(,)? }) => {
        const _: () = {
            use ::serde::{de, ser};

            struct Read;

            impl<'de> de::Visitor<'de> for Read {
                type Value = $name;

                fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.write_str(concat!($expecting, " (", stringify!($name), ")"))
                }

                $($crate::wire::by_type!(@visit $kind $name $variant);)*
            }

            impl<'de> de::Deserialize<'de> for $name {
                fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_any(Read)
                }
            }

            impl ser::Serialize for $name {
                fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$variant(value) => value.serialize(serializer),)*
                    }
                }
            }
        };
    };
    (@visit string $name:ident $variant:ident) => {
        fn visit_str<E: de::Error>(self, value: &str) -> Result<$name, E> {
            de::Deserialize::deserialize(de::value::StrDeserializer::new(value)).map($name::$variant)
        }

        fn visit_string<E: de::Error>(self, value: String) -> Result<$name, E> {
            de::Deserialize::deserialize(de::value::StringDeserializer::new(value)).map($name::$variant)
        }
    };
    (@visit array $name:ident $variant:ident) => {
        fn visit_seq<A: de::SeqAccess<'de>>(self, values: A) -> Result<$name, A::Error> {
            de::Deserialize::deserialize(de::value::SeqAccessDeserializer::new(values)).map($name::$variant)
        }
    };
    (@visit object $name:ident $variant:ident) => {
        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
            de::Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map($name::$variant)
        }
    };
    (@visit number $name:ident $variant:ident) => {
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<$name, E> {
            de::Deserialize::deserialize(de::value::I64Deserializer::new(value)).map($name::$variant)
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<$name, E> {
            de::Deserialize::deserialize(de::value::U64Deserializer::new(value)).map($name::$variant)
        }

        fn visit_f64<E: de::Error>(self, value: f64) -> Result<$name, E> {
            de::Deserialize::deserialize(de::value::F64Deserializer::new(value)).map($name::$variant)
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
            let value = $crate::wire::number(map, &self)?;
            self.visit_f64(value)
        }
    };
    (@visit boolean $name:ident $variant:ident) => {
        fn visit_bool<E: de::Error>(self, value: bool) -> Result<$name, E> {
            Ok($name::$variant(value))
        }
    };
}
pub(crate) use by_type;
