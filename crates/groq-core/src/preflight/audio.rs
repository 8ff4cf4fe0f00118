//! Audio: what comes in, and what goes out.

use groq_types::{
    BatchTranscriptionBody, BatchTranslationBody, SpeechFormat, SpeechRequest, TranscriptionFormat,
    TranscriptionRequest, TranslationRequest,
};

use super::{Findings, Preflight, Verdict};
use crate::api::MAX_PROMPT_CHARS;
use crate::audio::AudioTier;
use crate::facts::{Catalogue, ModelFacts, ModelKind};

/// Shorter audio is refused (docs).
const MIN_SECONDS: f64 = 0.01;
/// Shorter audio costs as much as this (docs).
const MIN_BILLED_SECONDS: f64 = 10.0;
const SAMPLE_RATES: [u32; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// Looks at the audio itself: its length in seconds, and its size in bytes against what may be attached.
///
/// ```
/// use groq_core::AudioTier;
/// use groq_core::preflight::check_audio;
///
/// let bytes = Some(40 << 20);
/// assert!(check_audio(Some(1200.0), bytes, AudioTier::Free).into_result().is_err());
/// assert!(check_audio(Some(1200.0), bytes, AudioTier::Developer).is_empty());
/// ```
pub fn check_audio(seconds: Option<f64>, bytes: Option<u64>, tier: AudioTier) -> Findings {
    let mut findings = Findings::default();
    let max_bytes = tier.max_bytes();
    let shorter = |than: f64| seconds.is_some_and(|seconds| seconds < than);
    findings.refuse_if(
        shorter(MIN_SECONDS),
        "file",
        "it is shorter than 0.01 seconds",
    );
    if shorter(MIN_BILLED_SECONDS) {
        findings.add("file", Verdict::Changed, "it is billed as 10 seconds");
    }
    if let Some(bytes) = bytes
        && bytes > max_bytes
    {
        findings.refuse("file", format!("it has {bytes} bytes, and at most {max_bytes} may be attached: give its url instead"));
    }
    findings
}

impl Preflight for TranscriptionRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        listening(model, &mut findings);
        common(self.prompt.as_deref(), self.temperature, &mut findings);
        let timestamps = self
            .timestamp_granularities
            .as_ref()
            .is_some_and(|all| !all.is_empty());
        let verbose = self.response_format == Some(TranscriptionFormat::VerboseJson);
        findings.refuse_if(
            timestamps && !verbose,
            "timestamp_granularities",
            "they need verbose_json",
        );
        if let (Some(model), Some(language)) = (model, &self.language) {
            hears(model, language.as_str(), &mut findings);
        }
        findings
    }
}

impl Preflight for TranslationRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        listening(model, &mut findings);
        common(self.prompt.as_deref(), self.temperature, &mut findings);
        let foreign = self
            .language
            .as_ref()
            .is_some_and(|language| language.as_str() != "en");
        findings.refuse_if(
            foreign,
            "language",
            "translations are into English only: en",
        );
        if let Some(model) = model
            && model.speech.is_some_and(|speech| !speech.translates)
        {
            findings.refuse(
                "model",
                format!("{} cannot translate; whisper-large-v3 can", model.id),
            );
        }
        findings
    }
}

impl Preflight for BatchTranscriptionBody {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut alone = TranscriptionRequest::new(self.model.as_str());
        alone.language.clone_from(&self.language);
        alone.prompt.clone_from(&self.prompt);
        alone.response_format = self.response_format;
        alone.temperature = self.temperature;
        alone
            .timestamp_granularities
            .clone_from(&self.timestamp_granularities);
        let mut findings = alone.check(catalogue);
        in_a_batch(self.response_format, &mut findings);
        findings
    }
}

impl Preflight for BatchTranslationBody {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut alone = TranslationRequest::new(self.model.as_str());
        alone.prompt.clone_from(&self.prompt);
        alone.temperature = self.temperature;
        let mut findings = alone.check(catalogue);
        in_a_batch(self.response_format, &mut findings);
        findings
    }
}

fn in_a_batch(format: Option<TranscriptionFormat>, findings: &mut Findings) {
    findings.refuse_if(
        format == Some(TranscriptionFormat::Text),
        "response_format",
        "the results of a batch are JSON",
    );
}

impl Preflight for SpeechRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        if let Some(model) = model {
            speaking(self, model, &mut findings);
        }
        let speed = self.speed.is_none_or(|speed| (0.5..=5.0).contains(&speed));
        findings.refuse_if(!speed, "speed", "it goes from 0.5 to 5");
        let rate = self
            .sample_rate
            .is_none_or(|rate| SAMPLE_RATES.contains(&rate));
        findings.refuse_if(
            !rate,
            "sample_rate",
            "it is one of 8000, 16000, 22050, 24000, 32000, 44100, 48000",
        );
        findings
    }
}

fn listening(model: Option<&ModelFacts>, findings: &mut Findings) {
    let other = model
        .is_some_and(|model| !matches!(model.kind, ModelKind::Transcription | ModelKind::Other));
    findings.refuse_if(other, "model", "it does not write down speech");
}

/// What a model does not know, it may try all the same; one that knows only one language does not.
fn hears(model: &ModelFacts, language: &str, findings: &mut Findings) {
    match &*model.languages {
        [] => {}
        [only] if *only != language => {
            findings.refuse("language", format!("{} knows {only} only", model.id));
        }
        known if !known.contains(&language) => {
            let message = format!("{} is not known to hear {language:?}", model.id);
            findings.add("language", Verdict::Doubtful, message);
        }
        _ => {}
    }
}

fn common(prompt: Option<&str>, temperature: Option<f64>, findings: &mut Findings) {
    let chars = prompt.map_or(0, |prompt| prompt.chars().count());
    findings.refuse_if(
        chars > MAX_PROMPT_CHARS,
        "prompt",
        "it is longer than 896 characters, about 224 tokens",
    );
    let within = temperature.is_none_or(|temperature| (0.0..=1.0).contains(&temperature));
    findings.refuse_if(!within, "temperature", "it goes from 0 to 1");
}

fn speaking(request: &SpeechRequest, model: &ModelFacts, findings: &mut Findings) {
    if model.kind != ModelKind::Speech && model.kind != ModelKind::Other {
        findings.refuse("model", format!("{} does not speak", model.id));
    }
    if !model.voices.is_empty() && !model.voices.contains(&request.voice.as_str()) {
        let voices = model.voices.join(", ");
        findings.refuse("voice", format!("{} has {voices}", model.id));
    }
    if let Some(max) = model.max_input_chars
        && request.input.chars().count() > max
    {
        findings.refuse(
            "input",
            format!("{} speaks at most {max} characters at once", model.id),
        );
    }
    if model.id.starts_with("canopylabs/orpheus") {
        match request.response_format {
            Some(SpeechFormat::Wav) => {}
            Some(_) => findings.refuse("response_format", "Orpheus models give wav only"),
            None => findings.add(
                "response_format",
                Verdict::Doubtful,
                "say wav: the declared default is mp3, which Orpheus models do not give",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::{Language, TimestampGranularity};

    fn fields(request: &impl Preflight) -> Vec<&'static str> {
        let catalogue = Catalogue::shipped().on("2026-10-01");
        request
            .check(&catalogue)
            .iter()
            .map(|finding| finding.field)
            .collect()
    }

    #[test]
    fn transcriptions_and_translations() {
        let request = || TranscriptionRequest::new("whisper-large-v3-turbo");
        assert_eq!(fields(&request()), [""; 0]);
        let words = request().with_timestamp_granularities([TimestampGranularity::Word]);
        assert_eq!(fields(&words), ["timestamp_granularities"]);
        assert_eq!(
            fields(&words.with_response_format(TranscriptionFormat::VerboseJson)),
            [""; 0]
        );
        assert_eq!(
            fields(&request().with_temperature(1.5).with_prompt("a".repeat(900))),
            ["prompt", "temperature"]
        );
        assert_eq!(
            fields(&request().with_model("openai/gpt-oss-20b")),
            ["model"]
        );
        assert_eq!(
            fields(&TranslationRequest::new("whisper-large-v3-turbo")),
            ["model"]
        );
        assert_eq!(fields(&request().with_language("haw")), [""; 0]);
        assert_eq!(fields(&request().with_language("tlh")), ["language"]);
        let english = request()
            .with_model("distil-whisper-large-v3-en")
            .with_language("de");
        let before = Catalogue::shipped().on("2025-08-01");
        let findings = english.check(&before);
        assert_eq!(findings.refused().count(), 1, "{findings:?}");
        assert_eq!(
            fields(&TranslationRequest::new("whisper-large-v3").with_language(Language::De)),
            ["language"]
        );
    }

    #[test]
    fn items_of_a_batch() {
        let item = BatchTranscriptionBody::new("whisper-large-v3", "https://x.example/a.mp3");
        assert_eq!(fields(&item), [""; 0]);
        let words = item
            .with_timestamp_granularities([TimestampGranularity::Word])
            .with_response_format(TranscriptionFormat::Text);
        assert_eq!(
            fields(&words),
            ["timestamp_granularities", "response_format"]
        );
        let item = BatchTranslationBody::new("whisper-large-v3-turbo", "https://x.example/a.mp3")
            .with_temperature(2.0);
        assert_eq!(fields(&item), ["temperature", "model"]);
    }

    #[test]
    fn speech() {
        let request = SpeechRequest::new("canopylabs/orpheus-v1-english", "a", "hannah");
        assert_eq!(fields(&request), ["response_format"]);
        let request = request.with_response_format(SpeechFormat::Wav);
        assert_eq!(fields(&request), [""; 0]);
        let request = request
            .with_voice("x")
            .with_input("a".repeat(201))
            .with_speed(9.0)
            .with_sample_rate(1u32);
        assert_eq!(fields(&request), ["voice", "input", "speed", "sample_rate"]);
        assert_eq!(fields(&SpeechRequest::new("brand/new", "a", "x")), [""; 0]);
    }

    #[test]
    fn audio_itself() {
        let verdicts = |seconds, bytes| -> Vec<_> {
            check_audio(seconds, bytes, AudioTier::Free)
                .iter()
                .map(|finding| finding.verdict)
                .collect()
        };
        let most = AudioTier::Free.max_bytes();
        assert_eq!(verdicts(Some(60.0), Some(most)), []);
        assert_eq!(verdicts(Some(3.0), None), [Verdict::Changed]);
        assert_eq!(
            verdicts(Some(0.001), Some(most + 1)),
            [Verdict::Refused, Verdict::Changed, Verdict::Refused]
        );
    }
}
