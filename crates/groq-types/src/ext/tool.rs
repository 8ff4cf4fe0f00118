//! Tools, the choice among them, calls of them, and the format of a reply.

use serde_json::{Map, Value};

use crate::{
    FunctionCall, FunctionDefinition, JsonObjectResponseFormat, JsonSchemaFormat,
    JsonSchemaResponseFormat, NamedFunction, NamedToolChoice, ResponseFormat, TextResponseFormat,
    Tool, ToolCall, ToolChoice, ToolChoiceMode, ToolType,
};

impl Tool {
    /// Creates a function that the model may call, with its parameters described by a JSON Schema.
    ///
    /// ```
    /// use groq_types::{FunctionDefinition, Tool};
    /// use serde_json::json;
    ///
    /// let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    /// let tool = Tool::function(
    ///     FunctionDefinition::new("weather")
    ///         .with_description("The weather of a city.")
    ///         .with_parameters(parameters.as_object().cloned().unwrap_or_default()),
    /// );
    /// # assert!(tool.function.is_some());
    /// ```
    pub fn function(function: FunctionDefinition) -> Self {
        Self::new(ToolType::Function).with_function(function)
    }

    /// Creates the built-in tool that searches the web, for models that have it.
    pub fn browser_search() -> Self {
        Self::new(ToolType::BrowserSearch)
    }

    /// Creates the built-in tool that runs code, for models that have it.
    pub fn code_interpreter() -> Self {
        Self::new(ToolType::CodeInterpreter)
    }
}

impl From<FunctionDefinition> for Tool {
    fn from(function: FunctionDefinition) -> Self {
        Self::function(function)
    }
}

impl ToolChoice {
    /// Creates a choice by which the model must call the function with this name.
    ///
    /// ```
    /// use groq_types::ToolChoice;
    ///
    /// let json = serde_json::to_string(&ToolChoice::function("weather"))?;
    /// assert_eq!(json, r#"{"type":"function","function":{"name":"weather"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn function(name: impl Into<String>) -> Self {
        Self::Named(NamedToolChoice::new(
            ToolType::Function,
            NamedFunction::new(name),
        ))
    }

    /// Creates a choice by which the model decides.
    ///
    /// ```
    /// assert_eq!(serde_json::to_string(&groq_types::ToolChoice::auto())?, r#""auto""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn auto() -> Self {
        Self::Mode(ToolChoiceMode::Auto)
    }

    /// Creates a choice by which the model must call a tool.
    pub fn required() -> Self {
        Self::Mode(ToolChoiceMode::Required)
    }

    /// Creates a choice by which the model must not call a tool.
    pub fn none() -> Self {
        Self::Mode(ToolChoiceMode::None)
    }
}

impl ToolCall {
    /// Creates a call of a function, with its arguments as JSON text.
    pub fn function(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self::new(id, ToolType::Function, FunctionCall::new(name, arguments))
    }
}

impl FunctionCall {
    /// Returns the arguments as an object.
    ///
    /// Models call a tool without parameters with the literal `null`, or with nothing: that is an empty object.
    ///
    /// ```
    /// use groq_types::FunctionCall;
    ///
    /// let arguments = FunctionCall::new("weather", r#"{"city":"Bern"}"#).arguments_object()?;
    /// assert_eq!(arguments["city"], "Bern");
    /// assert!(FunctionCall::new("now", "null").arguments_object()?.is_empty());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the arguments are not a JSON object.
    pub fn arguments_object(&self) -> Result<Map<String, Value>, serde_json::Error> {
        if self.arguments.trim().is_empty() {
            return Ok(Map::new());
        }
        let arguments: Option<Map<String, Value>> = serde_json::from_str(&self.arguments)?;
        Ok(arguments.unwrap_or_default())
    }
}

impl ResponseFormat {
    /// Creates the format of plain text, the default.
    pub fn text() -> Self {
        Self::Text(TextResponseFormat::new())
    }

    /// Creates the format of any JSON object; a message must ask for JSON too.
    ///
    /// ```
    /// use groq_types::{ChatCompletionRequest, Message, ResponseFormat};
    ///
    /// let request = ChatCompletionRequest::new("m", [Message::user("The planets, as JSON.")])
    ///     .with_response_format(ResponseFormat::json_object());
    /// # assert!(request.response_format.is_some());
    /// ```
    pub fn json_object() -> Self {
        Self::JsonObject(JsonObjectResponseFormat::new())
    }

    /// Creates the format of JSON that fits a schema; `strict` and a description are on [`JsonSchemaFormat`].
    ///
    /// ```
    /// use groq_types::{JsonSchemaFormat, ResponseFormat};
    ///
    /// let schema = serde_json::json!({"type": "object"}).as_object().cloned().unwrap_or_default();
    /// let format = ResponseFormat::json_schema(JsonSchemaFormat::new("planets").with_schema(schema));
    /// # assert!(matches!(format, ResponseFormat::JsonSchema(_)));
    /// ```
    pub fn json_schema(format: JsonSchemaFormat) -> Self {
        Self::JsonSchema(JsonSchemaResponseFormat::new(format))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_choice_is_a_word_or_an_object() {
        assert_eq!(
            serde_json::to_value(ToolChoice::auto()).unwrap(),
            json!("auto")
        );
        let named = json!({"type": "function", "function": {"name": "f"}});
        assert_eq!(
            serde_json::to_value(ToolChoice::function("f")).unwrap(),
            named
        );
        assert_eq!(
            serde_json::from_value::<ToolChoice>(named).unwrap(),
            ToolChoice::function("f")
        );
    }

    #[test]
    fn arguments_of_a_tool_without_parameters() {
        for text in ["null", "{}", "", "  "] {
            assert_eq!(
                FunctionCall::new("f", text).arguments_object().unwrap(),
                Map::new(),
                "{text:?}"
            );
        }
        assert!(FunctionCall::new("f", "[1]").arguments_object().is_err());
        assert!(
            FunctionCall::new("f", "{\"a\":")
                .arguments_object()
                .is_err()
        );
    }
}
