//! What never changes from one event to the next, so that most events need no parsing.
//!
//! It halves what a stream of text costs: 5,900 instructions for each chunk, where parsing each takes 11,800
//! (`crates/groq-bench/instructions.sh`).
//!
//! Nearly all events of a stream differ only in the piece of text that they contain. A template holds the bytes around that text. An event
//! that is equal in all others is compared, not parsed; an event that differs in any other byte is parsed in full.

use std::borrow::Cow;
use std::str;

use groq_types::{ChatCompletionChunk, Delta};

use super::event::clear_blanks;

/// The templates of one stream: the one in use, and whether another one is worth having.
#[derive(Debug, Default)]
pub(super) struct Templates {
    current: Option<Template>,
    /// Whether the current one has matched since it was made.
    proven: bool,
    /// Templates in a row that never matched.
    in_vain: u8,
}

/// The bytes of an event around its text, and what they mean.
#[derive(Debug)]
pub(super) struct Template {
    /// Ends with the quote that opens the text.
    before: Vec<u8>,
    /// Begins with the quote that closes it.
    after: Vec<u8>,
    /// The chunk, with an empty text.
    chunk: ChatCompletionChunk,
    part: Part,
}

/// Which string of a delta changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Content,
    Reasoning,
}

impl Templates {
    /// The text of an event that differs from the ones before in nothing else.
    pub(super) fn read<'a>(&mut self, data: &'a [u8]) -> Option<(&Template, Cow<'a, str>)> {
        let template = self.current.as_ref()?;
        let text = template.text(data)?;
        self.proven = true;
        Some((template, text))
    }

    /// Makes a template of an event that had to be parsed.
    pub(super) fn learn(&mut self, data: &[u8], chunk: &ChatCompletionChunk) {
        /// A stream whose events alternate (several choices) would only pay for templates.
        const GIVE_UP_AFTER: u8 = 8;
        if self.in_vain >= GIVE_UP_AFTER {
            return;
        }
        let Some(template) = Template::of(data, chunk) else {
            return;
        };
        let wasted = self.current.replace(template).is_some() && !self.proven;
        self.in_vain = if wasted { self.in_vain + 1 } else { 0 };
        self.proven = false;
    }
}

impl Template {
    /// The template of an event, if its chunk brings a piece of text and nothing else.
    fn of(data: &[u8], chunk: &ChatCompletionChunk) -> Option<Self> {
        let part = only_text(chunk)?;
        let (start, end) = string_after(data, part.key())?;
        let mut template = Self {
            before: data[..start].to_vec(),
            after: data[end..].to_vec(),
            chunk: chunk.clone(),
            part,
        };
        part.set(&mut template.chunk, String::new());
        // The place was found by its name alone, so it is tried out before it is believed.
        template.holds().then_some(template)
    }

    fn holds(&self) -> bool {
        const PROBE: &str = "probe";
        let probe = [&self.before[..], PROBE.as_bytes(), &self.after].concat();
        serde_json::from_slice::<ChatCompletionChunk>(&probe).is_ok_and(|mut chunk| {
            clear_blanks(&mut chunk);
            chunk == self.chunk_with(PROBE.to_owned())
        })
    }

    fn text<'a>(&self, data: &'a [u8]) -> Option<Cow<'a, str>> {
        let text = data
            .strip_prefix(&self.before[..])?
            .strip_suffix(&self.after[..])?;
        if text.iter().all(|byte| is_plain(*byte)) {
            return str::from_utf8(text).ok().map(Cow::Borrowed);
        }
        let quoted = &data[self.before.len() - 1..=self.before.len() + text.len()];
        serde_json::from_slice(quoted).ok().map(Cow::Owned)
    }

    /// The chunk that an event with this text stands for.
    pub(super) fn chunk_with(&self, text: String) -> ChatCompletionChunk {
        let mut chunk = self.chunk.clone();
        self.part.set(&mut chunk, text);
        chunk
    }

    /// The choice that the text belongs to.
    pub(super) fn choice(&self) -> u32 {
        self.chunk.choices[0].index
    }

    pub(super) fn part(&self) -> Part {
        self.part
    }
}

impl Part {
    fn key(self) -> &'static [u8] {
        match self {
            Self::Content => b"\"content\"",
            Self::Reasoning => b"\"reasoning\"",
        }
    }

    fn set(self, chunk: &mut ChatCompletionChunk, text: String) {
        let delta = &mut chunk.choices[0].delta;
        match self {
            Self::Content => delta.content = Some(text),
            Self::Reasoning => delta.reasoning = Some(text),
        }
    }
}

/// Which text a chunk brings, if that is all it does.
fn only_text(chunk: &ChatCompletionChunk) -> Option<Part> {
    let [choice] = &chunk.choices[..] else {
        return None;
    };
    let part = match (&choice.delta.content, &choice.delta.reasoning) {
        (Some(_), None) => Part::Content,
        (None, Some(_)) => Part::Reasoning,
        _ => return None,
    };
    let mut rest = choice.delta.clone();
    rest.content = None;
    rest.reasoning = None;
    // Which channel the text belongs to is not kept in the reply.
    rest.channel = None;
    let nothing_else = rest == Delta::default()
        && choice.finish_reason.is_none()
        && choice.logprobs.is_none()
        && choice.unknown_fields().is_empty()
        && chunk.usage.is_none()
        && chunk.service_tier.is_none()
        && chunk.x_groq.is_none()
        && chunk.unknown_fields().is_empty();
    nothing_else.then_some(part)
}

/// Where the string that follows a key begins and ends, without its quotes.
///
/// Quotes inside of JSON strings are escaped, so a key in its quotes is never found inside of one.
fn string_after(data: &[u8], key: &[u8]) -> Option<(usize, usize)> {
    let mut at = memchr::memmem::find(data, key)? + key.len();
    at += blanks(&data[at..]);
    data[at..].strip_prefix(b":")?;
    at += 1;
    at += blanks(&data[at..]);
    data[at..].strip_prefix(b"\"")?;
    let start = at + 1;
    let mut end = start;
    loop {
        match data.get(end)? {
            b'"' => return Some((start, end)),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
}

fn blanks(data: &[u8]) -> usize {
    data.iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// Whether a byte stands for itself in a JSON string.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(delta: &str) -> String {
        format!(
            r#"{{"id":"c","created":1,"model":"m","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#
        )
    }

    fn parse(data: &str) -> ChatCompletionChunk {
        serde_json::from_str(data).expect("a chunk")
    }

    fn learned(data: &str) -> Templates {
        let mut templates = Templates::default();
        templates.learn(data.as_bytes(), &parse(data));
        templates
    }

    fn read(templates: &mut Templates, data: &str) -> Option<ChatCompletionChunk> {
        let (template, text) = templates.read(data.as_bytes())?;
        Some(template.chunk_with(text.into_owned()))
    }

    #[test]
    fn the_text_may_change_and_nothing_else() {
        let mut templates = learned(&event(r#"{"content":"one"}"#));
        for same in [
            r#"{"content":""}"#,
            r#"{"content":"two"}"#,
            r#"{"content":"\"\n\u00e4\\"}"#,
        ] {
            let event = event(same);
            assert_eq!(read(&mut templates, &event), Some(parse(&event)), "{same}");
        }
        for other in [
            r#"{"content":null}"#,
            r#"{"content":"x","role":"assistant"}"#,
            r#"{"content":"x","reasoning":"y"}"#,
            r#"{"content":"bad \q escape"}"#,
            r#"{"content":"\ud800"}"#,
            "{\"content\":\"control \u{1}\"}",
            r#"{"content":"x","content":"y"}"#,
            "{}",
        ] {
            assert_eq!(read(&mut templates, &event(other)), None, "{other}");
        }
        assert!(templates.read(b"").is_none());
        let invalid = event(r#"{"content":"x"}"#).replace('x', "\u{fffd}");
        let mut invalid = invalid.into_bytes();
        let place = memchr::memmem::find(&invalid, "\u{fffd}".as_bytes()).expect("it is there");
        invalid[place] = 0xff;
        assert!(templates.read(&invalid).is_none(), "invalid UTF-8");
    }

    #[test]
    fn only_a_chunk_of_plain_text_makes_a_template() {
        for delta in [
            r#"{"content":"x","role":"assistant"}"#,
            r#"{"content":"x","reasoning":"y"}"#,
            r#"{"content":"x","later":1}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}"#,
            "{}",
        ] {
            assert!(learned(&event(delta)).current.is_none(), "{delta}");
        }
        for delta in [
            r#"{"reasoning":"x","channel":"analysis"}"#,
            r#"{ "content" : "x" }"#,
            r#"{"content":"a \" quote \\"}"#,
        ] {
            assert!(learned(&event(delta)).current.is_some(), "{delta}");
        }
    }

    #[test]
    fn a_key_in_another_place_is_not_mistaken_for_the_text() {
        let data =
            event(r#"{"content":"x"}"#).replacen("\"id\":\"c\"", r#""id":"\"content\":\"y\"""#, 1);
        let mut templates = learned(&data);
        let other = data.replace(r#"{"content":"x"}"#, r#"{"content":"z"}"#);
        assert_eq!(read(&mut templates, &other), Some(parse(&other)));
    }

    #[test]
    fn events_that_alternate_are_given_up() {
        let mut templates = Templates::default();
        for round in 0..100 {
            let data = event(r#"{"content":"x"}"#)
                .replace("\"created\":1", &format!("\"created\":{round}"));
            assert!(templates.read(data.as_bytes()).is_none());
            templates.learn(data.as_bytes(), &parse(&data));
        }
        assert_eq!(templates.in_vain, 8);
    }

    proptest! {
        #[test]
        fn a_match_gives_what_parsing_gives(
            first in ".{0,8}",
            texts in prop::collection::vec(prop_oneof![".{0,12}", "[\"\\\\{}:,ntu0-9a-f]{0,12}"], 1..8),
            raw in any::<bool>(),
        ) {
            let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
            let mut templates = learned(&event(&format!("{{\"content\":{}}}", quoted(&first))));
            for text in texts {
                let text = if raw { format!("\"{text}\"") } else { quoted(&text) };
                let data = event(&format!("{{\"content\":{text}}}"));
                let parsed = serde_json::from_str::<ChatCompletionChunk>(&data).ok();
                let read = read(&mut templates, &data);
                prop_assert!(read.is_none() || read == parsed, "{}", data);
                if let Some(parsed) = &parsed && only_text(parsed).is_some() {
                    prop_assert!(read.is_some(), "{}", data);
                }
            }
        }
    }
}
