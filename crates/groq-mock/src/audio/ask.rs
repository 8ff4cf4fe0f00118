//! A transcription or a translation as it is asked for: in a form, or in a line of a batch.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::check::{self, Field, Rule};
use crate::multipart::{Form, Part};

const EXTENSIONS: &str = "flac mp3 mp4 mpeg mpga m4a ogg opus wav webm";
const LANGUAGES: &str = "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jv su yue";
/// In characters.
const MAX_PROMPT: usize = 896;

const KEYS: &[&str] = &[
    "file",
    "url",
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "timestamp_granularities[]",
    "timestamp_granularities",
];

const LINE: &[Field] = &[
    Field::required("model", Rule::Text),
    Field::required("url", Rule::Text),
    Field::optional("language", Rule::Text),
    Field::optional("prompt", Rule::Text),
    Field::optional("response_format", Rule::Text),
    Field::optional("temperature", Rule::Number(0.0, 1.0)),
    Field::optional("timestamp_granularities", Rule::List(0, 2, &Rule::Text)),
];

#[derive(Debug)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) source: Source,
    pub(super) language: Option<String>,
    pub(super) temperature: f64,
    pub(super) form: Shape,
    pub(super) segments: bool,
    pub(super) words: bool,
}

#[derive(Debug)]
pub(super) enum Source {
    Bytes(Bytes),
    /// An address, which is not looked up.
    Address(String),
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Json,
    Text,
    Verbose,
}

/// The parameters as texts, wherever they came from.
#[derive(Default)]
struct Given {
    file: Option<Bytes>,
    url: Option<String>,
    model: Option<String>,
    language: Option<String>,
    prompt: Option<String>,
    format: Option<String>,
    temperature: Option<String>,
    granularities: Vec<String>,
}

impl Ask {
    pub(super) fn new(exchange: &Exchange<'_>) -> Outcome<Self> {
        let given = if exchange.in_batch {
            Given::of_line(check::object(check::body(exchange.request)?, LINE)?)
        } else {
            Given::of_form(&Form::of(exchange.request)?, exchange.app.options.max_audio)?
        };
        given.checked()
    }
}

impl Given {
    fn of_form(form: &Form, most: usize) -> Outcome<Self> {
        form.only(KEYS)?;
        let text =
            |name: &str| -> Outcome<Option<String>> { Ok(form.text(name)?.map(str::to_owned)) };
        let mut granularities = form.texts("timestamp_granularities[]")?;
        granularities.extend(form.texts("timestamp_granularities")?);
        Ok(Self {
            file: form.part("file").map(|part| file(part, most)).transpose()?,
            url: text("url")?,
            model: text("model")?,
            language: text("language")?,
            prompt: text("prompt")?,
            format: text("response_format")?,
            temperature: text("temperature")?,
            granularities: granularities.into_iter().map(str::to_owned).collect(),
        })
    }

    fn of_line(body: &Map<String, Value>) -> Self {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let granularities = body
            .get("timestamp_granularities")
            .and_then(Value::as_array);
        let temperature = body.get("temperature").filter(|value| !value.is_null());
        Self {
            file: None,
            url: text("url"),
            model: text("model"),
            language: text("language"),
            prompt: text("prompt"),
            format: text("response_format"),
            temperature: temperature.map(Value::to_string),
            granularities: granularities
                .map_or(&[][..], Vec::as_slice)
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
        }
    }

    fn checked(self) -> Outcome<Ask> {
        let refuse = |name: &str, message: String| Err(ApiError::invalid(message).param(name));
        let Some(model) = self.model else {
            return Err(ApiError::invalid("property 'model' is missing"));
        };
        if let Some(language) = &self.language
            && !LANGUAGES.split(' ').any(|known| known == language)
        {
            return refuse("language", format!("language must be one of [{LANGUAGES}]"));
        }
        if self
            .prompt
            .is_some_and(|prompt| prompt.chars().count() > MAX_PROMPT)
        {
            let message = format!("prompt length must be {MAX_PROMPT} characters or fewer");
            return refuse("prompt", message);
        }
        let form = match self.format.as_deref() {
            None | Some("json") => Shape::Json,
            Some("text") => Shape::Text,
            Some("verbose_json") => Shape::Verbose,
            Some(_) => {
                let message = "response_format must be one of [json text verbose_json]";
                return refuse("response_format", message.into());
            }
        };
        let temperature = match self.temperature.as_deref().map(str::parse::<f64>) {
            None => 0.0,
            Some(Ok(number)) if (0.0..=1.0).contains(&number) => number,
            Some(_) => {
                return refuse("temperature", "temperature must be from 0 to 1".into());
            }
        };
        let granular = |name: &str| self.granularities.iter().any(|value| value == name);
        if self
            .granularities
            .iter()
            .any(|value| value != "word" && value != "segment")
        {
            let message = "timestamp_granularities[] must be one of [word segment]";
            return refuse("timestamp_granularities[]", message.into());
        }
        if !self.granularities.is_empty() && form != Shape::Verbose {
            let message = "timestamp_granularities[] needs a response_format of verbose_json";
            return refuse("timestamp_granularities[]", message.into());
        }
        Ok(Ask {
            source: source(self.file, self.url)?,
            segments: self.granularities.is_empty() || granular("segment"),
            words: granular("word"),
            model,
            language: self.language,
            temperature,
            form,
        })
    }
}

/// The content of an upload whose name and size are right.
fn file(part: &Part, most: usize) -> Outcome<Bytes> {
    let extension = part.extension().unwrap_or_default();
    if !EXTENSIONS.split(' ').any(|known| known == extension) {
        let message = format!("file must be one of the following types: [{EXTENSIONS}]");
        return Err(ApiError::invalid(message));
    }
    if part.content.len() > most {
        return Err(
            ApiError::with_status(413, "Request Entity Too Large").code("request_too_large")
        );
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

/// The data in a text of base64, with or without the head of a data URI.
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
