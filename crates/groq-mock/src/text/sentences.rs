//! Sentences with holes, and how they are put together.

use super::Shape;
use super::words::Topic;
use crate::random::Random;

/// `{T}` is the topic at the start of a sentence, `{t}` elsewhere, `{a}` and `{b}` two of its words.
const OPENERS: &[&str] = &[
    "{T} is easiest to grasp from what it replaces.",
    "There are two good ways to look at {t}, and they agree more than they differ.",
    "In short, {t} trades a little effort up front for far less trouble later.",
    "{T} sounds harder than it is.",
    "The useful thing to know about {t} is what it promises and what it leaves to you.",
    "Most questions about {t} come down to one: what happens when something goes wrong?",
    "Think of {t} as an agreement: each side knows what to expect of the other.",
    "{T} matters because people notice at once when it is missing.",
];

const BODIES: &[&str] = &[
    "It helps to start with {a}, because everything else builds on it.",
    "With {a} in place, the remaining parts follow in a natural order.",
    "A common mistake is to treat {a} as an afterthought.",
    "What looks like a detail, such as {a}, often decides how well the whole works.",
    "Seen from the outside, {a} and {b} look alike; from the inside they solve different problems.",
    "Experience with {b} shows that small, steady steps beat one big change.",
    "You can measure the effect of {a} within a day, which makes it a good place to begin.",
    "The cost of {b} is known in advance, and it stays about the same as things grow.",
    "Where {a} is well understood, {b} tends to take care of itself.",
    "If time is short, leave {b} for later and get {a} right first.",
    "Nobody gets {a} right the first time, and that is fine as long as mistakes stay small.",
    "A simple example of {a} is worth more here than a long definition.",
    "The word {a} is used loosely, so it pays to say exactly what is meant.",
    "Two people who agree on {a} can work on {b} without waiting for each other.",
    "In practice {a} is checked early, often, and by a machine.",
    "Good tools make {b} boring, and boring is what you want.",
];

const CLOSERS: &[&str] = &[
    "Begin small, look at the result, and let {t} grow from there.",
    "That is the heart of {t}; the rest is practice.",
    "Once that is clear, {t} stops being a mystery.",
    "So the short answer is yes, with care, and {t} is the reason.",
    "Everything else about {t} follows from this.",
];

/// For an answer of one sentence, which must stand alone.
const SINGLES: &[&str] = &[
    "{T} lets two parties that have never met rely on each other without anyone in between having to be trusted.",
    "{T} is a way to get a dependable result from parts that may each fail.",
    "{T} means agreeing on the rules first, so that nobody has to guess later.",
    "{T} takes something that people used to do by hand and makes it happen quickly, quietly and every time.",
    "{T} is what turns a good idea into something that still works on a bad day.",
];

const POINTS: &[&str] = &[
    "Start from {a} and write down what you expect.",
    "Keep {b} as small as the task allows.",
    "Test {a} where it is most likely to fail.",
    "Ask somebody who uses {a} every day.",
    "Change one thing about {b} at a time.",
    "Measure before and after you touch {a}.",
    "Give {a} a name that says what it does.",
    "Leave room for {b} to grow.",
    "Throw away what {t} does not need.",
    "Read the oldest description of {t} that you can find.",
];

const GREETINGS: &[&str] = &[
    "Hello! What would you like to talk about?",
    "Hi there! How can I help you today?",
    "Hello, good to hear from you. What can I do for you?",
];

const THOUGHTS: &[&str] = &[
    "The user asks about {t}.",
    "The key word seems to be {a}, so the answer should begin there.",
    "I should mention {b} too, but briefly.",
    "No tool is needed for this.",
    "A definition alone would be dry; a consequence makes it clearer.",
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
            Shape::Paragraphs(count) => self.paragraphs(count),
            Shape::Words(count) => self.words(count),
            Shape::List(count) => self.list(count),
            Shape::Code => self.code(),
            Shape::Greeting => self.random.pick(GREETINGS).to_owned(),
        }
    }

    pub(crate) fn think(&mut self, steps: usize) -> String {
        let mut text = self.fill(THOUGHTS[0]);
        let start = self.random.below(THOUGHTS.len());
        for step in 0..steps.saturating_sub(1) {
            text.push(' ');
            // The first thought has been had; the others come in turn.
            let index = 1 + (start + step) % (THOUGHTS.len() - 1);
            text.push_str(&self.fill(THOUGHTS[index]));
        }
        text
    }

    fn paragraph(&mut self, count: usize) -> String {
        if count <= 1 {
            return self.one_of(SINGLES);
        }
        let mut sentences = vec![self.one_of(OPENERS)];
        let mut bodies = Deck::new(BODIES, self.random);
        for _ in 0..count.saturating_sub(2) {
            let body = bodies.deal();
            sentences.push(self.fill(body));
        }
        sentences.push(self.one_of(CLOSERS));
        sentences.join(" ")
    }

    fn paragraphs(&mut self, count: usize) -> String {
        let paragraphs: Vec<String> = (0..count).map(|_| self.paragraph(4)).collect();
        paragraphs.join("\n\n")
    }

    fn words(&mut self, count: usize) -> String {
        let mut words: Vec<String> = Vec::with_capacity(count + 16);
        while words.len() < count {
            let text = self.paragraph(6);
            words.extend(text.split_whitespace().map(str::to_owned));
        }
        words.truncate(count);
        let mut text = words.join(" ");
        if !text.ends_with(['.', '?']) {
            text.truncate(text.trim_end_matches([',', ';', ':']).len());
            text.push('.');
        }
        text
    }

    fn list(&mut self, count: usize) -> String {
        let mut text = format!("Here is what helps with {}:\n", self.topic.phrase);
        let mut points = Deck::new(POINTS, self.random);
        for number in 1..=count {
            let point = points.deal();
            text.push_str(&format!("\n{number}. {}", self.fill(point)));
        }
        text
    }

    fn code(&mut self) -> String {
        let name: String = self
            .topic
            .words
            .iter()
            .take(3)
            .cloned()
            .collect::<Vec<_>>()
            .join("_")
            .to_lowercase();
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name
        } else {
            format!("f_{name}")
        };
        let opener = self.one_of(OPENERS);
        format!(
            "{opener} A first version:\n\n```rust\nfn {name}(input: &str) -> usize {{\n    input.lines().filter(|line| !line.is_empty()).count()\n}}\n```\n\nCall it with an empty text too: `{name}(\"\")` is 0."
        )
    }

    fn one_of(&mut self, templates: &[&str]) -> String {
        let template = self.random.pick(templates);
        self.fill(template)
    }

    /// Fills the holes of a sentence.
    fn fill(&mut self, template: &str) -> String {
        let topic = self.topic;
        let first = self.random.below(topic.words.len());
        let second = if topic.words.len() > 1 {
            (first + 1 + self.random.below(topic.words.len() - 1)) % topic.words.len()
        } else {
            first
        };
        let mut text = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (hole, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            match hole {
                "T" => text.push_str(&capitalised(&topic.phrase)),
                "t" => text.push_str(&topic.phrase),
                "a" => text.push_str(&topic.words[first]),
                _ if second == first => text.push_str("its counterpart"),
                _ => text.push_str(&topic.words[second]),
            }
            rest = after;
        }
        text.push_str(rest);
        capitalised(&text)
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// Sentences dealt like cards: none comes again before all have come.
struct Deck<'a> {
    cards: &'a [&'a str],
    next: usize,
    stride: usize,
}

impl<'a> Deck<'a> {
    fn new(cards: &'a [&'a str], random: &mut Random) -> Self {
        // A stride that shares no factor with the number of cards meets each of them.
        let strides: Vec<usize> = (1..cards.len().max(2))
            .filter(|stride| coprime(*stride, cards.len()))
            .collect();
        let stride = strides[random.below(strides.len())];
        Self {
            cards,
            next: random.below(cards.len()),
            stride,
        }
    }

    fn deal(&mut self) -> &'a str {
        let card = self.cards[self.next % self.cards.len()];
        self.next += self.stride;
        card
    }
}

fn coprime(a: usize, b: usize) -> bool {
    if b == 0 { a == 1 } else { coprime(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_deals_each_card_before_any_twice() {
        for seed in 0..50 {
            let mut deck = Deck::new(BODIES, &mut Random::new(seed));
            let mut dealt: Vec<&str> = (0..BODIES.len()).map(|_| deck.deal()).collect();
            dealt.sort_unstable();
            dealt.dedup();
            assert_eq!(dealt.len(), BODIES.len());
        }
    }

    #[test]
    fn every_template_fills_without_a_hole_left() {
        let topic = Topic::of("fast language models");
        let mut random = Random::new(1);
        let mut sentences = Sentences::new(&topic, &mut random);
        for template in [OPENERS, BODIES, CLOSERS, SINGLES, POINTS, THOUGHTS].concat() {
            let text = sentences.fill(template);
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(
                text.starts_with(char::is_uppercase) && text.ends_with(['.', '?']),
                "{text}"
            );
        }
    }
}
