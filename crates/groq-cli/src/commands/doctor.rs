//! `groq doctor`: what is in the way, in plain words.

use std::{
    env,
    time::{Duration, SystemTime},
};

use groq_core::{Client, Response, types::ModelList};
use serde_json::{Value, json};

use crate::{
    failure::{Failure, Status},
    session::{Session, has_key, in_words},
};

/// Check the key, the address and the way to the service.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It makes one request, for the list of models, which costs nothing.

Examples:
  groq doctor
  groq doctor --base-url http://localhost:8000
  groq doctor --json")]
pub(crate) struct Args {}

/// A clock that is further off makes certificates look expired.
const MAX_SKEW: Duration = Duration::from_secs(300);

/// Where requests go if nobody says otherwise.
const SERVICE: &str = "https://api.groq.com";

/// What one look has shown.
struct Finding {
    name: &'static str,
    verdict: Verdict,
    text: String,
}

enum Verdict {
    Good,
    /// Worth knowing; nothing fails because of it.
    Odd,
    Bad(Status),
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        if session.global.dry_run {
            session.connect().await?.models().list().await?;
            return Ok(());
        }
        let address = address(session)?;
        let mut findings = vec![
            Finding::good("settings", settings(session)),
            key(session),
            Finding::good("address", address.clone()),
            Finding::good("proxy", proxy(session)),
        ];
        if findings.iter().all(Finding::is_passable) {
            match session.connect().await {
                Ok(client) => findings.extend(service(&client, &address).await),
                Err(failure) => findings.push(Finding::of("client", &failure)),
            }
        }
        report(session, &findings)
    }
}

fn settings(session: &Session) -> String {
    match session.settings.file() {
        Some(path) => format!("'{}'", path.display()),
        None => "no settings file".to_owned(),
    }
}

fn key(session: &Session) -> Finding {
    if session.global.mock {
        return Finding::good("key", "none is needed by the embedded Groq");
    }
    match has_key() {
        Ok(true) => {}
        Ok(false) => {
            let text = "GROQ_API_KEY is not set; keys are made at https://console.groq.com/keys";
            return Finding::bad("key", Status::Usage, text);
        }
        Err(failure) => return Finding::of("key", &failure),
    }
    let key = env::var("GROQ_API_KEY").unwrap_or_default();
    let length = key.trim().chars().count();
    match key.trim().starts_with("gsk_") {
        true => Finding::good("key", format!("GROQ_API_KEY is set, {length} characters")),
        false => Finding::odd(
            "key",
            format!(
                "GROQ_API_KEY has {length} characters and does not begin with gsk_, as keys of Groq do"
            ),
        ),
    }
}

fn address(session: &Session) -> Result<String, Failure> {
    if session.global.mock {
        return Ok("the embedded Groq, on this machine".to_owned());
    }
    let url = session.settings.base_url(&session.global)?;
    Ok(url.unwrap_or_else(|| SERVICE.to_owned()))
}

/// The proxies of the environment, without what stands before their `@`.
fn proxy(session: &Session) -> String {
    if session.global.mock {
        return "none on the way to this process".to_owned();
    }
    let names = [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ];
    let set = names.iter().filter_map(|name| {
        let value = env::var(name).ok().filter(|value| !value.is_empty())?;
        let host = value.rsplit('@').next().unwrap_or_default().to_owned();
        Some(format!("{name} is {host}"))
    });
    let set: Vec<String> = set.collect();
    match set.is_empty() {
        true => "none is set".to_owned(),
        false => set.join(", "),
    }
}

/// What one request shows: that there is a way, that the key is good, and whether the clocks agree.
async fn service(client: &Client, address: &str) -> Vec<Finding> {
    match client.models().list().await {
        Ok(models) => {
            let mut findings = vec![tls(address), answered(&models)];
            findings.extend(clock(&models));
            findings
        }
        Err(error) => {
            let failure = Failure::from(&error);
            let name = match &error {
                error if error.is_tls() => "TLS",
                error if error.is_authentication() => "key",
                error if error.is_connect() || error.is_timeout() => "network",
                _ => "service",
            };
            vec![Finding::of(name, &failure)]
        }
    }
}

/// There was an answer, so what there is of it is good.
fn tls(address: &str) -> Finding {
    let text = match address.trim_start().starts_with("https://") {
        true => "the server's certificate is good",
        false => "none, on the way to this machine itself",
    };
    Finding::good("TLS", text)
}

fn answered(models: &Response<ModelList>) -> Finding {
    let mut text = format!(
        "{} models in {}",
        models.data.len(),
        in_words(models.elapsed())
    );
    if let Some(id) = models.request_id() {
        text.push_str(&format!(", request {id}"));
    }
    match models.data.is_empty() {
        true => Finding::odd("service", format!("{text}: the key can use none")),
        false => Finding::good("service", text),
    }
}

fn clock(models: &Response<ModelList>) -> Option<Finding> {
    let date = models.headers().get("date")?.to_str().ok()?;
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::now();
    let skew = ours
        .duration_since(theirs)
        .or_else(|_| theirs.duration_since(ours))
        .ok()?;
    Some(match skew > MAX_SKEW {
        true => Finding::odd("clock", format!("{} off the server's", in_words(skew))),
        false => Finding::good("clock", "agrees with the server's"),
    })
}

impl Finding {
    fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Good,
            text: text.into(),
        }
    }

    fn odd(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Odd,
            text: text.into(),
        }
    }

    fn bad(name: &'static str, status: Status, text: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Bad(status),
            text: text.into(),
        }
    }

    fn of(name: &'static str, failure: &Failure) -> Self {
        Self::bad(name, failure.status(), failure.to_string())
    }

    fn is_passable(&self) -> bool {
        !matches!(self.verdict, Verdict::Bad(_))
    }

    fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Good => "ok",
            Verdict::Odd => "odd",
            Verdict::Bad(_) => "bad",
        }
    }
}

/// All findings; the first bad one is also how the command ends.
fn report(session: &Session, findings: &[Finding]) -> Result<(), Failure> {
    if session.global.json {
        let checks: Vec<Value> = findings
            .iter()
            .map(|finding| json!({"check": finding.name, "result": finding.word(), "text": finding.text}))
            .collect();
        session.out.json(&json!({"checks": checks}))?;
    } else {
        let style = session.out.style();
        for finding in findings {
            let word = match finding.verdict {
                Verdict::Good => style.good("ok "),
                Verdict::Odd => style.accent("odd"),
                Verdict::Bad(_) => style.error("bad"),
            };
            let text = crate::terminal::shown(&finding.text);
            session
                .out
                .styled(&format!("{word}  {:<8}  {text}", finding.name))?;
        }
    }
    let bad = findings.iter().find_map(|finding| match finding.verdict {
        Verdict::Bad(status) => Some((finding, status)),
        _ => None,
    });
    match bad {
        Some((finding, status)) => Err(Failure::new(
            status,
            format!("{}: {}", finding.name, finding.text),
        )),
        None => Ok(()),
    }
}
