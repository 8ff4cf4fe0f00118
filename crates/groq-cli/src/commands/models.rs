//! `groq models`: the models that the key can use.

use groq_core::models::{Catalog, Cost, JsonSchemaSupport, ModelInfo, ModelKind, Plan, Price};

use crate::{
    failure::Failure,
    session::Session,
    table::{self, Column, left, or_dash, right},
};

/// List the models that the key can use, with limits, prices, modes and retirements.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/models.txt"))]
pub(crate) struct Args {}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let client = session.connect().await?;
        let mut list = client.models().list().await?.into_inner();
        list.data.sort_by(|a, b| a.id.cmp(&b.id));
        let mut catalog = Catalog::shipped();
        catalog.refresh(&list);
        if session.global.json {
            return list.data.iter().try_for_each(|model| {
                let mut document = serde_json::to_value(model)?;
                document["facts"] = serde_json::to_value(catalog.get(&model.id))?;
                session.out.json(&document)
            });
        }
        for (title, kinds) in SECTIONS {
            let models = list.data.iter().filter_map(|model| catalog.get(&model.id));
            let models: Vec<_> = models.filter(|model| kinds.contains(&model.kind)).collect();
            if !models.is_empty() {
                table::print(
                    &session.out,
                    columns(title),
                    models.into_iter().map(cells).collect(),
                )?;
                session.out.line("")?;
            }
        }
        session.stderr.note(format!(
            "Rates are requests and tokens per minute of the {} plan, as of {}.",
            Plan::Free,
            catalog.as_of()
        ));
        Ok(())
    }
}

/// The tables and the kinds of models in them.
const SECTIONS: [(&str, &[ModelKind]); 3] = [
    ("Chat", &[ModelKind::Chat, ModelKind::System]),
    ("Audio", &[ModelKind::Transcription, ModelKind::Speech]),
    (
        "Others",
        &[
            ModelKind::Guard,
            ModelKind::Embedding,
            ModelKind::Reranking,
            ModelKind::Other,
        ],
    ),
];

fn columns(title: &'static str) -> [Column; 7] {
    [
        left(title, 0),
        right("CTX", 2),
        right("OUT", 3),
        right("PRICE", 0),
        right("RATE", 4),
        left("CAN", 1),
        left("ENDS", 0),
    ]
}

fn cells(model: &ModelInfo) -> [String; 7] {
    let end = model.retirement.as_ref().map(|end| end.date.to_string());
    [
        model.id.clone(),
        or_dash(model.context_window.map(short)),
        or_dash(model.max_completion_tokens.map(short)),
        or_dash(model.price.map(price)),
        or_dash(rate(model)),
        modes(model).join(" "),
        end.unwrap_or_default(),
    ]
}

/// Requests and tokens per minute.
fn rate(model: &ModelInfo) -> Option<String> {
    let quota = model.quotas.of(Plan::Free)?;
    let requests = or_dash(quota.requests_per_minute.map(short));
    let tokens = or_dash(quota.tokens_per_minute.map(short));
    Some(format!("{requests}/{tokens}"))
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
    let number = |cost: Cost| cost.to_string().trim_start_matches('$').to_owned();
    let short = |cost: Cost| cost.to_string().trim_end_matches(".00").to_owned();
    match price {
        Price::Tokens { input, output, .. } => format!("{input}/{}", number(output)),
        Price::AudioHour { input } => format!("{input}/h"),
        Price::Characters { input } => format!("{}/M chars", short(input)),
        _ => "-".to_owned(),
    }
}

/// The features of a model.
fn modes(model: &ModelInfo) -> Vec<&'static str> {
    let schema = model.json_schema;
    let translates = model.transcription.map(|info| info.translates);
    let features = [
        ("strict", schema == Some(JsonSchemaSupport::Strict)),
        ("schema", schema == Some(JsonSchemaSupport::BestEffort)),
        ("tools", model.tools == Some(true)),
        ("think", model.reasoning == Some(true)),
        ("see", model.images == Some(true)),
        ("translate", translates == Some(true)),
    ];
    let present = features.iter().filter(|(_, is_present)| *is_present);
    present.map(|(name, _)| *name).collect()
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
    fn a_row_has_what_is_known_and_dashes_for_the_rest() {
        let row = |model: &ModelInfo| cells(model).join("|");
        let catalog = Catalog::shipped().on("2026-10-01".parse().unwrap());
        let shown = |id: &str| row(catalog.get(id).unwrap());
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
            row(&ModelInfo::new("x", "2026-10-01".parse().unwrap())),
            "x|-|-|-|-||"
        );
    }
}
