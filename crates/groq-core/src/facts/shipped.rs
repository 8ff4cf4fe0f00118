//! The table that ships with the crate, from Groq's documentation of September 2026 and older editions of it.

use std::borrow::Cow;

use super::languages::WHISPER;
use super::{JsonSchemaSupport, ModelFacts, ModelKind, Price, Retirement, SpeechFacts};

const AS_OF: &str = "2026-09-15";

const ORPHEUS_ENGLISH: &[&str] = &["autumn", "diana", "hannah", "austin", "daniel", "troy"];
const ORPHEUS_ARABIC: &[&str] = &["abdullah", "fahad", "sultan", "lulwa", "noura", "aisha"];
const PLAYAI_ENGLISH: &[&str] = &[
    "Arista-PlayAI",
    "Atlas-PlayAI",
    "Basil-PlayAI",
    "Briggs-PlayAI",
    "Calum-PlayAI",
    "Celeste-PlayAI",
    "Cheyenne-PlayAI",
    "Chip-PlayAI",
    "Cillian-PlayAI",
    "Deedee-PlayAI",
    "Fritz-PlayAI",
    "Gail-PlayAI",
    "Indigo-PlayAI",
    "Mamaw-PlayAI",
    "Mason-PlayAI",
    "Mikail-PlayAI",
    "Mitch-PlayAI",
    "Quinn-PlayAI",
    "Thunder-PlayAI",
];
const PLAYAI_ARABIC: &[&str] = &[
    "Ahmad-PlayAI",
    "Amira-PlayAI",
    "Khalid-PlayAI",
    "Nasser-PlayAI",
];

pub(super) fn all() -> impl Iterator<Item = ModelFacts> {
    let of_today = [
        gpt_oss_120b(),
        gpt_oss_20b(),
        gpt_oss_safeguard(),
        qwen_38(),
    ];
    of_today
        .into_iter()
        .chain(leaving())
        .chain(previews())
        .chain(transcription())
        .chain(speech())
        .chain(gone())
}

fn gpt_oss_120b() -> ModelFacts {
    ModelFacts {
        json_schema: Some(JsonSchemaSupport::Strict),
        reasoning: Some(true),
        ..chat("openai/gpt-oss-120b", 131_072, 65_536, 0.15, 0.60)
    }
}

fn gpt_oss_20b() -> ModelFacts {
    ModelFacts {
        json_schema: Some(JsonSchemaSupport::Strict),
        reasoning: Some(true),
        ..chat("openai/gpt-oss-20b", 131_072, 65_536, 0.075, 0.30)
    }
}

fn gpt_oss_safeguard() -> ModelFacts {
    ModelFacts {
        json_schema: Some(JsonSchemaSupport::BestEffort),
        reasoning: Some(true),
        ..chat("openai/gpt-oss-safeguard-20b", 131_072, 65_536, 0.075, 0.30)
    }
}

fn qwen_38() -> ModelFacts {
    ModelFacts {
        images: Some(true),
        json_schema: Some(JsonSchemaSupport::No),
        reasoning: Some(true),
        ..chat("qwen/qwen3.8-27b", 131_072, 16_384, 0.80, 4.00)
    }
}

/// Models that some customers still have.
fn leaving() -> [ModelFacts; 5] {
    let compound = |id| ModelFacts {
        kind: ModelKind::System,
        context_window: Some(131_072),
        max_completion_tokens: Some(8_192),
        tools: Some(false),
        retirement: Some(end("2026-09-21", None)),
        ..facts(id)
    };
    [
        compound("groq/compound"),
        compound("groq/compound-mini"),
        ModelFacts {
            images: Some(true),
            json_schema: Some(JsonSchemaSupport::No),
            reasoning: Some(true),
            retirement: Some(kept("2026-09-14", "qwen/qwen3.8-27b")),
            ..chat("qwen/qwen3.6-27b", 131_072, 16_384, 0.60, 3.00)
        },
        ModelFacts {
            price: None,
            retirement: Some(kept("2026-08-16", "openai/gpt-oss-20b")),
            ..chat("llama-3.1-8b-instant", 131_072, 131_072, 0.0, 0.0)
        },
        ModelFacts {
            price: None,
            retirement: Some(kept("2026-08-16", "openai/gpt-oss-120b")),
            ..chat("llama-3.3-70b-versatile", 131_072, 32_768, 0.0, 0.0)
        },
    ]
}

fn previews() -> [ModelFacts; 4] {
    let guard = |id, price| ModelFacts {
        kind: ModelKind::Guard,
        context_window: Some(512),
        max_completion_tokens: Some(512),
        tools: Some(false),
        price: Some(Price::Tokens {
            input: price,
            output: price,
        }),
        ..facts(id)
    };
    [
        guard("meta-llama/llama-prompt-guard-2-22m", 0.03),
        guard("meta-llama/llama-prompt-guard-2-86m", 0.04),
        ModelFacts {
            price: None,
            ..chat("minimaxai/minimax-m2.7", 196_608, 131_072, 0.0, 0.0)
        },
        ModelFacts {
            kind: ModelKind::Chat,
            context_window: Some(4_096),
            ..facts("allam-2-7b")
        },
    ]
}

fn transcription() -> [ModelFacts; 3] {
    let whisper = |id, price, speed_factor, word_error_rate, translates, multilingual| ModelFacts {
        kind: ModelKind::Transcription,
        price: Some(Price::AudioHour(price)),
        speech: Some(SpeechFacts {
            speed_factor,
            word_error_rate,
            translates,
            multilingual,
        }),
        languages: Cow::Borrowed(if multilingual { WHISPER } else { &["en"] }),
        ..facts(id)
    };
    [
        whisper("whisper-large-v3", 0.111, 189.0, 10.3, true, true),
        whisper("whisper-large-v3-turbo", 0.04, 216.0, 12.0, false, true),
        ModelFacts {
            retirement: Some(end("2025-08-23", Some("whisper-large-v3-turbo"))),
            ..whisper(
                "distil-whisper-large-v3-en",
                0.02,
                250.0,
                13.0,
                false,
                false,
            )
        },
    ]
}

fn speech() -> [ModelFacts; 4] {
    let voices = |id, language, voices, max_input_chars| ModelFacts {
        kind: ModelKind::Speech,
        languages: Cow::Borrowed(language),
        voices: Cow::Borrowed(voices),
        max_input_chars: Some(max_input_chars),
        ..facts(id)
    };
    let english = "canopylabs/orpheus-v1-english";
    let arabic = "canopylabs/orpheus-arabic-saudi";
    [
        ModelFacts {
            price: Some(Price::Characters(22.0)),
            ..voices(english, &["en"], ORPHEUS_ENGLISH, 200)
        },
        ModelFacts {
            price: Some(Price::Characters(40.0)),
            ..voices(arabic, &["ar"], ORPHEUS_ARABIC, 200)
        },
        ModelFacts {
            retirement: Some(end("2025-12-31", Some(english))),
            ..voices("playai-tts", &["en"], PLAYAI_ENGLISH, 10_000)
        },
        ModelFacts {
            retirement: Some(end("2025-12-31", Some(arabic))),
            ..voices("playai-tts-arabic", &["ar"], PLAYAI_ARABIC, 10_000)
        },
    ]
}

/// Models that nobody has any more, for what follows them.
fn gone() -> impl Iterator<Item = ModelFacts> {
    const LARGE: Option<&str> = Some("openai/gpt-oss-120b");
    [
        ("qwen/qwen3-32b", "2026-07-17", LARGE),
        (
            "meta-llama/llama-4-scout-17b-16e-instruct",
            "2026-07-17",
            LARGE,
        ),
        ("moonshotai/kimi-k2-instruct-0905", "2026-04-15", LARGE),
        (
            "meta-llama/llama-4-maverick-17b-128e-instruct",
            "2026-03-09",
            LARGE,
        ),
        (
            "meta-llama/llama-guard-4-12b",
            "2026-03-05",
            Some("openai/gpt-oss-safeguard-20b"),
        ),
        ("moonshotai/kimi-k2-instruct", "2025-10-10", None),
        ("gemma2-9b-it", "2025-10-08", Some("llama-3.1-8b-instant")),
        ("deepseek-r1-distill-llama-70b", "2025-10-02", None),
        ("llama3-70b-8192", "2025-08-30", None),
        ("llama3-8b-8192", "2025-08-30", None),
        ("mistral-saba-24b", "2025-07-30", None),
        ("qwen-qwq-32b", "2025-07-14", None),
        ("llama-guard-3-8b", "2025-06-06", None),
    ]
    .into_iter()
    .map(|(id, date, successor)| ModelFacts {
        kind: ModelKind::Chat,
        retirement: Some(end(date, successor)),
        ..facts(id)
    })
}

fn chat(id: &str, context: u64, most: u64, input: f64, output: f64) -> ModelFacts {
    ModelFacts {
        kind: ModelKind::Chat,
        context_window: Some(context),
        max_completion_tokens: Some(most),
        images: Some(false),
        tools: Some(true),
        price: Some(Price::Tokens { input, output }),
        ..facts(id)
    }
}

fn facts(id: &str) -> ModelFacts {
    ModelFacts {
        as_of: AS_OF.to_owned(),
        ..ModelFacts::new(id)
    }
}

fn end(date: &'static str, successor: Option<&'static str>) -> Retirement {
    Retirement {
        date,
        successor,
        enterprise_keeps_it: false,
    }
}

fn kept(date: &'static str, successor: &'static str) -> Retirement {
    Retirement {
        date,
        successor: Some(successor),
        enterprise_keeps_it: true,
    }
}
