//! Subtitles and JSON read back by parsers that know the forms, and not the writer.

use groq_audio::subtitles::Cues;
use groq_audio::types::{TranscriptionSegment, TranscriptionWord, VerboseTranscription};
use groq_audio::{
    LongAudio, MergeOptions, OutputFormat, PieceTranscript, Source, Transcript, merge,
};

use crate::recognizer::{MILD, Recognizer};
use crate::speech::{Manner, Talk};

#[derive(Debug)]
struct Read {
    start: u64,
    end: u64,
    lines: Vec<String>,
}

/// Hours, minutes, seconds and thousandths, with exactly as many digits as the forms ask for.
fn time(text: &str, point: char) -> u64 {
    let (clock, thousandths) = text.split_once(point).expect("a point");
    let parts: Vec<&str> = clock.split(':').collect();
    let [hours, minutes, seconds] = parts[..] else {
        panic!("{text}");
    };
    assert!(hours.len() >= 2 && minutes.len() == 2 && seconds.len() == 2 && thousandths.len() == 3);
    let number = |digits: &str| -> u64 { digits.parse().expect("digits") };
    assert!(number(minutes) < 60 && number(seconds) < 60);
    ((number(hours) * 60 + number(minutes)) * 60 + number(seconds)) * 1_000 + number(thousandths)
}

fn block<'a>(mut lines: impl Iterator<Item = &'a str>, point: char) -> Read {
    let times = lines.next().expect("a line of times");
    let (start, end) = times.split_once(" --> ").expect("an arrow");
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.contains("-->")));
    Read {
        start: time(start, point),
        end: time(end, point),
        lines,
    }
}

fn blocks(text: &str) -> Vec<&str> {
    assert!(text.ends_with("\n\n") && !text.contains('\r') && !text.contains("\n\n\n"));
    text.trim_end().split("\n\n").collect()
}

fn read_srt(text: &str) -> Vec<Read> {
    let read = |(index, text): (usize, &&str)| {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some((index + 1).to_string().as_str()));
        block(lines, ',')
    };
    blocks(text).iter().enumerate().map(read).collect()
}

fn read_vtt(text: &str) -> Vec<Read> {
    let blocks = blocks(text);
    assert_eq!(blocks[0], "WEBVTT");
    let plain = |line: &String| {
        assert!(!line.contains(['<', '>']));
        let line = line.replace("&lt;", "<").replace("&gt;", ">");
        line.replace("&amp;", "&")
    };
    let read = |text: &&str| {
        let mut cue = block(text.lines(), '.');
        cue.lines = cue.lines.iter().map(plain).collect();
        cue
    };
    blocks[1..].iter().map(read).collect()
}

fn written(transcript: &Transcript, form: OutputFormat) -> String {
    let mut out = Vec::new();
    let cues = Cues::new();
    transcript.write(&mut out, form, &cues).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn shown(cues: &[Read]) -> Vec<String> {
    let lines = cues.iter().flat_map(|cue| cue.lines.iter());
    let words = lines.flat_map(|line| line.split_whitespace());
    words
        .map(|word| word.trim_matches('.').to_owned())
        .collect()
}

fn check(cues: &[Read]) {
    for cue in cues {
        assert!(
            cue.start < cue.end && cue.end - cue.start <= 7_000,
            "{cue:?}"
        );
        assert!(cue.lines.len() <= 2, "{cue:?}");
        assert!(
            cue.lines.iter().all(|line| line.chars().count() <= 42),
            "{cue:?}"
        );
    }
    assert!(cues.windows(2).all(|pair| pair[0].end <= pair[1].start));
}

#[tokio::test]
async fn subtitles_are_what_was_said() {
    let talk = Talk::new(90, Manner::Pauses, 8);
    let job = LongAudio::new(&Recognizer::new(MILD));
    let source = Source::pcm(talk.reader(), 16_000, 1);
    let transcript = job.transcribe(source).await.expect("it works");
    for cues in [
        read_srt(&written(&transcript, OutputFormat::Srt)),
        read_vtt(&written(&transcript, OutputFormat::Vtt)),
    ] {
        check(&cues);
        assert_eq!(shown(&cues), talk.texts());
        // A cue comes when its first word does.
        let starts: Vec<u64> = cues.iter().map(|cue| cue.start).collect();
        let words = transcript.words().iter();
        let words: Vec<u64> = words
            .map(|word| (word.start * 1_000.0).round() as u64)
            .collect();
        assert!(starts.iter().all(|start| words.contains(start)));
    }
}

fn transcript(texts: &[&str]) -> Transcript {
    let mut answer = VerboseTranscription::new("");
    let at = |index: usize| 4.0 * index as f64;
    let segments = texts.iter().enumerate();
    let segments = segments.map(|(index, text)| {
        TranscriptionSegment::new(at(index), at(index) + 3.0, format!(" {text}"))
    });
    answer = answer.with_segments(segments);
    let end = 16_000 * 4 * texts.len() as u64;
    let heard = PieceTranscript::new(0, end, answer);
    Transcript::new(merge(&[heard], &MergeOptions::default()), at(texts.len()))
}

#[test]
fn text_with_marks_of_the_form_comes_back() {
    let texts = [
        "if a --> b, then c",
        "1 < 2 & 3 > 2",
        "<b>&amp;</b>",
        "one\r\n\r\n00:00:01.000 --> 00:00:02.000\r\ntwo",
        "مرحبا بكم في النشرة",
        "今日は天気がいいから散歩に行きましょう",
        "WEBVTT NOTE STYLE",
    ];
    let transcript = transcript(&texts);
    let bare = |text: &str| -> String { text.split_whitespace().collect() };
    let all: String = texts.iter().map(|text| bare(text)).collect();
    let cues = read_vtt(&written(&transcript, OutputFormat::Vtt));
    check(&cues);
    let read: String = cues
        .iter()
        .flat_map(|cue| &cue.lines)
        .map(|line| bare(line))
        .collect();
    assert_eq!(read, all);
    // In this form an arrow cannot be written.
    let cues = read_srt(&written(&transcript, OutputFormat::Srt));
    check(&cues);
    let read: String = cues
        .iter()
        .flat_map(|cue| &cue.lines)
        .map(|line| bare(line))
        .collect();
    assert_eq!(read, all.replace("-->", "->"));
}

#[test]
fn json_is_what_the_service_would_say() {
    let words = ["one", "two"].map(|word| TranscriptionWord::new(word, 1.0 / 3.0, 0.5));
    let segment = TranscriptionSegment::new(0.1 + 0.2, 0.5, " one two").with_avg_logprob(-0.25);
    let answer = VerboseTranscription::new("one two")
        .with_words(words)
        .with_segments([segment]);
    let merged = merge(
        &[PieceTranscript::new(0, 16_000, answer)],
        &MergeOptions::default(),
    );
    let transcript = Transcript::new(merged, 1.0);
    let verbose: VerboseTranscription =
        serde_json::from_str(&written(&transcript, OutputFormat::VerboseJson)).expect("it is one");
    assert_eq!(verbose.text, "one two");
    let segment = &verbose.segments.as_ref().expect("segments")[0];
    assert!((segment.start - 0.3).abs() < 1e-9 && segment.avg_logprob == Some(-0.25));
    let own: serde_json::Value =
        serde_json::from_str(&written(&transcript, OutputFormat::Json)).expect("JSON");
    assert_eq!(own["format"], "groq-audio/1");
    assert_eq!(own["quality"], "clean");
    assert_eq!(own["words"].as_array().expect("words").len(), 2);
    assert_eq!(written(&transcript, OutputFormat::Text), "one two\n");
}
