//! A request for a transcription or a translation: in a form, or in a line of a batch.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::api_error::{ApiError, Outcome};
use crate::check::{self, Rule};
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::multipart::{Form, Part};

const EXTENSIONS: &str = "flac mp3 mp4 mpeg mpga m4a ogg opus wav webm";
/// In characters.
const MAX_PROMPT: usize = 896;
const GRANULARITIES: &str = "timestamp_granularities[]";

#[derive(Debug)]
pub(super) struct AudioRequest {
    pub(super) model: String,
    pub(super) source: Source,
    pub(super) language: Option<String>,
    pub(super) temperature: f64,
    pub(super) format: Format,
    pub(super) segments: bool,
    pub(super) words: bool,
}

#[derive(Debug)]
pub(super) enum Source {
    Bytes(Bytes),
    /// An address, which is not looked up.
    Address(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Json,
    Text,
    Verbose,
}

/// What is done with the speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Task {
    Transcribe,
    Translate,
}

impl Task {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Transcribe => "transcribe",
            Self::Translate => "translate",
        }
    }
}

impl AudioRequest {
    pub(super) fn new(exchange: &Exchange<'_>, task: Task) -> Outcome<Self> {
        let rule = match (exchange.in_batch, task) {
            (true, Task::Transcribe) => &requests::BATCH_TRANSCRIPTION_BODY,
            (true, Task::Translate) => &requests::BATCH_TRANSLATION_BODY,
            (false, Task::Transcribe) => &requests::TRANSCRIPTION_REQUEST,
            (false, Task::Translate) => &requests::TRANSLATION_REQUEST,
        };
        if exchange.in_batch {
            let mut body = check::body(exchange.request, &Rule::Map(&Rule::Any))?.clone();
            body.retain(|_, value| !value.is_null());
            worded(&body, rule)?;
            return Self::checked(&body, None);
        }
        let mut form = Form::of(exchange.request)?;
        form.rename("timestamp_granularities", GRANULARITIES);
        let file = form.part("file");
        let file = file.map(|part| file_content(part, exchange.state.options.max_audio));
        let body = form.values(rule)?;
        worded(&body, rule)?;
        Self::checked(&body, file.transpose()?)
    }

    /// Checks what the tables do not say.
    fn checked(body: &Map<String, Value>, file: Option<Bytes>) -> Outcome<Self> {
        let refuse = |name: &str, message: String| Err(ApiError::invalid(message).param(name));
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        if text("prompt").is_some_and(|prompt| prompt.chars().count() > MAX_PROMPT) {
            let message = format!("prompt length must be {MAX_PROMPT} characters or fewer");
            return refuse("prompt", message);
        }
        let format = match text("response_format").as_deref() {
            Some("text") => Format::Text,
            Some("verbose_json") => Format::Verbose,
            _ => Format::Json,
        };
        let granularities = body
            .get(GRANULARITIES)
            .or_else(|| body.get("timestamp_granularities"));
        let granularities = granularities
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        if !granularities.is_empty() && format != Format::Verbose {
            let message = "timestamp_granularities[] needs a response_format of verbose_json";
            return refuse(GRANULARITIES, message.into());
        }
        let has = |name: &str| granularities.iter().any(|value| value == name);
        Ok(Self {
            source: source(file, text("url"))?,
            segments: granularities.is_empty() || has("segment"),
            words: has("word"),
            model: text("model").unwrap_or_default(),
            language: text("language"),
            temperature: body
                .get("temperature")
                .and_then(Value::as_f64)
                .unwrap_or(0.0),
            format,
        })
    }
}

/// Checks the values against the table, with the messages that the audio endpoints have.
fn worded(body: &Map<String, Value>, rule: &Rule) -> Outcome<()> {
    for field in rule.fields() {
        let Some(value) = body.get(field.name) else {
            continue;
        };
        let (rule, values) = match (field.rule.resolved(), value) {
            (Rule::List(_, _, rule), Value::Array(values)) => (rule.resolved(), values.as_slice()),
            (rule, value) => (rule, std::slice::from_ref(value)),
        };
        let allowed = match rule {
            Rule::OneOf(allowed) => format!("one of [{}]", allowed.join(" ")),
            Rule::Number(least, most) => format!("from {least} to {most}"),
            _ => continue,
        };
        if values
            .iter()
            .any(|value| check::value(value, rule).is_err())
        {
            let message = format!("{} must be {allowed}", field.name);
            return Err(ApiError::invalid(message).param(field.name));
        }
    }
    check::value(&Value::Object(body.clone()), rule)
}

/// The content of an upload whose name and size are right.
fn file_content(part: &Part, most: usize) -> Outcome<Bytes> {
    let extension = part.extension().unwrap_or_default();
    if !EXTENSIONS.split(' ').any(|known| known == extension) {
        let message = format!("file must be one of the following types: [{EXTENSIONS}]");
        return Err(ApiError::invalid(message));
    }
    if part.content.len() > most {
        return Err(ApiError::too_large());
    }
    if part.content.is_empty() {
        return Err(ApiError::invalid("file is empty"));
    }
    Ok(part.content.clone())
}

/// One of the two, and not both.
fn source(file: Option<Bytes>, url: Option<String>) -> Outcome<Source> {
    match (file, url) {
        (Some(_), Some(_)) => Err(ApiError::invalid(
            "`file` and `url` cannot be given together",
        )),
        (None, None) => Err(ApiError::invalid("one of `file` and `url` must be given")),
        (Some(file), None) => Ok(Source::Bytes(file)),
        (None, Some(url)) if url.starts_with("https://") || url.starts_with("http://") => {
            Ok(Source::Address(url))
        }
        (None, Some(url)) => decoded(&url).map(Source::Bytes).ok_or_else(|| {
            ApiError::invalid("`url` must be an http(s) address or base64 data").param("url")
        }),
    }
}

/// Decodes base64, with or without the head of a data URI.
fn decoded(url: &str) -> Option<Bytes> {
    let text = match url.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => url,
    };
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')));
    bytes
        .ok()
        .filter(|bytes| !bytes.is_empty())
        .map(Bytes::from)
}
