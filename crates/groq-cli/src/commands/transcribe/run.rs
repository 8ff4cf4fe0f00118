//! One recording after the other.

use std::{path::Path, sync::Arc};

use groq_audio::{Error, FlagKind, OutputFormat, Quality, Transcript, models::Cost};
use groq_core::Client;
use serde_json::{Value, json};

use super::{
    bars::Bars,
    estimate,
    input::{name, source},
    journal,
    recordings::{Recordings, Task},
    report,
    target::{Target, targets},
};
use crate::{
    failure::{Failure, Status, in_one_line},
    files::in_json,
    session::Session,
};

impl Recordings {
    /// Transcribes all recordings, one after the other.
    pub(crate) async fn run(
        self,
        session: &Session,
        model: &str,
        task: Task,
    ) -> Result<(), Failure> {
        let targets = targets(
            &self.inputs,
            self.output.as_deref(),
            self.format,
            self.overwrite,
            session.global.dry_run,
        )?;
        if let Some(place) = targets.iter().find_map(|target| target.place.as_ref()) {
            session.warn_of_open_folder(place);
        }
        if self.estimate {
            // Nothing is sent, so no key is needed.
            let client = Client::builder().api_key("none").build()?;
            let audio = self.long_audio(&client, model);
            return estimate::print(session, &audio, model, &self.inputs).await;
        }
        let is_mixed = targets.len() > 1 && targets.iter().any(|target| target.place.is_none());
        if is_mixed && !session.global.json && !session.global.dry_run {
            let message = "several recordings need -o FOLDER, or --json";
            return Err(Failure::usage(message));
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
            if let Err(failure) = run.one(target).await {
                if self.inputs.len() == 1 || ends_all(&failure) {
                    return Err(failure);
                }
                run.report(target, &failure)?;
                failed.push(failure);
            }
        }
        let Some(first) = failed.first() else {
            return Ok(());
        };
        let (count, all) = (failed.len(), self.inputs.len());
        let message = format!("{count} of {all} recordings failed");
        Err(Failure::new(first.status(), message))
    }
}

/// How many pieces the service refused.
fn missing(transcript: &Transcript) -> usize {
    let flags = transcript.flags().iter();
    flags.filter(|flag| flag.kind == FlagKind::Refused).count()
}

/// Whether other recordings would fail in the same way.
fn ends_all(failure: &Failure) -> bool {
    matches!(
        failure.status(),
        Status::KeyRejected | Status::Usage | Status::ClosedPipe | Status::Internal
    )
}

const NO_RESUME: &str = "; --no-resume ignores the file";

/// A run of the command.
struct Run<'a> {
    session: &'a Session,
    client: Client,
    model: &'a str,
    task: Task,
    options: &'a Recordings,
}

impl Run<'_> {
    /// Transcribes one recording.
    async fn one(&self, target: &Target) -> Result<(), Failure> {
        let session = self.session;
        let journal = if self.options.no_resume || session.global.dry_run {
            None
        } else {
            journal::path(&target.input, session)
        };
        let bars = Arc::new(Bars::new(session, &name(&target.input)));
        let mut audio = self.options.long_audio(&self.client, self.model);
        if let Some(path) = &journal {
            audio = audio.journal(path);
        }
        let listener = Arc::clone(&bars);
        audio = audio.on_event(move |event| listener.show(event));
        let outcome = match self.task {
            Task::Translate => audio.translate(source(&target.input)).await,
            _ => audio.transcribe(source(&target.input)).await,
        };
        bars.clear();
        let transcript = match outcome {
            Ok(transcript) => self.write(&transcript, target).await.map(|()| transcript),
            Err(error) => Err(self.failed(error, target, journal.as_deref())),
        };
        if let Some(path) = journal {
            let is_whole = |transcript: &Transcript| missing(transcript) == 0;
            journal::close(&path, transcript.as_ref().is_ok_and(is_whole));
        }
        self.judge(&transcript?, target)
    }

    fn failed(&self, error: Error, target: &Target, journal: Option<&Path>) -> Failure {
        let is_one = self.options.inputs.len() == 1;
        let input = name(&target.input);
        let failure = match journal.filter(|_| error.is_journal()) {
            Some(path) => Failure::of_file(path.display())(error).hint(NO_RESUME),
            None if is_one => return Failure::of_file(input)(error),
            None => Failure::from(error),
        };
        if is_one {
            failure
        } else {
            failure.about(input)
        }
    }

    async fn write(&self, transcript: &Transcript, target: &Target) -> Result<(), Failure> {
        let out = &self.session.out;
        let text = report::text(transcript, target.format, self.task)?;
        let Some(place) = &target.place else {
            if !self.session.global.json {
                return out.text(&text);
            }
            let text = report::text(transcript, OutputFormat::Json, self.task)?;
            let mut document: Value = serde_json::from_str(&text)?;
            document["file"] = in_json(&target.input).into();
            return out.json(&document);
        };
        place
            .fill(move |file| file.write_all(text.as_bytes()))
            .await?;
        let document = json!({
            "file": in_json(&target.input),
            "output": in_json(place.path()),
            "quality": report::quality(transcript),
            "seconds": transcript.seconds(),
            "billed_seconds": transcript.usage().billed_audio.unwrap_or_default().as_secs_f64(),
            "dollars": transcript.cost().map(Cost::as_dollars_f64),
        });
        let note = format!("wrote {}", place.path().display());
        self.session.done(&document, &note)
    }

    /// Reports how far the text can be trusted. Fails if pieces are missing, and, with `--strict`, if it cannot be trusted.
    fn judge(&self, transcript: &Transcript, target: &Target) -> Result<(), Failure> {
        report::print(transcript, self.session);
        let (missing, all) = (missing(transcript), transcript.stats().pieces);
        if missing > 0 {
            let again = if target.place.is_some() {
                "with --force, the same command sends them again"
            } else {
                "the same command sends them again"
            };
            let message =
                format!("{missing} of {all} pieces were refused and are missing; {again}");
            return Err(Failure::new(Status::Rejected, message));
        }
        let problem = match transcript.quality() {
            Quality::Clean => return Ok(()),
            Quality::Unchecked => "the text could not be checked",
            _ => "the text is suspicious",
        };
        if self.options.strict {
            return Err(Failure::bad_answer(problem).about(name(&target.input)));
        }
        Ok(())
    }

    /// Reports one of several recordings that failed.
    fn report(&self, target: &Target, failure: &Failure) -> Result<(), Failure> {
        if self.session.global.json {
            let mut line = failure.to_json();
            line["file"] = in_json(&target.input).into();
            return self.session.out.json(&line);
        }
        self.session.stderr.failure(failure);
        Ok(())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use groq_audio::ErrorKind;
        let source = std::error::Error::source(&error);
        let service = source.and_then(|source| source.downcast_ref::<groq_core::Error>());
        if let (true, Some(service)) = (error.is_service(), service) {
            return service.into();
        }
        let status = match error.kind() {
            ErrorKind::Unsupported
            | ErrorKind::Corrupt
            | ErrorKind::Short
            | ErrorKind::Io
            | ErrorKind::Journal => Status::BadInput,
            ErrorKind::InvalidRequest => Status::Usage,
            ErrorKind::RateLimited => Status::Limit,
            ErrorKind::Service => Status::Network,
            _ => Status::Internal,
        };
        let wait = error.retry_after().map(|wait| wait.as_secs_f64());
        Self::new(status, in_one_line(&error)).with("retry_after", wait)
    }
}
