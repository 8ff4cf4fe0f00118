//! Another speaker and another recognizer than those of the tones: a table of words, from which the answers of all pieces
//! are written down, each with marks, capitals and mistakes of its own.

use super::*;

/// A word as it was said.
#[derive(Clone, Debug)]
struct Said {
    text: String,
    start: f64,
    end: f64,
    /// It ends a sentence.
    ends: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Speaker {
    /// Sentences of some words, and pauses between them.
    Calm,
    /// As fast as anyone speaks, without a pause.
    Fast,
    /// Phrases and words that come again at once.
    Repeating,
    /// A script without spaces: a word is a character or two.
    Spaceless,
    /// Six words in all, in any order.
    Few,
}

#[derive(Clone, Copy, Debug)]
struct Mistakes {
    jitter: f64,
    /// All times of an answer are late or early by up to so much.
    bias: f64,
    /// How likely a word so near to an edge is wrong, missing, or half of itself.
    edge: f64,
    zone: f64,
}

const CLEAN: Mistakes = Mistakes {
    jitter: 0.0,
    bias: 0.0,
    edge: 0.0,
    zone: 0.0,
};
const MILD: Mistakes = Mistakes {
    jitter: 0.06,
    bias: 0.04,
    edge: 0.5,
    zone: 0.3,
};
const HARSH: Mistakes = Mistakes {
    jitter: 0.15,
    bias: 0.05,
    edge: 1.0,
    zone: 1.0,
};

struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, limit: usize) -> usize {
        ((self.share() * limit as f64) as usize).min(limit - 1)
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.share()
    }
}

/// Words of one to three syllables; of 900, a few are very common, as in any language.
fn word(speaker: Speaker, random: &mut Random) -> String {
    const SYLLABLES: [&str; 16] = [
        "an", "be", "cor", "di", "el", "for", "gu", "hi", "in", "ka", "lo", "men", "or", "per",
        "sta", "tu",
    ];
    if speaker == Speaker::Spaceless {
        let letter = |random: &mut Random| {
            let number = 0x4E00 + random.below(400) as u32 * 7;
            char::from_u32(number).expect("a letter")
        };
        return (0..=random.below(2)).map(|_| letter(random)).collect();
    }
    let mut number = (random.share().powi(3) * 900.0) as usize;
    if speaker == Speaker::Few {
        number = random.below(6);
    }
    if number % 31 == 30 {
        return format!("{}", 3 + number % 90);
    }
    let (mut rest, mut text) = (number * 7 + 3, String::new());
    while rest > 0 || text.is_empty() {
        text.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    text
}

fn talk(speaker: Speaker, seconds: f64, random: &mut Random) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let (mut at, mut left) = (0.6, 8);
    while at < seconds - 1.5 {
        let mut text = word(speaker, random);
        let back = [1, 1, 2, 3, 6, 9][random.below(6)];
        if speaker == Speaker::Repeating && random.share() < 0.5 && said.len() > back {
            text.clone_from(&said[said.len() - back].text);
        }
        let length = match speaker {
            Speaker::Spaceless => 0.12 + 0.1 * text.chars().count() as f64,
            Speaker::Fast => 0.1 + 0.02 * text.len() as f64,
            _ => 0.12 + 0.035 * text.len() as f64,
        };
        left -= 1;
        let ends = left == 0;
        said.push(Said {
            text,
            start: at,
            end: at + length,
            ends,
        });
        at += length + random.between(0.0, 0.05);
        if ends {
            left = 3 + random.below(14);
            at += match speaker {
                Speaker::Fast | Speaker::Repeating => 0.0,
                _ => random.between(0.2, 1.4),
            };
        }
    }
    said
}

/// The words that a piece hears, in its own writing, with times on its own clock.
fn hear(
    said: &[Said],
    (from, to): (f64, f64),
    whole: f64,
    mistakes: Mistakes,
    random: &mut Random,
) -> Vec<Said> {
    let bias = random.between(-mistakes.bias, mistakes.bias);
    let mut heard: Vec<Said> = Vec::new();
    for word in said {
        let (start, end) = (word.start.max(from), word.end.min(to));
        // Less than a third of a word is noise.
        if end - start < (word.end - word.start) * 0.34 {
            continue;
        }
        let cut = end - start < word.end - word.start - 1e-6;
        let near =
            start - from < mistakes.zone && from > 0.0 || to - end < mistakes.zone && to < whole;
        let mut text = word.text.clone();
        if cut || near && random.share() < mistakes.edge {
            let letters: Vec<char> = text.chars().collect();
            text = match random.below(4) {
                0 => continue,
                1 if letters.len() > 3 => letters[..letters.len() / 2].iter().collect(),
                2 if letters.len() > 3 => letters[letters.len() / 2..].iter().collect(),
                _ if text.is_ascii() => format!("uh{}", random.below(50)),
                _ => "嗯".to_owned(),
            };
        }
        let capital = heard.last().is_none_or(|last: &Said| last.ends);
        if capital || random.share() < 0.02 {
            let mut letters = text.chars();
            let first = letters.next().map(char::to_uppercase);
            text = first.into_iter().flatten().chain(letters).collect();
        }
        let mark = match (word.ends, random.below(20)) {
            (true, 0..=16) => ".",
            (true, _) => "?",
            (false, 0) => ",",
            (false, 1) => " -",
            _ => "",
        };
        text.push_str(mark);
        let shift = bias + random.between(-mistakes.jitter, mistakes.jitter);
        heard.push(Said {
            text,
            start: (start - from + shift).max(0.0),
            end: (end - from + shift).max(0.0),
            ends: word.ends,
        });
    }
    heard
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Words,
    Segments,
    Text,
}

fn answer(heard: &[Said], shape: Shape, gap: &str) -> VerboseTranscription {
    let line = |words: &[Said]| -> String {
        words
            .iter()
            .map(|word| format!("{gap}{}", word.text))
            .collect()
    };
    let text = line(heard);
    let mut answer = VerboseTranscription::new(text.trim());
    if shape == Shape::Text {
        return answer;
    }
    let mut segments = Vec::new();
    let mut first = 0;
    for (index, word) in heard.iter().enumerate() {
        let is_last = index + 1 == heard.len();
        if is_last || word.ends || index + 1 - first == 14 {
            let words = &heard[first..=index];
            segments.push(TranscriptionSegment::new(
                words[0].start,
                word.end,
                line(words),
            ));
            first = index + 1;
        }
    }
    answer = answer.with_segments(segments);
    if shape == Shape::Words {
        let words = heard
            .iter()
            .map(|word| TranscriptionWord::new(word.text.clone(), word.start, word.end));
        answer = answer.with_words(words);
    }
    answer
}

/// Errors and words of a talk that was cut into pieces.
fn errors(
    speaker: Speaker,
    shape: Shape,
    mistakes: Mistakes,
    (length, shared): (f64, f64),
    seed: u64,
) -> (usize, usize) {
    let mut random = Random(seed * 7_919 + 1);
    let seconds = length * 12.0;
    let said = talk(speaker, seconds, &mut random);
    let gap = if speaker == Speaker::Spaceless {
        ""
    } else {
        " "
    };
    let (mut parts, mut from) = (Vec::new(), 0.0);
    loop {
        let to = (from + length * random.between(0.8, 1.0)).min(seconds);
        let origin = (from * 16_000.0).round() as u64;
        let from_here = origin as f64 / 16_000.0;
        let heard = hear(&said, (from_here, to), seconds, mistakes, &mut random);
        let answer = answer(&heard, shape, gap);
        parts.push(PieceTranscript::new(
            origin,
            (to * 16_000.0).round() as u64,
            answer,
        ));
        if to >= seconds {
            break;
        }
        from = to - shared;
    }
    let merged = merge(&parts, &MergeOptions::default());
    assert!(
        merged
            .words
            .windows(2)
            .all(|pair| pair[0].end <= pair[1].start)
    );
    let bare = |text: &str| -> Vec<String> {
        let letters = text.chars().map(|letter| match letter {
            letter if letter.is_alphanumeric() => letter.to_ascii_lowercase(),
            _ => ' ',
        });
        let text: String = letters.collect();
        match speaker {
            Speaker::Spaceless => text
                .split_whitespace()
                .flat_map(str::chars)
                .map(String::from)
                .collect(),
            _ => text.split_whitespace().map(str::to_owned).collect(),
        }
    };
    let expected: Vec<String> = said.iter().flat_map(|word| bare(&word.text)).collect();
    let found = bare(&merged.text);
    if shape == Shape::Words {
        let listed: Vec<String> = merged
            .words
            .iter()
            .flat_map(|word| bare(&word.word))
            .collect();
        assert_eq!(listed, found, "words and text agree");
    }
    (distance(&expected, &found), expected.len())
}

fn distance(said: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (index, word) in said.iter().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (column, other) in heard.iter().enumerate() {
            let change = corner + usize::from(word != other);
            corner = row[column + 1];
            row[column + 1] = change.min(corner + 1).min(row[column] + 1);
        }
    }
    row[heard.len()]
}

/// Of ten thousand words, those that are wrong, for each speaker.
fn table(shape: Shape, mistakes: Mistakes, cuts: (f64, f64)) -> Vec<(Speaker, f64)> {
    let speakers = [
        Speaker::Calm,
        Speaker::Fast,
        Speaker::Repeating,
        Speaker::Spaceless,
        Speaker::Few,
    ];
    let of_speaker = |speaker| {
        let runs = (0..30).map(|seed| errors(speaker, shape, mistakes, cuts, seed));
        let (wrong, all) = runs.fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
        (speaker, 10_000.0 * wrong as f64 / all as f64)
    };
    let shares: Vec<(Speaker, f64)> = speakers.map(of_speaker).to_vec();
    println!("{shape:?} {mistakes:?} {cuts:?}: {shares:.1?}");
    shares
}

#[test]
fn words_are_joined_whoever_speaks() {
    for mistakes in [CLEAN, MILD] {
        for cuts in [(30.0, 2.0), (30.0, 5.0), (20.0, 3.0)] {
            for (speaker, wrong) in table(Shape::Words, mistakes, cuts) {
                assert!(wrong <= 0.0, "{speaker:?}: {wrong}");
            }
        }
    }
}

/// Where both pieces hear all of the shared audio badly but for a few words.
#[test]
fn harsh_mistakes_cost_next_to_nothing() {
    for (speaker, wrong) in table(Shape::Words, HARSH, (30.0, 5.0)) {
        assert!(wrong <= 1.0, "{speaker:?}: {wrong}");
    }
    for (speaker, wrong) in table(Shape::Words, HARSH, (20.0, 3.0)) {
        assert!(wrong <= 10.0, "{speaker:?}: {wrong}");
    }
}

#[test]
fn segments_are_joined_whoever_speaks() {
    for mistakes in [CLEAN, MILD] {
        for (speaker, wrong) in table(Shape::Segments, mistakes, (30.0, 5.0)) {
            assert!(wrong <= 1.0, "{speaker:?}: {wrong}");
        }
    }
}

#[test]
fn plain_text_is_joined_whoever_speaks() {
    for mistakes in [CLEAN, MILD] {
        for (speaker, wrong) in table(Shape::Text, mistakes, (30.0, 5.0)) {
            // What is said twice in a row cannot be told from what both pieces heard.
            let most = match speaker {
                Speaker::Repeating | Speaker::Few => 25.0,
                _ => 0.0,
            };
            assert!(wrong <= most, "{speaker:?}: {wrong}");
        }
    }
}
