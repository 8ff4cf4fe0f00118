//! `groq mock`: the embedded server, for other programs.

mod faults;
mod limits;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use groq_mock::{Mock, Reply, When};
use serde_json::json;

use crate::{
    failure::{Failure, in_one_line},
    files::Place,
    interrupt,
    session::Session,
};
use faults::Faults;
use limits::Allowed;

/// Run a local Groq for other programs, until Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The first line of standard output is the address, which any client of Groq takes as its base URL;
clients for the OpenAI protocol want /openai/v1 after it. Any key is taken. Ctrl-C ends it in good
order, with status 0.

Faults happen to one request after the other, in the order given; then all is well, unless the list
ends with repeat. WHAT*TIMES does the same several times:
  ok            nothing                        cut=N     the stream ends after N events
  STATUS        an error, such as 503          abort=N   the connection breaks after N events
  429=SECONDS   with a retry-after             stall=N   silence after N events
  delay=TIME    the answer comes so late       garble=N  event N is cut off in its middle
  reset, close  the connection, unanswered     error=N   an error event after N events
  slow=TIME     a few bytes at a time, so far apart

Limits are free (the free plan's), none, or a list of requests=N/TIME, tokens=N/TIME, audio=SECONDS/TIME.

With --record every request is handed on, with the key that it came with, to the service or to --base-url,
and what comes back is written to a file, keys scrubbed; --replay gives it again, without key and network.

Examples:
  groq mock --port 8080
  groq mock --limits requests=30/1m,tokens=8000/1m --latency 50ms --tokens-per-second 400
  groq mock --faults '503*2, ok, cut=5'
  groq mock --faults 'ok*9, 429=2, repeat'
  groq mock --record weather.yaml
  groq mock --replay weather.yaml
  groq chat --base-url http://127.0.0.1:8080 hello")]
pub(crate) struct Args {
    /// The port to listen on; 0 is any free one.
    #[arg(short, long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// The address to listen on; with any other, everybody who can reach it can use it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Another host name under which requests may come.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    allow_host: Vec<String>,
    /// What all replies depend on, beside the request.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// How long every answer waits, such as 50ms.
    #[arg(long, value_name = "TIME", value_parser = time)]
    latency: Option<Duration>,
    /// How fast replies are written; as fast as possible, unless this is set.
    #[arg(long, value_name = "NUMBER", value_parser = speed)]
    tokens_per_second: Option<f64>,
    /// What each model may be used; by default so much that nobody meets a limit.
    #[arg(long, value_name = "LIMITS", value_parser = limits::parse)]
    limits: Option<Allowed>,
    /// What goes wrong, request by request.
    #[arg(long, value_name = "FAULTS", value_parser = faults::parse)]
    faults: Option<Faults>,
    /// A folder in which files are kept; in memory, unless this is set.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// How long a batch stays in each state; by default it goes one on whenever it is asked for.
    #[arg(long, value_name = "TIME", value_parser = time)]
    batch_step: Option<Duration>,
    /// Hand requests on to the service, and write what it answers to this file, in the form of the crate httpmock.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replay", "faults", "limits"])]
    record: Option<PathBuf>,
    /// Answer from the recordings of this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["faults", "limits"])]
    replay: Option<PathBuf>,
    /// Record in place of a file that is there.
    #[arg(long, requires = "record")]
    force: bool,
}

/// Where requests that are recorded go if nobody says otherwise.
const SERVICE: &str = "https://api.groq.com";

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let faults = self.faults.clone();
        let bind = self.bind;
        let answers = self.record.is_none() && self.replay.is_none();
        let started = self.builder(session)?.start().await;
        let mock = started.map_err(|error| Failure::usage(in_one_line(&error)))?;
        // What a script answers, recordings do not.
        if answers {
            watch(&mock, faults, session);
        }
        if session.global.json {
            session.out.json(
                &json!({"url": mock.url(), "base_url": mock.base_url(), "port": mock.port()}),
            )?;
        } else {
            session.out.line(&mock.url())?;
        }
        session.talk.note(format!(
            "for clients of the OpenAI protocol: {}",
            mock.base_url()
        ));
        if !bind.is_loopback() {
            session
                .talk
                .note("it listens beyond this machine, to everybody who can reach it");
        }
        interrupt::told().await?;
        tokio::select! {
            () = mock.shutdown() => Ok(()),
            // Once more, and nothing is waited for.
            told = interrupt::told() => told,
        }
    }

    fn builder(self, session: &Session) -> Result<groq_mock::Builder, Failure> {
        // Nobody asks this process what it received.
        let mut builder = Mock::builder()
            .port(self.port)
            .seed(self.seed)
            .max_log(1, 1 << 20);
        if !self.bind.is_loopback() || self.bind.is_ipv6() {
            builder = builder.bind(self.bind);
        }
        for name in self.allow_host {
            builder = builder.allow_host(name);
        }
        if let Some(latency) = self.latency {
            builder = builder.latency(latency);
        }
        if let Some(speed) = self.tokens_per_second {
            builder = builder.tokens_per_second(speed);
        }
        if let Some(limits) = self.limits {
            builder = limits.set(builder);
        }
        if let Some(folder) = self.folder {
            std::fs::create_dir_all(&folder).map_err(|error| {
                Failure::usage(format!("keep files in '{}': {error}", folder.display()))
            })?;
            builder = builder.folder(folder);
        }
        if let Some(step) = self.batch_step {
            builder = builder.batch_step(step);
        }
        if let Some(path) = self.replay {
            return Ok(builder.replay(path));
        }
        if let Some(path) = self.record {
            let origin = session.settings.base_url(&session.global)?;
            let place = Place::new(path, self.force)?;
            let origin = origin.unwrap_or_else(|| SERVICE.to_owned());
            return Ok(builder.record(origin, place.path()));
        }
        Ok(builder)
    }
}

/// Lets faults happen, and, with `--verbose`, tells of each request.
fn watch(mock: &Mock, faults: Option<Faults>, session: &Session) {
    let talk = session.global.verbose.then(|| session.talk.clone());
    if faults.is_none() && talk.is_none() {
        return;
    }
    let faults = faults.unwrap_or_default();
    mock.always(
        When::any(),
        Reply::from_fn(move |request| {
            let (reply, what) = faults.next();
            if let Some(talk) = &talk {
                let bytes = request.body().len();
                talk.note(format!(
                    "{} {}, {bytes} bytes{what}",
                    request.method(),
                    request.path()
                ));
            }
            reply
        }),
    );
}

/// `50ms`, `1m30s`, or seconds as a number.
fn time(text: &str) -> Result<Duration, String> {
    let plain = text
        .parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    plain
        .or_else(|| groq_core::limits::parse_duration(text))
        .ok_or_else(|| "a time is needed, such as 50ms, 2s or 1m30s".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("a number above 0 is needed".to_owned()),
    }
}
