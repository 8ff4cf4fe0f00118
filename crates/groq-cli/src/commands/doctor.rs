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
#[command(after_help = "\
Makes one request, for the list of models, which is free.

Examples:
  groq doctor
  groq doctor --base-url http://localhost:8000
  groq doctor --json")]
pub(crate) struct Args {}

/// A larger difference makes certificates look expired.
const MAX_SKEW: Duration = Duration::from_secs(300);

/// The default server.
const SERVICE: &str = "https://api.groq.com";

/// The result of one check.
struct Check {
    name: &'static str,
    result: CheckResult,
    text: String,
}

enum CheckResult {
    Ok,
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
        let address = address(session)?;
        let mut checks = vec![
            Check::ok("settings", settings(session)),
            key(session),
            Check::ok("address", address.clone()),
            Check::ok("proxy", proxy(session)),
        ];
        if checks.iter().all(Check::is_passable) {
            match session.connect().await {
                Ok(client) => checks.extend(service(&client, &address).await),
                Err(failure) => checks.push(Check::failed("client", &failure)),
            }
        }
        report(session, &checks)
    }
}

fn settings(session: &Session) -> String {
    match session.settings.file() {
        Some(path) => format!("'{}'", path.display()),
        None => "no settings file".to_owned(),
    }
}

fn key(session: &Session) -> Check {
    if session.global.mock {
        return Check::ok("key", "not needed by the mock server");
    }
    match has_key() {
        Ok(true) => {}
        Ok(false) => {
            let text = "GROQ_API_KEY is not set; create a key at https://console.groq.com/keys";
            return Check::new("key", CheckResult::Bad(Status::Usage), text);
        }
        Err(failure) => return Check::failed("key", &failure),
    }
    let key = env::var(KEY).unwrap_or_default();
    let length = key.trim().chars().count();
    if key.trim().starts_with("gsk_") {
        Check::ok("key", format!("GROQ_API_KEY is set, {length} characters"))
    } else {
        let text = format!(
            "GROQ_API_KEY has {length} characters and does not begin with gsk_, as keys of Groq do"
        );
        Check::warning("key", text)
    }
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
        "none is set".to_owned()
    } else {
        set.join(", ")
    }
}

/// Checks the connection, the key and the clock with one request.
async fn service(client: &Client, address: &str) -> Vec<Check> {
    match client.models().list().await {
        Ok(models) => {
            let mut checks = vec![tls(address), answered(&models)];
            checks.extend(clock(&models));
            checks
        }
        Err(error) => {
            let name = match &error {
                error if error.is_tls() => "TLS",
                error if error.is_authentication() => "key",
                error if error.is_connect() || error.is_timeout() => "network",
                _ => "service",
            };
            vec![Check::failed(name, &Failure::from(&error))]
        }
    }
}

/// There was a response, so the certificate is valid, if there is one.
fn tls(address: &str) -> Check {
    let text = if address.starts_with("https://") {
        "the server's certificate is valid"
    } else {
        "not used: the address is plain HTTP"
    };
    Check::ok("TLS", text)
}

fn answered(models: &Response<ModelList>) -> Check {
    let mut text = format!(
        "{} models in {}",
        models.data.len(),
        units::duration(models.elapsed())
    );
    if let Some(id) = models.request_id() {
        text.push_str(&format!(", request {id}"));
    }
    if models.data.is_empty() {
        Check::warning("service", format!("{text}: the key can use no model"))
    } else {
        Check::ok("service", text)
    }
}

fn clock(models: &Response<ModelList>) -> Option<Check> {
    let date = models.headers().get("date")?.to_str().ok()?;
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::now();
    let skew = ours
        .duration_since(theirs)
        .or_else(|_| theirs.duration_since(ours))
        .ok()?;
    Some(if skew > MAX_SKEW {
        let text = format!("differs from the server's by {}", units::duration(skew));
        Check::warning("clock", text)
    } else {
        Check::ok("clock", "agrees with the server's")
    })
}

impl Check {
    fn new(name: &'static str, result: CheckResult, text: impl Into<String>) -> Self {
        Self {
            name,
            result,
            text: text.into(),
        }
    }

    fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Ok, text)
    }

    fn warning(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Warning, text)
    }

    fn failed(name: &'static str, failure: &Failure) -> Self {
        let result = CheckResult::Bad(failure.status());
        Self::new(name, result, failure.to_string())
    }

    fn is_passable(&self) -> bool {
        !matches!(self.result, CheckResult::Bad(_))
    }

    fn word(&self) -> &'static str {
        match self.result {
            CheckResult::Ok => "ok",
            CheckResult::Warning => "warning",
            CheckResult::Bad(_) => "bad",
        }
    }
}

/// Prints all checks. The first bad one is also how the command ends.
fn report(session: &Session, checks: &[Check]) -> Result<(), Failure> {
    if session.global.json {
        let checks: Vec<Value> = checks
            .iter()
            .map(|check| json!({"check": check.name, "result": check.word(), "text": check.text}))
            .collect();
        session.out.json(&json!({"checks": checks}))?;
    } else {
        let style = session.out.style();
        for check in checks {
            let word = format!("{:<7}", check.word());
            let word = match check.result {
                CheckResult::Ok => style.good(word),
                CheckResult::Warning => style.accent(word),
                CheckResult::Bad(_) => style.error(word),
            };
            let text = terminal::shown(&check.text);
            let line = format!("{word}  {:<8}  {text}", check.name);
            session.out.styled(&line)?;
        }
    }
    let bad = checks.iter().find_map(|check| match check.result {
        CheckResult::Bad(status) => Some((check.name, status)),
        _ => None,
    });
    match bad {
        // The text is printed already.
        Some((name, status)) => Err(Failure::new(status, format!("{name}: check failed"))),
        None => Ok(()),
    }
}
