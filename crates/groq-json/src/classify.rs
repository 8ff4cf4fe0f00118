//! Classification of texts.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use crate::error::Error;
use crate::extract::Extract;
use crate::shape::{Id, Kind, Shapes};

const INSTRUCTION: &str =
    "Classify the text of the user. Answer in JSON with the label that fits best.";
const INSTRUCTION_MANY: &str = "Classify the text of the user. Answer in JSON with every label that fits, each once, and none if none fits.";

/// A set of labels.
pub(crate) struct Labels<T>(Vec<T>);

impl<T> Labels<T> {
    pub(crate) fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Labels<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Labels<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Labels_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Vec::<T>::json_schema(generator);
        schema.insert("uniqueItems".to_owned(), true.into());
        schema
    }
}

/// The question for one label.
pub(crate) fn one<T>(question: Extract<T>, text: String) -> Result<Extract<T>, Error> {
    let shapes = question.shapes()?;
    check(shapes, shapes.root)?;
    Ok(question.system(INSTRUCTION).user(text))
}

/// The question for a set of labels.
pub(crate) fn many<T>(
    question: Extract<Labels<T>>,
    text: String,
) -> Result<Extract<Labels<T>>, Error> {
    let shapes = question.shapes()?;
    match shapes.kind(shapes.root) {
        Kind::List(item) => check(shapes, *item)?,
        _ => return Err(Error::schema("", "there is no list of labels")),
    }
    Ok(question.system(INSTRUCTION_MANY).user(text))
}

fn check(shapes: &Shapes, id: Id) -> Result<(), Error> {
    match shapes.kind(id) {
        Kind::Choice(values) if values.iter().all(serde_json::Value::is_string) => Ok(()),
        _ => Err(Error::schema(
            "",
            "only an enum of unit variants can be classified into",
        )),
    }
}
