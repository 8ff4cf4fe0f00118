//! `groq voices`: the voices of speech models.

use groq_core::models::{Catalog, DefaultModel, ModelInfo};
use serde_json::json;

use crate::{
    defaults,
    failure::Failure,
    session::Session,
    table::{self, Column},
};

/// List the voices of speech models.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/voices.txt"))]
pub(crate) struct Args {
    /// List only the voices of this model.
    #[arg(short, long, value_name = "ID")]
    model: Option<String>,
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<(), Failure> {
        let catalog = Catalog::shipped();
        let (model, voice) = (DefaultModel::Speech, DefaultModel::Voice);
        let default = (defaults::of(model), defaults::of(voice));
        let models = self.models(&catalog)?;
        let voices = models.iter().flat_map(|model| {
            let voices = model.voices.iter();
            voices.map(|voice| {
                (
                    *model,
                    voice.as_str(),
                    (&model.id, voice) == (&default.0, &default.1),
                )
            })
        });
        if session.global.json {
            return voices.into_iter().try_for_each(|(model, voice, default)| {
                let line = json!({"model": model.id, "voice": voice, "default": default, "as_of": model.as_of});
                session.out.json(&line)
            });
        }
        let columns = ["MODEL", "VOICE", ""].map(Column::left);
        let row = |(model, voice, default): (&ModelInfo, &str, bool)| {
            let note = if default { "default" } else { "" };
            vec![model.id.clone(), voice.to_owned(), note.to_owned()]
        };
        let rows: Vec<_> = voices.map(row).collect();
        table::print(&session.out, &columns, &rows)
    }

    fn models<'a>(&self, catalog: &'a Catalog) -> Result<Vec<&'a ModelInfo>, Failure> {
        let speaking = || catalog.models().filter(|model| !model.voices.is_empty());
        let Some(wanted) = &self.model else {
            let current = speaking().filter(|model| !catalog.is_retired(&model.id));
            return Ok(current.collect());
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
