//! What the page `groq_json::clients` shows, from the same files, so that it compiles: `cargo check` here tells.

#![expect(dead_code, reason = "compiling is all that it has to do")]

use groq_json::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "groq_json::schemars")]
struct Recipe {
    title: String,
    minutes: u32,
}

mod async_openai_client {
    use super::Recipe;
    include!("../../../groq-json/docs/clients/async_openai.rs");
}

mod genai_client {
    use super::Recipe;
    include!("../../../groq-json/docs/clients/genai.rs");
}

mod rig_client {
    use super::Recipe;
    include!("../../../groq-json/docs/clients/rig.rs");
}
