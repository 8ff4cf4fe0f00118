//! Strings of a length, a format, a pattern, or just fitting ones.

use serde_json::{Map, Value};

use super::hints::Hints;
use super::pattern;
use crate::random::Random;

/// The most that is written to meet a `minLength`.
const MAX_LENGTH: usize = 100_000;

/// A string for a property; `index` makes neighbours differ.
pub(crate) fn make(
    schema: &Map<String, Value>,
    name: &str,
    index: usize,
    hints: &Hints<'_>,
    random: &mut Random,
) -> String {
    let length = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|length| usize::try_from(length).ok())
    };
    let least = length("minLength").unwrap_or(0).min(MAX_LENGTH);
    let most = length("maxLength").unwrap_or(usize::MAX).max(least);
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        let fits = |text: &String| (least..=most).contains(&text.chars().count());
        let mut tries = (0..64).filter_map(|stretch| pattern::generate(pattern, stretch, random));
        if let Some(text) = tries.find(fits) {
            return text;
        }
    }
    let format = schema.get("format").and_then(Value::as_str);
    if let Some(text) = format.and_then(|format| formatted(format, random)) {
        return text;
    }
    fitted(wanted(name, index, hints, random), least, most)
}

/// What the prompt gives for it, or what its name suggests.
fn wanted(name: &str, index: usize, hints: &Hints<'_>, random: &mut Random) -> String {
    if let Some(given) = hints.value_of(name).filter(|_| !name.is_empty()) {
        return given.to_owned();
    }
    let lower = name.to_ascii_lowercase();
    let has = |parts: &str| parts.split(' ').any(|part| lower.contains(part));
    let ends = |parts: &str| parts.split(' ').any(|part| lower.ends_with(part));
    let topic = hints.topic();
    let format = if has("email") {
        "email"
    } else if has("url link website") {
        "uri"
    } else if lower == "date" || ends("_date _at") {
        "date"
    } else {
        ""
    };
    if let Some(text) = formatted(format, random) {
        return text;
    }
    if lower == "id" || ends("_id") {
        let number = 100 + random.below(900);
        return format!("{}-{number}", topic.words[0].to_lowercase());
    }
    if has("query question prompt input expression")
        && let Some(line) = hints.prompt().trim().lines().next()
    {
        return line.to_owned();
    }
    if has("summary description explanation reason comment text answer") {
        return format!("A few words about {}.", topic.phrase);
    }
    let (name, other) = if has("city place location country person author name title company") {
        (hints.name(0), &topic.phrase)
    } else {
        (hints.name(index), &topic.words[index % topic.words.len()])
    };
    name.unwrap_or(other).to_owned()
}

/// Cut or lengthened, in characters.
fn fitted(text: String, least: usize, most: usize) -> String {
    let length = text.chars().count();
    if length > most {
        return text.chars().take(most).collect();
    }
    if length >= least {
        return text;
    }
    let filler = if text.is_empty() {
        "more ".to_owned()
    } else {
        format!(" {text}")
    };
    text.chars()
        .chain(filler.chars().cycle())
        .take(least)
        .collect()
}

fn formatted(format: &str, random: &mut Random) -> Option<String> {
    let (month, day, year) = (
        1 + random.below(12),
        1 + random.below(28),
        2020 + random.below(10),
    );
    let (hour, minute) = (random.below(24), random.below(60));
    let user = random.pick(&["ada", "grace", "alan", "edsger", "barbara"]);
    let text = match format {
        "date" => format!("{year}-{month:02}-{day:02}"),
        "time" => format!("{hour:02}:{minute:02}:00Z"),
        "date-time" => format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"),
        "duration" => format!("P{day}DT{hour}H"),
        "email" | "idn-email" => format!("{user}@example.com"),
        "hostname" | "idn-hostname" => format!("{user}.example.com"),
        "ipv4" => format!("192.0.2.{}", 1 + random.below(254)),
        "ipv6" => format!("2001:db8::{:x}", 1 + random.below(65_535)),
        "uri" | "url" | "iri" => format!("https://example.com/{user}/{day}"),
        "uri-reference" | "iri-reference" | "json-pointer" => format!("/{user}/{day}"),
        "uri-template" => format!("/{user}/{{id}}"),
        "relative-json-pointer" => format!("{month}/{user}"),
        "regex" => "^[a-z]+$".to_owned(),
        "uuid" => {
            let (one, two) = (random.next(), random.next());
            format!(
                "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                one >> 32,
                (one >> 16) & 0xffff,
                one & 0xfff,
                two >> 52,
                two & 0xffff_ffff_ffff
            )
        }
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(schema: &Value, name: &str, prompt: &str) -> String {
        make(
            schema.as_object().unwrap(),
            name,
            0,
            &Hints::new(prompt),
            &mut Random::new(3),
        )
    }

    #[test]
    fn lengths_are_kept() {
        for (least, most) in [(0, 0), (1, 1), (50, 60), (200, 200), (0, 3)] {
            let text = made(
                &json!({"minLength": least, "maxLength": most}),
                "x",
                "about the sea",
            );
            assert!((least..=most).contains(&text.chars().count()), "{text}");
        }
        let text = made(
            &json!({"pattern": "^[a-z]+$", "minLength": 12, "maxLength": 14}),
            "x",
            "",
        );
        assert!((12..=14).contains(&text.len()), "{text}");
    }

    #[test]
    fn names_and_prompts_give_values() {
        let table = [
            ("city", "What is the weather in Paris?", "Paris"),
            ("query", "find cheap flights", "find cheap flights"),
            ("lane", "lane=canary", "canary"),
            ("title", "volcanoes", "volcanoes"),
        ];
        for (name, prompt, expected) in table {
            assert_eq!(made(&json!({}), name, prompt), expected);
        }
    }
}
