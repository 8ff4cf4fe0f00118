use groq_types::{TranscriptionWord, VerboseTranscription};

use super::*;

/// Ten seconds of speech, ten of silence, ten of speech.
fn sound() -> Sound {
    let levels = (0..3_000).map(|hop| match hop / 1_000 {
        1 => -80.0,
        _ => -20.0,
    });
    Sound::new(levels.collect(), -50.0)
}

fn heard(times: impl IntoIterator<Item = (f64, f64)>) -> PieceTranscript {
    let words = times
        .into_iter()
        .map(|(start, end)| TranscriptionWord::new("word", start, end));
    PieceTranscript::new(0, 480_000, VerboseTranscription::new("").with_words(words))
}

fn spoken() -> impl Iterator<Item = (f64, f64)> {
    let word = |at: usize| (at as f64 * 0.5, at as f64 * 0.5 + 0.4);
    (0..20).chain(40..60).map(word)
}

fn kinds(heard: &PieceTranscript) -> Vec<FlagKind> {
    let flags = check_piece(heard, Some(&sound()), &Thresholds::default());
    flags.iter().map(|flag| flag.kind).collect()
}

#[test]
fn honest_answers_have_no_flags() {
    assert!(kinds(&heard(spoken())).is_empty());
}

#[test]
fn invented_words_are_found() {
    let with = spoken()
        .take(20)
        .chain([(14.0, 14.3), (14.3, 14.9)])
        .chain(spoken().skip(20));
    let heard = heard(with);
    let flags = check_piece(&heard, Some(&sound()), &Thresholds::default());
    assert_eq!(flags.len(), 1, "{flags:?}");
    assert_eq!(flags[0].kind, FlagKind::TextOnSilence);
    assert!((flags[0].start - 14.0).abs() < 1e-9 && (flags[0].end - 14.9).abs() < 1e-9);
}

#[test]
fn a_short_answer_is_found() {
    assert_eq!(kinds(&heard(spoken().take(24))), [FlagKind::Coverage]);
    assert_eq!(kinds(&heard([])), [FlagKind::Coverage]);
}

#[test]
fn figures_out_of_bounds_are_flagged() {
    let segment = TranscriptionSegment::new(0.0, 10.0, " lorem ipsum dolor sit amet")
        .with_avg_logprob(-1.2)
        .with_no_speech_prob(0.7)
        .with_compression_ratio(3.0);
    let answer = VerboseTranscription::new("").with_segments([segment]);
    let flags = check_piece(
        &PieceTranscript::new(0, 160_000, answer),
        None,
        &Thresholds::default(),
    );
    let kinds: Vec<FlagKind> = flags.iter().map(|flag| flag.kind).collect();
    let expected = [
        FlagKind::LowConfidence,
        FlagKind::LikelySilence,
        FlagKind::Repetition,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn another_length_is_flagged() {
    let mut heard = heard(spoken());
    heard.answer.duration = Some(AudioDuration::Text("29.5".to_owned()));
    assert_eq!(kinds(&heard), [FlagKind::Duration]);
    heard.answer.duration = Some(AudioDuration::Seconds(30.0));
    assert!(kinds(&heard).is_empty());
}

/// Mean log probability, probability of no speech, compression ratio.
type Figures = [Option<f64>; 3];

/// The flags of a segment with some figures.
fn flagged(figures: Figures, text: &str) -> Vec<(FlagKind, Severity)> {
    let mut segment = TranscriptionSegment::new(0.0, 10.0, text);
    [
        segment.avg_logprob,
        segment.no_speech_prob,
        segment.compression_ratio,
    ] = figures;
    let answer = VerboseTranscription::new("").with_segments([segment]);
    let flags = check_piece(
        &PieceTranscript::new(0, 160_000, answer),
        None,
        &Thresholds::default(),
    );
    flags
        .iter()
        .map(|flag| (flag.kind, flag.severity))
        .collect()
}

#[test]
fn figures_at_the_threshold_are_no_suspicion() {
    type Row = (Figures, &'static str, &'static [(FlagKind, Severity)]);
    use FlagKind::{LikelySilence, LowCompression, LowConfidence, Repetition};
    use Severity::{Error, Warning};
    let text = "one two three four five six seven eight nine ten eleven 1222";
    assert_eq!(text.len(), 60);
    let sure = Some(-0.1);
    let table: [Row; 17] = [
        ([None, None, None], text, &[]),
        ([Some(-0.5), None, None], text, &[]),
        (
            [Some(-0.501), None, None],
            text,
            &[(LowConfidence, Warning)],
        ),
        ([Some(-1.0), None, None], text, &[(LowConfidence, Warning)]),
        ([Some(-1.001), None, None], text, &[(LowConfidence, Error)]),
        (
            [Some(-1.0), Some(0.7), None],
            text,
            &[(LowConfidence, Warning)],
        ),
        (
            [Some(-1.001), Some(0.6), None],
            text,
            &[(LowConfidence, Error)],
        ),
        (
            [Some(-1.001), Some(0.601), None],
            text,
            &[(LowConfidence, Error), (LikelySilence, Error)],
        ),
        ([sure, Some(0.8), None], text, &[]),
        ([sure, Some(0.801), None], text, &[(LikelySilence, Warning)]),
        ([sure, None, Some(2.4)], text, &[]),
        ([sure, None, Some(2.401)], text, &[(Repetition, Error)]),
        ([sure, None, Some(0.8)], text, &[]),
        (
            [sure, None, Some(0.799)],
            text,
            &[(LowCompression, Warning)],
        ),
        ([sure, None, Some(0.799)], &text[1..], &[]),
        ([sure, None, Some(0.799)], "We met in Paris yesterday.", &[]),
        (
            [sure, None, Some(1.0)],
            "No. No! no",
            &[(Repetition, Error)],
        ),
    ];
    for (figures, text, expected) in table {
        assert_eq!(flagged(figures, text), expected, "{figures:?}");
    }
}

#[test]
fn thresholds_can_be_changed() {
    let strict = Thresholds::new().low_confidence(-0.05);
    let segment = TranscriptionSegment::new(0.0, 1.0, "well").with_avg_logprob(-0.1);
    let answer = VerboseTranscription::new("").with_segments([segment]);
    let flags = check_piece(&PieceTranscript::new(0, 16_000, answer), None, &strict);
    assert_eq!(flags.len(), 1);
}

#[test]
fn lengths_may_differ_by_a_tenth_of_a_second() {
    for (theirs, expected) in [(30.09, 0), (29.91, 0), (30.11, 1), (29.89, 1), (0.0, 1)] {
        let mut heard = heard(spoken());
        heard.answer.duration = Some(AudioDuration::Seconds(theirs));
        assert_eq!(kinds(&heard).len(), expected, "{theirs}");
    }
}

#[test]
fn text_on_silence_is_told_from_text_beside_it() {
    let words = |extra: &[(f64, f64)]| {
        let mut words: Vec<(f64, f64)> = spoken().chain(extra.iter().copied()).collect();
        words.sort_by(|a, b| a.0.total_cmp(&b.0));
        kinds(&heard(words))
    };
    let invented: [&[(f64, f64)]; 5] = [
        &[(12.0, 12.1)],
        &[(15.0, 15.0)],
        // All of the silence, and a little of the speech on both sides.
        &[(9.85, 20.1)],
        &[(10.5, 12.0), (12.0, 12.4), (17.0, 19.9)],
        &[(10.05, 10.45)],
    ];
    for extra in invented {
        assert_eq!(words(extra), [FlagKind::TextOnSilence], "{extra:?}");
    }
    let without = |from: usize, to: usize, own: (f64, f64)| {
        let mut words: Vec<(f64, f64)> = spoken().collect();
        words.splice(from..to, [own]);
        kinds(&heard(words))
    };
    // The first word after the silence begins too early, by a little or by all of it; the last before it ends too late.
    for own in [(19.85, 20.25), (10.0, 20.4), (19.72, 20.0)] {
        assert!(without(20, 21, own).is_empty(), "{own:?}");
    }
    assert!(without(19, 20, (9.5, 17.0)).is_empty());
}

#[test]
fn invented_segments_are_found_without_words() {
    let segments = |list: &[(&str, f64, f64)]| {
        let list = list
            .iter()
            .map(|&(text, start, end)| TranscriptionSegment::new(start, end, text));
        let answer = VerboseTranscription::new("").with_segments(list);
        kinds(&PieceTranscript::new(0, 480_000, answer))
    };
    let ten = " one two three four five six seven eight nine ten";
    assert!(segments(&[(ten, 0.0, 10.0), (ten, 20.0, 30.0)]).is_empty());
    // It has speech in it, and a silence too.
    assert!(segments(&[(ten, 0.0, 10.0), (" a b c", 10.0, 21.2), (ten, 21.2, 30.0)]).is_empty());
    assert_eq!(
        segments(&[
            (ten, 0.0, 10.0),
            (" Thank you.", 12.0, 18.0),
            (ten, 20.0, 30.0)
        ]),
        [FlagKind::TextOnSilence]
    );
}

#[test]
fn a_short_answer_is_found_wherever_it_stops() {
    let until = |seconds: f64| kinds(&heard(spoken().filter(|word| word.1 <= seconds)));
    for seconds in [0.0, 3.0, 9.0, 21.0, 25.0, 26.5] {
        assert_eq!(until(seconds), [FlagKind::Coverage], "{seconds}");
    }
    for seconds in [27.5, 29.0, 30.0] {
        assert!(until(seconds).is_empty(), "{seconds}");
    }
    let skipped = spoken().filter(|word| word.0 < 2.0 || word.0 > 9.0);
    assert_eq!(kinds(&heard(skipped)), [FlagKind::Coverage]);
}

#[test]
fn impossible_times_are_said() {
    let with = |wild: &[(f64, f64)]| {
        let mut words: Vec<(f64, f64)> = spoken().collect();
        words.splice(3..3 + wild.len(), wild.iter().copied());
        let flags = check_piece(&heard(words), None, &Thresholds::default());
        flags
            .iter()
            .map(|flag| (flag.kind, flag.severity, flag.value))
            .collect::<Vec<_>>()
    };
    assert!(with(&[]).is_empty());
    assert_eq!(
        with(&[(99.0, 99.5)]),
        [(FlagKind::BadTimes, Severity::Note, 1.0)]
    );
    assert_eq!(
        with(&[(1.9, 1.5)]),
        [(FlagKind::BadTimes, Severity::Note, 1.0)]
    );
    assert_eq!(
        with(&[(99.0, 99.5); 6]),
        [(FlagKind::BadTimes, Severity::Warning, 6.0)]
    );
}

/// Three words cannot fill half a minute of sound.
#[test]
fn few_words_over_a_long_time_leave_it_unheard() {
    let segment = TranscriptionSegment::new(0.0, 39.0, " Thank you all.");
    let answer = VerboseTranscription::new("Thank you all.").with_segments([segment]);
    let piece = PieceTranscript::new(0, 39 * 16_000, answer);
    let loud = Sound::new([-20.0; 3_900].into_iter().collect(), -60.0);
    let flags = check_piece(&piece, Some(&loud), &Thresholds::default());
    let mut missed = flags.iter().filter(|flag| flag.kind == FlagKind::Coverage);
    assert!(
        missed.any(|flag| flag.severity == Severity::Error),
        "{flags:?}"
    );
}
