//! `groq models`: what the key can use.

use groq_core::types::Model;

use crate::{failure::Failure, session::Session};

/// List the models that the key can use.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  groq models
  groq models --json | jq -r .id")]
pub(crate) struct Args {}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let client = session.connect().await?;
        let mut models = client.models().list().await?.into_inner().data;
        models.sort_by(|a, b| a.id.cmp(&b.id));
        if session.global.json {
            return models.iter().try_for_each(|model| session.out.json(model));
        }
        table(&models)
            .iter()
            .try_for_each(|line| session.out.line(line))
    }
}

const HEADINGS: [&str; 5] = ["MODEL", "CONTEXT", "MAX OUTPUT", "IN / 1M", "OUT / 1M"];

/// The models as aligned lines, headings first.
fn table(models: &[Model]) -> Vec<String> {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(models.iter().map(row));
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    let aligned = |row: &[String; 5]| {
        let first = format!("{:<width$}", row[0], width = widths[0]);
        let rest = (1..row.len())
            .map(|column| format!("  {:>width$}", row[column], width = widths[column]));
        rest.fold(first, |line, cell| line + &cell)
    };
    rows.iter().map(aligned).collect()
}

fn row(model: &Model) -> [String; 5] {
    let number =
        |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let price = |text: Option<&String>| {
        let per_token = text
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|price| *price > 0.0);
        per_token.map_or_else(|| "-".to_owned(), |price| format!("${:.3}", price * 1e6))
    };
    let pricing = model.pricing.as_ref();
    [
        model.id.clone(),
        number(model.context_window),
        number(model.max_completion_tokens),
        price(pricing.and_then(|pricing| pricing.prompt.as_ref())),
        price(pricing.and_then(|pricing| pricing.completion.as_ref())),
    ]
}

#[cfg(test)]
mod tests {
    use groq_core::types::ModelPricing;

    use super::*;

    #[test]
    fn a_table_aligns_its_columns_and_shows_what_is_unknown_as_a_dash() {
        let priced = Model::new("long/model-name")
            .with_context_window(131_072)
            .with_pricing(
                ModelPricing::new()
                    .with_prompt("0.000000075")
                    .with_completion("0.0000003"),
            );
        let lines = table(&[priced, Model::new("m")]);
        assert_eq!(
            lines,
            [
                "MODEL            CONTEXT  MAX OUTPUT  IN / 1M  OUT / 1M",
                "long/model-name   131072           -   $0.075    $0.300",
                "m                      -           -        -         -",
            ]
        );
    }
}
