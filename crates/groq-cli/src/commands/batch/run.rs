//! `groq batch run`: a batch from its items to its results.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use groq_core::models::DefaultModel;
use groq_core::{
    Client,
    batch::{CompletionWindow, Job, Phase},
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
    files::{Overwrite, Place, in_json},
    options,
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

/// The mock server proceeds whenever it is asked, so it is asked at the shortest interval.
const POLL: RangeInclusive<Duration> = Duration::from_millis(20)..=Duration::from_secs(3_600);

/// Parses a completion window within the bounds of the service.
fn window(text: &str) -> Result<CompletionWindow, String> {
    let hours = (24..=168).map(CompletionWindow::hours);
    let mut valid = hours.chain((1..=7).map(CompletionWindow::days));
    let window = text.parse().ok();
    window
        .filter(|window| valid.any(|valid| valid == *window))
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
        let model = session.model(DefaultModel::Chat, self.model.as_ref())?;
        let (path, of) = (self.input.clone(), model.clone());
        let items = off_thread(move || Items::check(&path, &of)).await??;
        let client = session.connect().await?;
        let state = self.state(session, &items, model).await?;
        let work = Work {
            session,
            client,
            items,
            state,
            place,
            window: self.window,
            poll_interval: if session.global.mock {
                *POLL.start()
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
        let (input, output) = (self.input.clone(), self.output.clone());
        let (endpoint, url) = (items.endpoint.clone(), session.base_url()?);
        off_thread(move || State::open(&output, &input, &endpoint, model, url.as_deref())).await?
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
        let Self { session, .. } = self;
        let template = "{prefix:8} {bar:40} {pos} of {len} {msg}";
        let bar = session
            .stderr
            .bar("batch", Some(self.items.count), template);
        let mut job = self
            .job::<ENDPOINT>()
            .await?
            .on_progress(move |progress| {
                bar.set_position(progress.completed + progress.failed);
                bar.set_message(match progress.phase {
                    Phase::Starting => "uploading",
                    Phase::Running => "running",
                    Phase::Downloading => "downloading",
                    _ => "",
                });
            })
            .poll_interval(self.poll_interval, self.poll_interval * 12);
        let results = job.run().await;
        let results = results.map_err(Failure::of_file(self.state.folder().display()))?;
        drop(job);
        let (items, place) = (self.items.clone(), self.place.clone());
        let folder = self.state.folder().to_owned();
        let (failed, used, cost) = off_thread(move || {
            let sorted = SortedResults::collect(results, &folder)?;
            let (used, cost) = (sorted.used, sorted.cost);
            Ok::<_, Failure>((results::write(&place, &items, sorted)?, used, cost))
        })
        .await??;
        if session.global.verbose && used.total_tokens() > 0 {
            session.report_tokens(" in a batch", json!({}), &used, cost);
        }
        if let Err(error) = self.state.remove() {
            let note = format!("the state of the batch was not removed: {error}");
            session.stderr.note(note);
        }
        let (items, path) = (self.items.count, self.place.path());
        let (answered, file) = (items - failed, path.display());
        session.done(
            &json!({"file": in_json(path), "items": items, "failed": failed}),
            &format!("{answered} of {items} items answered, in '{file}'"),
        )?;
        if failed > 0 {
            let message =
                format!("{failed} of {items} items have no answer; '{file}' has the reasons");
            return Err(Failure::new(Status::Rejected, message));
        }
        Ok(())
    }

    /// The job, with all items on the disk: from an earlier run, or written now.
    async fn job<const ENDPOINT: usize>(&self) -> Result<Job<Body<ENDPOINT>>, Failure> {
        let folder = self.state.folder().to_owned();
        if self.state.is_written() {
            let note = "continuing the batch of an earlier run";
            self.session.stderr.note(note);
            let job = self.client.batches().resume(&folder);
            return job.map_err(Failure::of_file(folder.display()));
        }
        let (client, items, window) = (self.client.clone(), self.items.clone(), self.window);
        off_thread(move || {
            let writer = client.batches().write(&folder);
            let mut writer = writer.map_err(Failure::of_file(folder.display()))?;
            items.each(|number, line| {
                let pushed = writer.push(&line.id, &Body(line.body));
                let failure = Failure::of_file(folder.display());
                let failure = |error| failure(error).about(format!("line {number}"));
                pushed.map(drop).map_err(failure)
            })?;
            writer
                .finish(window)
                .map_err(Failure::of_file(folder.display()))
        })
        .await?
    }
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
