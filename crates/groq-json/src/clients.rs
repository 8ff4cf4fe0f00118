//! [`Format`](crate::Format) with other clients.
//!
//! Everything but the calls is in [`Format`](crate::Format): the schema to send, the prompt, the judgement of the reply, the
//! message to ask again with. So it serves any client for the `OpenAI` protocol. The loop is always this one:
//!
//! ```
//! use groq_json::{Error, Finish, Format, JsonSchema, Mode};
//! use serde::Deserialize;
//! use serde_json::{Value, json};
//!
//! #[derive(Deserialize, JsonSchema)]
//! struct Recipe { title: String, minutes: u32 }
//!
//! /// Stands for the client: messages and a response format in, text out.
//! fn call(messages: &[Value], response_format: &Value) -> String {
//!     # let _ = response_format;
//!     # if messages.len() == 1 { return r#"{"title": "Soup", "minutes": -1}"#.into() }
//!     r#"{"title": "Soup", "minutes": 20}"#.into()
//! }
//!
//! let format = Format::<Recipe>::new()?;
//! let wire = format.wire(Mode::Strict)?;
//! let response_format = json!({
//!     "type": "json_schema",
//!     "json_schema": {"name": wire.name, "schema": wire.schema, "strict": wire.strict},
//! });
//! let question = json!({"role": "user", "content": "a soup"});
//! let reply = call(&[question.clone()], &response_format);
//! let recipe = match format.parse_wire(wire, &reply, Finish::Stop) {
//!     Ok(recipe) => recipe,
//!     Err(error) => {
//!         let wrong = json!({"role": "assistant", "content": reply});
//!         let again = json!({"role": "user", "content": format.reask(&error)});
//!         let reply = call(&[question, wrong, again], &response_format);
//!         format.parse_wire(wire, &reply, Finish::Stop)?
//!     }
//! };
//! assert_eq!((recipe.title.as_str(), recipe.minutes), ("Soup", 20));
//! # Ok::<(), Error>(())
//! ```
//!
//! # async-openai
//!
//! ```ignore
//! let wire = format.wire(Mode::Strict)?;
//! let request = CreateChatCompletionRequestArgs::default()
//!     .model("openai/gpt-oss-20b")
//!     .messages([ChatCompletionRequestUserMessage::from("a soup").into()])
//!     .response_format(ResponseFormat::JsonSchema {
//!         json_schema: ResponseFormatJsonSchema {
//!             name: wire.name.clone(),
//!             schema: Some(wire.schema.clone().into()),
//!             strict: Some(wire.strict),
//!             description: None,
//!         },
//!     })
//!     .build()?;
//! let reply = client.chat().create(request).await?;
//! let choice = &reply.choices[0];
//! let finish = if choice.finish_reason == Some(FinishReason::Length) { Finish::Length } else { Finish::Stop };
//! let recipe = format.parse_wire(wire, choice.message.content.as_deref().unwrap_or_default(), finish)?;
//! ```
//!
//! # genai
//!
//! ```ignore
//! let wire = format.wire(Mode::Strict)?;
//! let options = ChatOptions::default()
//!     .with_response_format(JsonSpec::new(wire.name.clone(), serde_json::Value::from(wire.schema.clone())));
//! let reply = client.exec_chat("openai/gpt-oss-20b", ChatRequest::from_user("a soup"), Some(&options)).await?;
//! let recipe = format.parse_wire(wire, reply.first_text().unwrap_or_default(), Finish::Stop)?;
//! ```
//!
//! # rig
//!
//! The format goes into the preamble, and the reply is judged as that of a prompt:
//!
//! ```ignore
//! let agent = client.agent("openai/gpt-oss-20b").preamble(&format.prompt().to_string()).build();
//! let reply = agent.prompt("a soup").await?;
//! let recipe = format.parse(&reply, Finish::Stop)?;
//! ```
