//! The framing of `multipart/form-data`: which bytes stand before, between and after the parts.
//!
//! Plain functions. What is sent is [`head`](Framing::head), the content of the file, and [`tail`](Framing::tail); all of
//! them depend only on the boundary, the fields and the name, so every attempt sends the same bytes.

use crate::upload::name::{escaped, media_type};

/// The frame around the parts of a form.
#[derive(Clone, Debug)]
pub(crate) struct Framing {
    boundary: String,
    fields: Vec<(&'static str, String)>,
}

impl Framing {
    /// A frame whose boundary no one can guess, so that no content holds it.
    pub(crate) fn new() -> Self {
        let random = || crate::runtime::random_bits();
        Self::with_boundary(format!("groq-{:016x}{:016x}", random(), random()))
    }

    fn with_boundary(boundary: String) -> Self {
        Self {
            boundary,
            fields: Vec::new(),
        }
    }

    /// Adds a field of plain text.
    pub(crate) fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Adds a field, if it has a value.
    pub(crate) fn optional(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(name, value.to_string()),
            None => self,
        }
    }

    /// The value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| value.as_str())
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The fields, and, for a form with a file, what stands before its content.
    pub(crate) fn head(&self, file_name: Option<&str>) -> String {
        let mut head = String::new();
        for (name, value) in &self.fields {
            head.push_str(&format!(
                "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                self.boundary,
                escaped(name)
            ));
        }
        if let Some(file_name) = file_name {
            head.push_str(&format!(
                "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                self.boundary,
                escaped(file_name),
                media_type(file_name)
            ));
        }
        head
    }

    /// What stands after everything.
    pub(crate) fn tail(&self, has_file: bool) -> String {
        let end = if has_file { "\r\n" } else { "" };
        format!("{end}--{}--\r\n", self.boundary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_reads_as_the_standard_says() {
        let framing = Framing::with_boundary("b".to_owned())
            .text("model", "whisper-large-v3")
            .optional("prompt", None::<&str>)
            .optional("temperature", Some(0.5))
            .text("timestamp_granularities[]", "word");
        assert_eq!(framing.content_type(), "multipart/form-data; boundary=b");
        assert_eq!(
            framing.head(Some("a.mp3")) + "CONTENT" + &framing.tail(true),
            "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-large-v3\r\n\
             --b\r\nContent-Disposition: form-data; name=\"temperature\"\r\n\r\n0.5\r\n\
             --b\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\"\r\n\r\nword\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nCONTENT\r\n\
             --b--\r\n"
        );
        assert!(framing.head(None).ends_with("word\r\n"));
        assert_eq!(framing.tail(false), "--b--\r\n");
    }

    #[test]
    fn boundaries_differ_and_fit_into_a_header() {
        let (one, other) = (Framing::new(), Framing::new());
        assert_ne!(one.boundary, other.boundary);
        assert!(one.boundary.len() <= 70);
        assert!(
            one.boundary
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        );
    }

    proptest! {
        #[test]
        fn no_name_adds_a_header(name in ".*") {
            let head = Framing::with_boundary("b".to_owned()).head(Some(&name));
            prop_assert_eq!(head.matches("\r\n").count(), 4);
            prop_assert_eq!(head.matches('\n').count(), 4);
            prop_assert_eq!(head.matches('\r').count(), 4);
            let line = head.lines().nth(1).expect("a header");
            prop_assert_eq!(line.matches('"').count(), 4);
        }

        #[test]
        fn values_come_through_as_they_are(values in prop::collection::vec(".*", 0..4)) {
            let mut framing = Framing::with_boundary("the-boundary".to_owned());
            for value in &values {
                framing = framing.text("v", value.clone());
            }
            let body = framing.head(None) + &framing.tail(false);
            let parts: Vec<_> = body.split("--the-boundary").skip(1).collect();
            prop_assert_eq!(parts.len(), values.len() + 1);
            for (part, value) in parts.iter().zip(&values) {
                let (_, content) = part.split_once("\r\n\r\n").expect("a head");
                prop_assert_eq!(content.strip_suffix("\r\n"), Some(value.as_str()));
            }
        }
    }
}
