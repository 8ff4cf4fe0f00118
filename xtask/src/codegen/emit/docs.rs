//! Doc comments from the description.

use quote::quote;
use syn::{Attribute, parse_quote};

use crate::codegen::model::Notes;

/// Lines no longer than this, the slashes and four columns of indentation apart.
const WIDTH: usize = 100;

/// The doc comment of a schema or a field: its description, then what else the description states about it.
pub(super) fn notes(notes: &Notes) -> Vec<Attribute> {
    let facts = facts(notes);
    let gap = if facts.is_empty() || notes.description.is_empty() {
        ""
    } else {
        "\n\n"
    };
    text(&format!("{}{gap}{facts}", notes.description.trim()))
}

fn facts(notes: &Notes) -> String {
    let mut facts = Vec::new();
    if notes.unsupported {
        facts.push("**Declared, and refused by the service.**".to_owned());
    }
    match notes.status.as_deref() {
        _ if notes.deprecated => facts.push("**Deprecated.**".to_owned()),
        Some("beta") => facts.push("**Beta.**".to_owned()),
        Some("undocumented") => facts.push("**Undocumented.**".to_owned()),
        Some("deprecated") => facts.push("**Deprecated.**".to_owned()),
        _ => {}
    }
    if let Some(range) = &notes.range {
        facts.push(format!(
            "Range: {}{}",
            range[..1].to_lowercase(),
            &range[1..]
        ));
    }
    if let Some(default) = &notes.server_default {
        facts.push(format!("The service's default: `{default}`."));
    }
    facts.join(" ")
}

/// A doc comment of any Markdown, its paragraphs laid out anew.
pub(super) fn text(text: &str) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    for line in blocks(text).iter().flat_map(|block| wrap(block)) {
        let line = if line.is_empty() {
            line
        } else {
            format!(" {line}")
        };
        attributes.push(parse_quote!(#[doc = #line]));
    }
    attributes
}

/// Each paragraph, list item, line of code and empty line as one line.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut continues = false;
    for line in text.lines() {
        let starts_own =
            line.is_empty() || is_verbatim(line) || line.trim_start().starts_with("- ");
        match blocks.last_mut() {
            Some(last) if continues && !starts_own => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => blocks.push(line.to_owned()),
        }
        continues = !line.is_empty() && !is_verbatim(line);
    }
    blocks
}

fn is_verbatim(line: &str) -> bool {
    line.starts_with("    ") || line.starts_with("```") || line.starts_with('|')
}

/// The first sentence of a description, without its full stop.
pub(super) fn first_sentence(description: &str) -> String {
    let paragraph = description
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph[..end].trim_end_matches('.').trim().to_owned()
}

/// One line as several; what continues a list item is indented below its text, and code stays as it is.
fn wrap(line: &str) -> Vec<String> {
    if is_verbatim(line) {
        return vec![line.to_owned()];
    }
    let hang = if line.trim_start().starts_with("- ") {
        "  "
    } else {
        ""
    };
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split_whitespace() {
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut current, hang.to_owned()));
        } else if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    lines
}

/// Turns block doc comments into line ones, and drops empty lines at either end.
pub(super) fn relined(attributes: &[Attribute]) -> Vec<Attribute> {
    let mut lines = String::new();
    let mut others = Vec::new();
    for attribute in attributes {
        match doc_text(attribute) {
            Some(text) => {
                lines.push_str(&text);
                lines.push('\n');
            }
            None => others.push(attribute.clone()),
        }
    }
    let unindented: Vec<&str> = lines.trim().lines().map(str::trim).collect();
    let mut result = text(&unindented.join("\n"));
    result.extend(others);
    result
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    if !attribute.path().is_ident("doc") {
        return None;
    }
    let value = &attribute.meta.require_name_value().ok()?.value;
    let literal: syn::LitStr = syn::parse2(quote!(#value)).ok()?;
    Some(literal.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_wrapped_and_a_list_item_hangs() {
        let words = "word ".repeat(30);
        let lines = wrap(&format!("- {words}"));
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| line.len() <= WIDTH), "{lines:?}");
        assert!(lines[1].starts_with("  word"), "{lines:?}");
    }

    #[test]
    fn a_paragraph_is_one_block_and_so_is_a_list_item() {
        let text = "One\ntwo.\n\n- first\n  goes on\n- second\n\n    code\n    more";
        assert_eq!(
            blocks(text),
            [
                "One two.",
                "",
                "- first goes on",
                "- second",
                "",
                "    code",
                "    more"
            ]
        );
    }

    #[test]
    fn the_first_sentence_ends_at_its_full_stop() {
        assert_eq!(first_sentence("A reply. It may\nbe long."), "A reply");
        assert_eq!(
            first_sentence("Seconds since 1970.\n\nMore."),
            "Seconds since 1970"
        );
        assert_eq!(first_sentence("Version 1.5 of it"), "Version 1.5 of it");
    }

    #[test]
    fn facts_follow_the_description() {
        let notes = Notes {
            description: "How random.".to_owned(),
            range: Some("0 to 2.".to_owned()),
            server_default: Some(1.into()),
            unsupported: true,
            ..Notes::default()
        };
        let text: Vec<String> = super::notes(&notes).iter().filter_map(doc_text).collect();
        assert_eq!(
            text,
            [
                " How random.",
                "",
                " **Declared, and refused by the service.** Range: 0 to 2. The service's default: `1`.",
            ]
        );
    }
}
