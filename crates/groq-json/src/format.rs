//! A type as a format for replies, without a network.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use groq_types::FinishReason;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::compiled::Compiled;
use crate::correction;
use crate::decode::{DecodedValue, Decoder};
use crate::error::{Error, Failure};
use crate::mode::Mode;
use crate::parse::repair::{Repair, Repaired};
use crate::prompt::Prompt;
use crate::reader::Reader;
use crate::schema::{Incompatibility, WireSchema, check, codec, part};
use crate::validate;

/// The deepest nesting that is read.
///
/// The parser needs no limit, but `jsonschema`, serde and the codec recurse. Without optimization, listing the issues of a
/// value takes 4.4 KiB of stack per level, so 512 levels would not fit into the 2 MiB that threads have by default.
pub(crate) const MAX_DEPTH: usize = 256;

/// A type as a format for replies, without a network: for tests and for other clients.
///
/// The schema is derived and compiled once per process; further formats of the same type cost a lookup.
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
/// let schema = format.wire_schema(Mode::Strict)?; // for `response_format`
/// assert!(schema.strict);
/// let reply = "Here it is:\n```json\n{\"title\": \"Cookies\", \"prep_minutes\": 0}\n```";
/// let error = format.parse(reply, Finish::Stop).unwrap_err();
/// assert_eq!(error.issues()[0].to_string(), "/prep_minutes: must be at least 1");
/// let message = format.correction(&error); // for the model, after its reply
/// assert!(message.contains("/prep_minutes: must be at least 1, got 0"));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[must_use = "a format does nothing by itself"]
pub struct Format<T> {
    compiled: Arc<Compiled>,
    repair: Repair,
    max_depth: usize,
    type_: PhantomData<fn() -> T>,
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finish {
    /// By itself.
    Stop,
    /// At the limit on tokens.
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

/// A value from a reply. Dereferences to the value.
///
/// ```
/// # use groq_json::{Finish, Format};
/// let parsed = Format::<Vec<u8>>::new()?.parse("[1, 2,]", Finish::Stop)?;
/// assert_eq!(parsed.len(), 2);
/// assert_eq!(parsed.repairs[0].to_string(), "trailing comma at byte 5");
/// # Ok::<(), groq_json::Error>(())
/// ```
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

impl<T> From<DecodedValue<T>> for Parsed<T> {
    fn from(decoded: DecodedValue<T>) -> Self {
        Self {
            value: decoded.value,
            repairs: decoded.repairs,
            defaults: decoded.defaults,
        }
    }
}

debug_fields!(Parsed<T>, repairs, defaults);

impl<T: JsonSchema + DeserializeOwned + 'static> Format<T> {
    /// Creates the format of a type.
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): the schema of the type is not valid.
    pub fn new() -> Result<Self, Error> {
        Compiled::of::<T>().map(Self::with)
    }
}

impl Format<Value> {
    /// Creates a format from a schema that is known only at run time. Its defaults are filled in.
    ///
    /// `name` is sent to the service. References must stay within the schema. A schema of draft 4 to 7 is read as it was meant:
    /// `definitions`, `id`, tuples as `items`, and references to its own address.
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
    /// [`is_schema`](Error::is_schema): it is not a schema, refers to another document, or is too large.
    pub fn from_schema(name: &str, schema: Value) -> Result<Self, Error> {
        let schema = check::check(schema).map_err(|(path, reason)| Error::schema(path, reason))?;
        let compiled = Compiled::new(name, schema)?;
        Ok(Self::with(Arc::new(compiled)))
    }
}

impl<T> Format<T> {
    fn with(compiled: Arc<Compiled>) -> Self {
        Self {
            compiled,
            repair: Repair::default(),
            max_depth: MAX_DEPTH,
            type_: PhantomData,
        }
    }

    /// Sets what may be repaired. The default is [`Repair::Safe`].
    ///
    /// ```
    /// # use groq_json::{Finish, Format, Repair};
    /// let format = Format::<Vec<u8>>::new()?.repair(Repair::Lossless);
    /// assert_eq!(format.parse(r#"["7"]"#, Finish::Stop)?.value, [7]);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn repair(mut self, level: Repair) -> Self {
        self.repair = level;
        self
    }

    /// Sets how deeply a reply may be nested. The default and the maximum is 256.
    ///
    /// More would not fit into the 2 MiB stack of a thread without optimization, because `jsonschema` and derived
    /// deserializers recurse.
    ///
    /// ```
    /// # use groq_json::{ErrorKind, Finish, Format};
    /// let format = Format::<serde_json::Value>::new()?.max_depth(2);
    /// let error = format.parse("[[[]]]", Finish::Stop).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::TooDeep);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth.min(MAX_DEPTH);
        self
    }

    /// Returns the name of the type.
    pub fn name(&self) -> &str {
        &self.compiled.name
    }

    /// Returns the JSON Schema that replies are validated by.
    ///
    /// ```
    /// # use groq_json::Format;
    /// assert_eq!(Format::<bool>::new()?.schema()["type"], "boolean");
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn schema(&self) -> &Value {
        &self.compiled.schema
    }

    /// Returns why the schema cannot be strict; empty if it can.
    ///
    /// ```
    /// # use groq_json::Format;
    /// assert!(Format::<Vec<u8>>::new()?.incompatibilities().is_empty());
    /// let any = Format::<serde_json::Value>::new()?;
    /// println!("{}", any.incompatibilities()[0]);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn incompatibilities(&self) -> &[Incompatibility] {
        match &self.compiled.strict {
            Ok(_) => &[],
            Err(found) => found,
        }
    }

    /// Returns the schema as it is sent in a mode.
    ///
    /// ```
    /// # use groq_json::{Format, Mode};
    /// let format = Format::<Vec<u8>>::new()?;
    /// assert_eq!(format.wire_schema(Mode::Schema)?.wrapped_in, Some("items"));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_unsupported`](Error::is_unsupported): the mode is strict and the schema is not; see
    /// [`incompatibilities`](Self::incompatibilities).
    pub fn wire_schema(&self, mode: Mode) -> Result<&WireSchema, Error> {
        match (mode, &self.compiled.strict) {
            (Mode::Strict, Ok(strict)) => Ok(strict),
            (Mode::Strict, Err(found)) => {
                let reason = found.first().map(ToString::to_string).unwrap_or_default();
                Err(Failure::Unsupported { mode, reason }.into())
            }
            _ => Ok(&self.compiled.best_effort),
        }
    }

    /// Returns a description of the format in words, for a system message.
    pub fn prompt(&self) -> Prompt {
        Prompt::new(Arc::clone(&self.compiled))
    }

    /// Returns the message that tells the model what was wrong with its reply.
    pub fn correction(&self, error: &Error) -> String {
        correction::message(error.failure(), error.raw())
    }

    /// Encodes a value as the strict schema has it. [`parse_wire`](Self::parse_wire) decodes it.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use groq_json::Format;
    /// let ages = BTreeMap::from([("Ada".to_owned(), 36_u8)]);
    /// let encoded = Format::<BTreeMap<String, u8>>::new()?.encode(&ages)?;
    /// assert_eq!(encoded.to_string(), r#"{"value":[{"key":"Ada","value":36}]}"#);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): it does not serialize, or does not fit the schema.
    pub fn encode(&self, value: &impl Serialize) -> Result<Value, Error> {
        let value = self.compiled.checked(value)?;
        let shapes = &self.compiled.shapes;
        let encoded = codec::encode(shapes, shapes.root, &value);
        let strict = self.compiled.strict.as_ref().ok();
        Ok(match strict.and_then(|wire| wire.wrapped_in) {
            Some(member) => serde_json::json!({member: encoded}),
            None => encoded,
        })
    }

    /// Validates a part of a value by the part of the schema that applies to it.
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
    /// [`is_invalid`](Error::is_invalid), with paths from the root of the whole value; [`is_schema`](Error::is_schema) if the
    /// schema has nothing at `path`.
    pub fn validate_part(&self, path: &str, value: &Value) -> Result<(), Error> {
        let schema = part::at(&self.compiled.schema, path)
            .ok_or_else(|| Error::schema(path, "the schema has nothing here"))?;
        let validator = validate::compile(&schema).map_err(|reason| Error::schema(path, reason))?;
        let mut issues = validate::issues(&validator, value);
        if issues.is_empty() {
            return Ok(());
        }
        for issue in &mut issues {
            issue.path.insert_str(0, path);
        }
        Err(Failure::Invalid(issues).into())
    }

    #[cfg(feature = "client")]
    pub(crate) fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    /// A decoder of replies to a request with this schema, if it had one.
    pub(crate) fn decoder<'f>(&'f self, wire: Option<&'f WireSchema>) -> Decoder<'f> {
        Decoder {
            compiled: &self.compiled,
            level: self.repair,
            max_depth: self.max_depth,
            wire,
        }
    }
}

impl<T: DeserializeOwned + 'static> Format<T> {
    /// Parses a reply to a request in any mode except [`Mode::Strict`].
    ///
    /// ```
    /// # use groq_json::{Finish, Format};
    /// let format = Format::<Vec<String>>::new()?;
    /// assert_eq!(format.parse("Sure: ['a', 'b']", Finish::Stop)?.value, ["a", "b"]);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that can be wrong with a reply: [`is_no_json`](Error::is_no_json), [`is_ambiguous`](Error::is_ambiguous),
    /// [`is_truncated`](Error::is_truncated), [`is_malformed`](Error::is_malformed), [`is_invalid`](Error::is_invalid).
    pub fn parse(&self, raw: &str, finish: Finish) -> Result<Parsed<T>, Error> {
        parsed(self.decoder(None).reply(raw, finish), raw)
    }

    /// Parses a reply to a request with this schema, and undoes its encodings.
    ///
    /// ```
    /// # use groq_json::{Finish, Format, Mode};
    /// let format = Format::<Vec<u8>>::new()?;
    /// let schema = format.wire_schema(Mode::Strict)?;
    /// assert_eq!(format.parse_wire(schema, r#"{"items":[7]}"#, Finish::Stop)?.value, [7]);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`parse`](Self::parse).
    pub fn parse_wire(
        &self,
        schema: &WireSchema,
        raw: &str,
        finish: Finish,
    ) -> Result<Parsed<T>, Error> {
        parsed(self.decoder(Some(schema)).reply(raw, finish), raw)
    }

    /// Creates a reader for a reply that arrives in pieces, in any mode except [`Mode::Strict`].
    pub fn reader(&self) -> Reader<T> {
        Reader::new(self.clone(), None)
    }

    /// Creates a reader for a reply that arrives in pieces, to a request with this schema. Its encodings are undone at the
    /// end.
    pub fn reader_wire(&self, schema: &WireSchema) -> Reader<T> {
        Reader::new(self.clone(), Some(schema.clone()))
    }
}

/// The public outcome of decoding a text.
pub(crate) fn parsed<T>(
    result: Result<DecodedValue<T>, Failure>,
    raw: &str,
) -> Result<Parsed<T>, Error> {
    match result {
        Ok(decoded) => Ok(decoded.into()),
        Err(failure) => Err(Error::new(failure).with_raw(raw)),
    }
}

impl<T> Clone for Format<T> {
    fn clone(&self) -> Self {
        Self {
            compiled: Arc::clone(&self.compiled),
            ..*self
        }
    }
}

debug_fields!(Format<T>, compiled, repair, max_depth);
