//! Data: the models of the live list, with what it says about them.

use groq_types::{Modality, Model, ModelFeature, ModelPricing, SamplingParameter};
use serde_json::Value;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Task {
    Chat,
    /// Chat that sees images too.
    Vision,
    Transcription,
    Speech,
    Embedding,
    Reranking,
}

/// One line of the table.
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) created: u64,
    pub(crate) task: Task,
    pub(crate) context: u64,
    pub(crate) max_completion: u64,
    /// Dollars for a token: prompt, completion, cached prompt.
    price: Option<[&'static str; 3]>,
    features: &'static [Feature],
    hugging_face: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Feature {
    Tools,
    JsonMode,
    StructuredOutputs,
    Reasoning,
}

use Feature::{JsonMode, Reasoning, StructuredOutputs, Tools};

const ALL: &[Feature] = &[Tools, JsonMode, StructuredOutputs, Reasoning];

const DEFAULT: Entry = Entry {
    id: "",
    name: "",
    owner: "",
    created: 1_735_689_600,
    task: Task::Chat,
    context: 131_072,
    max_completion: 65_536,
    price: None,
    features: &[],
    hugging_face: None,
};

/// Groq's own, as the live list had them in August 2026, and the two that only its description names.
pub(crate) const ENTRIES: &[Entry] = &[
    Entry {
        id: "openai/gpt-oss-20b",
        name: "GPT OSS 20B",
        owner: "OpenAI",
        created: 1_754_407_957,
        price: Some(["0.000000075", "0.0000003", "0.0000000375"]),
        features: ALL,
        hugging_face: Some("openai/gpt-oss-20b"),
        ..DEFAULT
    },
    Entry {
        id: "openai/gpt-oss-120b",
        name: "GPT OSS 120B",
        owner: "OpenAI",
        created: 1_754_408_224,
        price: Some(["0.00000015", "0.0000006", "0.000000075"]),
        features: ALL,
        hugging_face: Some("openai/gpt-oss-120b"),
        ..DEFAULT
    },
    Entry {
        id: "openai/gpt-oss-safeguard-20b",
        name: "Safety GPT OSS 20B",
        owner: "OpenAI",
        created: 1_761_708_789,
        price: Some(["0.000000075", "0.0000003", "0.0000000375"]),
        features: ALL,
        hugging_face: Some("openai/gpt-oss-safeguard-20b"),
        ..DEFAULT
    },
    Entry {
        id: "llama-3.3-70b-versatile",
        name: "Llama 3.3 70B",
        owner: "Meta",
        created: 1_733_447_754,
        max_completion: 32_768,
        price: Some(["0.00000059", "0.00000079", "0.000000295"]),
        features: &[Tools, JsonMode],
        hugging_face: Some("meta-llama/Llama-3.3-70B-Instruct"),
        ..DEFAULT
    },
    Entry {
        id: "llama-3.1-8b-instant",
        name: "Llama 3.1 8B",
        owner: "Meta",
        created: 1_693_721_698,
        max_completion: 131_072,
        price: Some(["0.00000005", "0.00000008", "0.000000025"]),
        features: &[Tools, JsonMode],
        hugging_face: Some("meta-llama/Llama-3.1-8B-Instruct"),
        ..DEFAULT
    },
    Entry {
        id: "qwen/qwen3.8-27b",
        name: "Qwen/Qwen3.8-27B",
        owner: "Alibaba Cloud",
        created: 1_788_220_800,
        task: Task::Vision,
        context: 131_042,
        max_completion: 16_384,
        price: Some(["0.0000008", "0.000004", "0.0000004"]),
        features: &[Tools, JsonMode, Reasoning],
        hugging_face: Some("Qwen/Qwen3.8-27B"),
    },
    Entry {
        id: "qwen/qwen3.6-27b",
        name: "Qwen/Qwen3.6-27B",
        owner: "Alibaba Cloud",
        created: 1_777_593_600,
        task: Task::Vision,
        max_completion: 16_384,
        price: Some(["0.0000006", "0.000003", "0.0000003"]),
        features: &[Tools, JsonMode, Reasoning],
        hugging_face: Some("Qwen/Qwen3.6-27B"),
        ..DEFAULT
    },
    Entry {
        id: "groq/compound",
        name: "Compound",
        owner: "Groq",
        created: 1_756_949_530,
        max_completion: 8_192,
        features: &[JsonMode],
        hugging_face: Some("groq/compound-beta"),
        ..DEFAULT
    },
    Entry {
        id: "groq/compound-mini",
        name: "Compound Mini",
        owner: "Groq",
        created: 1_756_949_707,
        max_completion: 8_192,
        features: &[JsonMode],
        hugging_face: Some("groq/compound-beta-mini"),
        ..DEFAULT
    },
    Entry {
        id: "allam-2-7b",
        name: "ALLaM-2-7b",
        owner: "SDAIA",
        created: 1_737_672_203,
        context: 4_096,
        max_completion: 4_096,
        features: &[JsonMode],
        hugging_face: Some("ALLaM-AI/ALLaM-2.0-7B-Instruct"),
        ..DEFAULT
    },
    Entry {
        id: "meta-llama/llama-prompt-guard-2-22m",
        name: "Llama Prompt Guard 2 22M",
        owner: "Meta",
        created: 1_748_632_101,
        context: 512,
        max_completion: 512,
        price: Some(["0.00000003", "0.00000003", "0.000000015"]),
        ..DEFAULT
    },
    Entry {
        id: "meta-llama/llama-prompt-guard-2-86m",
        name: "Prompt Guard 2 86M",
        owner: "Meta",
        created: 1_748_632_165,
        context: 512,
        max_completion: 512,
        price: Some(["0.00000004", "0.00000004", "0.00000002"]),
        features: &[JsonMode],
        ..DEFAULT
    },
    Entry {
        id: "whisper-large-v3",
        name: "Whisper",
        owner: "OpenAI",
        created: 1_693_721_698,
        task: Task::Transcription,
        context: 448,
        max_completion: 448,
        hugging_face: Some("openai/whisper-large-v3"),
        ..DEFAULT
    },
    Entry {
        id: "whisper-large-v3-turbo",
        name: "Whisper Large V3 Turbo",
        owner: "OpenAI",
        created: 1_728_413_088,
        task: Task::Transcription,
        context: 448,
        max_completion: 448,
        hugging_face: Some("openai/whisper-large-v3-turbo"),
        ..DEFAULT
    },
    Entry {
        id: "canopylabs/orpheus-v1-english",
        name: "Canopy Labs Orpheus V1 English",
        owner: "Canopy Labs",
        created: 1_766_186_316,
        task: Task::Speech,
        context: 4_000,
        max_completion: 50_000,
        price: Some(["0.000022", "", "0.000011"]),
        ..DEFAULT
    },
    Entry {
        id: "canopylabs/orpheus-arabic-saudi",
        name: "Canopy Labs Orpheus Arabic Saudi",
        owner: "Canopy Labs",
        created: 1_765_926_439,
        task: Task::Speech,
        context: 4_000,
        max_completion: 50_000,
        price: Some(["0.00004", "", "0.00002"]),
        ..DEFAULT
    },
    Entry {
        id: "nomic-embed-text-v1_5",
        name: "Nomic Embed Text V1.5",
        owner: "Nomic AI",
        task: Task::Embedding,
        context: 8_192,
        max_completion: 8_192,
        hugging_face: Some("nomic-ai/nomic-embed-text-v1.5"),
        ..DEFAULT
    },
    Entry {
        id: "qwen3-reranker-4b",
        name: "Qwen3 Reranker 4B",
        owner: "Alibaba Cloud",
        task: Task::Reranking,
        context: 32_768,
        max_completion: 32_768,
        hugging_face: Some("Qwen/Qwen3-Reranker-4B"),
        ..DEFAULT
    },
];

/// Models that were there once.
pub(crate) const DECOMMISSIONED: &[&str] = &[
    "compound-beta",
    "compound-beta-mini",
    "deepseek-r1-distill-llama-70b",
    "deepseek-r1-distill-qwen-32b",
    "distil-whisper-large-v3-en",
    "gemma-7b-it",
    "gemma2-9b-it",
    "llama-3.1-70b-versatile",
    "llama-guard-3-8b",
    "llama2-70b-4096",
    "llama3-70b-8192",
    "llama3-8b-8192",
    "meta-llama/llama-4-maverick-17b-128e-instruct",
    "meta-llama/llama-4-scout-17b-16e-instruct",
    "meta-llama/llama-guard-4-12b",
    "mistral-saba-24b",
    "mixtral-8x7b-32768",
    "moonshotai/kimi-k2-instruct",
    "moonshotai/kimi-k2-instruct-0905",
    "playai-tts",
    "playai-tts-arabic",
    "qwen-qwq-32b",
    "qwen/qwen3-32b",
];

impl Entry {
    /// What a model of the user's own is: able to do all, without reasoning.
    pub(crate) const fn extra() -> Self {
        Self {
            owner: "mock",
            features: &[Tools, JsonMode, StructuredOutputs],
            ..DEFAULT
        }
    }

    /// The entry as the API shows it.
    pub(crate) fn listed(&self, id: &str) -> Model {
        let name = if self.name.is_empty() { id } else { self.name };
        let (input, output) = self.task.modalities();
        let mut model = Model::new(id)
            .with_object("model")
            .with_created(self.created)
            .with_owned_by(self.owner)
            .with_active(true)
            .with_name(name)
            .with_context_window(self.context)
            .with_context_length(self.context)
            .with_max_completion_tokens(self.max_completion)
            .with_max_output_length(self.max_completion)
            .with_public_apps(Value::Null)
            .with_input_modalities(input)
            .with_output_modalities(output);
        if matches!(self.task, Task::Chat | Task::Vision) {
            model = model.with_supported_sampling_parameters(sampling());
        }
        model.hugging_face_id = self.hugging_face.map(str::to_owned);
        model.pricing = self.price.map(pricing);
        model.supported_features = (!self.features.is_empty())
            .then(|| self.features.iter().map(|feature| feature.wire()).collect());
        model
    }
}

impl Task {
    fn modalities(self) -> (Vec<Modality>, Vec<Modality>) {
        let text = || vec![Modality::Text];
        match self {
            Self::Chat | Self::Reranking => (text(), text()),
            Self::Vision => (vec![Modality::Text, Modality::Image], text()),
            Self::Transcription => (vec![Modality::Audio], vec![Modality::Transcription]),
            Self::Speech => (text(), vec![Modality::Speech]),
            Self::Embedding => (text(), vec![Modality::Other("embedding".to_owned())]),
        }
    }
}

impl Feature {
    fn wire(self) -> ModelFeature {
        match self {
            Tools => ModelFeature::Tools,
            JsonMode => ModelFeature::JsonMode,
            StructuredOutputs => ModelFeature::StructuredOutputs,
            Reasoning => ModelFeature::Reasoning,
        }
    }
}

fn pricing([prompt, completion, cached]: [&str; 3]) -> ModelPricing {
    let mut pricing = ModelPricing::new()
        .with_prompt(prompt)
        .with_image("0")
        .with_request("0")
        .with_input_cache_read(cached);
    // Speech has no price for its output: the wire leaves the key out.
    pricing.completion = (!completion.is_empty()).then(|| completion.to_owned());
    pricing
}

fn sampling() -> Vec<SamplingParameter> {
    use SamplingParameter::{MaxTokens, Seed, Stop, Temperature, TopP};
    vec![Temperature, TopP, Stop, Seed, MaxTokens]
}
