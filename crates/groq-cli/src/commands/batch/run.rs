//! `groq batch run`: a batch from its items to its results.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use groq_core::models::{Cost, DefaultModel, Usage};
use groq_core::{
    Client,
    batch::{CompletionWindow, Job, Phase, Progress},
    types::BatchEndpoint,
};
use serde_json::json;

use super::{
    items::Items,
    line::Body,
    results::{self, SortedResults},
    state::State,
};
use crate::{
    blocking::off_thread,
    defaults,
    failure::{Failure, Status},
    files::{Overwrite, Place, in_json, private_folder},
    options,
    output::Bar,
    session::Session,
};

/// Run the requests of a file as a batch, and write the results in the same order.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../../help/batch-run.txt"))]
pub(super) struct Args {
    /// Input file, one JSON object per line.
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Output file for the results, one JSON object per line.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    overwrite: Overwrite,
    #[arg(short, long, value_name = "ID", help = defaults::help("Model of items without one", DefaultModel::Chat))]
    model: Option<String>,
    /// Completion window of the batch, from 24h to 7d.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = window)]
    window: CompletionWindow,
    /// First interval between status requests, such as 500ms; it grows up to twelve times.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = options::duration_in(POLL, "from 20ms to 1h, such as 500ms or 30s"))]
    poll_interval: Duration,
}

/// The mock server proceeds whenever it is asked.
const FAST_POLL: Duration = Duration::from_millis(20);

const POLL: RangeInclusive<Duration> = FAST_POLL..=Duration::from_secs(3_600);

/// Parses a completion window within the bounds of the service.
fn window(text: &str) -> Result<CompletionWindow, String> {
    let window = text.parse().ok();
    let is_valid = |window: &CompletionWindow| {
        let hours = (24..=168).map(CompletionWindow::hours);
        hours
            .chain((1..=7).map(CompletionWindow::days))
            .any(|valid| valid == *window)
    };
    window
        .filter(is_valid)
        .ok_or_else(|| "expected a time from 24h to 7d".to_owned())
}

impl Args {
    pub(super) async fn run(self, session: &Session) -> Result<(), Failure> {
        if self.output == Path::new("-") {
            return Err(Failure::usage(
                "the results need a file, because the state of the batch is kept beside it",
            ));
        }
        let place = session.place(&self.output, self.overwrite)?;
        let model = session
            .settings
            .model(DefaultModel::Chat, self.model.as_ref())?;
        let (path, of) = (self.input.clone(), model.clone());
        let items = off_thread(move || Items::check(&path, &of)).await??;
        let client = session.connect().await?;
        let state = self.state(session, &items, model).await?;
        let is_fast = session.global.mock;
        let work = Work {
            session,
            client,
            items,
            state,
            place,
            window: self.window,
            poll_interval: if is_fast {
                FAST_POLL
            } else {
                self.poll_interval
            },
        };
        match work.items.endpoint {
            BatchEndpoint::V1AudioTranscriptions => work.run::<1>().await,
            BatchEndpoint::V1AudioTranslations => work.run::<2>().await,
            _ => work.run::<0>().await,
        }
    }

    async fn state(
        &self,
        session: &Session,
        items: &Items,
        model: String,
    ) -> Result<State, Failure> {
        if session.global.mock || session.global.dry_run {
            return State::temporary();
        }
        let folder = State::folder_of(&self.output);
        let (input, endpoint) = (self.input.clone(), items.endpoint.clone());
        let url = session.base_url()?;
        off_thread(move || State::open(folder, &input, &endpoint, model, url.as_deref())).await?
    }
}

/// A batch that is being run.
struct Work<'a> {
    session: &'a Session,
    client: Client,
    items: Items,
    state: State,
    place: Place,
    window: CompletionWindow,
    poll_interval: Duration,
}

impl Work<'_> {
    async fn run<const ENDPOINT: usize>(self) -> Result<(), Failure> {
        let mut job = self
            .job::<ENDPOINT>()
            .await?
            .on_progress(self.progress())
            .poll_interval(self.poll_interval, self.poll_interval * 12);
        let results = job.run().await?;
        let (items, folder) = (self.items.clone(), self.state.folder().to_owned());
        let place = self.place;
        let written = off_thread(move || {
            let sorted = SortedResults::collect(results, &folder)?;
            let used = (sorted.used, sorted.cost);
            let failed = results::write(&place, &items, sorted)?;
            Ok::<_, Failure>((place, failed, used))
        });
        let (place, failed, used) = written.await??;
        report_usage(self.session, used);
        if let Err(error) = self.state.remove() {
            let note = format!("the state of the batch was not removed: {error}");
            self.session.stderr.note(note);
        }
        report(self.session, &place, self.items.count, failed)
    }

    /// The job, with all items on the disk: from an earlier run, or written now.
    async fn job<const ENDPOINT: usize>(&self) -> Result<Job<Body<ENDPOINT>>, Failure> {
        let folder = self.state.folder().to_owned();
        if self.state.is_written() {
            self.session
                .stderr
                .note("continuing the batch of an earlier run");
            return Ok(self.client.batches().resume(&folder)?);
        }
        let (client, items, window) = (self.client.clone(), self.items.clone(), self.window);
        off_thread(move || {
            let mut writer = client.batches().write(&folder)?;
            items.each(|number, line| {
                let pushed = writer.push(&line.id, &Body(line.body));
                pushed.map_err(|error| Failure::from(error).about(format!("line {number}")))?;
                Ok(())
            })?;
            let job = writer.finish(window)?;
            private_folder(&folder).map_err(|error| Failure::internal(error.to_string()))?;
            Ok(job)
        })
        .await?
    }

    fn progress(&self) -> impl Fn(&Progress) + Send + Sync + 'static {
        let bar = Arc::new(self.session.stderr.bar(
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

/// With `--verbose`, prints the cost.
fn report_usage(session: &Session, (used, cost): (Usage, Option<Cost>)) {
    let (prompt, completion) = (used.prompt_tokens, used.completion_tokens);
    if session.global.verbose && prompt + completion > 0 {
        session.report_cost(
            &format!("{prompt} prompt + {completion} completion tokens in a batch"),
            json!({"prompt_tokens": prompt, "completion_tokens": completion}),
            cost,
        );
    }
}

fn report(session: &Session, place: &Place, items: u64, failed: u64) -> Result<(), Failure> {
    let file = place.path().display();
    if session.global.json {
        session
            .out
            .json(&json!({"file": in_json(place.path()), "items": items, "failed": failed}))?;
    } else {
        session.stderr.note(format!(
            "{} of {items} items answered, in '{file}'",
            items - failed
        ));
    }
    if failed > 0 {
        return Err(Failure::new(
            Status::Rejected,
            format!("{failed} of {items} items have no answer; '{file}' has the reasons"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_from_a_day_to_a_week() {
        for text in ["24h", "7d", "168h", "1d"] {
            assert_eq!(
                window(text).map(|window| window.to_string()).as_deref(),
                Ok(text)
            );
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
