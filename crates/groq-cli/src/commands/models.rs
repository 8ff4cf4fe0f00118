//! `groq models`: the models that the key can use.

use groq_core::{
    models::{Catalog, Cost, JsonSchemaSupport, ModelInfo, ModelKind, Plan, Price},
    types::Model,
};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    session::Session,
    table::{self, Column},
};

/// List the models that the key can use, with limits, prices, modes and retirements.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Sizes are in tokens. Prices are in US dollars: per million tokens in and out, per hour of audio, or per
million characters of speech. What the service does not report comes from a dated catalog. With --json
each model is one line: what the service reports, and in \"facts\" what the catalog knows.

Examples:
  groq models
  groq models --json | jq -r 'select(.facts.json_schema == \"strict\") | .id'")]
pub(crate) struct Args {}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let client = session.connect().await?;
        let mut list = client.models().list().await?.into_inner();
        list.data.sort_by(|a, b| a.id.cmp(&b.id));
        let mut catalog = Catalog::shipped();
        catalog.refresh(&list);
        if session.global.json {
            return list
                .data
                .iter()
                .try_for_each(|model| session.out.json(&document(model, &catalog)?));
        }
        let known = |kind: fn(ModelKind) -> bool| {
            let models = list.data.iter().filter_map(|model| catalog.get(&model.id));
            models.filter(|facts| kind(facts.kind)).collect::<Vec<_>>()
        };
        let chat = known(|kind| matches!(kind, ModelKind::Chat | ModelKind::System));
        let audio = known(|kind| matches!(kind, ModelKind::Transcription | ModelKind::Speech));
        let others = known(|kind| matches!(kind, ModelKind::Guard | ModelKind::Other));
        for (title, models) in [("Chat", chat), ("Audio", audio), ("Others", others)] {
            if !models.is_empty() {
                section(session, title, &models)?;
            }
        }
        session.stderr.note(format!(
            "Rates are those of the {} plan as of {}: requests and tokens per minute.",
            PLAN,
            quota_date(&catalog)
        ));
        Ok(())
    }
}

/// The plan whose rates are shown.
const PLAN: Plan = Plan::Free;

fn section(session: &Session, title: &'static str, models: &[&ModelInfo]) -> Result<(), Failure> {
    let columns = [
        Column::left(title),
        Column::right("CTX").optional(2),
        Column::right("OUT").optional(3),
        Column::right("PRICE"),
        Column::right("RATE").optional(4),
        Column::left("CAN").optional(1),
        Column::left("ENDS"),
    ];
    let rows: Vec<Vec<String>> = models.iter().map(|facts| row(facts)).collect();
    table::print(&session.out, &columns, &rows)?;
    session.out.line("")
}

fn row(facts: &ModelInfo) -> Vec<String> {
    let rate = facts.quotas.of(PLAN).map_or_else(dash, |quota| {
        let requests = quota.requests_per_minute.map_or_else(dash, short);
        let tokens = quota.tokens_per_minute.map_or_else(dash, short);
        format!("{requests}/{tokens}")
    });
    let end = facts.retirement.as_ref().map(|end| end.date.to_string());
    vec![
        facts.id.clone(),
        facts.context_window.map_or_else(dash, short),
        facts.max_completion_tokens.map_or_else(dash, short),
        facts.price.map_or_else(dash, price),
        rate,
        modes(facts).join(" "),
        end.unwrap_or_default(),
    ]
}

fn dash() -> String {
    "-".to_owned()
}

/// `131K`, `65.5K`, `512`.
fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..100_000 if number % 1_000 >= 100 => {
            format!("{}.{}K", number / 1_000, number % 1_000 / 100)
        }
        1_000..1_000_000 => format!("{}K", number / 1_000),
        _ => format!("{}M", number / 1_000_000),
    }
}

fn price(price: Price) -> String {
    match price {
        Price::Tokens { input, output, .. } => format!("{input}/{}", amount(output)),
        Price::AudioHour { input } => format!("{input}/h"),
        Price::Characters { input } => format!("${}/M chars", amount(input)),
        _ => dash(),
    }
}

/// `0.15`, `0.075`, `22`.
fn amount(cost: Cost) -> String {
    let text = cost.to_string();
    let text = text.trim_start_matches('$');
    text.strip_suffix(".00").unwrap_or(text).to_owned()
}

/// The newest day of the rates that are shown, as year and month.
fn quota_date(catalog: &Catalog) -> String {
    let dates = catalog
        .models()
        .filter_map(|model| catalog.source(&model.id, "quotas.free"));
    let newest = dates.map(|source| source.date).max();
    newest.map_or_else(dash, |day| format!("{}-{:02}", day.year(), day.month()))
}

/// What it can do beside answering.
fn modes(facts: &ModelInfo) -> Vec<&'static str> {
    let mut modes = Vec::new();
    match facts.json_schema {
        Some(JsonSchemaSupport::Strict) => modes.push("strict"),
        Some(JsonSchemaSupport::BestEffort) => modes.push("schema"),
        _ => {}
    }
    let can = |yes: Option<bool>| yes == Some(true);
    modes.extend(can(facts.tools).then_some("tools"));
    modes.extend(can(facts.reasoning).then_some("think"));
    modes.extend(can(facts.images).then_some("see"));
    modes.extend(
        facts
            .transcription
            .and_then(|info| info.translates.then_some("translate")),
    );
    modes
}

/// What the service says, and what is known beside.
fn document(model: &Model, catalog: &Catalog) -> Result<Value, Failure> {
    let mut document = serde_json::to_value(model)
        .map_err(|error| Failure::internal(format!("write JSON: {error}")))?;
    if let Some(facts) = catalog.get(&model.id) {
        document["facts"] = described(facts, catalog);
    }
    Ok(document)
}

fn described(facts: &ModelInfo, catalog: &Catalog) -> Value {
    let dollars = |cost: Cost| cost.as_dollars_f64();
    let price = facts.price.map(|price| match price {
        Price::Tokens {
            input,
            cached_input,
            output,
        } => json!({
            "per": "million tokens",
            "input": dollars(input),
            "cached_input": cached_input.map(dollars),
            "output": dollars(output),
        }),
        Price::AudioHour { input } => json!({"per": "hour of audio", "input": dollars(input)}),
        Price::Characters { input } => {
            json!({"per": "million characters", "input": dollars(input)})
        }
        _ => Value::Null,
    });
    let schema = facts.json_schema.map(|support| match support {
        JsonSchemaSupport::Strict => "strict",
        JsonSchemaSupport::BestEffort => "best_effort",
        _ => "no",
    });
    let retirement = facts.retirement.as_ref().map(|end| {
        json!({
            "date": end.date,
            "successor": end.successor,
            "enterprise_keeps_it": end.enterprise_keeps,
            "is_over": catalog.is_retired(&facts.id),
        })
    });
    let as_of = catalog
        .source(&facts.id, "quotas.free")
        .map(|source| source.date);
    let rates = facts.quotas.of(PLAN).map(|rates| {
        json!({
            "plan": PLAN,
            "as_of": as_of,
            "requests_per_minute": rates.requests_per_minute,
            "requests_per_day": rates.requests_per_day,
            "tokens_per_minute": rates.tokens_per_minute,
            "tokens_per_day": rates.tokens_per_day,
            "audio_seconds_per_hour": rates.audio_seconds_per_hour,
            "audio_seconds_per_day": rates.audio_seconds_per_day,
        })
    });
    json!({
        "kind": format!("{:?}", facts.kind).to_lowercase(),
        "dollars": price,
        "json_schema": schema,
        "tools": facts.tools,
        "reasoning": facts.reasoning,
        "images": facts.images,
        "voices": facts.voices,
        "rates": rates,
        "retirement": retirement,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let numbers = [512, 4_096, 8_000, 65_536, 131_072, 2_000_000].map(short);
        assert_eq!(numbers, ["512", "4K", "8K", "65.5K", "131K", "2M"]);
    }

    #[test]
    fn a_row_says_what_is_known_and_dashes_what_is_not() {
        let catalog = Catalog::shipped().on("2026-10-01".parse().unwrap());
        let shown = |id: &str| row(catalog.get(id).unwrap()).join("|");
        assert_eq!(
            shown("openai/gpt-oss-20b"),
            "openai/gpt-oss-20b|131K|65.5K|$0.075/0.30|30/8K|strict tools think|"
        );
        assert_eq!(
            shown("whisper-large-v3"),
            "whisper-large-v3|448|448|$0.111/h|20/-|translate|"
        );
        let gone = shown("groq/compound");
        assert!(gone.ends_with("|2026-09-21"), "{gone}");
        assert_eq!(
            row(&ModelInfo::new("x", catalog.as_of())).join("|"),
            "x|-|-|-|-||"
        );
    }
}
