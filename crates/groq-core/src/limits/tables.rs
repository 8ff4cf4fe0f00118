//! Groq's rate limits, as its documentation listed them at some time.
//!
//! They are data to choose from, and never assumed: limits change, and an organisation may have others. The headers of answers, and the
//! console, tell those that hold.

use super::Quota;

/// The limits of a plan at a time.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Table {
    /// The plan.
    pub plan: &'static str,
    /// When the documentation said so, as year and month.
    pub as_of: &'static str,
    /// The models, and what may be spent on each.
    pub rows: &'static [(&'static str, Quota)],
}

impl Table {
    /// What may be spent on a model.
    pub fn of(&self, model: &str) -> Option<Quota> {
        let (_, allowance) = self.rows.iter().find(|(name, _)| *name == model)?;
        Some(*allowance)
    }
}

/// The free plan in the middle of 2025. Most of its models have been switched off since.
pub const FREE_2025_06: Table = Table {
    plan: "free",
    as_of: "2025-06",
    rows: &[
        row("allam-2-7b", [30, 7000, 6000, NONE, NONE, NONE]),
        row("compound-beta", [15, 200, 70_000, NONE, NONE, NONE]),
        row("compound-beta-mini", [15, 200, 70_000, NONE, NONE, NONE]),
        row(
            "deepseek-r1-distill-llama-70b",
            [30, 1000, 6000, NONE, NONE, NONE],
        ),
        row(
            "distil-whisper-large-v3-en",
            [20, 2000, NONE, NONE, 7200, 28_800],
        ),
        row("gemma2-9b-it", [30, 14_400, 15_000, 500_000, NONE, NONE]),
        row(
            "llama-3.1-8b-instant",
            [30, 14_400, 6000, 500_000, NONE, NONE],
        ),
        row(
            "llama-3.3-70b-versatile",
            [30, 1000, 12_000, 100_000, NONE, NONE],
        ),
        row(
            "llama-guard-3-8b",
            [30, 14_400, 15_000, 500_000, NONE, NONE],
        ),
        row("llama3-70b-8192", [30, 14_400, 6000, 500_000, NONE, NONE]),
        row("llama3-8b-8192", [30, 14_400, 6000, 500_000, NONE, NONE]),
        row(
            "meta-llama/llama-4-maverick-17b-128e-instruct",
            [30, 1000, 6000, NONE, NONE, NONE],
        ),
        row(
            "meta-llama/llama-4-scout-17b-16e-instruct",
            [30, 1000, 30_000, NONE, NONE, NONE],
        ),
        row(
            "meta-llama/llama-guard-4-12b",
            [30, 14_400, 15_000, 500_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-prompt-guard-2-22m",
            [30, 14_400, 15_000, NONE, NONE, NONE],
        ),
        row(
            "meta-llama/llama-prompt-guard-2-86m",
            [30, 14_400, 15_000, NONE, NONE, NONE],
        ),
        row("mistral-saba-24b", [30, 1000, 6000, 500_000, NONE, NONE]),
        row("playai-tts", [10, 100, 1200, 3600, NONE, NONE]),
        row("playai-tts-arabic", [10, 100, 1200, 3600, NONE, NONE]),
        row("qwen-qwq-32b", [30, 1000, 6000, NONE, NONE, NONE]),
        row("whisper-large-v3", [20, 2000, NONE, NONE, 7200, 28_800]),
        row(
            "whisper-large-v3-turbo",
            [20, 2000, NONE, NONE, 7200, 28_800],
        ),
    ],
};

/// The free plan in December 2025.
pub const FREE_2025_12: Table = Table {
    plan: "free",
    as_of: "2025-12",
    rows: &[
        row("allam-2-7b", [30, 7000, 6000, 500_000, NONE, NONE]),
        row(
            "canopylabs/orpheus-arabic-saudi",
            [10, 100, 1200, 3600, NONE, NONE],
        ),
        row(
            "canopylabs/orpheus-v1-english",
            [10, 100, 1200, 3600, NONE, NONE],
        ),
        row("groq/compound", [30, 250, 70_000, NONE, NONE, NONE]),
        row("groq/compound-mini", [30, 250, 70_000, NONE, NONE, NONE]),
        row(
            "llama-3.1-8b-instant",
            [30, 14_400, 6000, 500_000, NONE, NONE],
        ),
        row(
            "llama-3.3-70b-versatile",
            [30, 1000, 12_000, 100_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-4-maverick-17b-128e-instruct",
            [30, 1000, 6000, 500_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-4-scout-17b-16e-instruct",
            [30, 1000, 30_000, 500_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-guard-4-12b",
            [30, 14_400, 15_000, 500_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-prompt-guard-2-22m",
            [30, 14_400, 15_000, 500_000, NONE, NONE],
        ),
        row(
            "meta-llama/llama-prompt-guard-2-86m",
            [30, 14_400, 15_000, 500_000, NONE, NONE],
        ),
        row(
            "moonshotai/kimi-k2-instruct",
            [60, 1000, 10_000, 300_000, NONE, NONE],
        ),
        row(
            "moonshotai/kimi-k2-instruct-0905",
            [60, 1000, 10_000, 300_000, NONE, NONE],
        ),
        row("openai/gpt-oss-120b", [30, 1000, 8000, 200_000, NONE, NONE]),
        row("openai/gpt-oss-20b", [30, 1000, 8000, 200_000, NONE, NONE]),
        row(
            "openai/gpt-oss-safeguard-20b",
            [30, 1000, 8000, 200_000, NONE, NONE],
        ),
        row("playai-tts", [10, 100, 1200, 3600, NONE, NONE]),
        row("playai-tts-arabic", [10, 100, 1200, 3600, NONE, NONE]),
        row("qwen/qwen3-32b", [60, 1000, 6000, 500_000, NONE, NONE]),
        row("whisper-large-v3", [20, 2000, NONE, NONE, 7200, 28_800]),
        row(
            "whisper-large-v3-turbo",
            [20, 2000, NONE, NONE, 7200, 28_800],
        ),
    ],
};

const NONE: u64 = 0;

/// Requests per minute and day, tokens per minute and day, audio seconds per hour and day.
const fn row(model: &'static str, limits: [u64; 6]) -> (&'static str, Quota) {
    let [
        requests_per_minute,
        requests_per_day,
        tokens_per_minute,
        tokens_per_day,
        audio_seconds_per_hour,
        audio_seconds_per_day,
    ] = limits;
    let mut allowance = Quota::new();
    allowance.requests_per_minute = some(requests_per_minute);
    allowance.requests_per_day = some(requests_per_day);
    allowance.tokens_per_minute = some(tokens_per_minute);
    allowance.tokens_per_day = some(tokens_per_day);
    allowance.audio_seconds_per_hour = some(audio_seconds_per_hour);
    allowance.audio_seconds_per_day = some(audio_seconds_per_day);
    (model, allowance)
}

const fn some(limit: u64) -> Option<u64> {
    match limit {
        NONE => None,
        limit => Some(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_model_and_stand_in_order() {
        let allowance = FREE_2025_12.of("openai/gpt-oss-20b").expect("a row");
        assert_eq!(allowance.tokens_per_minute, Some(8000));
        assert_eq!(allowance.audio_seconds_per_day, None);
        let whisper = FREE_2025_06.of("whisper-large-v3").expect("a row");
        assert_eq!(whisper.audio_seconds_per_hour, Some(7200));
        assert_eq!(whisper.tokens_per_minute, None);
        assert!(FREE_2025_12.of("nothing").is_none());
        for table in [FREE_2025_06, FREE_2025_12] {
            assert!(
                table
                    .rows
                    .iter()
                    .all(|(_, allowance)| allowance.requests_per_minute.is_some())
            );
            let ascending = table.rows.windows(2).all(|pair| pair[0].0 < pair[1].0);
            assert!(ascending, "{}", table.as_of);
        }
    }
}
