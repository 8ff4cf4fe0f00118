//! `groq batch run`.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use groq_core::{
    Client,
    batch::{Item, Job, Phase, Progress, Results},
};
use serde_json::{Value, json};

use super::{
    line::{Body, ChatBody, Endpoint, Kind, Line, TranscriptionBody, TranslationBody},
    state::State,
};
use crate::{
    defaults,
    failure::{Failure, Status},
    files::Place,
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
    #[arg(long, value_name = "TIME", default_value = "24h")]
    window: String,
    /// How soon to ask how far the batch is, such as 500ms; then ever less often, up to twelve times as long.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = poll)]
    poll: Duration,
}

/// A line may be this long, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// The embedded Groq goes on when it is asked.
const FAST_POLL: Duration = Duration::from_millis(20);

fn poll(text: &str) -> Result<Duration, String> {
    let bounds = FAST_POLL..=Duration::from_secs(3_600);
    groq_core::limits::parse_duration(text)
        .filter(|time| bounds.contains(time))
        .ok_or_else(|| "a time from 20ms to 1h is needed, such as 500ms or 30s".to_owned())
}

impl Args {
    pub(super) async fn run(self, session: &Session) -> Result<(), Failure> {
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

/// A file of items that was looked through.
#[derive(Clone)]
struct Items {
    path: PathBuf,
    model: String,
    endpoint: Endpoint,
    count: u64,
}

impl Items {
    /// Looks at every line before anything is sent.
    fn check(path: &Path, model: &str) -> Result<Self, Failure> {
        let mut endpoint = None;
        let mut lines_of = HashMap::new();
        let mut count = 0;
        each(path, model, |number, line| {
            let first = *endpoint.get_or_insert(line.endpoint);
            if line.endpoint != first {
                return Err(at(
                    path,
                    number,
                    &format!(
                        "it goes to {}, and those before it to {}; a batch has one address",
                        line.endpoint.as_str(),
                        first.as_str()
                    ),
                ));
            }
            if let Some(earlier) = lines_of.insert(line.id.clone(), number) {
                let what = format!("its id '{}' is that of line {earlier}", line.id);
                return Err(at(path, number, &what));
            }
            count += 1;
            Ok(())
        })?;
        let Some(endpoint) = endpoint else {
            let empty = format!("'{}' has no items", path.display());
            return Err(Failure::bad_input(empty));
        };
        Ok(Self {
            path: path.to_owned(),
            model: model.to_owned(),
            endpoint,
            count,
        })
    }
}

/// Calls `work` with each line that is not empty, and its number.
fn each(
    path: &Path,
    model: &str,
    mut work: impl FnMut(u64, Line) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let unreadable =
        |error: io::Error| Failure::bad_input(format!("read '{}': {error}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if file
            .by_ref()
            .take(MAX_LINE)
            .read_line(&mut line)
            .map_err(unreadable)?
            == 0
        {
            break;
        }
        if line.len() as u64 >= MAX_LINE {
            return Err(at(path, number, "it is longer than 64 MiB"));
        }
        let text = line.trim().trim_start_matches('\u{feff}');
        if !text.is_empty() {
            let line = Line::read(text, model).map_err(|what| at(path, number, &what))?;
            work(number, line)?;
        }
    }
    Ok(())
}

fn at(path: &Path, number: u64, what: &str) -> Failure {
    Failure::bad_input(format!("'{}' line {number}: {what}", path.display()))
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
            let failed = write(&place, &items, sorted)?;
            Ok::<_, Failure>((place, failed))
        });
        let (place, failed) = written.await??;
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
            each(&items.path, &items.model, |number, line| {
                let pushed = writer.push(&line.id, &B::of(line.body));
                pushed.map_err(|error| Failure::from(error).about(format!("line {number}")))?;
                Ok(())
            })?;
            Ok(writer.finish(window)?)
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

/// Results on the disk, to be had by id.
struct Sorted {
    file: File,
    places: HashMap<String, (u64, usize)>,
}

impl Sorted {
    fn collect<B: Body>(results: Results<B>, folder: &Path) -> Result<Self, Failure> {
        let unwritable = |error: io::Error| Failure::internal(format!("sort the results: {error}"));
        let mut file = BufWriter::new(tempfile::tempfile_in(folder).map_err(unwritable)?);
        let mut places = HashMap::new();
        let mut end = 0;
        for item in results {
            let item = item?;
            let bytes = serde_json::to_vec(&outcome(&item))
                .map_err(|error| Failure::internal(error.to_string()))?;
            file.write_all(&bytes).map_err(unwritable)?;
            places.insert(item.id, (end, bytes.len()));
            end += bytes.len() as u64;
        }
        let file = file
            .into_inner()
            .map_err(|error| unwritable(error.into_error()))?;
        Ok(Self { file, places })
    }

    fn get(&mut self, id: &str) -> io::Result<Value> {
        let Some(&(start, length)) = self.places.get(id) else {
            return Ok(json!({"error": {"message": "the batch has no result for it"}}));
        };
        self.file.seek(SeekFrom::Start(start))?;
        let mut bytes = vec![0; length];
        self.file.read_exact(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

/// A result, without the id: `response`, or `error`.
fn outcome(item: &Item<Value>) -> Value {
    match &item.outcome {
        Ok(body) => {
            json!({"response": {"status_code": 200, "request_id": item.request_id, "body": body}, "error": null})
        }
        Err(error) => {
            json!({"response": null, "error": {"message": error.to_string(), "request_id": item.request_id}})
        }
    }
}

/// Writes the results in the order of the items, and counts those without an answer.
fn write(place: &Place, items: &Items, mut sorted: Sorted) -> Result<u64, Failure> {
    let mut failed = 0;
    place.write(|out| {
        let each = each(&items.path, &items.model, |_, line| {
            let result = sorted.get(&line.id)?;
            failed += u64::from(result["response"].is_null());
            writeln!(out, "{}", in_kind(&line, result))?;
            Ok(())
        });
        each.map_err(|failure| io::Error::other(failure.to_string()))
    })?;
    Ok(failed)
}

/// A result as its item was written: as Groq's results are, or with the text alone.
fn in_kind(line: &Line, mut result: Value) -> Value {
    if line.kind == Kind::Request {
        return json!({"custom_id": line.id, "response": result["response"].take(), "error": result["error"].take()});
    }
    if !result["error"].is_null() {
        return json!({"id": line.given, "error": result["error"].take()});
    }
    let body = &mut result["response"]["body"];
    let choice = &mut body["choices"][0];
    let (text, reason) = (
        choice["message"]["content"].take(),
        choice["finish_reason"].take(),
    );
    json!({"id": line.given, "text": text, "finish_reason": reason, "usage": body["usage"].take()})
}

fn tell(session: &Session, place: &Place, items: u64, failed: u64) -> Result<(), Failure> {
    let file = place.path().display();
    if session.global.json {
        session
            .out
            .json(&json!({"file": place.path(), "items": items, "failed": failed}))?;
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

    fn items(text: &str) -> Result<Items, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.jsonl");
        std::fs::write(&path, text).unwrap();
        Items::check(&path, "m")
    }

    #[test]
    fn mistakes_are_found_with_their_lines_before_anything_is_sent() {
        for (text, what) in [
            ("", "no items"),
            ("\n\n", "no items"),
            ("{\"id\":1,\"prompt\":\"a\"}\n\nnonsense", "line 3"),
            (
                "{\"id\":1,\"prompt\":\"a\"}\n{\"id\":\"1\",\"prompt\":\"b\"}",
                "line 2: its id '1' is that of line 1",
            ),
            (
                "{\"id\":1,\"prompt\":\"a\"}\n{\"custom_id\":\"b\",\"url\":\"/v1/audio/translations\",\"body\":{}}",
                "line 2: it goes to /v1/audio/translations",
            ),
        ] {
            let failure = items(text).map(|_| ()).unwrap_err();
            assert!(failure.to_string().contains(what), "{text}: {failure}");
            assert_eq!(failure.status(), Status::BadInput);
        }
        let items = items("\u{feff}{\"id\":1,\"prompt\":\"a\"}\r\n").unwrap();
        assert_eq!((items.count, items.endpoint), (1, Endpoint::Chat));
    }

    #[test]
    fn a_result_has_the_form_of_its_item() {
        let prompt = || Line::read(r#"{"id":7,"prompt":"Hi"}"#, "m").unwrap();
        let answered = json!({"response": {"status_code": 200, "body": {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "usage": {"total_tokens": 3}}}, "error": null});
        assert_eq!(
            in_kind(&prompt(), answered.clone()),
            json!({"id": 7, "text": "Hello", "finish_reason": "stop", "usage": {"total_tokens": 3}})
        );
        let failed = json!({"response": null, "error": {"message": "no"}});
        assert_eq!(
            in_kind(&prompt(), failed),
            json!({"id": 7, "error": {"message": "no"}})
        );
        let request = Line::read(
            r#"{"custom_id":"a","url":"/v1/chat/completions","body":{}}"#,
            "m",
        );
        let result = in_kind(&request.unwrap(), answered.clone());
        assert_eq!(result["custom_id"], "a");
        assert_eq!(result["response"], answered["response"]);
    }
}
