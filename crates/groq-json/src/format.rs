//! A type as a format for replies: everything that needs no network.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use groq_types::FinishReason;
use jsonschema::Validator;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind};
use crate::issue::Issue;
use crate::judge::{Fitting, Judge};
use crate::mode::Mode;
use crate::parse::repair::{Repair, Repaired};
use crate::parse::tape::Taped;
use crate::prompt::Prompt;
use crate::reader::Reader;
use crate::reask;
use crate::schema::{Obstacle, Wire, check, codec, derive, loose, probe, strict};
use crate::shape::Shapes;
use crate::validate;

/// The deepest nesting that is read.
///
/// The parser needs no limit; but `jsonschema`, serde and the codec recurse. Without optimisation, listing what is wrong
/// with a value takes 4.4 KiB of stack a level, so 512 levels would not fit into the 2 MiB that threads have by default.
pub(crate) const MAX_DEPTH: usize = 256;

/// A type as a format for replies, without a network: for tests, and for other clients.
///
/// Its schema is derived and compiled once in a process; making another one costs a look-up.
///
/// ```
/// use groq_json::{Finish, Format, JsonSchema, Mode};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Recipe {
///     title: String,
///     #[schemars(range(min = 1))]
///     prep_minutes: u32,
/// }
///
/// let format = Format::<Recipe>::new()?;
/// let wire = format.wire(Mode::Strict)?; // goes into `response_format`
/// assert!(wire.strict);
/// let reply = "Here it is:\n```json\n{\"title\": \"Cookies\", \"prep_minutes\": 0}\n```";
/// let error = format.parse(reply, Finish::Stop).unwrap_err();
/// assert_eq!(error.issues()[0].to_string(), "/prep_minutes: must be at least 1");
/// let question = format.reask(&error); // goes back to the model, after its reply
/// assert!(question.contains("/prep_minutes: must be at least 1, got 0"));
/// # Ok::<(), groq_json::Error>(())
/// ```
pub struct Format<T> {
    compiled: Arc<Compiled>,
    level: Repair,
    max_depth: usize,
    type_: PhantomData<fn() -> T>,
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finish {
    /// By itself.
    Stop,
    /// At the limit of tokens.
    Length,
}

impl From<Option<&FinishReason>> for Finish {
    fn from(reason: Option<&FinishReason>) -> Self {
        match reason {
            Some(FinishReason::Length) => Self::Length,
            _ => Self::Stop,
        }
    }
}

/// A value, and what it took to read it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The value.
    pub value: T,
    /// What was repaired in the reply.
    pub repairs: Vec<Repaired>,
    /// The paths of absent members that got their default.
    pub defaults: Vec<String>,
}

impl<T> Deref for Parsed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> From<Fitting<T>> for Parsed<T> {
    fn from(fitting: Fitting<T>) -> Self {
        let Fitting {
            value,
            repairs,
            defaults,
        } = fitting;
        Self {
            value,
            repairs,
            defaults,
        }
    }
}

/// Leaves out the value.
impl<T> fmt::Debug for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed")
            .field("repairs", &self.repairs)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}

/// A schema and all that is made from it.
pub(crate) struct Compiled {
    pub(crate) name: String,
    pub(crate) schema: Value,
    pub(crate) shapes: Shapes,
    pub(crate) validator: Validator,
    /// The validator for tapes, made when the first reply comes.
    quick: OnceLock<Option<Validator<Taped>>>,
    pub(crate) has_defaults: bool,
    pub(crate) strict: Result<Wire, Vec<Obstacle>>,
    /// Whether a value in the strict form is the value itself.
    pub(crate) strict_is_plain: bool,
    pub(crate) loose: Wire,
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    /// `nested` are the places where the type has an option inside an option.
    fn new(name: &str, schema: Value, nested: &[String]) -> Result<Self, Error> {
        let validator = validate::compile(&schema).map_err(|reason| Error::schema("", reason))?;
        let shapes = Shapes::new(&schema);
        let strict = match (strict::wire(name, &shapes), nested) {
            (strict, []) => strict,
            (strict, nested) => {
                let mut obstacles = strict.err().unwrap_or_default();
                for obstacle in nested.iter().map(|path| strict::distinct_null(path)) {
                    if !obstacles.contains(&obstacle) {
                        obstacles.push(obstacle);
                    }
                }
                Err(obstacles)
            }
        };
        let strict_is_plain = codec::is_plain(&shapes);
        let loose = loose::wire(name, &schema, &shapes);
        Ok(Self {
            name: name.to_owned(),
            has_defaults: shapes.has_defaults(),
            schema,
            shapes,
            validator,
            quick: OnceLock::new(),
            strict_is_plain,
            strict,
            loose,
        })
    }

    /// The validator for tapes.
    pub(crate) fn quick(&self) -> Option<&Validator<Taped>> {
        self.quick
            .get_or_init(|| validate::compile_for_tapes(&self.schema))
            .as_ref()
    }

    /// What is compiled for a type, once per process.
    fn of<T: JsonSchema + DeserializeOwned + 'static>() -> Result<Arc<Self>, Error> {
        static ALL: OnceLock<Mutex<HashMap<TypeId, Arc<Compiled>>>> = OnceLock::new();
        let mut all = ALL
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&TypeId::of::<T>()) {
            return Ok(Arc::clone(known));
        }
        let nested = probe::nested_options::<T>();
        let compiled = Self::new(&T::schema_name(), derive::schema::<T>(), &nested)?;
        let compiled = Arc::new(compiled);
        all.insert(TypeId::of::<T>(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

impl<T: JsonSchema + DeserializeOwned + 'static> Format<T> {
    /// The format of a type.
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): the schema of the type is not a valid one.
    pub fn new() -> Result<Self, Error> {
        Compiled::of::<T>().map(Self::with)
    }
}

impl Format<Value> {
    /// A format given by a schema at run time; its defaults are filled in.
    ///
    /// `name` is what the service is told. References must stay within the schema.
    ///
    /// ```
    /// use groq_json::{Finish, Format};
    /// use serde_json::json;
    ///
    /// let schema = json!({"type": "object", "properties": {"n": {"type": "integer", "default": 7}}});
    /// let format = Format::from_schema("numbers", schema)?;
    /// assert_eq!(format.parse("{}", Finish::Stop)?.value, json!({"n": 7}));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): it is no schema, refers to another document, or is too large.
    pub fn from_schema(name: &str, schema: Value) -> Result<Self, Error> {
        check::check(&schema).map_err(|(path, reason)| Error::schema(path, reason))?;
        Compiled::new(name, schema, &[])
            .map(Arc::new)
            .map(Self::with)
    }
}

impl<T> Format<T> {
    fn with(compiled: Arc<Compiled>) -> Self {
        Self {
            compiled,
            level: Repair::default(),
            max_depth: MAX_DEPTH,
            type_: PhantomData,
        }
    }

    /// Sets what may be repaired; [`Repair::Safe`] by default.
    pub fn repair(mut self, level: Repair) -> Self {
        self.level = level;
        self
    }

    /// Sets how deeply a reply may be nested, up to 256, which is the default.
    ///
    /// Reading takes no stack, but `jsonschema` and the code that serde derives go down a value by calls: twice as many levels
    /// would not fit into the 2 MiB of a thread without optimisation.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth.min(MAX_DEPTH);
        self
    }

    /// The name of the type.
    pub fn name(&self) -> &str {
        &self.compiled.name
    }

    /// The JSON Schema that replies are judged by.
    pub fn schema(&self) -> &Value {
        &self.compiled.schema
    }

    /// What keeps the schema from being strict; empty if it can be.
    pub fn obstacles(&self) -> &[Obstacle] {
        self.compiled
            .strict
            .as_ref()
            .err()
            .map_or(&[], Vec::as_slice)
    }

    /// The schema as it is sent in a mode.
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported): strict was asked for, and [`obstacles`](Self::obstacles) stand in the way.
    pub fn wire(&self, mode: Mode) -> Result<&Wire, Error> {
        match (mode, &self.compiled.strict) {
            (Mode::Strict, Ok(wire)) => Ok(wire),
            (Mode::Strict, Err(obstacles)) => {
                let reason = obstacles
                    .first()
                    .map(Obstacle::to_string)
                    .unwrap_or_default();
                Err(ErrorKind::Unsupported { mode, reason }.into())
            }
            _ => Ok(&self.compiled.loose),
        }
    }

    /// A description of the format in words, for a system message.
    pub fn prompt(&self) -> Prompt {
        Prompt::new(Arc::clone(&self.compiled))
    }

    /// The message that tells the model what was wrong with its reply.
    pub fn reask(&self, error: &Error) -> String {
        reask::message(error.kind(), error.raw())
    }

    /// A value as the strict schema has it; [`parse_wire`](Self::parse_wire) is the way back.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): it does not serialise, or not to what the schema allows.
    pub fn encode(&self, value: &impl Serialize) -> Result<Value, Error> {
        let value = self.checked(value)?;
        let shapes = &self.compiled.shapes;
        let encoded = codec::encode(shapes, shapes.root, &value);
        let wrapped_in = self
            .compiled
            .strict
            .as_ref()
            .ok()
            .and_then(|wire| wire.wrapped_in);
        Ok(match wrapped_in {
            Some(member) => serde_json::json!({member: encoded}),
            None => encoded,
        })
    }

    /// Judges a part of a value by the part of the schema that is for it.
    ///
    /// ```
    /// use groq_json::{Format, JsonSchema};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Address { zip: String }
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Person { addresses: Vec<Address> }
    ///
    /// let format = Format::<Person>::new()?;
    /// assert!(format.validate_part("/addresses/0", &serde_json::json!({"zip": "1010"})).is_ok());
    /// let error = format.validate_part("/addresses/0", &serde_json::json!({"zip": 1010})).unwrap_err();
    /// assert_eq!(error.issues()[0].path, "/addresses/0/zip");
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid), with paths from the root of the whole value; [`is_schema`](Error::is_schema) where the
    /// schema has nothing at `path`.
    pub fn validate_part(&self, path: &str, value: &Value) -> Result<(), Error> {
        let schema = crate::schema::part::at(&self.compiled.schema, path)
            .ok_or_else(|| Error::schema(path, "the schema has nothing here"))?;
        let validator = validate::compile(&schema).map_err(|reason| Error::schema(path, reason))?;
        let mut issues = validate::issues(&validator, value);
        if issues.is_empty() {
            return Ok(());
        }
        for issue in &mut issues {
            issue.path.insert_str(0, path);
        }
        Err(ErrorKind::Invalid(issues).into())
    }

    /// A value as JSON, if it fits the schema.
    pub(crate) fn checked(&self, value: &impl Serialize) -> Result<Value, Error> {
        let refused =
            |message: String| Error::new(ErrorKind::Invalid(vec![Issue::new("", message)]));
        let value = serde_json::to_value(value)
            .map_err(|error| refused(format!("does not serialise: {error}")))?;
        let issues = validate::issues(&self.compiled.validator, &value);
        if issues.is_empty() {
            Ok(value)
        } else {
            Err(ErrorKind::Invalid(issues).into())
        }
    }

    pub(crate) fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    pub(crate) fn limits(&self) -> (Repair, usize) {
        (self.level, self.max_depth)
    }
}

impl<T: DeserializeOwned + 'static> Format<T> {
    /// The value of a reply to a request in any mode but [`Mode::Strict`].
    ///
    /// # Errors
    ///
    /// All that can be wrong with a reply: [`is_no_json`](Error::is_no_json), [`is_ambiguous`](Error::is_ambiguous),
    /// [`is_truncated`](Error::is_truncated), [`is_malformed`](Error::is_malformed), [`is_invalid`](Error::is_invalid).
    pub fn parse(&self, raw: &str, finish: Finish) -> Result<Parsed<T>, Error> {
        self.judge(None, raw, finish)
    }

    /// The value of a reply to a request with this schema; encodings are undone.
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_wire(&self, wire: &Wire, raw: &str, finish: Finish) -> Result<Parsed<T>, Error> {
        self.judge(Some(wire), raw, finish)
    }

    /// Reads a reply that comes in pieces, for a request in any mode but [`Mode::Strict`].
    pub fn reader(&self) -> Reader<T> {
        Reader::new(self.clone(), None)
    }

    /// Reads a reply that comes in pieces, for a request with this schema; encodings are undone at the end.
    pub fn reader_wire(&self, wire: &Wire) -> Reader<T> {
        Reader::new(self.clone(), Some(wire.clone()))
    }

    fn judge(&self, wire: Option<&Wire>, raw: &str, finish: Finish) -> Result<Parsed<T>, Error> {
        let judge = Judge {
            compiled: &self.compiled,
            level: self.level,
            max_depth: self.max_depth,
            wire,
            fill_defaults: TypeId::of::<T>() == Value::Null.type_id(),
        };
        match judge.reply(raw, finish) {
            Ok(fitting) => Ok(fitting.into()),
            Err(kind) => Err(Error::new(kind).with_raw(raw)),
        }
    }
}

impl<T> Clone for Format<T> {
    fn clone(&self) -> Self {
        Self {
            compiled: Arc::clone(&self.compiled),
            level: self.level,
            max_depth: self.max_depth,
            type_: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Format<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format")
            .field("name", &self.compiled.name)
            .field("repair", &self.level)
            .field("max_depth", &self.max_depth)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, JsonSchema)]
    struct Point {
        x: i32,
    }

    #[test]
    fn a_schema_is_compiled_once() {
        let first = Format::<Point>::new().unwrap();
        assert_eq!(first.parse(r#"{"x": 1}"#, Finish::Stop).unwrap().x, 1);
        let places = |format: &Format<Point>| {
            let compiled = format.compiled();
            let quick: *const _ = compiled.quick().unwrap();
            (Arc::as_ptr(compiled) as usize, quick as usize)
        };
        let elsewhere = std::thread::spawn(|| Format::<Point>::new().unwrap());
        let formats = [
            Format::new().unwrap(),
            first.clone().repair(Repair::Lossless).max_depth(3),
            elsewhere.join().unwrap(),
        ];
        for format in &formats {
            assert_eq!(places(format), places(&first));
        }
        let again = Format::from_schema("Point", first.schema().clone()).unwrap();
        assert!(!Arc::ptr_eq(again.compiled(), first.compiled()));
    }
}
