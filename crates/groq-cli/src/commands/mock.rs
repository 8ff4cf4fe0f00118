//! `groq mock`: the mock server, for other programs.

mod faults;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use groq_mock::{Builder, Mock, Reply, Throttle, When};
use serde_json::json;

use crate::{
    failure::{Failure, in_one_line},
    files::{Overwrite, make_folder},
    interrupt,
    options::{self, apply},
    session::{SERVICE, Session},
};
use faults::Faults;

/// Run a mock server for other programs, until Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/mock.txt"))]
pub(crate) struct Args {
    /// Port to listen on; 0 is any free port.
    #[arg(short, long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Address to listen on; everybody who can reach it can use the server.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Additional host name to accept in requests.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    allow_host: Vec<String>,
    /// Key that requests must have; by default any key is accepted.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    key: Option<String>,
    /// Seed of the replies, which depend on it and on the request.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Latency of every response, such as 50ms.
    #[arg(long, value_name = "TIME", value_parser = options::duration)]
    latency: Option<Duration>,
    /// Speed of streamed replies; unlimited by default.
    #[arg(long, value_name = "NUMBER", value_parser = speed)]
    tokens_per_second: Option<f64>,
    /// Rate limits of each model; practically unlimited by default.
    #[arg(long, value_name = "LIMITS", value_parser = limits)]
    limits: Option<Limits>,
    /// Faults, request by request.
    #[arg(long, value_name = "FAULTS", value_parser = faults::parse)]
    faults: Option<Faults>,
    /// Folder for uploaded files; by default they are kept in memory.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Time that a batch stays in each state; by default each status request moves it on.
    #[arg(long, value_name = "TIME", value_parser = options::duration)]
    batch_step: Option<Duration>,
    /// Forward requests to the service and record the responses in this file, in the format of the httpmock crate.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["replay", "faults", "limits"])]
    record: Option<PathBuf>,
    /// Answer from the recordings in this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["faults", "limits"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let faults = self.faults.clone();
        let bind = self.bind;
        let answers = self.record.is_none() && self.replay.is_none();
        let started = self.builder(session)?.start().await;
        let mock = started.map_err(|error| Failure::usage(in_one_line(&error)))?;
        // A script would answer in place of the recordings.
        if answers {
            inject(&mock, faults, session);
        }
        let (url, base_url) = (mock.url(), mock.base_url());
        if session.global.json {
            let document = json!({"url": url, "base_url": base_url, "port": mock.port()});
            session.out.json(&document)?;
        } else {
            session.out.line(&url)?;
        }
        let note = |text: &str| session.stderr.note(text);
        note(&format!("for clients of OpenAI's API: {base_url}"));
        if !bind.is_loopback() {
            note("everybody who can reach this address can use the server");
        }
        interrupt::requested().await?;
        tokio::select! {
            () = mock.shutdown() => Ok(()),
            // A second signal, or a request that does not end, cuts the shutdown short.
            signal = interrupt::requested() => signal,
            () = tokio::time::sleep(interrupt::GRACE) => Ok(()),
        }
    }

    fn builder(self, session: &Session) -> Result<Builder, Failure> {
        // This process does not look at what it received.
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
        builder = apply(builder, self.key, Builder::api_key);
        builder = apply(builder, self.latency, Builder::latency);
        builder = apply(builder, self.tokens_per_second, Builder::tokens_per_second);
        builder = apply(builder, self.batch_step, Builder::batch_step);
        builder = apply(builder, self.limits, |builder, limits| match limits {
            Limits::FreePlan => builder.free_plan(),
            Limits::Same(throttle) => builder.throttle(throttle),
        });
        if let Some(folder) = &self.folder {
            make_folder(folder)
                .map_err(|error| Failure::usage(format!("keep files in {error}")))?;
        }
        builder = apply(builder, self.folder, Builder::folder);
        if let Some(path) = self.replay {
            return Ok(builder.replay(path));
        }
        if let Some(path) = self.record {
            let origin = session.base_url()?;
            let place = session.place(&path, self.overwrite)?;
            let origin = origin.unwrap_or_else(|| SERVICE.to_owned());
            return Ok(builder.record(origin, place.path()));
        }
        Ok(builder)
    }
}

/// Injects faults, and, with `--verbose`, prints each request.
fn inject(mock: &Mock, faults: Option<Faults>, session: &Session) {
    let stderr = session.global.verbose.then(|| session.stderr.clone());
    if faults.is_none() && stderr.is_none() {
        return;
    }
    let faults = faults.unwrap_or_default();
    mock.always(
        When::any(),
        Reply::from_fn(move |request| {
            let (reply, what) = faults.next();
            if let Some(stderr) = &stderr {
                let bytes = request.body().len();
                stderr.note(format!(
                    "{} {}, {bytes} bytes{what}",
                    request.method(),
                    request.path()
                ));
            }
            reply
        }),
    );
}

/// `--limits`: the rate limits of each model.
#[derive(Clone, Debug, PartialEq)]
enum Limits {
    FreePlan,
    /// The same for all models.
    Same(Throttle),
}

/// Parses `free`, `none`, or a list such as `requests=30/1m, tokens=8000/1m, audio=7200/1h`.
fn limits(text: &str) -> Result<Limits, groq_mock::ThrottleError> {
    if text.trim() == "free" {
        return Ok(Limits::FreePlan);
    }
    text.parse().map(Limits::Same)
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("expected a number above 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_plan_differs_from_model_to_model() {
        assert_eq!(limits("free"), Ok(Limits::FreePlan));
        assert_eq!(limits("none"), Ok(Limits::Same(Throttle::new())));
        assert!(limits("many").is_err_and(|error| error.to_string().contains("many")));
    }
}
