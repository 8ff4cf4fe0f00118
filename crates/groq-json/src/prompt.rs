//! A format in words, for a system message.

mod type_text;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::compiled::Compiled;
use crate::error::Error;

/// A system message that describes the JSON to write: the role of the model, the type, numbered requirements, and examples.
///
/// The type is written like a TypeScript type, with descriptions and constraints as comments, which takes fewer tokens than
/// its JSON Schema. Returned by [`Format::prompt`](crate::Format::prompt). In the modes that need it, it is part of the
/// request without being asked for.
///
/// ```
/// use groq_json::{Format, JsonSchema};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, JsonSchema)]
/// struct Movie {
///     title: String,
///     /// on IMDb
///     #[schemars(range(min = 1, max = 10))]
///     rating: f64,
/// }
///
/// let prompt = Format::<Movie>::new()?
///     .prompt()
///     .role("a movie database")
///     .requirement("Use the original title")
///     .example(&Movie { title: "Alien".into(), rating: 8.5 })?
///     .to_string();
/// assert!(prompt.starts_with("You are a movie database."));
/// assert!(prompt.contains("rating: number // on IMDb; 1 to 10"));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a prompt does nothing until it is sent"]
pub struct Prompt {
    compiled: Arc<Compiled>,
    role: Option<String>,
    requirements: Vec<String>,
    examples: Vec<String>,
    wrapped_in: Option<&'static str>,
}

impl Prompt {
    pub(crate) fn new(compiled: Arc<Compiled>) -> Self {
        Self {
            compiled,
            role: None,
            requirements: Vec::new(),
            examples: Vec::new(),
            wrapped_in: None,
        }
    }

    /// Sets what the model is: `a movie database`.
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Adds a numbered requirement.
    pub fn requirement(mut self, requirement: impl Into<String>) -> Self {
        self.requirements.push(requirement.into());
        self
    }

    /// Adds an example.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](Error::is_invalid): it does not serialize, or does not fit the schema and would mislead the model.
    pub fn example(mut self, value: &impl Serialize) -> Result<Self, Error> {
        let mut value = self.compiled.checked(value)?;
        if let Some(member) = self.wrapped_in {
            value = serde_json::json!({member: value});
        }
        self.examples.push(format!("{value:#}"));
        Ok(self)
    }

    /// Demands an object at the root, as JSON mode and tools do.
    ///
    /// ```
    /// # use groq_json::Format;
    /// let prompt = Format::<Vec<u8>>::new()?.prompt().object_root();
    /// assert_eq!(prompt.type_text(), "{ items: integer[] }");
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn object_root(mut self) -> Self {
        self.wrapped_in = self.compiled.best_effort.wrapped_in;
        self
    }

    /// Returns the type alone.
    pub fn type_text(&self) -> String {
        type_text::write(&self.compiled.shapes, self.wrapped_in)
    }
}

impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(role) = &self.role {
            writeln!(f, "You are {}.", role.trim_end_matches('.'))?;
        }
        let types = self.type_text();
        writeln!(
            f,
            "Answer with JSON of this type:\n\n{types}\n\nRequirements:"
        )?;
        let mut requirements = vec![
            "Give every member that is not marked `?`, with exactly the names shown.",
            "Keep to the types and to what the comments say.",
        ];
        requirements.extend(self.requirements.iter().map(String::as_str));
        requirements.push("Write only the JSON: no text around it, no code fence, no comments.");
        for (index, requirement) in requirements.iter().enumerate() {
            writeln!(f, "{}. {requirement}", index + 1)?;
        }
        for example in &self.examples {
            writeln!(f, "\nFor example:\n\n{example}")?;
        }
        Ok(())
    }
}

debug_fields!(Prompt, compiled);
