//! Which components requests and responses reach, and under which tag first.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Schema};
use serde_json::Value;

use super::parts::{closure, operations, references, text, to_value};

pub(super) struct Uses {
    responses: BTreeSet<String>,
    /// What the shared responses reach: errors.
    shared: BTreeSet<String>,
    /// The tags, in the order of the description, each with what its operations reach.
    tags: Vec<(String, BTreeSet<String>)>,
}

impl Uses {
    pub(super) fn of(api: &OpenAPI, schemas: &IndexMap<String, Schema>) -> Self {
        let edges: BTreeMap<&str, BTreeSet<String>> = schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), references(&to_value(schema))))
            .collect();
        let components = api.components.as_ref();
        let shared = components.map(|components| (&components.responses, &components.headers));
        let shared = closure(references(&to_value(&shared)), &edges);
        let mut responses = shared.clone();
        let mut tags: Vec<(String, BTreeSet<String>)> = api
            .tags
            .iter()
            .map(|tag| (tag.name.clone(), BTreeSet::new()))
            .collect();
        for (_, _, operation) in operations(api) {
            let reached = closure(references(&to_value(&operation.responses)), &edges);
            let sent = closure(references(&to_value(&operation.request_body)), &edges);
            let tag = tags
                .iter_mut()
                .find(|(tag, _)| operation.tags.contains(tag));
            if let Some((_, names)) = tag {
                names.extend(reached.iter().chain(&sent).cloned());
            }
            responses.extend(reached);
        }
        Self {
            responses,
            shared,
            tags,
        }
    }

    /// Whether a response can carry the component.
    pub(super) fn is_response(&self, name: &str) -> bool {
        self.responses.contains(name)
    }

    pub(super) fn module(&self, name: &str, schema: &Value) -> String {
        if let Some(module) = text(&schema["x-module"]) {
            return module;
        }
        let tag = self.tags.iter().find(|(_, names)| names.contains(name));
        match tag {
            Some((tag, _)) if !self.shared.contains(name) => tag.clone(),
            _ => "error".to_owned(),
        }
    }
}
