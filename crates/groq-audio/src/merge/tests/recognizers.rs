//! Recognizers differ in how they write: none of it may cost a word.

use super::*;

fn timed(list: &[(&str, f64, f64)]) -> VerboseTranscription {
    let words = list
        .iter()
        .map(|&(word, start, end)| TranscriptionWord::new(word, start, end));
    VerboseTranscription::new("").with_words(words)
}

/// Two answers with times from 4 s on, the right one 5 s later than its own clock says.
fn text(left: Timed<'_>, right: Timed<'_>) -> String {
    pair(words(left), words(right)).text
}

#[test]
fn ways_to_write_the_same() {
    let table: [(&str, Timed<'_>, Timed<'_>, &str); 7] = [
        (
            "marks and capitals",
            &[("We", 4.0), ("said", 6.0), ("no,", 7.0), ("then.", 9.0)],
            &[("Said", 1.0), ("no", 2.0), ("then", 4.0), ("left", 6.0)],
            "We said no, then left",
        ),
        (
            "marks of their own",
            &[("so", 6.0), (",", 6.3), ("he", 7.0), ("went", 8.0)],
            &[
                ("so", 1.0),
                ("he", 2.0),
                ("went", 3.0),
                (".", 3.3),
                ("Home", 6.0),
            ],
            "so , he went . Home",
        ),
        (
            "a hyphen",
            &[("a", 6.0), ("well-known", 7.0), ("man", 8.0), ("came", 9.0)],
            &[
                ("well", 1.9),
                ("known", 2.2),
                ("man", 3.0),
                ("came", 4.0),
                ("in", 6.0),
            ],
            "a well-known man came in",
        ),
        (
            "a number",
            &[("at", 6.0), ("20", 7.0), ("past", 8.0), ("nine", 9.0)],
            &[
                ("at", 1.0),
                ("twenty", 2.0),
                ("past", 3.0),
                ("nine", 4.0),
                ("we", 6.0),
            ],
            "at 20 past nine we",
        ),
        (
            "an apostrophe",
            &[("I", 6.0), ("don’t", 7.0), ("know", 8.0)],
            &[("don", 1.9), ("'t", 2.2), ("know", 3.0), ("him", 6.0)],
            "I don’t know him",
        ),
        (
            "spaces in words",
            &[(" I", 6.0), (" do", 7.0), (" know", 8.0)],
            &[(" do", 2.0), (" know", 3.0), (" him", 6.0)],
            "I do know him",
        ),
        (
            "an empty word",
            &[
                ("I", 6.0),
                ("", 6.5),
                ("do", 7.0),
                (" ", 7.5),
                ("know", 8.0),
            ],
            &[("", 0.0), ("do", 2.0), ("know", 3.0), ("him", 6.0)],
            "I do know him",
        ),
    ];
    for (name, left, right, expected) in table {
        assert_eq!(text(left, right), expected, "{name}");
    }
}

#[test]
fn parts_of_a_word_stay_together() {
    let left = timed(&[(" un", 4.0, 4.2), ("happy", 4.2, 4.5), (" men", 6.0, 6.4)]);
    let right = timed(&[(" men", 1.0, 1.4), (" un", 6.0, 6.1), ("fold", 6.1, 6.4)]);
    assert_eq!(pair(left, right).text, "unhappy men unfold");
}

#[test]
fn words_without_length_and_with_equal_times_are_words() {
    let left = timed(&[
        ("a", 6.0, 6.0),
        ("b", 7.0, 7.0),
        ("c", 7.0, 7.4),
        ("d", 8.0, 8.0),
    ]);
    let right = timed(&[
        ("b", 2.0, 2.4),
        ("c", 2.0, 2.4),
        ("d", 3.0, 3.0),
        ("e", 6.0, 6.0),
    ]);
    assert_eq!(pair(left, right).text, "a b c d e");
}

#[test]
fn segments_may_overlap_and_end_beyond_the_piece() {
    let left = only_segments(&[
        (" one two three four", 0.0, 5.6),
        (" five six seven eight", 5.0, 12.0),
    ]);
    let right = only_segments(&[
        (" five six seven eight", 0.0, 5.3),
        (" nine ten", 5.0, 30.0),
    ]);
    let merged = pair(left, right);
    assert_eq!(
        merged.text,
        "one two three four five six seven eight nine ten"
    );
    assert!(merged.segments.iter().all(|segment| segment.end <= 15.0));
}

#[test]
fn one_segment_for_a_whole_piece_is_joined_by_its_text() {
    // Half of the left piece is a pause, so that guessed times are seconds wrong.
    let left = only_segments(&[(
        " it was late when we left the house and walked away",
        0.0,
        10.0,
    )]);
    let right = only_segments(&[(
        " the house and walked away from the noise of the town",
        0.0,
        10.0,
    )]);
    assert_eq!(
        pair(left, right).text,
        "it was late when we left the house and walked away from the noise of the town"
    );
}

#[test]
fn words_and_segments_may_be_split_differently() {
    let list: Timed<'_> = &[
        ("twenty", 6.0),
        ("-", 6.3),
        ("one", 6.4),
        ("men", 8.0),
        ("came", 9.0),
    ];
    let left = with_segments(list, &[(" Twenty-one men came.", 6.0, 9.5)]);
    let list: Timed<'_> = &[
        ("one", 1.4),
        ("men", 3.0),
        ("came", 4.0),
        ("in", 6.0),
        ("late", 7.0),
    ];
    let right = with_segments(
        list,
        &[(" one men came in", 1.4, 6.3), (" late.", 7.0, 7.3)],
    );
    assert_eq!(pair(left, right).text, "Twenty-one men came in late.");
}

#[test]
fn a_piece_with_nothing_or_with_text_alone_takes_part() {
    let empty = VerboseTranscription::new;
    let list: Timed<'_> = &[("a", 1.0), ("b", 8.0)];
    assert_eq!(pair(words(list), empty("")).text, "a b");
    assert_eq!(pair(empty("  "), words(list)).text, "a b");
    let list: Timed<'_> = &[("a", 1.0), ("b", 5.0), ("c", 6.0), ("d", 7.0), ("e", 8.0)];
    let both = pair(words(list), empty("c d e f g"));
    assert_eq!(both.text, "a b c d e f g");
}
