//! Every form that plays; encoded by ffmpeg, so this needs it and passes without a word where it is missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use groq_audio::{LongAudio, PlanOptions};

use crate::recogniser::{CLEAN, Recogniser};
use crate::score::{clock, texts};
use crate::speech::{Manner, Talk, wav};

fn encoded(folder: &Path, talk: &Talk, name: &str, options: &[&str]) -> Option<PathBuf> {
    let input = folder.join("talk.wav");
    if !input.exists() {
        std::fs::write(&input, wav(&talk.pcm(), 16_000, 1)).expect("written");
    }
    let output = folder.join(name);
    let done = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-i"])
        .arg(&input)
        .args(options)
        .arg(&output)
        .status()
        .ok()?;
    done.success().then_some(output)
}

async fn check(name: &str, options: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let talk = Talk::new(40, Manner::Pauses, 51);
    let Some(path) = encoded(folder.path(), &talk, name, options) else {
        return println!("{name}: ffmpeg cannot make it here");
    };
    let service = Recogniser::new(CLEAN);
    let plan = PlanOptions::new().max_len(Duration::from_secs(20));
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
    println!(
        "{name} {options:?}: worst start {:.1} ms",
        clock.worst * 1_000.0
    );
    assert!(clock.worst < 0.03, "{name}: {}", clock.worst);
}

#[tokio::test]
async fn wav_at_many_rates_and_channels() {
    for (rate, channels) in [
        ("8000", "1"),
        ("22050", "2"),
        ("44100", "2"),
        ("48000", "6"),
        ("96000", "1"),
    ] {
        check("a.wav", &["-ar", rate, "-ac", channels]).await;
    }
    check("b.wav", &["-c:a", "pcm_f32le"]).await;
    check("c.wav", &["-c:a", "pcm_s24le"]).await;
    check("d.wav", &["-c:a", "pcm_mulaw"]).await;
}

#[tokio::test]
async fn flac_and_mp3() {
    check("a.flac", &["-ar", "44100"]).await;
    check("a.mp3", &["-ar", "44100", "-b:a", "128k"]).await;
    check("b.mp3", &["-ar", "22050", "-b:a", "64k"]).await;
}

#[tokio::test]
async fn mp4_with_and_without_video() {
    check("a.m4a", &["-ar", "44100", "-c:a", "aac", "-b:a", "96k"]).await;
    check("b.m4a", &["-c:a", "aac", "-movflags", "+faststart"]).await;
    check("c.m4a", &["-ar", "44100", "-c:a", "alac"]).await;
    check("d.aac", &["-ar", "44100", "-c:a", "aac"]).await;
    let video = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x64:rate=5",
        "-shortest",
        "-c:a",
        "aac",
    ];
    check("e.mp4", &video).await;
}

#[tokio::test]
async fn ogg_and_webm() {
    check("a.ogg", &["-ar", "44100", "-c:a", "libvorbis"]).await;
    check("a.webm", &["-ar", "44100", "-c:a", "libvorbis"]).await;
    check("a.mka", &["-ar", "44100", "-c:a", "flac"]).await;
}

#[cfg(feature = "opus")]
#[tokio::test]
async fn opus_in_ogg_and_webm() {
    check("a.opus", &["-c:a", "libopus", "-b:a", "32k"]).await;
    check("a.ogg", &["-c:a", "libopus", "-b:a", "32k", "-ac", "2"]).await;
    check("a.webm", &["-c:a", "libopus", "-b:a", "24k"]).await;
}

/// Where a file is cut off, there are fewer words or an error; never a panic, and never a clean report of less.
#[tokio::test]
async fn truncated_files_are_never_taken_for_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let talk = Talk::new(20, Manner::Pauses, 52);
    for (name, options) in [
        ("a.flac", &["-c:a", "flac"][..]),
        ("a.m4a", &["-c:a", "aac", "-movflags", "+faststart"]),
        ("a.mp3", &["-b:a", "64k"]),
        ("a.webm", &["-c:a", "libvorbis"]),
    ] {
        let Some(path) = encoded(folder.path(), &talk, name, options) else {
            continue;
        };
        let bytes = std::fs::read(path).expect("readable");
        let service = Recogniser::new(CLEAN);
        let job = LongAudio::new(&service).ffmpeg(false).send_whole(false);
        for tenth in 0..10 {
            let cut = bytes[..bytes.len() * tenth / 10].to_vec();
            let error = match job.transcribe(cut).await {
                // Without a length in its header, an MP3 is whole wherever it ends.
                Ok(_) if name == "a.mp3" => continue,
                Ok(transcript) => panic!("{name} {tenth}: {} s", transcript.seconds()),
                Err(error) => error,
            };
            assert!(
                error.is_corrupt() || error.is_unsupported(),
                "{name} {tenth}: {error:?}"
            );
        }
    }
}
