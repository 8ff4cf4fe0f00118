//! `groq voices`: the voices of speech models.

use groq_core::models::{Catalog, ModelInfo};
use serde_json::json;

use crate::{
    defaults,
    failure::Failure,
    session::Session,
    table::{self, Column},
};

/// List the voices of speech models.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The list is part of this program, because the service has none. It needs no key.

Examples:
  groq voices
  groq voices --model canopylabs/orpheus-arabic-saudi
  groq voices --json | jq -r .voice")]
pub(crate) struct Args {
    /// List only the voices of this model.
    #[arg(short, long, value_name = "ID")]
    model: Option<String>,
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<(), Failure> {
        let catalog = Catalog::shipped();
        let models = self.models(&catalog)?;
        let voices = models.iter().flat_map(|model| {
            let voices = model.voices.iter();
            voices.map(move |voice| (*model, voice.as_str()))
        });
        if session.global.json {
            return voices.into_iter().try_for_each(|(model, voice)| {
                let line = json!({"model": model.id, "voice": voice, "default": is_default(model, voice), "as_of": model.as_of});
                session.out.json(&line)
            });
        }
        let columns = [
            Column::left("MODEL"),
            Column::left("VOICE"),
            Column::left(""),
        ];
        let row = |(model, voice): (&ModelInfo, &str)| {
            let note = if is_default(model, voice) {
                "default"
            } else {
                ""
            };
            vec![model.id.clone(), voice.to_owned(), note.to_owned()]
        };
        let rows: Vec<_> = voices.into_iter().map(row).collect();
        table::print(&session.out, &columns, &rows)
    }

    fn models<'a>(&self, catalog: &'a Catalog) -> Result<Vec<&'a ModelInfo>, Failure> {
        let speaking = || catalog.models().filter(|model| !model.voices.is_empty());
        let Some(wanted) = &self.model else {
            return Ok(speaking()
                .filter(|model| !catalog.is_retired(&model.id))
                .collect());
        };
        let found: Vec<_> = speaking().filter(|model| model.id == *wanted).collect();
        if found.is_empty() {
            let known: Vec<&str> = speaking().map(|model| model.id.as_str()).collect();
            return Err(Failure::usage(format!(
                "the voices of '{wanted}' are unknown; models with known voices: {}",
                known.join(", ")
            )));
        }
        Ok(found)
    }
}

fn is_default(model: &ModelInfo, voice: &str) -> bool {
    model.id == defaults::speech_model() && voice == defaults::voice()
}
