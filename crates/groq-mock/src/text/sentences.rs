//! Sentences with holes, and how they are put together.

use super::shape::Shape;
use super::words::Topic;
use crate::random::Random;

/// `{T}` is the topic at the start of a sentence, `{t}` elsewhere, `{a}` and `{b}` two of its words.
const OPENERS: &[&str] = &[
    "{T} is easiest to grasp from what it replaces.",
    "In short, {t} trades a little effort up front for far less trouble later.",
    "The useful thing to know about {t} is what it promises and what it leaves to you.",
];

const BODIES: &[&str] = &[
    "It helps to start with {a}, because everything else builds on it.",
    "A common mistake is to treat {a} as an afterthought.",
    "What looks like a detail, such as {a}, often decides how well the whole works.",
    "Where {a} is well understood, {b} tends to take care of itself.",
    "Good tools make {b} boring, and boring is what you want.",
];

const CLOSERS: &[&str] = &[
    "Begin small, look at the result, and let {t} grow from there.",
    "That is the heart of {t}; the rest is practice.",
    "Once that is clear, {t} stops being a mystery.",
];

/// For an answer of one sentence, which must stand alone.
const SINGLES: &[&str] = &[
    "{T} is a way to get a dependable result from parts that may each fail.",
    "{T} means agreeing on the rules first, so that nobody has to guess later.",
];

const POINTS: &[&str] = &[
    "Start from {a} and write down what you expect.",
    "Keep {b} as small as the task allows.",
    "Test {a} where it is most likely to fail.",
    "Change one thing about {b} at a time.",
];

const GREETINGS: &[&str] = &[
    "Hello! What would you like to talk about?",
    "Hi there! How can I help you today?",
];

const THOUGHTS: &[&str] = &[
    "The key word seems to be {a}, so the answer should begin there.",
    "I should mention {b} too, but briefly.",
    "I need to keep it short and in plain words.",
    "Let me check that {a} and {b} do not contradict each other: they do not.",
    "Then I close with what to do next.",
];

/// A writer that knows its topic.
pub(crate) struct Sentences<'a> {
    topic: &'a Topic,
    random: &'a mut Random,
}

impl<'a> Sentences<'a> {
    pub(crate) fn new(topic: &'a Topic, random: &'a mut Random) -> Self {
        Self { topic, random }
    }

    pub(crate) fn write(&mut self, shape: Shape) -> String {
        match shape {
            Shape::Sentences(count) => self.paragraph(count),
            Shape::Paragraphs(count) => {
                let paragraphs: Vec<String> = (0..count).map(|_| self.paragraph(4)).collect();
                paragraphs.join("\n\n")
            }
            Shape::Words(count) => self.words(count),
            Shape::List(count) => {
                let mut text = format!("Here is what helps with {}:\n", self.topic.phrase);
                for (number, point) in (1..).zip(self.in_turn(POINTS, count)) {
                    text.push_str(&format!("\n{number}. {point}"));
                }
                text
            }
            Shape::Greeting => self.random.pick(GREETINGS).to_owned(),
        }
    }

    pub(crate) fn think(&mut self, steps: usize) -> String {
        let mut thoughts = vec![self.fill("The user asks about {t}.")];
        thoughts.extend(self.in_turn(THOUGHTS, steps.saturating_sub(1)));
        thoughts.join(" ")
    }

    fn paragraph(&mut self, count: usize) -> String {
        if count <= 1 {
            return self.one_of(SINGLES);
        }
        let mut sentences = vec![self.one_of(OPENERS)];
        sentences.extend(self.in_turn(BODIES, count - 2));
        sentences.push(self.one_of(CLOSERS));
        sentences.join(" ")
    }

    fn words(&mut self, count: usize) -> String {
        let mut words: Vec<String> = Vec::with_capacity(count + 64);
        while words.len() < count {
            words.extend(self.paragraph(6).split_whitespace().map(str::to_owned));
        }
        words.truncate(count);
        let text = words.join(" ");
        format!("{}.", text.trim_end_matches(['.', ',', ';', ':', '?']))
    }

    /// Sentences from a random one on, so that none comes again before all have come.
    fn in_turn(&mut self, templates: &[&str], count: usize) -> Vec<String> {
        let start = self.random.below(templates.len());
        let chosen = (start..start + count).map(|index| templates[index % templates.len()]);
        chosen.map(|template| self.fill(template)).collect()
    }

    fn one_of(&mut self, templates: &[&str]) -> String {
        let template = self.random.pick(templates);
        self.fill(template)
    }

    /// Fills the holes of a sentence.
    fn fill(&mut self, template: &str) -> String {
        let words = &self.topic.words;
        let first = self.random.below(words.len());
        let second = match words.len() {
            1 => "its counterpart",
            count => &words[(first + 1 + self.random.below(count - 1)) % count],
        };
        let phrase = &self.topic.phrase;
        let mut parts = template.split('{');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (hole, rest) = part.split_once('}').unwrap_or((part, ""));
            match hole {
                "T" => filled.push_str(&capitalized(phrase)),
                "t" => filled.push_str(phrase),
                "a" => filled.push_str(&words[first]),
                _ => filled.push_str(second),
            }
            filled.push_str(rest);
        }
        capitalized(&filled)
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_fills_without_a_hole_left() {
        let topic = Topic::of("fast language models");
        let mut random = Random::new(1);
        let mut sentences = Sentences::new(&topic, &mut random);
        for template in [OPENERS, BODIES, CLOSERS, SINGLES, POINTS, THOUGHTS].concat() {
            let text = sentences.fill(template);
            assert!(!text.contains(['{', '}', '\u{0}']), "{text}");
            assert!(
                text.starts_with(char::is_uppercase) && text.ends_with(['.', '?']),
                "{text}"
            );
        }
    }
}
