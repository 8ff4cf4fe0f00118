//! English out of thin air: readable, about the prompt, and the same each time.

mod exact;
mod sentences;
mod shape;
pub(crate) mod tokens;
pub(crate) mod words;

use self::sentences::Sentences;
use self::shape::Shape;
use self::words::Topic;
use crate::random::Random;

/// The answer to a prompt, or a report of what tools returned since, with their names.
pub(crate) fn answer(prompt: &str, results: &[(String, String)], random: &mut Random) -> String {
    if !results.is_empty() {
        return report(results);
    }
    if let Some(exact) = exact::wanted(prompt) {
        return exact.to_owned();
    }
    Sentences::new(&Topic::of(prompt), random).write(Shape::wanted(prompt))
}

/// What a model thinks before it answers; `steps` says how thoroughly.
pub(crate) fn reasoning(prompt: &str, steps: usize, random: &mut Random) -> String {
    Sentences::new(&Topic::of(prompt), random).think(steps)
}

/// A sentence or two that contain each result as it came.
fn report(results: &[(String, String)]) -> String {
    let parts: Vec<String> = results
        .iter()
        .map(|(tool, result)| match tool.as_str() {
            "" => format!("the tool returned {}", result.trim()),
            tool => format!("{tool} returned {}", result.trim()),
        })
        .collect();
    let text = match parts.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{}, and {last}.", first.join(", ")),
        [only] => format!("{only}."),
        _ => String::new(),
    };
    format!("Here is what came back: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(prompt: &str, seed: u64) -> String {
        answer(prompt, &[], &mut Random::new(seed))
    }

    #[test]
    fn shapes_that_prompts_ask_for() {
        let table = [
            ("Explain TLS in one line", Shape::Sentences(1)),
            ("Say it in three sentences, please.", Shape::Sentences(3)),
            ("Write 200 words about the sea", Shape::Words(200)),
            ("Give me five useful tips for sleeping", Shape::List(5)),
            ("Write two paragraphs on ants", Shape::Paragraphs(2)),
            ("Hello there!", Shape::Greeting),
            ("What is Rust?", Shape::Sentences(3)),
            ("Tell me a long story", Shape::Paragraphs(4)),
            ("0 words", Shape::Words(1)),
            ("", Shape::Sentences(3)),
        ];
        for (prompt, shape) in table {
            assert_eq!(Shape::wanted(prompt), shape, "{prompt}");
        }
    }

    #[test]
    fn texts_depend_on_prompt_and_seed_alone() {
        assert_eq!(text("What is TLS?", 1), text("What is TLS?", 1));
        assert_ne!(text("What is TLS?", 1), text("What is TLS?", 2));
        assert_ne!(text("What is TLS?", 1), text("What is QUIC?", 1));
    }

    #[test]
    fn texts_are_about_the_prompt() {
        for prompt in [
            "Explain TLS in one line",
            "Tell me about volcanoes",
            "List three facts on Jupiter",
        ] {
            let topic = Topic::of(prompt);
            let text = text(prompt, 3);
            assert!(
                text.to_lowercase().contains(&topic.phrase.to_lowercase()),
                "{prompt}: {text}"
            );
        }
    }

    #[test]
    fn words_are_counted() {
        for count in [1, 7, 50, 300] {
            let text = text(&format!("Write {count} words about the sea"), 9);
            assert_eq!(text.split_whitespace().count(), count, "{text}");
        }
    }

    #[test]
    fn results_of_tools_are_repeated() {
        let results = [
            ("harbor".to_owned(), "crimson".to_owned()),
            (String::new(), "{\"a\": 1}".to_owned()),
        ];
        let text = answer("x", &results, &mut Random::new(0));
        assert_eq!(
            text,
            "Here is what came back: harbor returned crimson, and the tool returned {\"a\": 1}."
        );
    }

    #[test]
    fn any_prompt_gives_text() {
        for prompt in [
            "",
            " ",
            "?!",
            "日本語で話して",
            "a",
            "\u{0}\u{1}",
            "🙂🙂🙂",
            &"x ".repeat(1000),
        ] {
            for seed in 0..20 {
                assert!(!text(prompt, seed).is_empty());
            }
        }
    }
}
