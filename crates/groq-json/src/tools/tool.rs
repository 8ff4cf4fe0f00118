//! A tool from a typed function.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use groq_types::FunctionDefinition;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::format::{Finish, Format, Parsed};
use crate::mode::Mode;
use crate::parse::repair::Repaired;
use crate::schema::wire_name;

/// The result of a tool, or why there is none, as the model is sent it.
type Output = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;
type Function = Arc<dyn Fn(&str) -> Result<(Output, Vec<Repaired>), Error> + Send + Sync>;

/// An async function that the model may call. The type of its argument is the schema of the parameters.
///
/// Arguments are decoded and validated like any reply. The model is sent what is wrong with them, and the errors of the
/// function. Results are sent as JSON, strings as they are.
///
/// ```
/// use groq_json::{JsonSchema, Tool};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Weather {
///     /// The name of the city
///     city: String,
/// }
///
/// let weather = Tool::new("weather", "The weather in a city", |ask: Weather| async move {
///     if ask.city.is_empty() { Err("which city?") } else { Ok(format!("sunny in {}", ask.city)) }
/// });
/// assert_eq!(weather.name(), "weather");
/// ```
#[derive(Clone)]
pub struct Tool {
    name: String,
    description: String,
    parameters: Result<Map<String, Value>, Arc<Error>>,
    function: Function,
}

impl Tool {
    /// Creates a tool from a function.
    ///
    /// If the schema of the argument cannot be used, the run fails before anything is sent.
    pub fn new<A, F, R, E>(
        name: impl Into<String>,
        description: impl Into<String>,
        function: impl Fn(A) -> F + Send + Sync + 'static,
    ) -> Self
    where
        A: JsonSchema + DeserializeOwned + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Serialize,
        E: fmt::Display,
    {
        Self::with_format(&name.into(), description.into(), Format::new(), function)
    }

    /// Creates a tool whose parameters are described by a schema that is known only at run time.
    ///
    /// ```
    /// # use groq_json::Tool;
    /// let schema = serde_json::json!({"type": "object", "properties": {"city": {"type": "string"}}});
    /// let weather = Tool::from_schema("weather", "The weather in a city", schema, |arguments| async move {
    ///     Ok::<_, String>(format!("sunny in {}", arguments["city"]))
    /// });
    /// ```
    pub fn from_schema<F, R, E>(
        name: impl Into<String>,
        description: impl Into<String>,
        schema: Value,
        function: impl Fn(Value) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Serialize,
        E: fmt::Display,
    {
        let name = name.into();
        let format = Format::from_schema(&name, schema);
        Self::with_format(&name, description.into(), format, function)
    }

    fn with_format<A, F, R, E>(
        name: &str,
        description: String,
        format: Result<Format<A>, Error>,
        function: impl Fn(A) -> F + Send + Sync + 'static,
    ) -> Self
    where
        A: DeserializeOwned + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Serialize,
        E: fmt::Display,
    {
        let (parameters, format) = match format {
            Ok(format) => (
                format
                    .wire_schema(Mode::Tool)
                    .map(|wire| wire.schema.clone())
                    .map_err(Arc::new),
                Some(format),
            ),
            Err(error) => (Err(Arc::new(error)), None),
        };
        let call = move |text: &str| {
            let format = format
                .as_ref()
                .ok_or_else(|| Error::schema("", "the parameters have no schema"))?;
            let Parsed { value, repairs, .. } = arguments(format, text)?;
            let result = function(value);
            let output: Output = Box::pin(async move { written(result.await) });
            Ok((output, repairs))
        };
        Self {
            name: wire_name(name),
            description,
            parameters,
            function: Arc::new(call),
        }
    }

    /// Returns the name that the model calls it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the definition that is sent.
    ///
    /// ```
    /// # use groq_json::Tool;
    /// let echo = Tool::new("echo", "Returns its argument", |text: String| async { Ok::<_, String>(text) });
    /// assert_eq!(echo.definition()?.description.as_deref(), Some("Returns its argument"));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): the parameters have a schema that cannot be used.
    pub fn definition(&self) -> Result<FunctionDefinition, Error> {
        let parameters = self
            .parameters
            .as_ref()
            .map_err(|error| Error::schema(self.name.as_str(), error.to_string()))?;
        Ok(FunctionDefinition::new(self.name.as_str())
            .with_description(self.description.as_str())
            .with_parameters(parameters.clone()))
    }

    /// Starts a call. The future does the work.
    pub(crate) fn begin(&self, arguments: &str) -> Result<(Output, Vec<Repaired>), Error> {
        (self.function)(arguments)
    }
}

debug_fields!(Tool, name);

/// Reads arguments. Models call a tool without parameters with `null` or with nothing as well as with `{}`.
fn arguments<A: DeserializeOwned + 'static>(
    format: &Format<A>,
    text: &str,
) -> Result<Parsed<A>, Error> {
    let nothing = matches!(text.trim(), "" | "null" | "{}");
    let wire = format.wire_schema(Mode::Tool)?;
    let text = if nothing { "{}" } else { text };
    match format.parse_wire(wire, text, Finish::Stop) {
        Err(_) if nothing => format.parse("null", Finish::Stop),
        result => result,
    }
}

fn written<R: Serialize, E: fmt::Display>(result: Result<R, E>) -> Result<String, String> {
    let value = result.map_err(|error| error.to_string())?;
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => Ok(text),
        Ok(value) => Ok(value.to_string()),
        Err(error) => Err(format!("the result does not serialize: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    #[test]
    fn tools_without_parameters_take_null() {
        let format = Format::<Nothing>::new().unwrap();
        for text in ["{}", "null", "", " null\n"] {
            assert!(arguments(&format, text).is_ok(), "{text:?}");
        }
        assert!(arguments(&format, r#"{"a":1}"#).is_err());
        let format = Format::<()>::new().unwrap();
        for text in ["{}", "null", "", r#"{"value":null}"#] {
            assert!(arguments(&format, text).is_ok(), "{text:?}");
        }
        let format = Format::<Vec<u8>>::new().unwrap();
        assert_eq!(arguments(&format, r#"{"items":[1]}"#).unwrap().value, [1]);
    }
}
