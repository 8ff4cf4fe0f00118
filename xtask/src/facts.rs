//! `cargo xtask facts FILE`: lists the names of a fact sheet that the description does not mention.
//!
//! The sheet is Markdown and no part of this repository. A name is a word in backticks, a word with an underscore, or a
//! lower-case word in the first cell of a table's row. What the description need not mention stands, with the reason, in
//! `openapi/checks/not-in-the-description.txt`.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};

use crate::workspace;

const EXCEPTIONS: &str = "openapi/checks/not-in-the-description.txt";

pub(crate) fn run(sheet: &str) -> Result<()> {
    let root = workspace::root();
    let read = |path: std::path::PathBuf| {
        fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    };
    let description = read(root.join(workspace::SPEC))?;
    let exceptions = read(root.join(EXCEPTIONS))?;
    let names = names(&read(sheet.into())?);
    let missing = missing(&names, &description, &exceptions);
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.into_iter().collect();
        bail!(
            "{} names of {sheet} are neither in {} nor, with a reason, in {EXCEPTIONS}: {}",
            missing.len(),
            workspace::SPEC,
            missing.join(", ")
        );
    }
    println!("{} names of {sheet} are accounted for", names.len());
    Ok(())
}

fn missing<'a>(
    names: &'a BTreeSet<String>,
    description: &str,
    exceptions: &str,
) -> BTreeSet<&'a str> {
    let description = description.to_lowercase();
    let excused: BTreeSet<&str> = exceptions
        .lines()
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(names, _)| names.split(", "))
        .collect();
    names
        .iter()
        .map(String::as_str)
        .filter(|name| !description.contains(&name.to_lowercase()) && !excused.contains(name))
        .collect()
}

fn names(sheet: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in sheet.lines() {
        names.extend(quoted(line).flat_map(words));
        names.extend(words(line).filter(|word| word.contains('_')));
        if let Some(cell) = line.strip_prefix('|').and_then(|row| row.split('|').next()) {
            let lower = |word: &String| word.chars().all(|c| c.is_ascii_lowercase());
            names.extend(words(cell).filter(lower));
        }
    }
    names
}

/// What stands in backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The words that could be names: letters first, then letters, digits and underscores.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let words = words.map(|word| word.trim_matches('_'));
    words
        .filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str =
        "| top_p, seed | number |\nThe key `max_tokens` and a_word.\n| plain | x |\nprose";

    #[test]
    fn names_are_quoted_words_snake_case_and_first_cells() {
        let names: Vec<String> = names(SHEET).into_iter().collect();
        assert_eq!(names, ["a_word", "max_tokens", "plain", "seed", "top_p"]);
    }

    #[test]
    fn what_is_neither_described_nor_excused_is_missing() {
        let names = names(SHEET);
        let missing = missing(
            &names,
            "Top_P: and seed",
            "a_word, plain: words of the sheet's own",
        );
        assert_eq!(missing.into_iter().collect::<Vec<_>>(), ["max_tokens"]);
    }
}
