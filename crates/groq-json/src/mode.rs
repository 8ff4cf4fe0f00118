//! How a model is asked for JSON, and which models take which way.

use std::fmt;

/// A way to ask for JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// `json_schema` with `strict`: the service lets the model write nothing else.
    Strict,
    /// `json_schema` without `strict`: the service checks the reply.
    Schema,
    /// `json_object`, with the format in the prompt: the service sees to it that it is some JSON object.
    Object,
    /// A tool in the shape of the type that the model has to call.
    Tool,
    /// Only the prompt. The one way that streams and needs nothing of the service.
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

/// What a model can do, as far as asking for JSON goes.
///
/// [`for_model`](Self::for_model) looks it up; a model that is not in the table is taken to know JSON objects and tools.
///
/// ```
/// use groq_json::{Capabilities, Mode};
///
/// assert!(Capabilities::for_model("openai/gpt-oss-20b").offers(Mode::Strict));
/// assert!(!Capabilities::for_model("llama-3.3-70b-versatile").offers(Mode::Schema));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent of each other"
)]
#[non_exhaustive]
pub struct Capabilities {
    /// Takes [`Mode::Strict`].
    pub strict: bool,
    /// Takes [`Mode::Schema`].
    pub schema: bool,
    /// Takes [`Mode::Object`].
    pub object: bool,
    /// Takes [`Mode::Tool`].
    pub tools: bool,
    /// Reasons before it writes, and so needs a generous limit on tokens.
    pub reasons: bool,
    /// Accepts a lower effort of reasoning.
    pub efforts: bool,
}

/// What is known of models, by how their names begin; the first that matches counts. Last compared with Groq's documentation
/// on 2026-09-21.
const TABLE: &[(&str, Capabilities)] = &[
    // Best effort only, by the documentation on structured outputs.
    (
        "openai/gpt-oss-safeguard",
        Capabilities {
            strict: false,
            schema: true,
            object: true,
            tools: true,
            reasons: true,
            efforts: true,
        },
    ),
    (
        "openai/gpt-oss",
        Capabilities {
            strict: true,
            schema: true,
            object: true,
            tools: true,
            reasons: true,
            efforts: true,
        },
    ),
    (
        "moonshotai/kimi-k2",
        Capabilities {
            strict: false,
            schema: true,
            object: true,
            tools: true,
            reasons: false,
            efforts: false,
        },
    ),
    (
        "meta-llama/llama-4",
        Capabilities {
            strict: false,
            schema: true,
            object: true,
            tools: true,
            reasons: false,
            efforts: false,
        },
    ),
    (
        "qwen/qwen3",
        Capabilities {
            strict: false,
            schema: false,
            object: true,
            tools: true,
            reasons: true,
            efforts: false,
        },
    ),
    (
        "groq/compound",
        Capabilities {
            strict: false,
            schema: false,
            object: true,
            tools: false,
            reasons: true,
            efforts: false,
        },
    ),
    (
        "allam-2-7b",
        Capabilities {
            strict: false,
            schema: false,
            object: true,
            tools: false,
            reasons: false,
            efforts: false,
        },
    ),
];

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            strict: false,
            schema: false,
            object: true,
            tools: true,
            reasons: false,
            efforts: false,
        }
    }
}

impl Capabilities {
    /// Those of a model, from a table made from Groq's documentation.
    pub fn for_model(model: &str) -> Self {
        let known = TABLE.iter().find(|(prefix, _)| model.starts_with(prefix));
        known.map_or_else(Self::default, |(_, capabilities)| *capabilities)
    }

    /// Whether a mode can be asked for.
    pub fn offers(&self, mode: Mode) -> bool {
        match mode {
            Mode::Strict => self.strict,
            Mode::Schema => self.schema,
            Mode::Object => self.object,
            Mode::Tool => self.tools,
            Mode::Prompt => true,
        }
    }

    /// The best mode for a schema that can be strict, or cannot; and why it is not a better one.
    pub fn best(&self, can_be_strict: bool) -> (Mode, Option<&'static str>) {
        match self {
            Self { strict: true, .. } if can_be_strict => (Mode::Strict, None),
            Self {
                schema: true,
                strict: true,
                ..
            } => (Mode::Schema, Some("the schema cannot be strict")),
            Self { schema: true, .. } => (Mode::Schema, Some("the model takes no strict schema")),
            Self { object: true, .. } => (Mode::Object, Some("the model takes no schema")),
            _ => (Mode::Prompt, Some("the model takes no response format")),
        }
    }
}
