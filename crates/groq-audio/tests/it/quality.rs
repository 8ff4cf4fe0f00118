//! Invented text is flagged, real words are not, and short answers are asked again.

use std::time::Duration;

use groq_audio::{FlagKind, LongAudio, PieceOptions, Source, Timestamps, Transcript};

use crate::recognizer::{Blemishes, CLEAN, HARSH, MILD, Recognizer};
use crate::score::{texts, word_errors};
use crate::speech::{Manner, RATE, Talk};

fn talk() -> Talk {
    Talk::new(150, Manner::Pauses, 41)
}

async fn heard(talk: &Talk, blemishes: Blemishes) -> (Transcript, Recognizer) {
    let service = Recognizer::new(blemishes);
    let plan = PieceOptions::new().max_len(Duration::from_secs(30));
    let job = LongAudio::new(&service).pieces(plan).recheck_share(1.0);
    let transcript = job.transcribe(Source::pcm(talk.reader(), 16_000, 1)).await;
    (transcript.expect("it works"), service)
}

#[tokio::test]
async fn invented_text_is_flagged_and_real_words_are_not() {
    let talk = talk();
    for blemishes in [CLEAN, MILD, HARSH] {
        let (transcript, _) = heard(
            &talk,
            Blemishes {
                invents: true,
                ..blemishes
            },
        )
        .await;
        let flagged = |at: f64| {
            transcript.flags().iter().any(|flag| {
                flag.kind == FlagKind::TextOnSilence && flag.start <= at && at <= flag.end
            })
        };
        let mut invented = 0;
        for word in transcript.words() {
            let middle = f64::midpoint(word.start, word.end);
            let is_invented = word.word == "thank" || word.word == "you";
            invented += usize::from(is_invented);
            assert_eq!(
                flagged(middle),
                is_invented,
                "{word:?} {:?}",
                transcript.flags()
            );
        }
        assert!(invented > 10, "{invented}");
    }
}

#[tokio::test]
async fn good_answers_are_clean() {
    let talk = talk();
    for blemishes in [CLEAN, MILD] {
        let (transcript, service) = heard(&talk, blemishes).await;
        let flags = transcript.flags();
        assert!(
            flags
                .iter()
                .all(|flag| flag.severity == groq_audio::Severity::Note),
            "{flags:?}"
        );
        assert_eq!(service.calls() as usize, transcript.pieces().len());
    }
}

#[tokio::test]
async fn an_answer_cut_short_is_asked_again() {
    let talk = talk();
    let (transcript, service) = heard(
        &talk,
        Blemishes {
            short: 0.4,
            ..CLEAN
        },
    )
    .await;
    let wrong = word_errors(&talk.texts(), &texts(&transcript));
    let asked = transcript.stats().rechecks;
    assert!(asked > 0, "{} calls", service.calls());
    // What was cut short twice is at least said to be.
    let flagged = transcript
        .flags()
        .iter()
        .any(|flag| flag.kind == FlagKind::Coverage);
    assert!(
        wrong == 0 || flagged,
        "{wrong} words wrong, asked again {asked} times"
    );
}

#[tokio::test]
async fn a_long_silence_at_the_beginning_is_said() {
    let mut talk = Talk::new(60, Manner::Pauses, 6);
    talk.words.retain(|word| word.start > 10 * RATE);
    let (transcript, _) = heard(&talk, CLEAN).await;
    assert!(
        transcript
            .flags()
            .iter()
            .any(|flag| flag.kind == FlagKind::LeadingSilence)
    );
}

#[tokio::test]
async fn subtitles_read_well() {
    let talk = talk();
    let service = Recognizer::new(CLEAN);
    for times in [Timestamps::Words, Timestamps::Segments] {
        let job = LongAudio::new(&service).timestamps(times);
        let transcript = job
            .transcribe(Source::pcm(talk.reader(), 16_000, 1))
            .await
            .expect("it works");
        let cues = groq_audio::subtitles::Cues::new().lay_out(&transcript);
        for cue in &cues {
            assert!(
                cue.lines.len() <= 2 && cue.lines.iter().all(|line| line.chars().count() <= 42)
            );
            assert!(cue.end - cue.start <= 7_000);
        }
        assert!(cues.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let shown: Vec<String> = cues
            .iter()
            .flat_map(|cue| cue.lines.iter())
            .flat_map(|line| line.split_whitespace())
            .map(|word| word.trim_matches('.').to_owned())
            .collect();
        assert_eq!(shown, talk.texts());
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["talk.srt", "talk.vtt", "talk.txt", "talk.json"] {
            transcript.save(folder.path().join(name)).expect("written");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 4);
        let mut verbose = Vec::new();
        transcript
            .write(
                &mut verbose,
                groq_audio::OutputFormat::VerboseJson,
                &groq_audio::subtitles::Cues::new(),
            )
            .expect("written");
        let read: groq_audio::types::VerboseTranscription =
            serde_json::from_slice(&verbose).expect("it is what the service would say");
        assert_eq!(read.text, transcript.text());
    }
}

#[tokio::test]
async fn a_seam_without_agreement_is_asked_for_again() {
    // All that two pieces share is heard wrong by one of them.
    let deaf = Blemishes {
        edge: 1.0,
        edge_zone: 2.6,
        ..CLEAN
    };
    let talk = Talk::new(120, Manner::Monologue, 17);
    let heard = async |share: f64| {
        let plan = PieceOptions::new().max_len(Duration::from_secs(30));
        let job = LongAudio::new(&Recognizer::new(deaf))
            .pieces(plan)
            .recheck_share(share);
        let source = Source::pcm(talk.reader(), 16_000, 1);
        job.transcribe(source).await.expect("it works")
    };
    let unaligned = |transcript: &Transcript| {
        let flags = transcript.flags().iter();
        flags
            .filter(|flag| flag.kind == FlagKind::UnalignedJoin)
            .count()
    };
    let once = heard(0.0).await;
    assert!(unaligned(&once) > 1 && once.stats().rechecks == 0);
    let twice = heard(1.0).await;
    assert_eq!(unaligned(&twice), 0);
    assert!(twice.stats().rechecks > 1);
    // Only the ends of the recording have no second hearing.
    let said = talk.texts();
    let middle = &said[20..said.len() - 20];
    let all = texts(&twice);
    assert!(all.windows(middle.len()).any(|words| words == middle));
}
