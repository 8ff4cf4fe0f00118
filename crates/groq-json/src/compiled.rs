//! A schema with everything that is derived from it, made once per type.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Failure};
use crate::issue::Issue;
use crate::schema::{Incompatibility, WireSchema, best_effort, probe, strict};
use crate::shape::Shapes;
use crate::validate;

/// A schema and everything that is derived from it.
#[derive(Clone)]
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) schema: Value,
    pub(crate) shapes: Shapes,
    pub(crate) validator: Validator,
    pub(crate) strict: Result<WireSchema, Vec<Incompatibility>>,
    pub(crate) best_effort: WireSchema,
}

debug_fields!(Compiled, name);

thread_local! {
    /// The types whose own code is running on this thread on behalf of [`Compiled::of`]. While `JsonSchema` runs, there is
    /// nothing to return for them yet; while `Deserialize` runs, there is.
    static RUNNING: RefCell<Vec<(TypeId, Option<Arc<Compiled>>)>> = const { RefCell::new(Vec::new()) };
}

/// Marks a type as running until it is dropped, also by a panic of the type's code.
struct Running;

impl Running {
    fn start(id: TypeId, known: Option<Arc<Compiled>>) -> Self {
        RUNNING.with_borrow_mut(|running| running.push((id, known)));
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(Vec::pop);
    }
}

impl Compiled {
    pub(crate) fn new(name: &str, schema: Value) -> Result<Self, Error> {
        let validator = validate::compile(&schema).map_err(|reason| Error::schema("", reason))?;
        let shapes = Shapes::new(&schema);
        Ok(Self {
            name: name.to_owned(),
            strict: strict::wire_schema(name, &shapes),
            best_effort: best_effort::wire_schema(name, &schema, &shapes),
            schema,
            shapes,
            validator,
        })
    }

    /// Returns what is compiled for a type, once per process.
    ///
    /// The type's own code runs without a lock, so it may ask for formats itself. If two threads ask for a type at the same
    /// time, both compile it and the first result is kept.
    pub(crate) fn of<T: JsonSchema + DeserializeOwned + 'static>() -> Result<Arc<Self>, Error> {
        static ALL: OnceLock<Mutex<HashMap<TypeId, Arc<Compiled>>>> = OnceLock::new();
        let all = || {
            let all = ALL.get_or_init(Mutex::default).lock();
            all.unwrap_or_else(PoisonError::into_inner)
        };
        let id = TypeId::of::<T>();
        if let Some(known) = all().get(&id) {
            return Ok(Arc::clone(known));
        }
        let running = RUNNING.with_borrow(|running| {
            let entry = running.iter().rev().find(|(running, _)| *running == id);
            entry.map(|(_, known)| known.clone())
        });
        match running {
            Some(Some(known)) => return Ok(known),
            Some(None) => {
                let reason = "the schema of the type needs a format of the type itself";
                return Err(Error::schema("", reason));
            }
            None => {}
        }
        let compiled = Arc::new(Self::derive::<T>()?);
        Ok(Arc::clone(all().entry(id).or_insert(compiled)))
    }

    /// Returns a value as JSON, if it fits the schema.
    pub(crate) fn checked(&self, value: &impl Serialize) -> Result<Value, Error> {
        let issues = match serde_json::to_value(value) {
            Ok(value) => match validate::issues(&self.validator, &value) {
                issues if issues.is_empty() => return Ok(value),
                issues => issues,
            },
            Err(error) => vec![Issue::new("", format!("does not serialize: {error}"))],
        };
        Err(Failure::Invalid(issues).into())
    }

    /// Runs the type's `JsonSchema`, and then its `Deserialize` to find what no schema shows.
    fn derive<T: JsonSchema + DeserializeOwned + 'static>() -> Result<Self, Error> {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        let (name, schema) = {
            let _running = Running::start(TypeId::of::<T>(), None);
            let schema = settings.into_generator().into_root_schema_for::<T>();
            (T::schema_name(), schema.to_value())
        };
        let compiled = Arc::new(Self::new(&name, schema)?);
        let nested = {
            let _running = Running::start(TypeId::of::<T>(), Some(Arc::clone(&compiled)));
            probe::nested_options::<T>()
        };
        let mut compiled = Arc::unwrap_or_clone(compiled);
        if !nested.is_empty() {
            let mut found = compiled.strict.err().unwrap_or_default();
            for path in nested {
                let incompatibility = strict::distinct_null(&path);
                if !found.contains(&incompatibility) {
                    found.push(incompatibility);
                }
            }
            compiled.strict = Err(found);
        }
        Ok(compiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Point {
        x: i32,
    }

    #[test]
    fn a_schema_is_compiled_once() {
        let first = Compiled::of::<Point>().unwrap();
        let elsewhere = std::thread::spawn(|| Compiled::of::<Point>().unwrap());
        for again in [Compiled::of::<Point>().unwrap(), elsewhere.join().unwrap()] {
            assert!(Arc::ptr_eq(&first, &again));
        }
    }
}
