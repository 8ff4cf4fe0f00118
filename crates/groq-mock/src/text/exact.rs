//! Prompts that say word for word what the answer is to be.

/// What stands before the wanted text; compared in lower case.
const OPENINGS: &str = "reply with exactly;respond with exactly;answer with exactly;say exactly;\
    reply with only;respond with only;answer with only;reply only with;respond only with;answer only with;\
    reply with the single word;respond with the single word;answer with the single word;\
    repeat after me;repeat exactly;echo";

/// The wanted text: what follows the colon, up to the end of the line, without quotes around it.
pub(crate) fn wanted(prompt: &str) -> Option<&str> {
    // Most prompts have no such text, and are done at once.
    if !prompt.contains(':') {
        return None;
    }
    let lower = prompt.to_ascii_lowercase();
    let rest = OPENINGS.split(';').find_map(|opening| {
        let at = lower.find(opening)?;
        let after = &prompt[at + opening.len()..];
        // `exactly this phrase: …` has a word or two before the colon.
        let (between, text) = after.split_once(':')?;
        (between.len() <= 24 && !between.contains(['.', '\n'])).then_some(text)
    })?;
    let line = rest.trim_start().lines().next()?.trim();
    let quotes = [('"', '"'), ('`', '`'), ('\'', '\''), ('“', '”')];
    let unquoted = quotes.into_iter().find_map(|(open, close)| {
        let (inner, _) = line.strip_prefix(open)?.split_once(close)?;
        Some(inner)
    });
    let text = unquoted.unwrap_or(line);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_texts() {
        let table = [
            (
                "Reply with exactly: stream identity probe",
                Some("stream identity probe"),
            ),
            ("Reply with the single word: pong", Some("pong")),
            (
                "Do not call tools. Reply with exactly this phrase: no-tool-answer",
                Some("no-tool-answer"),
            ),
            ("Say exactly: \"Hello.\" and stop", Some("Hello.")),
            ("Reply with exactly:\nline one\nline two", Some("line one")),
            ("Reply with exactly: ", None),
            ("Reply with exactly what you think", None),
            ("What is an echo chamber", None),
            ("ECHO: 日本", Some("日本")),
        ];
        for (prompt, expected) in table {
            assert_eq!(wanted(prompt), expected, "{prompt}");
        }
    }
}
