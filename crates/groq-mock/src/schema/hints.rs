//! Values for properties, found in a prompt.

use serde_json::Value;

use crate::text::words::{Topic, is_content};

/// What a prompt says about values.
#[derive(Clone, Debug)]
pub(crate) struct Hints<'a> {
    prompt: &'a str,
    lower: String,
    /// Capitalised words inside sentences, with those beside them: `New York`.
    names: Vec<String>,
    topic: Topic,
}

/// More of a prompt is not searched: values stand near its beginning.
const MAX_PROMPT: usize = 16 * 1024;

impl<'a> Hints<'a> {
    pub(crate) fn new(prompt: &'a str) -> Self {
        let end = (0..=MAX_PROMPT.min(prompt.len()))
            .rev()
            .find(|end| prompt.is_char_boundary(*end));
        let prompt = &prompt[..end.unwrap_or(0)];
        Self {
            prompt,
            lower: prompt.to_ascii_lowercase(),
            names: names(prompt),
            topic: Topic::of(prompt),
        }
    }

    pub(crate) fn prompt(&self) -> &'a str {
        self.prompt
    }

    pub(crate) fn topic(&self) -> &Topic {
        &self.topic
    }

    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        self.names.get(index % self.names.len()).map(String::as_str)
    }

    /// Whether the prompt has this word or these words.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        !text.is_empty() && words_at(&self.lower, &text).next().is_some()
    }

    /// What the prompt gives for a property: `risk=low`, `risk: low`, `risk is low`.
    pub(crate) fn value_of(&self, property: &str) -> Option<&'a str> {
        let property = property.to_ascii_lowercase();
        let spaced = property.replace(['_', '-'], " ");
        let found = self.assigned(&property);
        if found.is_some() || spaced == property {
            found
        } else {
            self.assigned(&spaced)
        }
    }

    fn assigned(&self, property: &str) -> Option<&'a str> {
        words_at(&self.lower, property).find_map(|at| {
            let after = &self.prompt[at + property.len()..];
            let after = after.strip_prefix(['"', '`', '\'']).unwrap_or(after);
            let signed = after.trim_start_matches(' ').strip_prefix(['=', ':']);
            let value = signed
                .or_else(|| after.strip_prefix(" is "))?
                .trim_start_matches(' ');
            first_value(value)
        })
    }

    /// The numbers that the prompt has, in order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        self.prompt
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
            .map(|piece| piece.trim_end_matches('.'))
            .filter(|piece| piece.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
            .filter_map(|piece| piece.parse::<f64>().ok())
            .filter(|number| number.is_finite())
    }
}

/// A quoted text, or what comes before the next separator.
fn first_value(text: &str) -> Option<&str> {
    if let Some(quote) = text
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '`' | '\''))
    {
        let (inner, _) = text[1..].split_once(quote)?;
        return Some(inner).filter(|inner| !inner.is_empty());
    }
    let value = text.split([',', ';', '\n', ')', '}', ' ']).next()?;
    let value = value.trim_end_matches(['.', '!', '?']);
    // What looks like the beginning of a type or an object is a description, not a value.
    let is_value = !value.is_empty() && value.len() <= 200 && !value.starts_with(['{', '[', '<']);
    is_value.then_some(value)
}

/// Where whole words stand.
fn words_at<'t>(text: &'t str, words: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(words)
        .map(|(at, _)| at)
        .filter(move |at| {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let before = text[..*at].chars().next_back();
            let after = text[at + words.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
}

fn names(prompt: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let (mut starts, mut joins) = (true, false);
    for piece in prompt.split_whitespace() {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = !starts
            && word.chars().count() > 1
            && word.starts_with(char::is_uppercase)
            && is_content(&word.to_lowercase());
        if is_name {
            match names.last_mut() {
                Some(last) if joins => *last = format!("{last} {word}"),
                _ => names.push(word.to_owned()),
            }
        }
        joins = is_name && piece.ends_with(char::is_alphanumeric);
        starts = piece.ends_with(['.', '!', '?', ':']);
    }
    names
}

/// The JSON value that a word of the prompt stands for, if it is one of this kind.
pub(crate) fn as_bool(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(Value::Bool(true)),
        "false" | "no" | "off" => Some(Value::Bool(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_given_in_prompts() {
        let hints = Hints::new(
            "Return lane=canary, risk: \"very low\", checks.compile=true. The max speed is 12.",
        );
        let table = [
            ("lane", Some("canary")),
            ("risk", Some("very low")),
            ("compile", Some("true")),
            ("max_speed", Some("12")),
            ("speed", Some("12")),
            ("ris", None),
            ("other", None),
        ];
        for (property, expected) in table {
            assert_eq!(hints.value_of(property), expected, "{property}");
        }
    }

    #[test]
    fn names_stand_inside_sentences() {
        let hints = Hints::new("What is the weather in New York, Paris and Rome? Tell me now.");
        assert_eq!(hints.names, ["New York", "Paris", "Rome"]);
        assert_eq!(hints.name(4), Some("Paris"));
        assert_eq!(Hints::new("").name(0), None);
    }

    #[test]
    fn numbers_in_prompts() {
        let hints = Hints::new("Roll 3 dice, -4.5 and v2 or 10.");
        assert_eq!(hints.numbers().collect::<Vec<_>>(), [3.0, -4.5, 10.0]);
    }

    #[test]
    fn words_are_whole() {
        let hints = Hints::new("call get_weather now");
        assert!(hints.mentions("get_weather") && hints.mentions("Call"));
        assert!(!hints.mentions("weather") && !hints.mentions(""));
    }
}
