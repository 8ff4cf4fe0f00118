//! Newer files, and what the service says.

use groq_models::types::ModelList;
use groq_models::{
    Catalog, Date, ErrorKind, JsonSchemaSupport, ModelInfo, ModelKind, Price, Stage,
};
use serde_json::{Value, json};

use crate::day;

fn list(json: &Value) -> ModelList {
    serde_json::from_value(json.clone()).expect("a list")
}

fn newer() -> Value {
    json!({
        "format": 1, "as_of": "2027-03-01", "later": {"anything": [1]},
        "models": [{
            "id": "a/b", "as_of": "2027-02-28", "kind": "telepathy", "stage": "beta", "later": true,
            "price": {"per": "million tokens", "input": "1.000000001", "output": "2"},
            "quotas": {"free": {"requests_per_minute": 5, "later": 1}},
            "retirement": {"date": "2027-06-01"},
        }],
    })
}

fn read(file: &Value) -> Result<Catalog, groq_models::Error> {
    Catalog::from_json(file.to_string().as_bytes())
}

#[test]
fn a_newer_file_may_say_more() {
    let catalog = read(&newer()).expect("a catalog").on(day("2027-07-01"));
    assert_eq!(catalog.as_of(), day("2027-03-01"));
    let model = catalog.get("a/b").expect("a model");
    assert_eq!(
        (model.kind, model.stage),
        (ModelKind::Other, Some(Stage::Other))
    );
    assert_eq!(
        model
            .quotas
            .free
            .and_then(|quota| quota.requests_per_minute),
        Some(5)
    );
    let Some(Price::Tokens { input, .. }) = model.price else {
        panic!("a price")
    };
    assert_eq!(input.nano_dollars(), 1_000_000_001);
    assert!(catalog.is_retired("a/b") && catalog.get("openai/gpt-oss-20b").is_none());
    // What a file does not say of the service is as it was.
    assert_eq!(catalog.service(), Catalog::shipped().service());
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let with = |pointer: &str, value: Value| {
        let mut file = newer();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        file.pointer_mut(parent).expect("a place")[key] = value;
        file.to_string()
    };
    let twice = json!([newer()["models"][0], newer()["models"][0]]);
    let table = [
        ("{".to_owned(), ErrorKind::InvalidCatalog, None, "not JSON"),
        (
            "[]".to_owned(),
            ErrorKind::InvalidCatalog,
            None,
            "no format number",
        ),
        (
            with("/format", json!("1")),
            ErrorKind::InvalidCatalog,
            None,
            "no format number",
        ),
        (
            with("/format", json!(2)),
            ErrorKind::UnsupportedFormat,
            None,
            "reads format 1: update groq-models",
        ),
        (
            with("/as_of", json!("2027-02-29")),
            ErrorKind::InvalidCatalog,
            None,
            "is not a date",
        ),
        (
            with("/models", twice),
            ErrorKind::InvalidCatalog,
            Some("a/b"),
            "twice",
        ),
        (
            with("/models", json!([{"kind": "chat"}])),
            ErrorKind::InvalidCatalog,
            None,
            "without an id",
        ),
        (
            with("/models", json!([{"id": "c", "as_of": "soon"}])),
            ErrorKind::InvalidCatalog,
            Some("c"),
            "\"soon\" is not a date",
        ),
        (
            with(
                "/models",
                json!([{"id": "c", "as_of": "2027-01-01", "price": {"per": "audio hour", "input": "0,1"}}]),
            ),
            ErrorKind::InvalidCatalog,
            Some("c"),
            "\"0,1\" is not an amount of dollars",
        ),
        (
            with(
                "/models",
                json!([{"id": "c", "as_of": "2027-01-01", "context_window": -1}]),
            ),
            ErrorKind::InvalidCatalog,
            Some("c"),
            "about the model c",
        ),
    ];
    for (file, kind, model, words) in table {
        let error = Catalog::from_json(file.as_bytes()).expect_err(words);
        assert_eq!((error.kind(), error.model()), (kind, model), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(format!("{error:?}").starts_with(&error.to_string()));
    }
}

#[test]
fn files_are_read_from_disk_and_written() {
    let path = std::env::temp_dir().join(format!("groq-models-{}.json", std::process::id()));
    std::fs::write(&path, read(&newer()).expect("a catalog").to_json()).expect("a file");
    let catalog = Catalog::load(&path).expect("a catalog");
    std::fs::remove_file(&path).expect("a file");
    assert_eq!(catalog.models().count(), 1);
    let error = Catalog::load(&path).expect_err("it is gone");
    assert!(error.is_io() && std::error::Error::source(&error).is_some());
    assert!(error.to_string().contains("groq-models-"), "{error}");
}

#[test]
fn a_copy_keeps_what_it_was_when_another_changes() {
    let (old, mut new) = (Catalog::shipped(), Catalog::shipped());
    new.insert(ModelInfo::new("my/model", day("2026-12-01")));
    assert!(new.get("my/model").is_some() && old.get("my/model").is_none());
    assert!(Catalog::shipped().get("my/model").is_none());
}

#[test]
fn the_list_of_the_service_wins_where_it_says_something() {
    let mut catalog = Catalog::shipped().on(day("2026-11-30"));
    catalog.refresh(&list(&json!({"data": [
        {"id": "new/model", "context_window": 9, "max_completion_tokens": 3, "active": true,
         "input_modalities": ["text", "image"], "output_modalities": ["text"], "supported_features": ["tools", "structured_outputs"],
         "pricing": {"prompt": "0.00000015", "completion": "0.0000006", "input_cache_read": "0.000000075"}},
        {"id": "new/voice", "output_modalities": ["speech"], "pricing": {"prompt": "0.000022"}},
        {"id": "openai/gpt-oss-20b", "context_window": 7, "created": 0},
    ]})));
    let new = catalog.get("new/model").expect("the new one");
    assert_eq!(
        (new.context_window, new.images, new.tools),
        (Some(9), Some(true), Some(true))
    );
    assert_eq!(
        (new.kind, new.json_object, new.reasoning),
        (ModelKind::Chat, Some(false), Some(false))
    );
    assert_eq!(new.json_schema, Some(JsonSchemaSupport::BestEffort));
    let tokens = ["0.15", "0.075", "0.6"].map(|text| text.parse().expect("an amount"));
    let [input, cached, output] = tokens;
    assert_eq!(
        new.price,
        Some(Price::Tokens {
            input,
            cached_input: Some(cached),
            output
        })
    );
    let voice = catalog.get("new/voice").expect("the voice");
    assert_eq!(
        voice.price,
        Some(Price::Characters {
            input: "22".parse().expect("an amount")
        })
    );
    let known = catalog.get("openai/gpt-oss-20b").expect("the known one");
    assert_eq!(
        (known.as_of, known.context_window),
        (day("2026-11-30"), Some(7))
    );
    assert_eq!(known.max_completion_tokens, Some(65_536));
    assert!(known.created.is_some_and(|time| time > 0) && known.price.is_some());
}

#[test]
fn a_model_on_the_list_is_there_whatever_was_announced() {
    for (on, active, retired) in [
        ("2026-10-01", json!(true), false),
        ("2026-10-01", json!(null), false),
        ("2026-10-01", json!(false), true),
        // What is still to come, comes.
        ("2026-09-01", json!(true), true),
    ] {
        let mut catalog = Catalog::shipped().on(day(on));
        catalog.refresh(&list(
            &json!({"data": [{"id": "groq/compound", "active": active}]}),
        ));
        let later = catalog.on(day("2026-12-01"));
        assert_eq!(later.is_retired("groq/compound"), retired, "{on} {active}");
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    for (days, text) in [
        (0, "1970-01-01"),
        (59, "1970-03-01"),
        (11_016, "2000-02-29"),
        (11_017, "2000-03-01"),
        (19_782, "2024-02-29"),
        (20_711, "2026-09-15"),
        (20_818, "2026-12-31"),
        (2_932_896, "9999-12-31"),
    ] {
        assert_eq!(Date::from_unix_seconds(days * 86_400 + 86_399), day(text));
        assert_eq!(day(text).to_string(), text);
    }
    assert_eq!(Date::from_unix_seconds(u64::MAX), day("9999-12-31"));
    for text in [
        "",
        "2026",
        "2026-9-15",
        "2026-13-01",
        "2026-00-10",
        "2025-02-29",
        "2026-09-15-1",
        "+026-09-15",
        "２026-09-15",
    ] {
        assert!(text.parse::<Date>().is_err(), "{text:?}");
    }
}
