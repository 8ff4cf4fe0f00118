//! `groq speak`: text as speech.

mod player;

use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use groq_audio::Speak;
use groq_core::models::{Billing, Catalog, DefaultModel, Usage};
use serde_json::json;

use crate::{
    defaults,
    failure::Failure,
    files::{Overwrite, Place, in_json, scratch, workshop},
    input,
    session::Session,
    units,
};
use player::Player;

/// Turn text of any length into speech: a file, a pipe, or sound.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/speak.txt"))]
pub(crate) struct Args {
    /// Text; several arguments are joined by spaces. Standard input is used as in `groq chat`.
    #[arg(value_name = "TEXT", conflicts_with = "file")]
    text: Vec<String>,
    /// Text file to read, or - for standard input.
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// WAV file to write, or - for standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Speech))]
    model: Option<String>,
    #[arg(short = 'V', long, value_name = "NAME", help = defaults::help("Voice; `groq voices` lists them", DefaultModel::Voice))]
    voice: Option<String>,
}

/// Where the sound goes.
enum Sink {
    File(Place),
    Stdout,
    Player(Player),
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.model(DefaultModel::Speech, self.model.as_ref())?;
        let wanted = session
            .settings
            .get(DefaultModel::Voice, self.voice.as_ref())?;
        let voice = voice(&model, wanted)?;
        let sink = self.sink(session)?;
        let text = match &self.file {
            Some(path) => input::text_file(path).await?,
            None => input::prompt(&self.text, &session.stderr).await?,
        };
        if text.trim().is_empty() {
            return Err(Failure::bad_input("there is no text to speak"));
        }
        let client = session.connect().await?;
        report_price(session, &model, &text);
        let reader = Speak::new(&client).model(&model).voice(voice);
        let bar = session
            .stderr
            .bar("speak", None, "{prefix:8} {spinner} {elapsed}");
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        match sink {
            Sink::Stdout => {
                let mut sound = std::pin::pin!(reader.stream(&text)?);
                while let Some(piece) = sound.next().await {
                    session.out.raw(&piece?)?;
                }
                Ok(())
            }
            Sink::File(place) => {
                let folder = workshop(&place)?;
                let whole = folder.path().join("speech.wav");
                let saved = reader.save(&text, &whole).await;
                saved.map_err(Failure::of_file(place.path().display()))?;
                place.take(&whole).await?;
                drop(bar);
                let path = place.path();
                let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
                session.done(
                    &json!({"file": in_json(path), "bytes": bytes}),
                    &format!("{bytes} bytes in '{}'", path.display()),
                )
            }
            Sink::Player(player) => {
                let folder = scratch()?;
                let sound = folder.path().join("speech.wav");
                reader.save(&text, &sound).await?;
                drop(bar);
                player.play(&sound).await
            }
        }
    }

    fn sink(&self, session: &Session) -> Result<Sink, Failure> {
        let file = self.output.as_ref().filter(|path| *path != Path::new("-"));
        match file {
            Some(path) => Ok(Sink::File(session.place(path, self.overwrite)?)),
            None if session.global.dry_run => Ok(Sink::Stdout),
            None if session.global.json => Err(Failure::usage("--json needs -o FILE")),
            None if self.output.is_some() => Ok(Sink::Stdout),
            None if session.out.is_terminal => {
                Player::find(session.settings.player.as_deref()).map(Sink::Player)
            }
            None => Ok(Sink::Stdout),
        }
    }
}

/// The requested voice, if the model has it, or else the default one, or else the first one of the model.
fn voice(model: &str, wanted: Option<String>) -> Result<String, Failure> {
    let catalog = Catalog::shipped();
    let known = catalog.get(model).map_or(&[][..], |model| &model.voices);
    let default = defaults::of(DefaultModel::Voice);
    match (wanted, known.first()) {
        (Some(voice), Some(_)) if !known.contains(&voice) => Err(Failure::usage(format!(
            "'{model}' has no voice '{voice}'; it has {}",
            known.join(", ")
        ))),
        (Some(voice), _) => Ok(voice),
        (None, Some(_)) if known.contains(&default) => Ok(default),
        (None, Some(first)) => Ok(first.clone()),
        (None, None) => Err(Failure::usage(format!(
            "the voices of '{model}' are unknown; choose one with --voice"
        ))),
    }
}

/// With `--verbose`, prints the cost.
fn report_price(session: &Session, model: &str, text: &str) {
    if session.global.verbose {
        let characters = text.chars().count();
        let usage = Usage::default().characters(characters as u64);
        session.report_cost(
            &format!("{characters} characters"),
            json!({"model": model, "characters": characters}),
            units::cost(model, &usage, Billing::OnDemand),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_belongs_to_its_model() {
        let model = defaults::of(DefaultModel::Speech);
        assert_eq!(voice(&model, None).unwrap(), "troy");
        let wrong = voice(&model, Some("nobody".into())).unwrap_err();
        assert!(wrong.to_string().contains("troy"), "{wrong}");
        assert_eq!(voice("new/model", Some("anna".into())).unwrap(), "anna");
        assert!(voice("new/model", None).is_err());
    }
}
