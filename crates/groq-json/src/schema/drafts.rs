//! Schemas of drafts 4 to 7, as schemas of draft 2020-12 that refer to nothing but pointers of their own.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Holds, holds};
use crate::pointer;
use crate::shape::is_annotation;

type Schema = Map<String, Value>;
/// A path, and what to change there.
type Refusal = (String, String);

/// Rewrites a schema.
pub(super) fn modernize(schema: &mut Schema) -> Result<(), Refusal> {
    let draft = schema
        .get("$schema")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_old = ["draft-04", "draft-06", "draft-07"]
        .iter()
        .any(|name| draft.contains(name));
    schema.shift_remove("$schema");
    let mut drafts = Drafts {
        is_old,
        places: HashMap::new(),
    };
    drafts.visit(
        schema,
        "",
        &Base::default(),
        &mut |drafts, schema, path, base| {
            drafts.rewrite(schema, path, base);
            Ok(())
        },
    )?;
    let whole = Value::Object(schema.clone());
    drafts.visit(
        schema,
        "",
        &Base::default(),
        &mut |drafts, schema, path, base| drafts.refer(schema, path, base, &whole),
    )
}

/// What the references of a part are relative to.
#[derive(Clone, Default)]
struct Base {
    /// The address of the innermost schema that has one.
    address: String,
    /// Where that schema is.
    path: String,
}

impl Base {
    /// The address that a reference means.
    fn join(&self, reference: &str) -> String {
        let scheme = reference.split(['/', '#', '?']).next().unwrap_or_default();
        let folder = self
            .address
            .rfind('/')
            .map_or("", |end| &self.address[..=end]);
        match reference {
            _ if scheme.contains(':') => reference.to_owned(),
            _ if reference.starts_with('#') => format!("{}{reference}", self.address),
            _ if reference.starts_with('/') => {
                let host = self.address.find("://").map_or(0, |at| at + 3);
                let end = self.address[host..]
                    .find('/')
                    .map_or(self.address.len(), |at| host + at);
                format!("{}{reference}", &self.address[..end])
            }
            _ => format!("{folder}{reference}"),
        }
    }
}

struct Drafts {
    is_old: bool,
    /// The paths of all addresses and anchors.
    places: HashMap<String, String>,
}

type Visit<'v> =
    &'v mut dyn FnMut(&mut Drafts, &mut Schema, &str, &mut Base) -> Result<(), Refusal>;

impl Drafts {
    /// Visits a schema, and then those that it consists of.
    fn visit(
        &mut self,
        schema: &mut Schema,
        path: &str,
        base: &Base,
        visit: Visit<'_>,
    ) -> Result<(), Refusal> {
        let mut base = base.clone();
        visit(self, schema, path, &mut base)?;
        for (key, value) in schema {
            let path = pointer::child(path, key);
            match (holds(key), value) {
                (Holds::One, Value::Object(inner)) => self.visit(inner, &path, &base, visit)?,
                (Holds::List, Value::Array(items)) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        if let Value::Object(inner) = item {
                            self.visit(inner, &format!("{path}/{index}"), &base, visit)?;
                        }
                    }
                }
                (Holds::Named, Value::Object(members)) => {
                    for (name, member) in members {
                        if let Value::Object(inner) = member {
                            self.visit(inner, &pointer::child(&path, name), &base, visit)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Rewrites keywords that were spelled otherwise, and takes up addresses and anchors.
    fn rewrite(&mut self, schema: &mut Schema, path: &str, base: &mut Base) {
        if self.is_old && schema.get("$ref").is_some_and(Value::is_string) {
            // What stood beside a reference did not count.
            schema.retain(|key, _| key == "$ref" || is_annotation(key));
        }
        let additional = schema.shift_remove("additionalItems");
        if schema.get("items").is_some_and(Value::is_array) {
            rename(schema, "items", "prefixItems");
            schema.extend(additional.map(|rest| ("items".to_owned(), rest)));
        }
        for (exclusive, bound) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if let Some(Value::Bool(excluded)) = schema.get(exclusive) {
                let excluded = *excluded;
                schema.shift_remove(exclusive);
                if excluded {
                    rename(schema, bound, exclusive);
                }
            }
        }
        if let Some(Value::Object(dependencies)) = schema.shift_remove("dependencies") {
            let (names, schemas): (Schema, Schema) = dependencies
                .into_iter()
                .partition(|(_, value)| value.is_array());
            for (keyword, found) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
                if !found.is_empty() {
                    schema.insert(keyword.to_owned(), found.into());
                }
            }
        }
        for keyword in ["$id", "id", "$anchor"] {
            let Some(Value::String(address)) = schema.get(keyword).cloned() else {
                continue;
            };
            schema.shift_remove(keyword);
            let is_anchor = keyword == "$anchor" || address.starts_with('#');
            let address = if keyword == "$anchor" {
                format!("#{address}")
            } else {
                address
            };
            let place = base.join(&address);
            let place = place.strip_suffix('#').unwrap_or(&place).to_owned();
            if !is_anchor {
                *base = Base {
                    address: place.clone(),
                    path: path.to_owned(),
                };
            }
            self.places.insert(place, path.to_owned());
        }
        if base.path == path && !base.address.is_empty() {
            // Keeps the address for the second visit.
            schema.insert("$id".to_owned(), base.address.as_str().into());
        }
    }

    /// Lets a reference lead to a pointer.
    fn refer(
        &mut self,
        schema: &mut Schema,
        path: &str,
        base: &mut Base,
        whole: &Value,
    ) -> Result<(), Refusal> {
        if let Some(Value::String(address)) = schema.shift_remove("$id") {
            *base = Base {
                address,
                path: path.to_owned(),
            };
        }
        let Some(Value::String(reference)) = schema.get_mut("$ref") else {
            return Ok(());
        };
        let meant = base.join(reference);
        let (address, fragment) = meant.split_once('#').unwrap_or((&meant, ""));
        let target = match self.places.get(&meant).or_else(|| self.places.get(address)) {
            Some(place) if self.places.contains_key(&meant) => Some(place.clone()),
            Some(place) => Some(format!("{place}{fragment}")),
            None if address.is_empty() || address == base.address => {
                Some(format!("{}{fragment}", base.path))
            }
            None => None,
        };
        let is_name = !fragment.is_empty() && !fragment.starts_with('/');
        if is_name && !self.places.contains_key(&meant) && target.is_some() {
            // Perhaps a dynamic anchor; the validator knows.
            return Ok(());
        }
        let Some(target) = target else {
            let reason = format!(
                "the reference {reference} leads out of the schema; copy its target into `$defs`, and refer to that"
            );
            return Err((path.to_owned(), reason));
        };
        if whole.pointer(&target).is_none() && !fragment.contains('%') {
            let reason = format!(
                "the reference {reference} leads nowhere; correct it, or add its target to `$defs`"
            );
            return Err((path.to_owned(), reason));
        }
        *reference = format!("#{target}");
        Ok(())
    }
}

fn rename(schema: &mut Schema, old: &str, new: &str) {
    if let Some(value) = schema.shift_remove(old) {
        schema.insert(new.to_owned(), value);
    }
}
