//! Throttle by name.

use super::{DAY, HOUR, MINUTE, Throttle};

/// The free plan of December 2025: what a model's id begins with, and its limits for requests a minute and a day
/// and for tokens a minute and a day. The first that fits holds.
const FREE: &[(&str, [u32; 4])] = &[
    ("groq/compound", [30, 250, 70_000, 0]),
    ("llama-3.1-8b-instant", [30, 14_400, 6_000, 500_000]),
    ("llama-3.3-70b-versatile", [30, 1_000, 12_000, 100_000]),
    ("allam-2-7b", [30, 7_000, 6_000, 500_000]),
    (
        "meta-llama/llama-prompt-guard",
        [30, 14_400, 15_000, 500_000],
    ),
    ("qwen/", [60, 1_000, 6_000, 500_000]),
    ("canopylabs/", [10, 100, 1_200, 3_600]),
    ("openai/", [30, 1_000, 8_000, 200_000]),
];

/// What the free plan gives of a model.
pub(super) fn free(model: &str) -> Throttle {
    if model.starts_with("whisper") {
        return Throttle::new()
            .requests(20, MINUTE)
            .requests(2_000, DAY)
            .audio_seconds(7_200, HOUR)
            .audio_seconds(28_800, DAY);
    }
    let row = FREE.iter().find(|(start, _)| model.starts_with(start));
    let Some((_, [minute, day, tokens, tokens_of_day])) = row else {
        return Throttle::free_plan();
    };
    let limits = Throttle::new()
        .requests(*minute, MINUTE)
        .requests(*day, DAY)
        .tokens(*tokens, MINUTE);
    match tokens_of_day {
        0 => limits,
        tokens => limits.tokens(*tokens, DAY),
    }
}
