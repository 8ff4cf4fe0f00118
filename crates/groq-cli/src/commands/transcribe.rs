//! `groq transcribe`, and what `groq translate` shares with it.

mod bars;
mod estimate;
mod journal;
mod report;
mod target;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use groq_audio::{
    Encoding, Form, Limits, LongAudio, PlanOptions, Source, Tier, Transcript, Verdict,
};
use groq_core::Client;
use serde_json::{Value, json};

use crate::{
    defaults,
    failure::{Failure, Status, in_one_line},
    files::in_json,
    session::Session,
};
use target::{Target, Targets, Way};

/// Write down what is said in recordings of any length.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A recording is anything that plays: a file, - for standard input, or an address that the service
fetches itself. It is cut where it is quiet, sent in pieces, and joined again. What is broken off
goes on where it was when the command is given again.

Examples:
  groq transcribe talk.mp4
  groq transcribe talk.mp4 --format srt -o talk.srt
  groq transcribe *.mp3 --format vtt -o subtitles/
  groq transcribe talk.mp4 --estimate
  ffmpeg -i talk.mkv -f wav - | groq transcribe -
  groq transcribe https://example.com/talk.mp3 --json")]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("The model", "GROQ_TRANSCRIPTION_MODEL", defaults::TRANSCRIPTION_MODEL))]
    model: Option<String>,
    /// Give times to single words: a subtitle for each, or, as text, a line for each with its start and end in seconds.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    recordings: Recordings,
}

/// What to write down, and how.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches, independent of each other"
)]
pub(crate) struct Recordings {
    /// Files of audio or video, - for standard input, or addresses.
    #[arg(value_name = "FILE|-|URL", required = true)]
    inputs: Vec<PathBuf>,
    /// Where the text goes: a file, or a folder for a file each.
    #[arg(short, long, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
    /// Replace files that are there.
    #[arg(long)]
    force: bool,
    /// What is written; by default what the extension of the output says, or text.
    #[arg(short, long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
    /// The language of the speech, as its two-letter code: answers come faster and are better.
    #[arg(short, long, value_name = "CODE")]
    language: Option<String>,
    /// Words that steer spelling and style, such as names.
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    prompt: Option<String>,
    /// The longest piece that is sent, such as 300 or 5m.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    piece: Option<Duration>,
    /// How pieces are encoded.
    #[arg(long, value_name = "ENCODING", value_enum, default_value_t)]
    encode: Encode,
    /// The account's tier: how large an upload may be, and, with free, which rates are kept from the start.
    #[arg(long, value_name = "TIER", value_enum)]
    tier: Option<Plan>,
    /// Tell length, requests, price and wait, and send nothing.
    #[arg(long)]
    estimate: bool,
    /// Forget what an earlier run that was broken off had done.
    #[arg(long)]
    no_resume: bool,
    /// End with status 8 where the text cannot be trusted, after writing it.
    #[arg(long)]
    strict: bool,
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text alone.
    Txt,
    /// `SubRip` subtitles.
    Srt,
    /// `WebVTT` subtitles.
    Vtt,
    /// Everything: words, segments, seams, and what is suspicious.
    Json,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Txt => Self::Text,
            Format::Srt => Self::Srt,
            Format::Vtt => Self::Vtt,
            Format::Json => Self::Json,
        }
    }
}

/// `--encode`.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Encode {
    /// Lossless, and half the size.
    #[default]
    Flac,
    /// Larger, and a little less work for the service.
    Wav,
}

/// `--tier`.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Plan {
    /// 25 MB an upload; 20 requests a minute, 2 h of audio an hour, 8 h a day (2025-12).
    Free,
    /// 100 MB an upload.
    Developer,
}

/// Which of the two commands it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Task {
    Transcribe { words: bool },
    Translate,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session
            .settings
            .transcription_model(self.model.as_deref())?;
        let task = Task::Transcribe { words: self.words };
        self.recordings.run(session, &model, task).await
    }
}

impl Recordings {
    pub(crate) async fn run(
        self,
        session: &Session,
        model: &str,
        task: Task,
    ) -> Result<(), Failure> {
        let targets = Targets::new(
            &self.inputs,
            self.output.as_deref(),
            self.format,
            Way {
                force: self.force,
                dry_run: session.global.dry_run,
            },
        )?;
        if self.estimate {
            return self.estimates(session, model).await;
        }
        if targets.need_a_folder() && !session.global.json && !session.global.dry_run {
            return Err(Failure::usage(
                "several recordings need -o FOLDER, or --json",
            ));
        }
        let client = session.connect().await?;
        let run = Run {
            session,
            client,
            model,
            task,
            options: &self,
        };
        let mut failed = Vec::new();
        for target in &targets {
            match run.one(target).await {
                Ok(()) => {}
                Err(failure) if self.inputs.len() == 1 || ends_all(&failure) => {
                    return Err(failure);
                }
                Err(failure) => {
                    run.tell(target, &failure)?;
                    failed.push(failure);
                }
            }
        }
        match failed.first() {
            None => Ok(()),
            Some(first) => Err(Failure::new(
                first.status(),
                format!(
                    "{} of {} recordings failed",
                    failed.len(),
                    self.inputs.len()
                ),
            )),
        }
    }

    fn settings(&self, client: &Client, model: &str) -> LongAudio<Client> {
        let mut audio = LongAudio::new(client)
            .model(model)
            .encoding(match self.encode {
                Encode::Flac => Encoding::Flac,
                Encode::Wav => Encoding::Wav,
            });
        if let Some(language) = &self.language {
            audio = audio.language(language);
        }
        if let Some(prompt) = &self.prompt {
            audio = audio.prompt(prompt);
        }
        if let Some(longest) = self.piece {
            // A file that needs no cut is sent as it is, unless cuts are asked for.
            audio = audio.pieces(PlanOptions::new().max_len(longest));
        }
        match self.tier {
            None => audio,
            Some(Plan::Free) => audio.limits(Limits::free()),
            Some(Plan::Developer) => audio.tier(Tier::Developer),
        }
    }
}

/// A run of the command.
struct Run<'a> {
    session: &'a Session,
    client: Client,
    model: &'a str,
    task: Task,
    options: &'a Recordings,
}

impl Run<'_> {
    /// Does one recording.
    async fn one(&self, target: &Target) -> Result<(), Failure> {
        let session = self.session;
        let journal = match self.options.no_resume || session.global.dry_run {
            true => None,
            false => journal::of(&target.input, session),
        };
        let bars = bars::Bars::new(session, &target.name());
        let mut audio = self.options.settings(&self.client, self.model);
        if let Some(path) = &journal {
            audio = audio.journal(path);
        }
        let listener = bars.listener();
        audio = audio.on_event(move |event| listener.tell(event));
        let outcome = match self.task {
            Task::Transcribe { .. } => audio.transcribe(source(&target.input)).await,
            Task::Translate => audio.translate(source(&target.input)).await,
        };
        drop(bars);
        let written = outcome
            .map_err(|error| self.failed(error, target))
            .and_then(|transcript| self.write(&transcript, target).map(|()| transcript));
        if let Some(path) = journal {
            journal::close(&path, written.is_ok());
        }
        self.judge(&written?, target)
    }

    fn failed(&self, error: groq_audio::Error, target: &Target) -> Failure {
        let is_journal = error.is_journal();
        let failure = Failure::from(error);
        let failure = match is_journal {
            true => Failure::new(
                failure.status(),
                format!("{failure}; --no-resume goes without it"),
            ),
            false => failure,
        };
        match self.options.inputs.len() {
            1 => failure,
            _ => failure.about(target.name()),
        }
    }

    fn write(&self, transcript: &Transcript, target: &Target) -> Result<(), Failure> {
        let out = &self.session.out;
        let words = matches!(self.task, Task::Transcribe { words: true });
        if let Some(place) = &target.place {
            let text = report::text(transcript, target.format, words)?;
            place.write(|file| file.write_all(text.as_bytes()))?;
        }
        match (&target.place, self.session.global.json) {
            (Some(place), true) => out.json(&json!({
                "file": in_json(&target.input),
                "output": in_json(place.path()),
                "verdict": report::verdict(transcript),
                "seconds": transcript.seconds(),
                "billed_seconds": transcript.usage().billed_seconds,
                "dollars": transcript.usage().dollars,
            })),
            (Some(place), false) => {
                self.session
                    .talk
                    .note(format!("wrote {}", place.path().display()));
                Ok(())
            }
            (None, true) => {
                let text = report::text(transcript, Format::Json, false)?;
                let mut document: Value = serde_json::from_str(&text)
                    .map_err(|error| Failure::internal(format!("write JSON: {error}")))?;
                document["file"] = in_json(&target.input).into();
                out.json(&document)
            }
            (None, false) => out.text(&report::text(transcript, target.format, words)?),
        }
    }

    /// Tells how far the text can be trusted, and, with `--strict`, fails where it cannot.
    fn judge(&self, transcript: &Transcript, target: &Target) -> Result<(), Failure> {
        report::tell(transcript, self.session);
        match (self.options.strict, transcript.verdict()) {
            (false, _) | (_, Verdict::Clean) => Ok(()),
            (true, Verdict::Unchecked) => Err(Failure::bad_answer(format!(
                "{}: the text could not be checked",
                target.name()
            ))),
            (true, _) => Err(Failure::bad_answer(format!(
                "{}: the text is suspicious",
                target.name()
            ))),
        }
    }

    /// Tells of one recording among several that failed.
    fn tell(&self, target: &Target, failure: &Failure) -> Result<(), Failure> {
        if self.session.global.json {
            let mut line = failure.to_json();
            line["file"] = in_json(&target.input).into();
            return self.session.out.json(&line);
        }
        let style = self.session.talk.style();
        self.session
            .talk
            .always(&format!("{} {failure}", style.error("groq:")));
        Ok(())
    }
}

/// Whether other recordings would fail in the same way.
fn ends_all(failure: &Failure) -> bool {
    matches!(
        failure.status(),
        Status::KeyRefused | Status::Usage | Status::ClosedPipe | Status::Internal
    )
}

fn source(input: &Path) -> Source {
    match address(input) {
        Some(url) => Source::url(url),
        None if is_stdin(input) => Source::stdin(),
        None => Source::path(input),
    }
}

fn is_stdin(input: &Path) -> bool {
    input == Path::new("-")
}

/// The input as an address, if it is one.
fn address(input: &Path) -> Option<&str> {
    input
        .to_str()
        .filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

/// `1 piece`, `2 pieces`.
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Seconds as a number, or with a unit: `90`, `90s`, `1m30s`.
fn seconds(text: &str) -> Result<Duration, String> {
    let plain = text
        .parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = plain.or_else(|| groq_core::limits::parse_duration(text));
    match time {
        Some(time) if (10.0..=7_200.0).contains(&time.as_secs_f64()) => Ok(time),
        _ => Err("a time from 10 seconds to 2 hours is needed, such as 300 or 5m".to_owned()),
    }
}

impl From<groq_audio::Error> for Failure {
    fn from(error: groq_audio::Error) -> Self {
        use groq_audio::ErrorKind;
        let service = std::error::Error::source(&error)
            .and_then(|source| source.downcast_ref::<groq_core::Error>());
        if let (true, Some(service)) = (error.is_service(), service) {
            return service.into();
        }
        let status = match error.kind() {
            ErrorKind::Unsupported
            | ErrorKind::Corrupt
            | ErrorKind::Short
            | ErrorKind::Io
            | ErrorKind::Journal => Status::BadInput,
            ErrorKind::Options => Status::Usage,
            ErrorKind::Budget => Status::Limit,
            ErrorKind::Service => Status::Network,
            _ => Status::Internal,
        };
        Self::new(status, in_one_line(&error)).with(
            "retry_after",
            error.retry_after().map(|wait| wait.as_secs_f64()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_or_are_seconds() {
        assert_eq!(seconds("90"), Ok(Duration::from_secs(90)));
        assert_eq!(seconds("5m"), Ok(Duration::from_secs(300)));
        for text in ["", "9", "soon", "-20", "inf", "3h"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
