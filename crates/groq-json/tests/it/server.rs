//! Typed answers of another server: `openapi/checks/servers` starts one that constrains what it writes by a grammar, with a
//! model that knows nothing, and runs these tests against it.

use std::collections::BTreeMap;

use groq_core::Client;
use groq_json::{Error, Extract, Extracted, GroqJson, JsonSchema, Mode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn client() -> Client {
    let url = std::env::var("GROQ_SERVER_URL")
        .expect("GROQ_SERVER_URL, as openapi/checks/servers sets it");
    let builder = Client::builder().base_url(url).api_key("none");
    builder.max_retries(0).build().unwrap()
}

fn question<T>(groq: &Client, mode: Mode, number: u32) -> Extract<T>
where
    T: JsonSchema + DeserializeOwned + Send + 'static,
{
    groq.extract::<T>()
        .model("tiny")
        .mode(mode)
        .max_completion_tokens(2000)
        .user(format!("number {number}"))
        .max_corrections(2)
}

#[expect(dead_code, reason = "that they are read is all that counts")]
#[derive(Deserialize, JsonSchema)]
struct Recipe {
    title: String,
    minutes: Option<u64>,
    course: Course,
    #[serde(default)]
    vegan: bool,
    steps: Vec<Step>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Course {
    Starter,
    MainCourse,
}

#[expect(dead_code, reason = "that they are read is all that counts")]
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Step {
    Cut { what: String },
    Bake { degrees: i32, turned: bool },
}

#[expect(dead_code, reason = "that they are read is all that counts")]
#[derive(Deserialize, JsonSchema)]
struct Forest {
    tallest: Option<Tree>,
    oldest: Tree,
}

#[expect(dead_code, reason = "that they are read is all that counts")]
#[derive(Deserialize, JsonSchema)]
struct Tree {
    weights: BTreeMap<String, bool>,
    pair: (bool, Option<Course>),
    next: Option<Box<Tree>>,
}

fn is_first(extracted: &Result<Extracted<impl Sized>, Error>) -> bool {
    matches!(extracted, Ok(extracted) if extracted.attempts.len() == 1)
}

#[tokio::test]
#[ignore = "needs the server that openapi/checks/servers starts"]
async fn what_a_grammar_lets_through_fits() {
    let groq = client();
    for number in 0..4 {
        for mode in [Mode::Strict, Mode::Schema] {
            let recipe = question::<Recipe>(&groq, mode, number).await;
            assert!(is_first(&recipe), "{mode} {:?}", recipe.err());
            let courses = question::<Vec<Course>>(&groq, mode, number).await;
            assert!(is_first(&courses), "{mode} {:?}", courses.err());
        }
        let forest = question::<Forest>(&groq, Mode::Strict, number).await;
        assert!(is_first(&forest), "{:?}", forest.err());
    }
}

#[tokio::test]
#[ignore = "needs the server that openapi/checks/servers starts"]
async fn without_a_grammar_there_is_an_error_that_says_why() {
    let groq = client();
    for mode in [Mode::Prompt, Mode::Object] {
        let Err(error) = question::<Recipe>(&groq, mode, 1).await else {
            panic!("words at random are no recipe");
        };
        let known = error.is_limit() || error.is_no_progress() || error.is_truncated();
        assert!(known && !error.attempts().is_empty(), "{error:?}");
    }
}
