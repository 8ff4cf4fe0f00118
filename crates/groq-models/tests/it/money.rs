//! Bills, by hand and to the nano-dollar.

use std::time::Duration;

use groq_models::types::{CompletionTokensDetails, CompletionUsage, PromptTokensDetails};
use groq_models::{Billing, Catalog, Cost, Price, Usage};
use proptest::prelude::*;

fn nanos(model: &str, usage: Usage, billing: Billing) -> Option<u64> {
    let cost = Catalog::shipped().cost(model, &usage, billing)?;
    Some(cost.nano_dollars())
}

fn all_cost(table: &[(&str, Usage, Billing, Option<u64>)]) {
    for (model, usage, billing, expected) in table {
        assert_eq!(
            nanos(model, *usage, *billing),
            *expected,
            "{model} {usage:?} {billing:?}"
        );
    }
}

#[test]
fn bills_are_exact() {
    use Billing::{Batch, Flex, OnDemand, Performance};
    let tokens = Usage::new;
    let (large, small) = ("openai/gpt-oss-120b", "openai/gpt-oss-20b");
    let table = [
        (small, tokens(0, 0), OnDemand, Some(0)),
        (small, tokens(1, 0), OnDemand, Some(75)),
        (small, tokens(0, 1), OnDemand, Some(300)),
        (small, tokens(1, 1), Flex, Some(375)),
        (small, tokens(1, 1), Performance, None),
        // 37.5 is rounded up.
        (small, tokens(1, 0).cached_tokens(1), OnDemand, Some(38)),
        (small, tokens(2, 0).cached_tokens(2), OnDemand, Some(75)),
        (
            small,
            tokens(1_000, 200).cached_tokens(400),
            OnDemand,
            Some(45_000 + 15_000 + 60_000),
        ),
        // More cached than there were cannot be.
        (small, tokens(10, 0).cached_tokens(11), OnDemand, Some(375)),
        (
            small,
            tokens(1_000_000, 1_000_000),
            OnDemand,
            Some(375_000_000),
        ),
        (
            small,
            tokens(1_000_000, 1_000_000),
            Batch,
            Some(187_500_000),
        ),
        (small, tokens(1, 0), Batch, Some(38)),
        (
            large,
            tokens(131_072, 65_536),
            OnDemand,
            Some(19_660_800 + 39_321_600),
        ),
        (
            large,
            tokens(1_000, 0).cached_tokens(1_000),
            OnDemand,
            Some(75_000),
        ),
        // One discount, not two.
        (
            large,
            tokens(1_000, 0).cached_tokens(1_000),
            Batch,
            Some(75_000),
        ),
        (large, tokens(3, 7), Batch, Some(2_325)),
        (
            "qwen/qwen3.8-27b",
            tokens(1_000, 1_000),
            OnDemand,
            Some(4_800_000),
        ),
        // Its price of cached input is unknown: they cost as much as others.
        (
            "qwen/qwen3.8-27b",
            tokens(1_000, 0).cached_tokens(500),
            OnDemand,
            Some(800_000),
        ),
        (
            "llama-3.1-8b-instant",
            tokens(100, 100),
            OnDemand,
            Some(13_000),
        ),
        (
            "meta-llama/llama-prompt-guard-2-86m",
            tokens(512, 1),
            OnDemand,
            Some(20_520),
        ),
        ("groq/compound", tokens(1, 1), OnDemand, None),
        ("allam-2-7b", tokens(1, 1), OnDemand, None),
        ("some/new-model", tokens(1, 1), OnDemand, None),
        (large, tokens(u64::MAX, u64::MAX), OnDemand, Some(u64::MAX)),
    ];
    all_cost(&table);
}

#[test]
fn bills_of_audio_and_speech_are_exact() {
    use Billing::{Batch, OnDemand};
    let (whisper, turbo) = ("whisper-large-v3", "whisper-large-v3-turbo");
    let (english, arabic) = (
        "canopylabs/orpheus-v1-english",
        "canopylabs/orpheus-arabic-saudi",
    );
    let audio = |millis| Usage::default().audio(Duration::from_millis(millis));
    let chars = |count| Usage::default().characters(count);
    let table = [
        // An hour, a minute, the minimum, and what the minimum is more than.
        (whisper, audio(3_600_000), OnDemand, Some(111_000_000)),
        (whisper, audio(60_000), OnDemand, Some(1_850_000)),
        (whisper, audio(10_000), OnDemand, Some(308_333)),
        (whisper, audio(1), OnDemand, Some(308_333)),
        (whisper, audio(10_001), OnDemand, Some(308_364)),
        (whisper, audio(3_600_000), Batch, Some(55_500_000)),
        (turbo, audio(3_600_000), OnDemand, Some(40_000_000)),
        (
            turbo,
            audio(5_000) + audio(5_000) + audio(20_000),
            OnDemand,
            Some(444_444),
        ),
        (turbo, audio(10_000), Batch, Some(55_556)),
        // Audio of unknown length costs an unknown amount, not nothing.
        (turbo, Usage::new(5, 5), OnDemand, None),
        (english, chars(200), OnDemand, Some(4_400_000)),
        (english, chars(1), OnDemand, Some(22_000)),
        (arabic, chars(1_000_000), OnDemand, Some(40_000_000_000)),
        (english, chars(0), OnDemand, Some(0)),
    ];
    all_cost(&table);
}

#[test]
fn amounts_are_read_and_written() {
    for (text, nanos, shown) in [
        ("0", 0, "$0.00"),
        ("0.075", 75_000_000, "$0.075"),
        ("22", 22_000_000_000, "$22.00"),
        ("1.5", 1_500_000_000, "$1.50"),
        ("0.000000001", 1, "$0.000000001"),
        ("0.0000000010000", 1, "$0.000000001"),
        ("18446744073.709551615", u64::MAX, "$18446744073.709551615"),
    ] {
        let cost: Cost = text.parse().expect(text);
        assert_eq!(
            (cost.nano_dollars(), cost.to_string()),
            (nanos, shown.to_owned())
        );
    }
    for text in [
        "",
        ".",
        ".5",
        "-1",
        "+1",
        "1e3",
        "0.0000000001",
        "1,5",
        " 1",
        "18446744073.709551616",
        "NaN",
    ] {
        assert!(text.parse::<Cost>().is_err(), "{text:?}");
    }
    let sum: Cost = [1, 2, u64::MAX]
        .map(Cost::from_nano_dollars)
        .into_iter()
        .sum();
    assert_eq!(sum.nano_dollars(), u64::MAX);
}

#[test]
fn usage_is_taken_from_replies() {
    let mut reply = CompletionUsage::new(100, 20, 120);
    assert_eq!(Usage::from(&reply), Usage::new(100, 20));
    reply.prompt_tokens_details = Some(PromptTokensDetails::new().with_cached_tokens(64u64));
    reply.completion_tokens_details =
        Some(CompletionTokensDetails::new().with_reasoning_tokens(5u64));
    let mut usage = Usage::from(&reply);
    assert_eq!(
        usage,
        Usage::new(100, 20).cached_tokens(64).reasoning_tokens(5)
    );
    assert_eq!((usage.total_tokens(), usage.limited_tokens()), (120, 56));
    usage += &reply;
    assert_eq!(usage.cached_tokens, 128);
}

proptest! {
    /// Another way to the same amount: all in one fraction of big numbers.
    #[test]
    fn a_bill_is_the_nearest_nano_dollar(prompt in 0u64..1 << 40, cached in 0u64..1 << 40, reply in 0u64..1 << 40) {
        let price = Price::Tokens {
            input: "0.123456789".parse().expect("an amount"),
            cached_input: Some("0.061728395".parse().expect("an amount")),
            output: "0.987654321".parse().expect("an amount"),
        };
        let usage = Usage::new(prompt, reply).cached_tokens(cached);
        let cost = price.cost(&usage, Billing::OnDemand, 50).expect("a price").nano_dollars();
        let cached = cached.min(prompt);
        let exact = u128::from(prompt - cached) * 123_456_789 + u128::from(cached) * 61_728_395 + u128::from(reply) * 987_654_321;
        let shown = u128::from(cost) * 1_000_000;
        prop_assert!(shown.abs_diff(exact) <= 500_000);
    }

    #[test]
    fn the_text_of_an_amount_is_the_amount(nanos: u64) {
        let cost = Cost::from_nano_dollars(nanos);
        let text = cost.to_string();
        prop_assert_eq!(text.trim_start_matches('$').parse::<Cost>().ok(), Some(cost));
    }

    #[test]
    fn the_order_of_a_sum_does_not_matter(mut parts in prop::collection::vec((0u64..1 << 50, 0u64..1 << 50, 0u64..100), 0..8)) {
        let sum = |parts: &[(u64, u64, u64)]| -> Usage {
            let one = |(prompt, reply, seconds): &(u64, u64, u64)| {
                Usage::new(*prompt, *reply).audio(Duration::from_secs(*seconds))
            };
            parts.iter().map(one).sum()
        };
        let forth = sum(&parts);
        parts.reverse();
        prop_assert_eq!(forth, sum(&parts));
    }
}
