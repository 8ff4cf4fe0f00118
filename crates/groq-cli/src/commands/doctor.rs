//! `groq doctor`: checks the settings and the connection.

use std::{env, time::Duration};

use groq_core::{Client, Response, types::ModelList};
use serde_json::json;

use crate::{
    address,
    failure::{Failure, Status},
    session::{KEY, SERVICE, Session},
    settings::variable,
    terminal, units,
};

/// Check settings, API key, address and connection.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/doctor.txt"))]
pub(crate) struct Args {}

/// A larger difference makes certificates look expired.
const MAX_SKEW: Duration = Duration::from_secs(300);

/// One check: its name, its result, and a text.
struct Check(&'static str, Outcome, String);

enum Outcome {
    Good,
    /// Unusual, but nothing fails because of it.
    Warning,
    Bad(Status),
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        if session.global.dry_run {
            session.connect().await?.models().list().await?;
            return Ok(());
        }
        let settings = session.settings.path.as_ref();
        let settings = settings.map(|path| format!("'{}'", path.display()));
        let settings = settings.unwrap_or_else(|| "no settings file".to_owned());
        let mut checks = vec![good("settings", settings)];
        let mut is_secure = false;
        if session.global.mock {
            checks.push(good("key", "not needed by the mock server"));
            checks.push(good("address", "the mock server in this process"));
            checks.push(good("proxy", "not used by the mock server"));
        } else {
            let url = session.base_url()?;
            let url = url.map_or_else(|| SERVICE.to_owned(), |url| address::public(&url));
            is_secure = url.starts_with("https://");
            checks.extend([key(), good("address", url), good("proxy", proxy())]);
        }
        if !checks
            .iter()
            .any(|check| matches!(check.1, Outcome::Bad(_)))
        {
            match session.connect().await {
                Ok(client) => checks.extend(service(&client, is_secure).await),
                Err(failure) => checks.push(bad("client", &failure)),
            }
        }
        report(session, &checks)
    }
}

fn good(name: &'static str, text: impl Into<String>) -> Check {
    Check(name, Outcome::Good, text.into())
}

fn bad(name: &'static str, failure: &Failure) -> Check {
    Check(name, Outcome::Bad(failure.status()), failure.to_string())
}

fn key() -> Check {
    let key = match variable(KEY) {
        Ok(key) => key.unwrap_or_default(),
        Err(failure) => return bad("key", &failure),
    };
    let length = key.trim().chars().count();
    if length == 0 {
        let text = "GROQ_API_KEY is not set; create a key at https://console.groq.com/keys";
        return bad("key", &Failure::usage(text));
    }
    if key.trim().starts_with("gsk_") {
        return good("key", format!("GROQ_API_KEY is set, {length} characters"));
    }
    let text = format!("GROQ_API_KEY has {length} characters; keys of Groq begin with gsk_");
    Check("key", Outcome::Warning, text)
}

/// The proxies of the environment.
fn proxy() -> String {
    let names = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"].map(str::to_owned);
    let names = names
        .into_iter()
        .flat_map(|name| [name.to_ascii_lowercase(), name]);
    let set = names.filter_map(|name| {
        let value = env::var(&name).ok().filter(|value| !value.is_empty())?;
        Some(format!("{name} is {}", address::public(&value)))
    });
    let set: Vec<String> = set.collect();
    match set.as_slice() {
        [] => "none is set".to_owned(),
        set => set.join(", "),
    }
}

/// Checks the connection, the key and the clock with one request.
async fn service(client: &Client, is_secure: bool) -> Vec<Check> {
    let models = match client.models().list().await {
        Ok(models) => models,
        Err(error) => {
            let name = match &error {
                error if error.is_tls() => "TLS",
                error if error.is_authentication() => "key",
                error if error.is_connect() || error.is_timeout() => "network",
                _ => "service",
            };
            return vec![bad(name, &Failure::from(&error))];
        }
    };
    // There was a response, so the certificate is valid, if there is one.
    let tls = if is_secure {
        "the server's certificate is valid"
    } else {
        "not used: the address is plain HTTP"
    };
    let (count, time) = (models.data.len(), units::duration(models.elapsed()));
    let id = models.request_id().map(|id| format!(", request {id}"));
    let text = format!("{count} models in {time}{}", id.unwrap_or_default());
    let outcome = if count == 0 {
        Outcome::Warning
    } else {
        Outcome::Good
    };
    let mut checks = vec![good("TLS", tls), Check("service", outcome, text)];
    checks.extend(clock(&models));
    checks
}

fn clock(models: &Response<ModelList>) -> Option<Check> {
    let date = models.headers().get("date")?.to_str().ok()?;
    let theirs = httpdate::parse_http_date(date).ok()?;
    let skew = theirs.elapsed().unwrap_or_else(|error| error.duration());
    if skew <= MAX_SKEW {
        return Some(good("clock", "agrees with the server's"));
    }
    let text = format!("differs from the server's by {}", units::duration(skew));
    Some(Check("clock", Outcome::Warning, text))
}

/// Prints all checks. The first bad one is also how the command ends.
fn report(session: &Session, checks: &[Check]) -> Result<(), Failure> {
    let style = session.out.style;
    let mut documents = Vec::new();
    let mut ended = Ok(());
    for Check(name, outcome, text) in checks {
        let (word, painted) = match outcome {
            Outcome::Good => ("ok", style.good("ok     ")),
            Outcome::Warning => ("warning", style.accent("warning")),
            Outcome::Bad(_) => ("bad", style.error("bad    ")),
        };
        documents.push(json!({"check": name, "result": word, "text": text}));
        if !session.global.json {
            let line = format!("{painted}  {name:<8}  {}", terminal::shown(text));
            session.out.styled(&line)?;
        }
        // The text is printed already.
        if let (Outcome::Bad(status), Ok(())) = (outcome, &ended) {
            ended = Err(Failure::new(*status, format!("{name}: check failed")));
        }
    }
    if session.global.json {
        session.out.json(&json!({"checks": documents}))?;
    }
    ended
}
