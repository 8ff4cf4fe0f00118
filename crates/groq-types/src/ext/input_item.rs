//! The one type whose definition is written by hand: a union told apart by whether it has a tag.

use std::fmt;

use serde::{
    de::{Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer},
    ser::{Serialize, Serializer},
};

use crate::{
    EasyInputMessage, TypedInputItem,
    wire::{Text, open_tag},
};

/// One item of the input of a response.
///
/// An item with a `type` is a [`TypedInputItem`]; an item without one is a message.
///
/// ```
/// use groq_types::{EasyInputMessage, InputItem, InputRole};
///
/// let item = InputItem::from(EasyInputMessage::new(InputRole::User, "Hello"));
/// assert_eq!(serde_json::to_string(&item)?, r#"{"role":"user","content":"Hello"}"#);
///
/// let item: InputItem = serde_json::from_str(r#"{"type":"item_reference","id":"msg_1"}"#)?;
/// assert!(matches!(item, InputItem::Typed(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InputItem {
    /// With a `type`, which says what it is.
    Typed(TypedInputItem),
    /// Without a `type`: a message.
    Easy(EasyInputMessage),
}

impl From<TypedInputItem> for InputItem {
    fn from(item: TypedInputItem) -> Self {
        Self::Typed(item)
    }
}

impl From<EasyInputMessage> for InputItem {
    fn from(message: EasyInputMessage) -> Self {
        Self::Easy(message)
    }
}

impl<'de> Deserialize<'de> for InputItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = InputItem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object (InputItem)")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<InputItem, A::Error> {
        let (tag, rest) = open_tag(map, "type")?;
        match tag {
            Some(Text(tag)) => {
                let whole = rest.with_tag("type", &tag);
                Deserialize::deserialize(MapAccessDeserializer::new(whole)).map(InputItem::Typed)
            }
            None => Deserialize::deserialize(MapAccessDeserializer::new(rest)).map(InputItem::Easy),
        }
    }
}

impl Serialize for InputItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Typed(item) => item.serialize(serializer),
            Self::Easy(message) => message.serialize(serializer),
        }
    }
}
