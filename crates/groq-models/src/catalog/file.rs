//! The file of a catalog: JSON with a format number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Content, DefaultModel, Source};
use crate::date::Date;
use crate::error::{Error, ErrorKind};
use crate::model::ModelInfo;
use crate::service::ServiceLimits;

/// The format that this version reads and writes. A change that older versions would misread gets a new number.
const FORMAT: u64 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    format: u64,
    as_of: Date,
    #[serde(default)]
    sources: BTreeMap<String, Source>,
    /// Those of the shipped catalog, where the file has none.
    #[serde(default)]
    service: Option<ServiceLimits>,
    #[serde(default)]
    defaults: BTreeMap<DefaultModel, String>,
    #[serde(default)]
    languages: BTreeMap<String, String>,
    /// One by one, so that an error names its model.
    models: Vec<Value>,
}

pub(super) fn read(file: &[u8]) -> Result<Content, Error> {
    let value: Value = serde_json::from_slice(file)
        .map_err(|error| invalid(format!("the catalog is not JSON: {error}")).with_source(error))?;
    match value.get("format").map(Value::as_u64) {
        Some(Some(FORMAT)) => {}
        Some(Some(format)) => {
            let message = format!(
                "the catalog has format {format}, and this version reads format {FORMAT}: update groq-models"
            );
            return Err(Error::new(ErrorKind::UnsupportedFormat, message));
        }
        _ => return Err(invalid("the catalog has no format number".to_owned())),
    }
    let file: File = serde_json::from_value(value)
        .map_err(|error| invalid(format!("the catalog is wrong: {error}")).with_source(error))?;
    let mut models = BTreeMap::new();
    for value in file.models {
        let model = model(value)?;
        if models.contains_key(&model.id) {
            let message = format!("the catalog has the model {} twice", model.id);
            return Err(invalid(message).with_model(model.id));
        }
        models.insert(model.id.clone(), model);
    }
    let service = match file.service {
        Some(service) => service,
        None => super::Catalog::shipped().service().clone(),
    };
    Ok(Content {
        as_of: file.as_of,
        sources: file.sources,
        service,
        defaults: file.defaults,
        languages: file.languages,
        models,
    })
}

fn model(value: Value) -> Result<ModelInfo, Error> {
    let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
    let Some(id) = id else {
        return Err(invalid("the catalog has a model without an id".to_owned()));
    };
    if value.get("as_of").is_none() {
        let message = format!("the catalog has no day (as_of) for the model {id}");
        return Err(invalid(message).with_model(id));
    }
    serde_json::from_value(value).map_err(|error| {
        let message = format!("the catalog is wrong about the model {id}: {error}");
        invalid(message).with_source(error).with_model(id)
    })
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidCatalog, message)
}

pub(super) fn write(content: &Content) -> String {
    let models = content.models.values().map(serde_json::to_value);
    let file = File {
        format: FORMAT,
        as_of: content.as_of,
        sources: content.sources.clone(),
        service: Some(content.service.clone()),
        defaults: content.defaults.clone(),
        languages: content.languages.clone(),
        models: models.filter_map(Result::ok).collect(),
    };
    let file = serde_json::to_value(&file).map(without_unknown);
    // Maps with text as keys, numbers, and text: nothing in it that JSON cannot hold.
    let text = file.and_then(|file| serde_json::to_string_pretty(&file));
    text.unwrap_or_default()
}

/// Leaves out what is unknown: null, false switches, and what is empty.
fn without_unknown(value: Value) -> Value {
    let is_unknown = |key: &str, value: &Value| match value {
        Value::Null => true,
        Value::Bool(false) => ["more_efforts", "enterprise_keeps"].contains(&key),
        Value::Array(list) => list.is_empty() && !["models"].contains(&key),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(map) => {
            let known = map
                .into_iter()
                .map(|(key, value)| (key, without_unknown(value)));
            known
                .filter(|(key, value)| !is_unknown(key, value))
                .collect()
        }
        Value::Array(list) => list.into_iter().map(without_unknown).collect(),
        value => value,
    }
}
