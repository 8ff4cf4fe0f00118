//! `groq batch run`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use groq_core::{
    Client,
    batch::{Job, Phase, Progress},
};
use serde_json::json;

use super::{
    items::Items,
    line::{Body, ChatBody, Endpoint, TranscriptionBody, TranslationBody},
    results::{self, Sorted, Used},
    state::State,
};
use crate::{
    defaults,
    failure::{Failure, Status},
    files::{Place, in_json},
    input::off_thread,
    output::Bar,
    session::Session,
};

/// Run the requests of a file as a batch, and write their results in the same order.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A line of the input is a request as Groq's batches have them, or {\"id\": ..., \"prompt\": ...}, perhaps
with \"system\". The state is kept in a folder beside the output: after an interrupt, or a crash, the
same command goes on where it was, and nothing is paid twice.

Examples:
  groq batch run requests.jsonl -o results.jsonl
  groq batch run prompts.jsonl -o answers.jsonl --model llama-3.1-8b-instant
  groq batch run prompts.jsonl -o answers.jsonl --mock")]
pub(super) struct Args {
    /// The items, one JSON object a line.
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Where the results go, one JSON object a line.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
    #[arg(short, long, value_name = "ID", help = defaults::help("The model of items that name none", "GROQ_MODEL", defaults::CHAT_MODEL))]
    model: Option<String>,
    /// How long the batch may take, from 24h to 7d.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = window)]
    window: String,
    /// How soon to ask how far the batch is, such as 500ms; then ever less often, up to twelve times as long.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = poll)]
    poll: Duration,
}

/// The embedded Groq goes on when it is asked.
const FAST_POLL: Duration = Duration::from_millis(20);

fn poll(text: &str) -> Result<Duration, String> {
    let bounds = FAST_POLL..=Duration::from_secs(3_600);
    groq_core::limits::parse_duration(text)
        .filter(|time| bounds.contains(time))
        .ok_or_else(|| "a time from 20ms to 1h is needed, such as 500ms or 30s".to_owned())
}

/// Hours or days, as the service takes them.
fn window(text: &str) -> Result<String, String> {
    let hours = |unit: char, hours: u32| {
        text.strip_suffix(unit)?
            .parse::<u32>()
            .ok()?
            .checked_mul(hours)
    };
    hours('h', 1)
        .or_else(|| hours('d', 24))
        .filter(|hours| (24..=7 * 24).contains(hours))
        .map(|_| text.to_owned())
        .ok_or_else(|| "a time from 24h to 7d is needed".to_owned())
}

impl Args {
    pub(super) async fn run(self, session: &Session) -> Result<(), Failure> {
        if self.output == Path::new("-") {
            return Err(Failure::usage(
                "the results need a file, since the state of the batch is kept beside it",
            ));
        }
        let place = Place::new(&self.output, self.force)?;
        let model = session.settings.model(self.model.as_deref())?;
        let (path, of) = (self.input.clone(), model.clone());
        let items = off_thread(move || Items::check(&path, &of)).await??;
        let client = session.connect().await?;
        let state = self.state(session, &items, &model)?;
        let work = Work {
            session,
            client,
            items,
            state,
            place,
            window: self.window,
            poll: match session.global.mock {
                true => FAST_POLL,
                false => self.poll,
            },
        };
        match work.items.endpoint {
            Endpoint::Chat => work.run::<ChatBody>().await,
            Endpoint::Transcriptions => work.run::<TranscriptionBody>().await,
            Endpoint::Translations => work.run::<TranslationBody>().await,
        }
    }

    fn state(&self, session: &Session, items: &Items, model: &str) -> Result<State, Failure> {
        if session.global.mock || session.global.dry_run {
            return State::temporary();
        }
        let url = session.settings.base_url(&session.global)?;
        State::beside(&self.output, &self.input, items.endpoint, model, url)
    }
}

/// A batch on its way.
struct Work<'a> {
    session: &'a Session,
    client: Client,
    items: Items,
    state: State,
    place: Place,
    window: String,
    poll: Duration,
}

impl Work<'_> {
    async fn run<B: Body>(self) -> Result<(), Failure> {
        let mut job = self
            .job::<B>()
            .await?
            .on_progress(self.progress())
            .poll_interval(self.poll, self.poll * 12);
        let results = job.run().await?;
        let (items, folder) = (self.items.clone(), self.state.folder().to_owned());
        let place = self.place;
        let written = off_thread(move || {
            let sorted = Sorted::collect(results, &folder)?;
            let used = sorted.used();
            let failed = results::write(&place, &items, sorted)?;
            Ok::<_, Failure>((place, failed, used))
        });
        let (place, failed, used) = written.await??;
        tell_used(self.session, used);
        if let Err(error) = self.state.remove() {
            self.session
                .talk
                .note(format!("the state of the batch stays behind: {error}"));
        }
        tell(self.session, &place, self.items.count, failed)
    }

    /// The job, with all items on the disk: those of an earlier run, or written now.
    async fn job<B: Body>(&self) -> Result<Job<B>, Failure> {
        let folder = self.state.folder().to_owned();
        if self.state.is_written() {
            self.session
                .talk
                .note("going on with the batch that was begun");
            return Ok(self.client.batches().resume::<B>(&folder)?);
        }
        let (client, items, window) =
            (self.client.clone(), self.items.clone(), self.window.clone());
        off_thread(move || {
            let mut writer = client.batches().write::<B>(&folder)?;
            items.each(|number, line| {
                let pushed = writer.push(&line.id, &B::of(line.body));
                pushed.map_err(|error| Failure::from(error).about(format!("line {number}")))?;
                Ok(())
            })?;
            Ok(writer.finish(window.parse()?)?)
        })
        .await?
    }

    fn progress(&self) -> impl Fn(&Progress) + Send + Sync + 'static {
        let bar = Arc::new(self.session.talk.bar(
            "batch",
            Some(self.items.count),
            "{prefix:8} {bar:40} {pos} of {len} {msg}",
        ));
        move |progress| show(&bar, progress)
    }
}

fn show(bar: &Bar, progress: &Progress) {
    bar.set_position(progress.completed + progress.failed);
    bar.set_message(match progress.phase {
        Phase::Starting => "uploading",
        Phase::Running => "running",
        Phase::Downloading => "downloading",
        _ => "",
    });
}

/// With `--verbose`, tells what it costs.
fn tell_used(session: &Session, used: Used) {
    let (prompt, completion) = (used.prompt_tokens, used.completion_tokens);
    if session.global.verbose && prompt + completion > 0 {
        session.tell_cost(
            &format!("{prompt} prompt + {completion} completion tokens in a batch"),
            json!({"prompt_tokens": prompt, "completion_tokens": completion}),
            used.dollars,
        );
    }
}

fn tell(session: &Session, place: &Place, items: u64, failed: u64) -> Result<(), Failure> {
    let file = place.path().display();
    if session.global.json {
        session
            .out
            .json(&json!({"file": in_json(place.path()), "items": items, "failed": failed}))?;
    } else {
        session.talk.note(format!(
            "{} of {items} items answered, in '{file}'",
            items - failed
        ));
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(
            Status::Refused,
            format!("{failed} of {items} items have no answer; '{file}' says why"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_from_a_day_to_a_week() {
        for text in ["24h", "7d", "168h", "1d"] {
            assert_eq!(window(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "h",
            "23h",
            "8d",
            "24",
            "1w",
            "-1d",
            "99999999999d",
            "5m",
        ] {
            assert!(window(text).is_err(), "{text}");
        }
    }
}
