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

type Output = Pin<Box<dyn Future<Output = Result<String, Failure>> + Send>>;
type Function = Arc<dyn Fn(&str) -> Result<(Output, Vec<Repaired>), Error> + Send + Sync>;

/// Why a call brought no result: what the model is told.
pub(crate) struct Failure(pub(crate) String);

/// A function that the model may call: an async function of one argument, whose type is the schema.
///
/// Arguments are judged like any reply, and what is wrong with them goes back to the model, as do the errors of the
/// function. What it returns is sent as JSON, and a string as it is.
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
    /// A tool from a function.
    ///
    /// A schema that cannot be used is an error when the tool is.
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

    /// A tool whose parameters are given by a schema at run time.
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
                    .wire(Mode::Tool)
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

    /// The name that the model calls it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The definition that is sent.
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema): the parameters have no schema that can be used.
    pub fn definition(&self) -> Result<FunctionDefinition, Error> {
        let parameters = self
            .parameters
            .as_ref()
            .map_err(|error| Error::schema(self.name.as_str(), error.to_string()))?;
        Ok(FunctionDefinition::new(self.name.as_str())
            .with_description(self.description.as_str())
            .with_parameters(parameters.clone()))
    }

    /// Begins a call. The future does the work.
    pub(crate) fn begin(&self, arguments: &str) -> Result<(Output, Vec<Repaired>), Error> {
        (self.function)(arguments)
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Reads arguments. A tool without parameters is called with `null` or with nothing as well as with `{}`.
fn arguments<A: DeserializeOwned + 'static>(
    format: &Format<A>,
    text: &str,
) -> Result<Parsed<A>, Error> {
    let nothing = matches!(text.trim(), "" | "null" | "{}");
    let wire = format.wire(Mode::Tool)?;
    let text = if nothing { "{}" } else { text };
    match format.parse_wire(wire, text, Finish::Stop) {
        Err(_) if nothing => format.parse("null", Finish::Stop),
        result => result,
    }
}

fn written<R: Serialize, E: fmt::Display>(result: Result<R, E>) -> Result<String, Failure> {
    let value = result.map_err(|error| Failure(error.to_string()))?;
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => Ok(text),
        Ok(value) => Ok(value.to_string()),
        Err(error) => Err(Failure(format!("the result does not serialise: {error}"))),
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
