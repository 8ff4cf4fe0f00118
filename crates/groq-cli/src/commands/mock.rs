//! `groq mock`: the embedded server, for other programs.

mod faults;
mod limits;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use groq_mock::{Limits, Mock, Reply, When};
use serde_json::json;

use crate::{failure::Failure, session::Session};
use faults::Faults;

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

Examples:
  groq mock --port 8080
  groq mock --limits requests=30/1m,tokens=8000/1m --latency 50ms --tokens-per-second 400
  groq mock --faults '503*2, ok, cut=5'
  groq mock --faults 'ok*9, 429=2, repeat'
  groq chat --base-url http://127.0.0.1:8080 hello")]
pub(crate) struct Args {
    /// The port to listen on; 0 is any free one.
    #[arg(short, long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// The address to listen on; with any other, everybody who can reach it can use it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Another host name under which requests may come.
    #[arg(long, value_name = "NAME")]
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
    limits: Option<Limits>,
    /// What goes wrong, request by request.
    #[arg(long, value_name = "FAULTS", value_parser = faults::parse)]
    faults: Option<Faults>,
    /// A folder in which files are kept; in memory, unless this is set.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// How long a batch stays in each state; by default it goes one on whenever it is asked for.
    #[arg(long, value_name = "TIME", value_parser = time)]
    batch_step: Option<Duration>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let faults = self.faults.clone();
        let bind = self.bind;
        let started = self.builder().start().await;
        let mock = started.map_err(|error| Failure::usage(error.to_string()))?;
        watch(&mock, faults, session);
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
        until_told().await?;
        tokio::select! {
            () = mock.shutdown() => Ok(()),
            // Once more, and nothing is waited for.
            told = until_told() => told,
        }
    }

    fn builder(self) -> groq_mock::Builder {
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
            builder = builder.limits(limits);
        }
        if let Some(folder) = self.folder {
            builder = builder.folder(folder);
        }
        if let Some(step) = self.batch_step {
            builder = builder.batch_step(step);
        }
        builder
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

/// Waits for Ctrl-C, or for the system's request to end.
async fn until_told() -> Result<(), Failure> {
    let failed = |error| Failure::internal(format!("cannot listen for an interrupt: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut ended = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt.map_err(failed),
            _ = ended.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
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
