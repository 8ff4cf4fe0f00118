//! How a model is asked for JSON, and what models support.

use std::fmt;
use std::sync::LazyLock;

use groq_models::{Catalog, JsonSchemaSupport, ModelInfo};
use groq_types::ReasoningEffort;

pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::shipped);

/// A way to ask for JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// `json_schema` with `strict`: the model can write nothing else.
    Strict,
    /// `json_schema` without `strict`: the service checks the reply.
    Schema,
    /// `json_object`, with the format in the prompt: the service returns some JSON object.
    Object,
    /// A tool with the schema of the type that the model has to call.
    Tool,
    /// Only the prompt. The one mode that streams and that every model supports.
    Prompt,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strict => "strict JSON schema",
            Self::Schema => "JSON schema",
            Self::Object => "JSON object",
            Self::Tool => "tool call",
            Self::Prompt => "prompt only",
        })
    }
}

/// What a model supports, as far as asking for JSON is concerned.
///
/// ```
/// use groq_json::{Capabilities, Mode};
///
/// assert!(Capabilities::for_model("openai/gpt-oss-20b").supports(Mode::Strict));
/// assert!(!Capabilities::for_model("llama-3.3-70b-versatile").supports(Mode::Schema));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
#[non_exhaustive]
pub struct Capabilities {
    /// Supports [`Mode::Strict`].
    pub strict: bool,
    /// Supports [`Mode::Schema`].
    pub schema: bool,
    /// Supports [`Mode::Object`].
    pub object: bool,
    /// Supports [`Mode::Tool`].
    pub tools: bool,
    /// Reasons before it writes, and so needs a generous limit on tokens.
    pub reasons: bool,
    /// Accepts a low reasoning effort.
    pub low_effort: bool,
}

/// Those of an unknown model: JSON objects and tools.
impl Default for Capabilities {
    fn default() -> Self {
        Self {
            strict: false,
            schema: false,
            object: true,
            tools: true,
            reasons: false,
            low_effort: false,
        }
    }
}

/// Those of a model of a catalog, such as a newer one than this crate was released with.
impl From<&ModelInfo> for Capabilities {
    fn from(model: &ModelInfo) -> Self {
        let unknown = Self::default();
        let schema = model.json_schema.unwrap_or(JsonSchemaSupport::No);
        Self {
            strict: schema >= JsonSchemaSupport::Strict,
            schema: schema >= JsonSchemaSupport::BestEffort,
            object: model.json_object.unwrap_or(unknown.object),
            tools: model.tools.unwrap_or(unknown.tools),
            reasons: model.reasoning.unwrap_or(unknown.reasons),
            low_effort: model.takes_effort(&ReasoningEffort::Low) == Some(true),
        }
    }
}

impl Capabilities {
    /// Returns those of a model, by the catalog of [`groq_models`]. An unknown model supports JSON objects and tools.
    pub fn for_model(model: &str) -> Self {
        CATALOG.get(model).map(Self::from).unwrap_or_default()
    }

    /// Returns whether a mode is supported.
    pub fn supports(&self, mode: Mode) -> bool {
        match mode {
            Mode::Strict => self.strict,
            Mode::Schema => self.schema,
            Mode::Object => self.object,
            Mode::Tool => self.tools,
            Mode::Prompt => true,
        }
    }

    /// Returns the best mode for a schema, and why it is not a better one.
    ///
    /// ```
    /// # use groq_json::{Capabilities, Mode};
    /// let (mode, reason) = Capabilities::default().best(true);
    /// assert_eq!((mode, reason), (Mode::Object, Some("the model does not support schemas")));
    /// ```
    pub fn best(&self, can_be_strict: bool) -> (Mode, Option<&'static str>) {
        match (self.strict, self.schema, self.object) {
            (true, ..) if can_be_strict => (Mode::Strict, None),
            (true, true, _) => (Mode::Schema, Some("the schema cannot be strict")),
            (_, true, _) => (
                Mode::Schema,
                Some("the model does not support strict schemas"),
            ),
            (.., true) => (Mode::Object, Some("the model does not support schemas")),
            _ => (
                Mode::Prompt,
                Some("the model does not support response formats"),
            ),
        }
    }
}
