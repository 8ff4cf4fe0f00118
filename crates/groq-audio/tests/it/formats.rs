//! Every format that plays, made by `ffmpeg`: these tests are ignored where it may be missing, and CI runs them.
//!
//! The same talk goes through each encoder, and must come out where it was, at the length it had.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use groq_audio::{LongAudio, PieceOptions};

use crate::recognizer::{CLEAN, Recognizer};
use crate::score::{clock, texts};
use crate::sound::{heard, heard_with, lateness, likeness};
use crate::speech::{Manner, Talk, wav};

const SECONDS: usize = 5;

/// The talk as a file, and `ffmpeg` to make others of it.
struct Studio {
    folder: tempfile::TempDir,
    original: Vec<i16>,
}

impl Studio {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let original = Talk::new(SECONDS, Manner::Pauses, 51).pcm();
        let path = folder.path().join("talk.wav");
        std::fs::write(path, wav(&original, 16_000, 1)).expect("written");
        Self { folder, original }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// None where this `ffmpeg` lacks the encoder.
    fn make(&self, name: &str, options: &str) -> Option<PathBuf> {
        let output = self.path(name);
        let done = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y", "-i"])
            .arg(self.path("talk.wav"))
            .args(options.split_whitespace())
            .arg(&output)
            .stderr(Stdio::null())
            .status();
        if done.is_ok_and(|status| status.success()) {
            return Some(output);
        }
        println!("skipped: this ffmpeg cannot make {name} {options}");
        None
    }

    /// Whether a file sounds like the talk, `late` samples later, and is as long.
    fn check(&self, name: &str, options: &str, late: isize) {
        let Some(path) = self.make(name, options) else {
            return;
        };
        let what = format!("{name} {options}");
        let heard = heard(path).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let missing = self.original.len() as isize - heard.samples.len() as isize;
        assert!(
            (-2_400..=2).contains(&missing),
            "{what}: {missing} samples are missing"
        );
        let (found, alike) = lateness(&heard.samples, &self.original, late + 40);
        assert!((found - late).abs() <= 3, "{what}: {found} samples late");
        assert!(alike > 0.9, "{what}: {alike}");
        // The last words; two seconds of silence follow them.
        let last = self.original.len() - 52_000..self.original.len() - 30_000;
        let end = likeness(&heard.samples, &self.original, found, last);
        assert!(end > 0.9, "{what}: {end} at the end");
    }
}

#[test]
#[ignore = "needs ffmpeg"]
fn plain_samples_of_every_rate_and_layout() {
    let studio = Studio::new();
    for rate in [
        8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000,
    ] {
        for channels in [1, 2, 6] {
            let options = format!("-ar {rate} -ac {channels}");
            studio.check("a.wav", &options, 0);
        }
        studio.check("a.flac", &format!("-ar {rate} -ac 2"), 0);
    }
}

#[test]
#[ignore = "needs ffmpeg"]
fn plain_samples_in_every_coding() {
    let studio = Studio::new();
    for coding in [
        "u8", "s16le", "s24le", "s32le", "f32le", "f64le", "alaw", "mulaw",
    ] {
        studio.check("a.wav", &format!("-ac 2 -c:a pcm_{coding}"), 0);
    }
    for coding in [
        "s8", "s16be", "s24be", "s32be", "f32be", "f64be", "alaw", "mulaw", "s16le",
    ] {
        studio.check("a.aiff", &format!("-c:a pcm_{coding}"), 0);
        studio.check("a.caf", &format!("-c:a pcm_{coding}"), 0);
    }
    studio.check("a.wav", "-rf64 always", 0);
    studio.check("a.au", "-ac 2", 0);
    studio.check("a.wav", "-c:a adpcm_ms", 0);
    studio.check("a.wav", "-c:a adpcm_ima_wav", 0);
}

/// Each way to store sound at a low, a usual and a high rate, from one channel to six: the same sound, or its name.
#[test]
#[ignore = "needs ffmpeg"]
fn every_codec_at_every_rate_and_layout() {
    let studio = Studio::new();
    let mut made = 0;
    for (name, codec) in [
        ("a.flac", "flac"),
        ("a.mp3", "libmp3lame"),
        ("a.m4a", "aac"),
        ("a.m4a", "alac"),
        ("a.ogg", "libvorbis"),
        ("a.webm", "libvorbis"),
        #[cfg(feature = "opus")]
        ("a.opus", "libopus"),
        #[cfg(feature = "opus")]
        ("a.webm", "libopus"),
    ] {
        for (rate, channels) in [8_000, 44_100, 48_000, 96_000]
            .into_iter()
            .flat_map(|rate| [1, 2, 6].map(|channels| (rate, channels)))
        {
            let options = format!("-ar {rate} -ac {channels} -c:a {codec}");
            let Some(path) = studio.make(name, &options) else {
                continue;
            };
            made += 1;
            match heard(path) {
                Err(error) => {
                    let named = format!("AAC with {channels} channels cannot be decoded here");
                    assert_eq!(error.to_string(), named, "{name} {options}");
                }
                Ok(_) => studio.check(name, &options, 0),
            }
        }
    }
    assert!(made >= 40, "{made} files");
}

#[test]
#[ignore = "needs ffmpeg"]
fn flac_and_mp3() {
    let studio = Studio::new();
    studio.check("a.flac", "-ar 44100 -ac 6 -sample_fmt s32", 0);
    studio.check("a.oga", "-ar 44100 -c:a flac", 0);
    studio.check("a.mka", "-ar 44100 -c:a flac", 0);
    for rate in [
        8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
    ] {
        studio.check(
            "a.mp3",
            &format!("-ar {rate} -ac 2 -c:a libmp3lame -q:a 4"),
            0,
        );
    }
    studio.check("a.mp3", "-c:a libmp3lame -b:a 64k -ar 44100", 0);
    studio.check(
        "a.mp3",
        "-c:a libmp3lame -b:a 64k -ar 44100 -id3v2_version 0 -write_id3v1 1",
        0,
    );
    // Without its tag, nothing says what the encoder put first: 1,105 samples at 44.1 kHz.
    studio.check(
        "a.mp3",
        "-c:a libmp3lame -b:a 64k -ar 44100 -write_xing 0",
        401,
    );
    studio.check("a.mpga", "-c:a mp2 -ar 44100 -ac 2 -f mp2", 175);
}

#[test]
#[ignore = "needs ffmpeg"]
fn mp4_with_and_without_video() {
    let studio = Studio::new();
    for rate in [8_000, 16_000, 22_050, 44_100, 48_000, 96_000] {
        studio.check("a.m4a", &format!("-ar {rate} -ac 2 -c:a aac"), 0);
    }
    studio.check("a.m4a", "-ar 44100 -c:a aac -movflags +faststart", 0);
    studio.check("a.m4a", "-ar 44100 -c:a aac -use_editlist 0", 0);
    studio.check(
        "a.mp4",
        "-c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof",
        0,
    );
    studio.check("a.m4a", "-ar 44100 -c:a alac", 0);
    studio.check("a.mov", "-ar 44100 -c:a pcm_s16le", 0);
    studio.check("a.mp4", "-ar 44100 -c:a libmp3lame", 0);
    studio.check("a.aac", "-ar 44100 -c:a aac", 0);
    studio.check("a.mkv", "-ar 44100 -c:a aac", 0);
    let video = "-f lavfi -i testsrc=size=64x64:rate=5 -shortest";
    studio.check("a.mp4", &format!("{video} -c:a aac -ar 44100"), 0);
    studio.check(
        "a.mp4",
        &format!("{video} -map 1 -map 0 -c:a aac -ar 44100"),
        0,
    );
}

#[test]
#[ignore = "needs ffmpeg"]
fn ogg_and_webm() {
    let studio = Studio::new();
    for (rate, channels) in [
        (8_000, 1),
        (16_000, 2),
        (44_100, 2),
        (48_000, 6),
        (96_000, 1),
    ] {
        let options = format!("-ar {rate} -ac {channels} -c:a libvorbis");
        studio.check("a.ogg", &options, 0);
        studio.check("a.webm", &options, 0);
    }
    let video = "-f lavfi -i testsrc=size=64x64:rate=5 -shortest -map 1 -map 0 -c:v libvpx";
    studio.check("a.webm", &format!("{video} -c:a libvorbis"), 0);
}

#[cfg(feature = "opus")]
#[test]
#[ignore = "needs ffmpeg"]
fn opus_in_ogg_and_webm() {
    let studio = Studio::new();
    for channels in [1, 2, 6] {
        let options = format!("-c:a libopus -b:a 48k -ac {channels}");
        for name in ["a.opus", "a.ogg", "a.webm", "a.mkv", "a.mp4"] {
            studio.check(name, &options, 0);
        }
    }
    studio.check("a.opus", "-c:a libopus -b:a 24k -frame_duration 60", 0);
    studio.check("a.webm", "-c:a libopus -b:a 24k -live 1", 0);
}

/// Films whose sound begins later than they do.
#[test]
#[ignore = "needs ffmpeg"]
fn times_are_those_of_the_file() {
    const LATE: usize = 48_000;
    let studio = Studio::new();
    let talk = studio.path("talk.wav");
    let inputs = format!(
        "-itsoffset 3 -i {} -f lavfi -i testsrc=size=64x64:rate=5:d=9 -map 2:v -map 1:a",
        talk.display()
    );
    for (name, codec) in [
        ("a.mp4", "aac"),
        ("a.m4a", "alac"),
        ("a.mkv", "aac"),
        ("a.mkv", "flac"),
        ("a.webm", "libvorbis"),
        ("a.ts", "aac"),
    ] {
        let Some(path) = studio.make(name, &format!("{inputs} -c:a {codec}")) else {
            continue;
        };
        let heard =
            heard_with(path, name == "a.ts").unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (late, alike) = lateness(&heard.samples[LATE..], &studio.original, 800);
        assert!(late.abs() < 640, "{name} {codec}: {late} samples late");
        assert!(alike > 0.85, "{name} {codec}: {alike}");
    }
}

/// Of several, the first; and it is told.
#[test]
#[ignore = "needs ffmpeg"]
fn only_the_first_audio_track_is_heard() {
    let studio = Studio::new();
    for (name, codec) in [
        ("a.m4a", "aac"),
        ("a.mka", "libvorbis"),
        ("a.ogg", "libvorbis"),
    ] {
        let options = format!("-f lavfi -i sine=f=440:d=3 -map 0 -map 1 -c:a {codec}");
        studio.check(name, &options, 0);
        if studio.path(name).exists() {
            let notes = heard(studio.path(name)).expect("a file").notes;
            assert_eq!(
                notes,
                ["only the first of 2 audio tracks is used"],
                "{name}"
            );
        }
    }
    let silent = studio.make("a.mp4", "-f lavfi -i testsrc=size=64x64:rate=5:d=2 -map 1");
    if let Some(silent) = silent {
        let error = heard(silent).expect_err("nothing to hear");
        assert!(error.is_corrupt(), "{error:?}");
    }
}

/// What cannot be decoded here is named, and decoded by `ffmpeg` where that is allowed.
#[test]
#[ignore = "needs ffmpeg"]
fn ffmpeg_decodes_what_is_not_known_here() {
    let studio = Studio::new();
    for (name, options, codec) in [
        ("a.mpg", "-c:a mp2 -ar 44100", "an MPEG program stream"),
        ("a.ts", "-c:a aac", "an MPEG transport stream"),
        ("a.m4a", "-c:a aac -ac 6", "AAC with 6 channels"),
        ("a.mp4", "-c:a ac3 -ar 48000", "AC-3"),
        ("a.mov", "-c:a adpcm_ima_qt", "the codec 'ima4'"),
        ("a.wma", "-ar 44100", "ASF (WMA or WMV)"),
        ("a.avi", "-c:a pcm_s16le", "AVI"),
        ("a.wv", "", "WavPack"),
    ] {
        let Some(path) = studio.make(name, options) else {
            continue;
        };
        let error = heard(path.as_path()).expect_err("not known here");
        assert!(error.is_unsupported(), "{name}: {error:?}");
        assert_eq!(error.to_string(), format!("{codec} cannot be decoded here"));
        let heard = heard_with(path.as_path(), true);
        let heard = heard.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let (late, alike) = lateness(&heard.samples, &studio.original, 1_600);
        assert!(alike > 0.85, "{name}: {late} samples late, {alike}");
        assert!(
            heard.samples.len() + 4_000 > studio.original.len(),
            "{name}"
        );
        assert!(
            heard.notes.iter().any(|note| note.contains("ffmpeg")),
            "{name}"
        );
        cut_off(&path);
    }
}

/// What `ffmpeg` decodes ends with a whole packet as well.
fn cut_off(path: &Path) {
    let bytes = std::fs::read(path).expect("readable");
    let cut = path.with_extension("cut");
    std::fs::write(&cut, &bytes[..=bytes.len() / 2]).expect("written");
    let error = heard_with(cut, true).expect_err("half of a file");
    // It is unsupported where `ffmpeg` finds no sound at all.
    let told = error.is_corrupt() || error.is_unsupported();
    assert!(told, "{}: {error:?}", path.display());
}

/// The whole way, for one of each kind.
#[tokio::test]
#[ignore = "needs ffmpeg"]
async fn words_come_through_every_kind_of_codec() {
    let studio = Studio::new();
    let talk = Talk::new(40, Manner::Pauses, 51);
    std::fs::write(studio.path("talk.wav"), wav(&talk.pcm(), 16_000, 1)).expect("written");
    for (name, options) in [
        ("a.wav", "-ar 48000 -ac 6"),
        ("a.mp3", "-ar 44100 -b:a 64k"),
        ("a.m4a", "-ar 44100 -c:a aac -b:a 64k"),
        ("a.ogg", "-ar 44100 -ac 2 -c:a libvorbis"),
        #[cfg(feature = "opus")]
        ("a.webm", "-c:a libopus -b:a 24k"),
    ] {
        let Some(path) = studio.make(name, options) else {
            continue;
        };
        let service = Recognizer::new(CLEAN);
        let plan = PieceOptions::new().max_len(Duration::from_secs(20));
        let job = LongAudio::new(&service)
            .pieces(plan)
            .ffmpeg(false)
            .send_whole(false);
        let transcript = job
            .transcribe(path)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(texts(&transcript), talk.texts(), "{name}");
        let clock = clock(&talk, &transcript);
        assert!(clock.worst < 0.03, "{name}: {}", clock.worst);
    }
}
