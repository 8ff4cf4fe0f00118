//! [`Format`](crate::Format) with other clients.
//!
//! [`Format`](crate::Format) does everything except the calls: the schema to send, the prompt, decoding the reply, and the
//! message that corrects the model. It works with any client for the `OpenAI` protocol:
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
//! let wire = format.wire_schema(Mode::Strict)?;
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
//!         let again = json!({"role": "user", "content": format.correction(&error)});
//!         let reply = call(&[question, wrong, again], &response_format);
//!         format.parse_wire(wire, &reply, Finish::Stop)?
//!     }
//! };
//! assert_eq!((recipe.title.as_str(), recipe.minutes), ("Soup", 20));
//! # Ok::<(), Error>(())
//! ```
//!
//! `cargo check` in `crates/groq-bench/clients` compiles these three with the clients themselves.
//!
//! # async-openai
//!
//! ```ignore
#![doc = include_str!("../docs/clients/async_openai.rs")]
//! ```
//!
//! # genai
//!
//! ```ignore
#![doc = include_str!("../docs/clients/genai.rs")]
//! ```
//!
//! # rig
//!
//! The format is part of the preamble, and the reply is parsed as that of a prompt:
//!
//! ```ignore
#![doc = include_str!("../docs/clients/rig.rs")]
//! ```
