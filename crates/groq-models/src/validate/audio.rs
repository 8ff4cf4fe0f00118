//! Audio: transcriptions, translations and speech.

use groq_types::{
    BatchTranscriptionBody, BatchTranslationBody, SpeechFormat, SpeechRequest, TranscriptionFormat,
    TranscriptionRequest, TranslationRequest,
};

use crate::catalog::{Catalog, DefaultModel};
use crate::diagnostic::{Diagnostics, Validate};
use crate::model::{ModelInfo, ModelKind};

const SAMPLE_RATES: [u32; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

impl Validate for TranscriptionRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let (prompt, temperature) = (self.prompt.as_deref(), self.temperature);
        let model = recording(&self.model, prompt, temperature, catalog, &mut diagnostics);
        let timestamps = self.timestamp_granularities.as_ref();
        let verbose = self.response_format == Some(TranscriptionFormat::VerboseJson);
        diagnostics.error_if(
            timestamps.is_some_and(|all| !all.is_empty()) && !verbose,
            "timestamp_granularities",
            "they need the response format verbose_json",
        );
        if let (Some(model), Some(language)) = (model, &self.language) {
            knows_language(model, language.as_str(), &mut diagnostics);
        }
        diagnostics
    }
}

impl Validate for TranslationRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let (prompt, temperature) = (self.prompt.as_deref(), self.temperature);
        let model = recording(&self.model, prompt, temperature, catalog, &mut diagnostics);
        let language = self.language.as_ref();
        diagnostics.error_if(
            language.is_some_and(|language| language.as_str() != "en"),
            "language",
            "translations are into English only: set en",
        );
        if let Some(model) = model
            && model.transcription.is_some_and(|info| !info.translates)
        {
            let mut message = format!("{} does not translate", model.id);
            if let Some(other) = catalog.default_model(DefaultModel::Translation) {
                message.push_str(&format!("; {other} does"));
            }
            diagnostics.error("model", message);
        }
        diagnostics
    }
}

impl Validate for BatchTranscriptionBody {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut alone = TranscriptionRequest::new(self.model.as_str());
        alone.language.clone_from(&self.language);
        alone.prompt.clone_from(&self.prompt);
        alone.response_format = self.response_format;
        alone.temperature = self.temperature;
        alone
            .timestamp_granularities
            .clone_from(&self.timestamp_granularities);
        let mut diagnostics = alone.validate(catalog);
        in_a_batch(self.response_format, &mut diagnostics);
        diagnostics
    }
}

impl Validate for BatchTranslationBody {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut alone = TranslationRequest::new(self.model.as_str());
        alone.prompt.clone_from(&self.prompt);
        alone.temperature = self.temperature;
        let mut diagnostics = alone.validate(catalog);
        in_a_batch(self.response_format, &mut diagnostics);
        diagnostics
    }
}

fn in_a_batch(format: Option<TranscriptionFormat>, diagnostics: &mut Diagnostics) {
    diagnostics.error_if(
        format == Some(TranscriptionFormat::Text),
        "response_format",
        "the results of a batch are JSON",
    );
}

impl Validate for SpeechRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let kinds = [ModelKind::Speech];
        if let Some(model) = diagnostics.model(catalog, &self.model, &kinds, "speak") {
            speaks(self, model, &mut diagnostics);
        }
        let is_not = |value: Option<f64>| value.is_some_and(|it| !(0.5..=5.0).contains(&it));
        let rate = self.sample_rate;
        let rate = rate.is_some_and(|rate| !SAMPLE_RATES.contains(&rate));
        let rates = "it must be 8000, 16000, 22050, 24000, 32000, 44100 or 48000";
        diagnostics.errors_if([
            (self.input.trim().is_empty(), "input", "it is empty"),
            (is_not(self.speed), "speed", "it must be from 0.5 to 5"),
            (rate, "sample_rate", rates),
        ]);
        diagnostics
    }
}

/// What transcriptions and translations have in common.
fn recording<'c>(
    model: &str,
    prompt: Option<&str>,
    temperature: Option<f64>,
    catalog: &'c Catalog,
    diagnostics: &mut Diagnostics,
) -> Option<&'c ModelInfo> {
    let kinds = [ModelKind::Transcription];
    let model = diagnostics.model(catalog, model, &kinds, "transcribe");
    let service = catalog.service();
    let chars = prompt.map_or(0, |prompt| prompt.chars().count());
    if chars > service.audio_prompt_chars {
        let message = format!(
            "it has {chars} characters, and at most {} are possible, about {} tokens",
            service.audio_prompt_chars, service.audio_prompt_tokens
        );
        diagnostics.error("prompt", message);
    }
    let fits = temperature.is_none_or(|temperature| (0.0..=1.0).contains(&temperature));
    diagnostics.error_if(!fits, "temperature", "it must be from 0 to 1");
    model
}

/// A model of many languages may try one that is not listed. A model of one language does not.
fn knows_language(model: &ModelInfo, language: &str, diagnostics: &mut Diagnostics) {
    match &*model.languages {
        [] => {}
        [only] if only != language => {
            let message = format!("{} transcribes only {only}", model.id);
            diagnostics.error("language", message);
        }
        known if !known.iter().any(|one| one == language) => {
            let message = format!("{language:?} is not among the languages of {}", model.id);
            diagnostics.warn("language", message);
        }
        _ => {}
    }
}

fn speaks(request: &SpeechRequest, model: &ModelInfo, diagnostics: &mut Diagnostics) {
    let id = &model.id;
    if !model.voices.is_empty() && !model.voices.contains(&request.voice) {
        let voices = model.voices.join(", ");
        diagnostics.error("voice", format!("the voices of {id} are {voices}"));
    }
    if let Some(max) = model.max_input_chars
        && request.input.chars().count() > max
    {
        let message = format!("{id} speaks at most {max} characters in one request");
        diagnostics.error("input", message);
    }
    let formats = model.speech_formats.iter().map(SpeechFormat::as_str);
    let formats: Vec<&str> = formats.collect();
    match &request.response_format {
        _ if formats.is_empty() => {}
        Some(format) if model.speech_formats.contains(format) => {}
        Some(_) => {
            let message = format!("{id} speaks only in {}", formats.join(", "));
            diagnostics.error("response_format", message);
        }
        None => {
            let message = format!(
                "set {}: the documented default may be a format that {id} does not have",
                formats.join(" or ")
            );
            diagnostics.warn("response_format", message);
        }
    }
}
