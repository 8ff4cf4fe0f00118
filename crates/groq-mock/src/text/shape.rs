//! How long an answer is, and in which form, as prompts ask for it.

use super::words;

/// How much is wanted, and in which form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    Sentences(usize),
    Paragraphs(usize),
    Words(usize),
    List(usize),
    Greeting,
}

/// More than this is not written, whatever the prompt asks for.
const MAX_WORDS: usize = 4_000;

impl Shape {
    pub(super) fn wanted(prompt: &str) -> Self {
        let lower = prompt.to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(counted) = counted(&words) {
            return counted;
        }
        let has = |names: &str| names.split(' ').any(|name| words.contains(&name));
        if words.len() <= 4 && has("hello hi hey greetings") {
            Self::Greeting
        } else if has("briefly short brief summarize summarise tldr") {
            Self::Sentences(2)
        } else if has("essay detail detailed thorough long story") {
            Self::Paragraphs(4)
        } else if has("list ideas tips steps examples") {
            Self::List(4)
        } else {
            Self::Sentences(3)
        }
    }
}

/// `three sentences`, `one line`, `200 words`, `5 tips`: the first number that stands before such a word.
fn counted(words: &[&str]) -> Option<Shape> {
    words
        .windows(2)
        .find_map(|pair| shape_of(pair[0], pair[1]))
        .or_else(|| {
            // `five useful tips`
            words.windows(3).find_map(|three| {
                shape_of(three[0], three[2]).filter(|shape| matches!(shape, Shape::List(_)))
            })
        })
}

fn shape_of(number: &str, unit: &str) -> Option<Shape> {
    let count = words::number(number)?.max(1);
    match unit {
        "line" | "lines" | "sentence" | "sentences" => Some(Shape::Sentences(count.min(200))),
        "paragraph" | "paragraphs" => Some(Shape::Paragraphs(count.min(40))),
        "word" | "words" => Some(Shape::Words(count.min(MAX_WORDS))),
        "tips" | "ideas" | "points" | "steps" | "items" | "reasons" | "examples" | "things"
        | "bullets" | "facts" | "ways" => Some(Shape::List(count.min(100))),
        _ => None,
    }
}
