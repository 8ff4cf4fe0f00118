//! `groq voices`: the voices of speech models.

use groq_core::models::{Catalog, Date, DefaultModel, ModelInfo};
use serde::Serialize;

use crate::{
    defaults,
    failure::Failure,
    session::Session,
    table::{self, left},
};

/// List the voices of speech models.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/voices.txt"))]
pub(crate) struct Args {
    /// List only the voices of this model.
    #[arg(short, long, value_name = "ID")]
    model: Option<String>,
}

/// A voice, as it is printed.
#[derive(Serialize)]
struct Voice {
    model: String,
    #[serde(rename = "voice")]
    name: String,
    default: bool,
    as_of: Date,
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<(), Failure> {
        let catalog = Catalog::shipped();
        let default = [DefaultModel::Speech, DefaultModel::Voice].map(defaults::of);
        let voices = self.models(&catalog)?.into_iter().flat_map(|model| {
            model.voices.iter().map(|voice| Voice {
                default: default == [model.id.as_str(), voice],
                model: model.id.clone(),
                name: voice.clone(),
                as_of: model.as_of,
            })
        });
        let columns = [left("MODEL", 0), left("VOICE", 0), left("", 0)];
        table::list(session, columns, &voices.collect::<Vec<_>>(), |voice| {
            let mark = if voice.default { "default" } else { "" };
            [voice.model.clone(), voice.name.clone(), mark.to_owned()]
        })
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
