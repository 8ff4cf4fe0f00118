//! Says what changed: at a terminal, or in the changelog.

use super::compare::{Change, Kind};

/// Lines for a terminal.
pub(super) fn text(changes: &[Change]) -> String {
    let mut text = format!("{}\n", summary(changes));
    for (title, of_kind) in sections(changes) {
        text.push_str(&format!("\n{title}:\n"));
        for change in of_kind {
            text.push_str(&format!("  {}: {}\n", change.subject, change.detail));
            for (what, why) in [("Rust", &change.rust), ("the wire", &change.wire)] {
                if let Some(why) = why {
                    text.push_str(&format!("    breaks {what}: {why}\n"));
                }
            }
        }
    }
    text
}

/// The entry for `openapi/CHANGELOG.md`: under the new version, or under none where the version stayed.
pub(super) fn changelog(changes: &[Change], old_version: &str, new_version: &str) -> String {
    let title = if old_version == new_version {
        "Unreleased"
    } else {
        new_version
    };
    let mut text = format!("## {title}\n\n{}\n", summary(changes));
    for (title, of_kind) in sections(changes) {
        text.push_str(&format!("\n### {title}\n\n"));
        for change in of_kind {
            text.push_str(&format!(
                "- {}: {}.",
                capitalised(&change.subject),
                change.detail
            ));
            for (what, why) in [("Rust", &change.rust), ("the wire", &change.wire)] {
                if let Some(why) = why {
                    text.push_str(&format!(" **Breaks {what}:** {why}."));
                }
            }
            text.push('\n');
        }
    }
    text
}

/// The changes of each kind that there is, under its title.
fn sections(changes: &[Change]) -> Vec<(&'static str, Vec<&Change>)> {
    let mut sections = Vec::new();
    for (kind, title) in [
        (Kind::Added, "Added"),
        (Kind::Changed, "Changed"),
        (Kind::Removed, "Removed"),
    ] {
        let of_kind: Vec<&Change> = changes
            .iter()
            .filter(|change| change.kind == kind)
            .collect();
        if !of_kind.is_empty() {
            sections.push((title, of_kind));
        }
    }
    sections
}

fn summary(changes: &[Change]) -> String {
    let rust = changes
        .iter()
        .filter(|change| change.rust.is_some())
        .count();
    let wire = changes
        .iter()
        .filter(|change| change.wire.is_some())
        .count();
    match changes.len() {
        0 => "Nothing changed.".to_owned(),
        1 => format!(
            "1 change: {} Rust users, {} the wire.",
            breaks(rust),
            breaks(wire)
        ),
        many => format!(
            "{many} changes: {} Rust users, {} the wire.",
            breaks(rust),
            breaks(wire)
        ),
    }
}

fn breaks(count: usize) -> String {
    match count {
        0 => "none breaks".to_owned(),
        1 => "1 breaks".to_owned(),
        many => format!("{many} break"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}", letters.as_str())
}
