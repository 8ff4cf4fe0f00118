//! Texts that match a regular expression.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::random::Random;

/// The most that is written for one expression.
const MAX_TEXT: usize = 4_096;
/// Characters that are written where an expression allows them, before any other.
const USUAL: [(char, char); 4] = [('a', 'z'), ('0', '9'), ('A', 'Z'), (' ', '~')];

/// A text that matches, its repeats longer by up to `stretch`; `None` for look-around, back references and mistakes.
pub(crate) fn generate(pattern: &str, stretch: usize, random: &mut Random) -> Option<String> {
    let parsed = ParserBuilder::new()
        .nest_limit(64)
        .build()
        .parse(pattern)
        .ok()?;
    let least = parsed.properties().minimum_len()?;
    if least > MAX_TEXT {
        return None;
    }
    let mut text = String::new();
    write(&parsed, stretch, random, &mut text)?;
    Some(text)
}

fn write(part: &Hir, stretch: usize, random: &mut Random, text: &mut String) -> Option<()> {
    if text.len() > MAX_TEXT {
        return Some(());
    }
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(()),
        HirKind::Literal(literal) => {
            text.push_str(std::str::from_utf8(&literal.0).ok()?);
            Some(())
        }
        HirKind::Class(class) => {
            text.push(character(class, random)?);
            Some(())
        }
        HirKind::Repetition(repeat) => {
            let least = usize::try_from(repeat.min).ok()?;
            let most = repeat
                .max
                .and_then(|most| usize::try_from(most).ok())
                .unwrap_or(usize::MAX);
            let most = most.min(least + stretch);
            let count = least + random.below(most - least + 1);
            (0..count).try_for_each(|_| write(&repeat.sub, stretch, random, text))
        }
        HirKind::Capture(group) => write(&group.sub, stretch, random, text),
        HirKind::Concat(parts) => parts
            .iter()
            .try_for_each(|part| write(part, stretch, random, text)),
        HirKind::Alternation(parts) => {
            write(&parts[random.below(parts.len())], stretch, random, text)
        }
    }
}

fn character(class: &Class, random: &mut Random) -> Option<char> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let ranges: Vec<(char, char)> = class
        .ranges()
        .iter()
        .map(|range| (range.start(), range.end()))
        .collect();
    let usual = USUAL.iter().find_map(|(low, high)| {
        let common = ranges
            .iter()
            .map(|(from, to)| (*from.max(low), *to.min(high)));
        let common: Vec<_> = common.filter(|(from, to)| from <= to).collect();
        (!common.is_empty()).then_some(common)
    });
    let ranges = usual.unwrap_or(ranges);
    let (low, high) = *ranges.get(random.below(ranges.len()))?;
    let drawn = random.between(i64::from(u32::from(low)), i64::from(u32::from(high)));
    let drawn = u32::try_from(drawn).ok().and_then(char::from_u32);
    Some(drawn.unwrap_or(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_are_met() {
        let table = [
            "^[A-Z]{3}-\\d{4}$",
            "^(red|green|blue)$",
            "^\\w+@\\w+\\.(com|org)$",
            "^#?([a-f0-9]{6}|[a-f0-9]{3})$",
            "^[^a-y]$",
            "^\\+?[1-9]\\d{1,14}$",
            "^(?:a|b)*c$",
            "^(?<year>\\d{4})$",
            "^[\\w.-]{2,}$",
            "^\\u0041\\x42$",
            "^\\p{Lu}\\p{N}\\b$",
            "",
        ];
        for pattern in table {
            for seed in 0..50 {
                let text = generate(pattern, 1, &mut Random::new(seed)).unwrap();
                let schema = serde_json::json!({"pattern": pattern});
                let valid = jsonschema::is_valid(&schema, &serde_json::json!(text));
                assert!(valid, "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn patterns_that_are_beyond_it() {
        let deep = "(".repeat(1000);
        for pattern in [
            "(?=a)b",
            "(?<!a)b",
            "(",
            ")",
            "[",
            "*a",
            "[a",
            "a{99999}",
            "(a)\\1",
            deep.as_str(),
        ] {
            assert_eq!(generate(pattern, 1, &mut Random::new(0)), None, "{pattern}");
        }
    }
}
