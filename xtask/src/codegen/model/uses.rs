//! Which components requests and responses reach, and under which tag first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parts::{closure, operations, references, text};

pub(crate) struct Uses {
    /// The components that a request can carry.
    pub(crate) requests: BTreeSet<String>,
    /// The components that a response can carry.
    pub(crate) responses: BTreeSet<String>,
    /// The components that anything uses.
    pub(crate) used: BTreeSet<String>,
    /// What the shared responses reach: errors.
    shared: BTreeSet<String>,
    /// The tags, in the order of the description, each with what its operations reach.
    tags: Vec<(String, BTreeSet<String>)>,
}

impl Uses {
    /// Reads a description as plain data.
    pub(crate) fn of(api: &Value) -> Self {
        let components = &api["components"];
        let schemas = components["schemas"].as_object().into_iter().flatten();
        let edges: BTreeMap<&str, BTreeSet<String>> = schemas
            .map(|(name, schema)| (name.as_str(), references(schema)))
            .collect();
        let reached = |part: &Value| closure(references(part), &edges);
        let mut shared = reached(&components["responses"]);
        shared.extend(reached(&components["headers"]));
        let mut anything = reached(&components["parameters"]);
        anything.extend(reached(&api["paths"]));
        anything.extend(shared.iter().cloned());
        let tags = api["tags"].as_array().into_iter().flatten();
        let tags = tags.filter_map(|tag| Some((text(&tag["name"])?, BTreeSet::new())));
        let mut uses = Self {
            requests: BTreeSet::new(),
            responses: shared.clone(),
            used: anything,
            shared,
            tags: tags.collect(),
        };
        for (_, _, operation) in operations(api) {
            let sent = reached(&operation["requestBody"]);
            let received = reached(&operation["responses"]);
            let mut tags = uses.tags.iter_mut();
            if let Some((_, names)) = tags.find(|(tag, _)| operation["tags"][0] == tag.as_str()) {
                names.extend(received.iter().chain(&sent).cloned());
            }
            uses.requests.extend(sent);
            uses.responses.extend(received);
        }
        uses
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
