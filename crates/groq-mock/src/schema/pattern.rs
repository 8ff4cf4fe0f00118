//! Texts that match a regular expression of the simple kind.

use crate::random::Random;

/// A text that matches, or `None` for an expression that is beyond this.
pub(crate) fn generate(pattern: &str, random: &mut Random) -> Option<String> {
    stretched(pattern, 1, random)
}

/// The same with repeats made longer by `stretch`.
pub(crate) fn stretched(pattern: &str, stretch: usize, random: &mut Random) -> Option<String> {
    let mut parser = Parser {
        rest: pattern,
        depth: 0,
    };
    let parsed = parser.alternatives()?;
    if !parser.rest.is_empty() {
        return None;
    }
    let mut text = String::new();
    let mut writer = Writer {
        text: &mut text,
        stretch,
        random,
    };
    writer.write(&parsed);
    Some(text)
}

#[derive(Debug)]
enum Part {
    Empty,
    Char(Ranges),
    Sequence(Vec<Part>),
    Alternatives(Vec<Part>),
    Repeat(Box<Part>, usize, Option<usize>),
}

impl Part {
    /// The characters, where it is one.
    fn ranges(self) -> Ranges {
        match self {
            Self::Char(ranges) => ranges,
            _ => Ranges::new(),
        }
    }
}

type Ranges = Vec<(char, char)>;

/// Nesting of groups, so that no pattern can exhaust the stack.
const MAX_DEPTH: usize = 64;
/// The most that is written for one expression.
const MAX_TEXT: usize = 4_096;

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Option<Part> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(if all.len() == 1 {
            all.remove(0)
        } else {
            Part::Alternatives(all)
        })
    }

    fn sequence(&mut self) -> Option<Part> {
        let mut parts = Vec::new();
        while let Some(next) = self
            .rest
            .chars()
            .next()
            .filter(|next| !matches!(next, '|' | ')'))
        {
            let part = self.part(next)?;
            parts.push(self.repeated(part)?);
        }
        Some(Part::Sequence(parts))
    }

    fn part(&mut self, next: char) -> Option<Part> {
        self.advance(next);
        match next {
            '^' | '$' => Some(Part::Empty),
            '.' => Some(Part::Char(vec![('a', 'z')])),
            '[' => self.class(),
            '(' => self.group(),
            '\\' => self.escape(),
            '*' | '+' | '?' => None,
            literal => Some(Part::Char(vec![(literal, literal)])),
        }
    }

    fn group(&mut self) -> Option<Part> {
        if self.eat('?') {
            if self.eat('<') {
                // `(?<name>…)`; what follows `=` or `!` looks behind.
                if self.rest.starts_with(['=', '!']) {
                    return None;
                }
                let (_, rest) = self.rest.split_once('>')?;
                self.rest = rest;
            } else if !self.eat(':') {
                return None;
            }
        }
        let inner = self.alternatives()?;
        self.eat(')').then_some(inner)
    }

    /// What follows a backslash: characters, or a boundary, which writes nothing.
    fn escape(&mut self) -> Option<Part> {
        let next = self.rest.chars().next()?;
        self.advance(next);
        let ranges = match next {
            'b' | 'B' | 'A' | 'z' | 'Z' => return Some(Part::Empty),
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('0', '9')],
            's' => vec![(' ', ' ')],
            'D' | 'S' => vec![('a', 'z')],
            'W' => vec![('-', '-')],
            'n' => vec![('\n', '\n')],
            't' => vec![('\t', '\t')],
            'r' => vec![('\r', '\r')],
            'p' => vec![self.property()?],
            'u' => vec![self.code_point(4)?],
            'x' => vec![self.code_point(2)?],
            // A reference to a group, or a property's opposite.
            'P' | '1'..='9' | 'k' => return None,
            literal => vec![(literal, literal)],
        };
        Some(Part::Char(ranges))
    }

    /// `{L}`, `{Lu}`, `{N}`: letters and digits are told apart, no more.
    fn property(&mut self) -> Option<(char, char)> {
        let (name, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        self.rest = rest;
        match name {
            "Lu" => Some(('A', 'Z')),
            name if name.starts_with('N') => Some(('0', '9')),
            name if name.starts_with('L') => Some(('a', 'z')),
            _ => None,
        }
    }

    fn code_point(&mut self, digits: usize) -> Option<(char, char)> {
        let digits = self.rest.get(..digits)?;
        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        self.rest = &self.rest[digits.len()..];
        Some((c, c))
    }

    fn class(&mut self) -> Option<Part> {
        let negated = self.eat('^');
        let mut ranges = Ranges::new();
        let mut first = true;
        loop {
            let next = self.rest.chars().next()?;
            self.advance(next);
            if next == ']' && !first {
                break;
            }
            first = false;
            let low = if next == '\\' {
                self.escape()?.ranges()
            } else {
                vec![(next, next)]
            };
            let is_range = low.len() == 1
                && low[0].0 == low[0].1
                && self.rest.starts_with('-')
                && !self.rest.starts_with("-]");
            if !is_range {
                ranges.extend(low);
                continue;
            }
            self.advance('-');
            let end = self.rest.chars().next()?;
            self.advance(end);
            let high = if end == '\\' {
                self.escape()?.ranges().first()?.1
            } else {
                end
            };
            ranges.push((low[0].0, high.max(low[0].0)));
        }
        if !negated {
            return (!ranges.is_empty()).then_some(Part::Char(ranges));
        }
        let outside = |c: &char| ranges.iter().all(|(low, high)| !(low..=high).contains(&c));
        let allowed: Ranges = ('a'..='z')
            .chain('0'..='9')
            .chain("A-_ .".chars())
            .filter(outside)
            .map(|c| (c, c))
            .collect();
        (!allowed.is_empty()).then_some(Part::Char(allowed))
    }

    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (least, most) = match self.rest.chars().next() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match self.counts() {
                Some(counts) => counts,
                None => return Some(part),
            },
            _ => return Some(part),
        };
        if let Some(sign @ ('*' | '+' | '?')) = self.rest.chars().next() {
            self.advance(sign);
        }
        // Lazy and possessive forms match the same texts.
        if !self.eat('?') {
            self.eat('+');
        }
        (least <= MAX_TEXT).then(|| Part::Repeat(Box::new(part), least, most))
    }

    /// `{2}`, `{2,}`, `{2,4}`; a brace that is no count is a literal.
    fn counts(&mut self) -> Option<(usize, Option<usize>)> {
        let (inside, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        let (least, most) = match inside.split_once(',') {
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
            None => (inside.parse().ok()?, Some(inside.parse().ok()?)),
        };
        self.rest = rest;
        Some((least, most))
    }

    fn eat(&mut self, sign: char) -> bool {
        let found = self.rest.starts_with(sign);
        if found {
            self.advance(sign);
        }
        found
    }

    fn advance(&mut self, sign: char) {
        self.rest = &self.rest[sign.len_utf8()..];
    }
}

struct Writer<'a> {
    text: &'a mut String,
    stretch: usize,
    random: &'a mut Random,
}

impl Writer<'_> {
    fn write(&mut self, part: &Part) {
        if self.text.len() > MAX_TEXT {
            return;
        }
        match part {
            Part::Empty => {}
            Part::Char(ranges) => self.character(ranges),
            Part::Sequence(parts) => parts.iter().for_each(|part| self.write(part)),
            Part::Alternatives(parts) => {
                let chosen = self.random.below(parts.len());
                self.write(&parts[chosen]);
            }
            Part::Repeat(part, least, most) => {
                let most = most
                    .unwrap_or(usize::MAX)
                    .min(least.saturating_add(self.stretch))
                    .max(*least);
                let count = least + self.random.below(most - least + 1);
                (0..count).for_each(|_| self.write(part));
            }
        }
    }

    fn character(&mut self, ranges: &[(char, char)]) {
        let (low, high) = ranges[self.random.below(ranges.len())];
        let (low, high) = (u32::from(low), u32::from(high));
        let code = i64::from(low)..=i64::from(high);
        let drawn = u32::try_from(self.random.between(*code.start(), *code.end()))
            .ok()
            .and_then(char::from_u32);
        self.text
            .push(drawn.or_else(|| char::from_u32(low)).unwrap_or('a'));
    }
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
            "^[]a]$",
            "^\\u0041\\x42$",
            "^\\p{Lu}\\p{N}\\b$",
            "",
        ];
        for pattern in table {
            for seed in 0..50 {
                let text = generate(pattern, &mut Random::new(seed)).unwrap();
                let schema = serde_json::json!({"pattern": pattern});
                // The expression `[]a]` means something else in other dialects.
                if pattern != "^[]a]$" {
                    assert!(
                        jsonschema::is_valid(&schema, &serde_json::json!(text)),
                        "{pattern}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn patterns_that_are_beyond_it() {
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
            &"(".repeat(1000),
        ] {
            assert_eq!(generate(pattern, &mut Random::new(0)), None, "{pattern}");
        }
    }
}
