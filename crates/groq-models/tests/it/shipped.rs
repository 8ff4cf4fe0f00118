//! The file that is shipped: every entry is sane, dated, and has its sources.

use std::collections::BTreeSet;

use groq_models::types::{ChatCompletionRequest, Language, Message};
use groq_models::{
    Billing, Catalog, DefaultModel, ModelKind, Plan, Price, Quota, TranscriptionPriority,
    Validate as _,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{catalog, day};

const FILE: &str = include_str!("../../data/models.json");

fn file() -> Value {
    serde_json::from_str(FILE).expect("JSON")
}

#[test]
fn each_model_is_sane_and_dated() {
    let catalog = Catalog::shipped();
    for model in catalog.models() {
        let id = &model.id;
        assert!(!id.is_empty() && id.trim() == id, "{id:?}");
        assert!(
            (day("2025-01-01")..=catalog.as_of()).contains(&model.as_of),
            "{id}"
        );
        assert_ne!(model.kind, ModelKind::Other, "{id}");
        if let (Some(context), Some(most)) = (model.context_window, model.max_completion_tokens) {
            let speaks = model.kind == ModelKind::Speech;
            assert!(
                context > 0 && most > 0 && (speaks || most <= context),
                "{id}"
            );
        }
        assert_eq!(
            model.kind == ModelKind::Transcription,
            model.transcription.is_some(),
            "{id}"
        );
        assert_eq!(
            model.kind == ModelKind::Speech,
            !model.voices.is_empty(),
            "{id}"
        );
        for code in &model.languages {
            assert!(
                !matches!(Language::from(&**code), Language::Other(_)),
                "{id} {code}"
            );
            assert!(catalog.language_name(code).is_some(), "{id} {code}");
        }
        let fits = match model.price {
            Some(Price::Tokens {
                input,
                cached_input,
                output,
            }) => {
                assert!(cached_input.is_none_or(|cached| cached < input), "{id}");
                assert!(input <= output, "{id}");
                model.kind.converses()
            }
            Some(Price::AudioHour { .. }) => model.kind == ModelKind::Transcription,
            Some(Price::Characters { .. }) => model.kind == ModelKind::Speech,
            _ => true,
        };
        assert!(fits, "{id}: {:?}", model.price);
        for plan in Plan::ALL {
            let Some(quota) = catalog.quota(id, plan) else {
                continue;
            };
            assert!(
                !quota.is_empty() && quota.requests_per_minute.is_some(),
                "{id}"
            );
            let pairs = [
                (quota.requests_per_minute, quota.requests_per_day),
                (quota.tokens_per_minute, quota.tokens_per_day),
                (quota.audio_seconds_per_hour, quota.audio_seconds_per_day),
            ];
            for (short, long) in pairs {
                assert!(
                    short.zip(long).is_none_or(|(short, long)| short <= long),
                    "{id}"
                );
            }
        }
        if let Some(end) = &model.retirement {
            let successor = end.successor.as_deref();
            assert!(successor.is_none_or(|id| catalog.get(id).is_some()), "{id}");
        }
    }
}

/// The text of the file is read whole: what is written back differs by nothing.
#[test]
fn nothing_in_the_file_is_unknown_to_the_types() {
    let written: Value = serde_json::from_str(&Catalog::shipped().to_json()).expect("JSON");
    let mut file = file();
    let models = file["models"].as_array_mut().expect("a list");
    models.sort_by_key(|model| model["id"].as_str().map(str::to_owned));
    let same = |key: &str| assert_eq!(written[key], file[key], "{key}");
    let keys = file.as_object().expect("an object").keys();
    keys.filter(|key| *key != "models")
        .for_each(|key| same(key));
    let pairs = written["models"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(file["models"].as_array().expect("a list"));
    for (written, read) in pairs {
        assert_eq!(written, read);
    }
}

#[test]
fn each_fact_has_a_source() {
    let file = file();
    let sources = file["sources"].as_object().expect("sources");
    let mut used = BTreeSet::new();
    let mut check = |name: &str, facts: &Value| {
        let evidence = facts["evidence"].as_object().expect("evidence");
        let mut proven = BTreeSet::new();
        for (source, fields) in evidence {
            assert!(sources.contains_key(source), "{name}: no source {source}");
            used.insert(source.clone());
            for field in fields.as_array().expect("a list") {
                let field = field.as_str().expect("text");
                let pointer = format!("/{}", field.replace('.', "/"));
                assert!(facts.pointer(&pointer).is_some(), "{name}: no fact {field}");
                proven.insert(field.split('.').next().unwrap_or_default().to_owned());
            }
        }
        for fact in facts.as_object().expect("facts").keys() {
            let needs_none = ["id", "as_of", "evidence", "note"].contains(&&**fact);
            assert!(
                needs_none || proven.contains(fact),
                "{name}: {fact} has no source"
            );
        }
    };
    for model in file["models"].as_array().expect("a list") {
        check(model["id"].as_str().expect("an id"), model);
    }
    check("service", &file["service"]);
    let unused = sources.keys().filter(|source| !used.contains(*source));
    assert_eq!(unused.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_model_is_as_new_as_its_newest_source() {
    let catalog = Catalog::shipped();
    for model in catalog.models() {
        let facts = model.evidence.values().flatten();
        let newest = facts
            .filter_map(|fact| catalog.source(&model.id, fact))
            .map(|it| it.date);
        assert_eq!(newest.max(), Some(model.as_of), "{}", model.id);
    }
}

#[test]
fn defaults_are_models_that_are_not_retired() {
    let catalog = catalog();
    let default = |purpose| catalog.default_model(purpose).expect("a default");
    for (purpose, kind) in [
        (DefaultModel::Chat, ModelKind::Chat),
        (DefaultModel::Transcription, ModelKind::Transcription),
        (DefaultModel::Translation, ModelKind::Transcription),
        (DefaultModel::Speech, ModelKind::Speech),
    ] {
        let model = catalog.get(default(purpose)).expect("a model");
        assert!(
            model.kind == kind && !catalog.is_retired(&model.id),
            "{}",
            model.id
        );
    }
    let translator = catalog
        .get(default(DefaultModel::Translation))
        .expect("a model");
    assert!(translator.transcription.is_some_and(|info| info.translates));
    let speaker = catalog.get(default(DefaultModel::Speech)).expect("a model");
    assert!(
        speaker
            .voices
            .iter()
            .any(|voice| voice == default(DefaultModel::Voice))
    );
}

#[test]
fn the_billed_minimum_of_usage_is_that_of_the_file() {
    let shortest = groq_models::Usage::default().audio(std::time::Duration::from_millis(1));
    let billed = Catalog::shipped().service().min_billed_audio();
    assert_eq!(shortest.billed_audio, Some(billed));
}

#[test]
fn quotas_are_those_of_the_documentation() {
    let catalog = Catalog::shipped();
    let quota = |id: &str, plan| catalog.quota(id, plan);
    let free = Quota::new()
        .requests_per_minute(30)
        .requests_per_day(1_000)
        .tokens_per_minute(8_000)
        .tokens_per_day(200_000);
    assert_eq!(quota("openai/gpt-oss-20b", Plan::Free), Some(free));
    let paid = Quota::new()
        .requests_per_minute(400)
        .audio_seconds_per_hour(400_000);
    assert_eq!(quota("whisper-large-v3-turbo", Plan::Developer), Some(paid));
    let whisper = quota("whisper-large-v3", Plan::Free).expect("a quota");
    assert_eq!(
        (whisper.audio_seconds_per_hour, whisper.tokens_per_minute),
        (Some(7_200), None)
    );
    let speech = quota("canopylabs/orpheus-v1-english", Plan::Free).expect("a quota");
    assert_eq!(speech.tokens_per_minute, Some(1_200));
    assert_eq!(quota("some/new-model", Plan::Free), None);
}

#[test]
fn the_transcription_model_follows_the_documentation_and_the_calendar() {
    use TranscriptionPriority::{Accuracy, EnglishOnly, Price, Translation};
    for (on, priority, expected) in [
        ("2025-08-01", Accuracy, "whisper-large-v3"),
        ("2025-08-01", Price, "whisper-large-v3-turbo"),
        ("2025-08-01", EnglishOnly, "distil-whisper-large-v3-en"),
        ("2026-11-01", EnglishOnly, "whisper-large-v3-turbo"),
        ("2026-11-01", Translation, "whisper-large-v3"),
    ] {
        let catalog = Catalog::shipped().on(day(on));
        let model = catalog
            .choose_transcription_model(priority)
            .expect("a model");
        assert_eq!(model.id, expected, "{priority:?}");
    }
}

#[test]
fn the_successor_is_one_that_can_be_used() {
    let catalog = catalog();
    for (id, expected) in [
        ("gemma2-9b-it", Some("openai/gpt-oss-20b")),
        ("qwen/qwen3.6-27b", Some("qwen/qwen3.8-27b")),
        ("groq/compound", None),
        ("openai/gpt-oss-20b", None),
        ("some/new-model", None),
    ] {
        assert_eq!(
            catalog.successor(id).map(|model| &*model.id),
            expected,
            "{id}"
        );
    }
    let before = Catalog::shipped().on(day("2026-01-01"));
    assert_eq!(
        before.successor("gemma2-9b-it").map(|model| &*model.id),
        Some("llama-3.1-8b-instant")
    );
}

proptest! {
    #[test]
    fn a_model_that_is_unknown_is_never_refused(id in "[a-z0-9./_-]{1,40}") {
        let catalog = catalog();
        prop_assume!(catalog.get(&id).is_none());
        let request = ChatCompletionRequest::new(&id, [Message::user("Hello")])
            .with_max_completion_tokens(u32::MAX)
            .with_parallel_tool_calls(true);
        prop_assert!(request.validate(&catalog).is_empty());
        prop_assert!(!catalog.is_retired(&id));
        prop_assert!(catalog.cost(&id, &groq_models::Usage::new(1, 1), Billing::OnDemand).is_none());
    }
}
