//! No word lost or doubled, whatever the pieces, the pauses, and the answers.
//!
//! By default a talk has a few minutes. `GROQ_AUDIO_MINUTES=60 cargo test --release -p groq-audio --test it -- --nocapture`
//! is the acceptance run.

use std::time::Duration;

use groq_audio::{LongAudio, PieceOptions, Source, Timestamps, Transcript};

use crate::recognizer::{Blemishes, CLEAN, HARSH, MILD, Recognizer};
use crate::score::{clock, first_difference, never_steps_back, texts, word_errors};
use crate::speech::{Manner, Talk};

fn seconds() -> usize {
    let minutes = std::env::var("GROQ_AUDIO_MINUTES")
        .ok()
        .and_then(|minutes| minutes.parse().ok());
    minutes.unwrap_or(2) * 60
}

async fn transcribed(
    talk: &Talk,
    piece: u64,
    times: Timestamps,
    blemishes: Blemishes,
) -> Transcript {
    let service = Recognizer::new(blemishes);
    let plan = PieceOptions::new().max_len(Duration::from_secs(piece));
    let job = LongAudio::new(&service).pieces(plan).timestamps(times);
    let source = Source::pcm(talk.reader(), 16_000, 1);
    job.transcribe(source).await.expect("it works")
}

/// Errors and words over both manners and both lengths of pieces.
async fn errors(times: Timestamps, blemishes: Blemishes) -> (usize, usize) {
    let (mut errors, mut words) = (0, 0);
    for manner in [Manner::Pauses, Manner::Monologue] {
        let talk = Talk::new(seconds(), manner, 11);
        for piece in [30, 600] {
            let transcript = transcribed(&talk, piece, times, blemishes).await;
            let wrong = word_errors(&talk.texts(), &texts(&transcript));
            let kind = if manner == Manner::Pauses {
                "pauses"
            } else {
                "monologue"
            };
            println!(
                "{times:?} {kind} {piece} s: {wrong} of {} words",
                talk.words.len()
            );
            if wrong > 0 {
                println!("{}", first_difference(&talk.texts(), &texts(&transcript)));
            }
            assert!(never_steps_back(&transcript));
            if times == Timestamps::Words {
                let listed: Vec<String> = transcript
                    .words()
                    .iter()
                    .map(|word| word.word.clone())
                    .collect();
                assert_eq!(listed, texts(&transcript), "text and words agree");
            }
            errors += wrong;
            words += talk.words.len();
        }
    }
    (errors, words)
}

#[tokio::test]
async fn clean_answers_are_joined_exactly() {
    for manner in [Manner::Pauses, Manner::Monologue] {
        let talk = Talk::new(seconds(), manner, 3);
        for piece in [30, 600] {
            let transcript = transcribed(&talk, piece, Timestamps::Words, CLEAN).await;
            assert_eq!(texts(&transcript), talk.texts());
            let clock = clock(&talk, &transcript);
            println!(
                "{piece} s: worst start {:.4} s, drift {:.3} ppm",
                clock.worst, clock.drift
            );
            assert!(clock.worst < 0.03 && clock.drift.abs() < 5.0);
            assert!(never_steps_back(&transcript));
            let billed = transcript
                .usage()
                .billed_audio
                .expect("audio")
                .as_secs_f64()
                / transcript.seconds();
            println!("billed {billed:.4} of the duration");
            assert!(piece < 600 || billed < 1.02);
        }
    }
}

#[tokio::test]
async fn blemished_words_are_joined_exactly() {
    assert_eq!(errors(Timestamps::Words, MILD).await.0, 0);
}

#[tokio::test]
async fn blemished_text_is_joined_exactly() {
    assert_eq!(errors(Timestamps::None, MILD).await.0, 0);
}

#[tokio::test]
async fn blemished_segments_are_joined_well() {
    let (errors, words) = errors(Timestamps::Segments, MILD).await;
    println!("segments: {errors} of {words}");
    assert!(errors * 200 <= words, "{errors} of {words}");
}

#[tokio::test]
async fn harsh_answers_lose_next_to_nothing() {
    let (errors, words) = errors(Timestamps::Words, HARSH).await;
    println!("harsh: {errors} of {words}");
    assert!(errors * 1_000 <= words, "{errors} of {words}");
}

#[tokio::test]
async fn failures_on_the_way_change_nothing() {
    let faults = [0.10, 0.05, 0.03, 0.02];
    for manner in [Manner::Pauses, Manner::Monologue] {
        let talk = Talk::new(seconds(), manner, 17);
        for piece in [30, 600] {
            let blemishes = Blemishes { faults, ..MILD };
            let transcript = transcribed(&talk, piece, Timestamps::Words, blemishes).await;
            assert_eq!(texts(&transcript), talk.texts(), "{piece} s");
            assert!(never_steps_back(&transcript));
            let attempts: u32 = transcript.pieces().iter().map(|it| it.attempts).sum();
            println!(
                "{attempts} attempts for {} pieces",
                transcript.pieces().len()
            );
        }
    }
}
