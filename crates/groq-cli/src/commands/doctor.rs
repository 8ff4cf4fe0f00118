//! `groq doctor`: checks the settings and the connection.

use std::{
    env,
    time::{Duration, SystemTime},
};

use groq_core::{Client, Response, types::ModelList};
use serde_json::{Value, json};

use crate::{
    address,
    failure::{Failure, Status},
    session::{KEY, Session, has_key},
    terminal, units,
};

/// Check settings, API key, address and connection.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/doctor.txt"))]
pub(crate) struct Args {}

/// A larger difference makes certificates look expired.
const MAX_SKEW: Duration = Duration::from_secs(300);

/// The default server.
const SERVICE: &str = "https://api.groq.com";

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
        let settings = session.settings.file();
        let settings = settings.map(|path| format!("'{}'", path.display()));
        let address = address(session)?;
        let mut checks = vec![
            good(
                "settings",
                settings.as_deref().unwrap_or("no settings file"),
            ),
            key(session),
            good("address", &address),
            good("proxy", proxy(session)),
        ];
        if !checks.iter().any(Check::is_bad) {
            match session.connect().await {
                Ok(client) => checks.extend(service(&client, &address).await),
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

impl Check {
    fn is_bad(&self) -> bool {
        matches!(self.1, Outcome::Bad(_))
    }

    fn word(&self) -> &'static str {
        match self.1 {
            Outcome::Good => "ok",
            Outcome::Warning => "warning",
            Outcome::Bad(_) => "bad",
        }
    }
}

fn key(session: &Session) -> Check {
    if session.global.mock {
        return good("key", "not needed by the mock server");
    }
    match has_key() {
        Ok(true) => {}
        Ok(false) => {
            let text = "GROQ_API_KEY is not set; create a key at https://console.groq.com/keys";
            return bad("key", &Failure::usage(text));
        }
        Err(failure) => return bad("key", &failure),
    }
    let key = env::var(KEY).unwrap_or_default();
    let length = key.trim().chars().count();
    if key.trim().starts_with("gsk_") {
        return good("key", format!("GROQ_API_KEY is set, {length} characters"));
    }
    let text = format!("GROQ_API_KEY has {length} characters; keys of Groq begin with gsk_");
    Check("key", Outcome::Warning, text)
}

fn address(session: &Session) -> Result<String, Failure> {
    if session.global.mock {
        return Ok("the mock server in this process".to_owned());
    }
    let url = session.base_url()?;
    Ok(url.map_or_else(|| SERVICE.to_owned(), |url| address::public(&url)))
}

/// The proxies of the environment.
fn proxy(session: &Session) -> String {
    if session.global.mock {
        return "not used by the mock server".to_owned();
    }
    let set = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"]
        .into_iter()
        .flat_map(|name| [name.to_owned(), name.to_ascii_lowercase()])
        .filter_map(|name| {
            let value = env::var(&name).ok().filter(|value| !value.is_empty())?;
            Some(format!("{name} is {}", address::public(&value)))
        });
    let set: Vec<String> = set.collect();
    if set.is_empty() {
        return "none is set".to_owned();
    }
    set.join(", ")
}

/// Checks the connection, the key and the clock with one request.
async fn service(client: &Client, address: &str) -> Vec<Check> {
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
    let tls = if address.starts_with("https://") {
        "the server's certificate is valid"
    } else {
        "not used: the address is plain HTTP"
    };
    let mut checks = vec![good("TLS", tls), answered(&models)];
    checks.extend(clock(&models));
    checks
}

fn answered(models: &Response<ModelList>) -> Check {
    let (count, time) = (models.data.len(), units::duration(models.elapsed()));
    let id = models.request_id().map(|id| format!(", request {id}"));
    let text = format!("{count} models in {time}{}", id.unwrap_or_default());
    if count == 0 {
        let text = format!("{text}: the key can use no model");
        return Check("service", Outcome::Warning, text);
    }
    good("service", text)
}

fn clock(models: &Response<ModelList>) -> Option<Check> {
    let date = models.headers().get("date")?.to_str().ok()?;
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::now();
    let skew = ours
        .duration_since(theirs)
        .or_else(|_| theirs.duration_since(ours))
        .ok()?;
    if skew <= MAX_SKEW {
        return Some(good("clock", "agrees with the server's"));
    }
    let text = format!("differs from the server's by {}", units::duration(skew));
    Some(Check("clock", Outcome::Warning, text))
}

/// Prints all checks. The first bad one is also how the command ends.
fn report(session: &Session, checks: &[Check]) -> Result<(), Failure> {
    if session.global.json {
        let checks = checks
            .iter()
            .map(|check| json!({"check": check.0, "result": check.word(), "text": check.2}));
        let checks: Vec<Value> = checks.collect();
        session.out.json(&json!({"checks": checks}))?;
    } else {
        let style = session.out.style();
        for check in checks {
            let word = format!("{:<7}", check.word());
            let word = match check.1 {
                Outcome::Good => style.good(word),
                Outcome::Warning => style.accent(word),
                Outcome::Bad(_) => style.error(word),
            };
            let text = terminal::shown(&check.2);
            session
                .out
                .styled(&format!("{word}  {:<8}  {text}", check.0))?;
        }
    }
    // The text is printed already.
    checks.iter().try_for_each(|check| match check.1 {
        Outcome::Bad(status) => Err(Failure::new(status, format!("{}: check failed", check.0))),
        _ => Ok(()),
    })
}
