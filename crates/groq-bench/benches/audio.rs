//! What it costs to bring a recording into shape, beside `ffmpeg` in the same run, and how much memory a whole job takes.
//!
//! `cargo bench -p groq-bench --bench audio [-- MINUTES]`; it needs Linux, and `ffmpeg` for the comparison. It fails above its
//! limits.

#[path = "support/voice.rs"]
mod voice;

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use groq_audio::types::VerboseTranscription;
use groq_audio::{Ask, Failure, LongAudio, PrepareOptions, Reply, Source, Transcriber, prepare};
use voice::Voice;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Each form, how `ffmpeg` makes it, and how many times its processor time may be needed here.
const FORMS: [(&str, &str, f64); 5] = [
    ("talk.wav", "-c:a pcm_s16le", 1.5),
    ("talk.flac", "-c:a flac", 1.5),
    ("talk.mp3", "-c:a libmp3lame -b:a 128k", 1.5),
    ("talk.m4a", "-c:a aac -b:a 128k", 1.5),
    ("talk.opus", "-c:a libopus -b:a 32k", 2.0),
];
/// Of several runs in turns, the fastest counts.
const RUNS: usize = 5;
/// The most memory of a whole job, and the most that one of four hours takes more than one of one hour, in KiB.
const MOST_MEMORY: u64 = 24 * 1024;
const MOST_GROWTH: u64 = 2 * 1024;
/// What may be billed of the duration.
const MOST_BILLED: f64 = 1.02;
/// The rate of the source, with two channels.
const RATE: u32 = 44_100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", path] => prepared(path).map(|()| true),
        ["job", hours] => hours
            .parse()
            .map_err(Into::into)
            .and_then(job)
            .map(|()| true),
        [minutes] => minutes.parse().map_err(Into::into).and_then(all),
        _ => all(10),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("above the limit");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn all(minutes: u32) -> Outcome<bool> {
    Ok(memory()? & speed(minutes)?)
}

/// The processor time of each form, here and there.
fn speed(minutes: u32) -> Outcome<bool> {
    let version = Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status();
    if !version.is_ok_and(|status| status.success()) {
        println!("skipped: there is no ffmpeg to compare with");
        return Ok(true);
    }
    let folder = tempfile::tempdir()?;
    let raw = folder.path().join("talk.raw");
    std::io::copy(
        &mut Voice::new(RATE, minutes * 60),
        &mut fs::File::create(&raw)?,
    )?;
    println!("{minutes} minutes of 44.1 kHz stereo, seconds of processor time");
    println!("| form | here | ffmpeg | ratio | limit |");
    let mut within = true;
    for (name, options, limit) in FORMS {
        let path = folder.path().join(name);
        let mut encoder = Command::new("ffmpeg");
        encoder
            .args("-nostdin -v error -y -f s16le -ar 44100 -ac 2 -i".split(' '))
            .arg(&raw);
        finished(encoder.args(options.split(' ')).arg(&path))?;
        let (here, there) = compared(&path, folder.path())?;
        let ratio = here / there;
        println!("| {name} | {here:.2} | {there:.2} | {ratio:.2} | {limit} |");
        within &= ratio <= limit;
        fs::remove_file(path)?;
    }
    Ok(within)
}

/// Our time and that of `ffmpeg`, in turns.
fn compared(path: &Path, folder: &Path) -> Outcome<(f64, f64)> {
    let (mut here, mut there) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        let mut ours = Command::new(std::env::current_exe()?);
        here = here.min(finished(
            ours.arg("prepare").arg(path).stdout(Stdio::null()),
        )?);
        let mut theirs = Command::new("ffmpeg");
        theirs.args("-nostdin -v error -y -i".split(' ')).arg(path);
        theirs.args("-vn -ar 16000 -ac 1 -sample_fmt s16 -c:a flac".split(' '));
        there = there.min(finished(theirs.arg(folder.join("out.flac")))?);
    }
    Ok((here, there))
}

/// Runs a program, and gives the processor time that it took in user mode.
fn finished(command: &mut Command) -> Outcome<f64> {
    let before = of_children()?;
    let status = command.status()?;
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(of_children()? - before)
}

/// The processor time in user mode of all children that have ended, in seconds.
fn of_children() -> Outcome<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name may have spaces, and ends with the last bracket; two fields follow it before the fourth.
    let mut fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks: f64 = fields.nth(13).ok_or("no time of children")?.parse()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// The peak memory of whole jobs, each in a process of its own.
fn memory() -> Outcome<bool> {
    println!("| hours | peak memory, KiB | billed |");
    let mut peaks = Vec::new();
    let mut within = true;
    for hours in [1, 4] {
        let output = Command::new(std::env::current_exe()?)
            .args(["job", &hours.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let numbers = text.trim().split_once(' ').ok_or("the job said nothing")?;
        let (peak, billed): (u64, f64) = (numbers.0.parse()?, numbers.1.parse()?);
        println!("| {hours} | {peak} | {billed:.4} |");
        within &= peak <= MOST_MEMORY && billed <= MOST_BILLED;
        peaks.push(peak);
    }
    Ok(within && peaks[1] <= peaks[0] + MOST_GROWTH)
}

fn prepared(path: &str) -> Outcome<()> {
    let mut bytes = 0;
    prepare(Source::path(path), &PrepareOptions::new(), |piece| {
        bytes += piece.audio.len();
        ControlFlow::Continue(())
    })?;
    println!("{bytes}");
    Ok(())
}

/// A whole job with eight pieces in flight, whose service only reads them.
fn job(hours: u32) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let voice = Voice::new(RATE, hours * 3_600);
    let service = Sink;
    let job = LongAudio::new(&service).in_flight(8).ask_again(0.0);
    let transcript = runtime.block_on(job.transcribe(Source::pcm(voice, RATE, 2)))?;
    let billed = transcript.usage().billed_seconds / transcript.seconds();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no peak")?;
    println!("{peak} {billed}");
    Ok(())
}

/// Reads what it gets, as an upload does, and has heard one word.
#[derive(Clone)]
struct Sink;

impl Transcriber for Sink {
    async fn transcribe(&self, ask: Ask) -> Result<Reply, Failure> {
        let seconds = ask.seconds;
        let reading = tokio::task::spawn_blocking(move || {
            std::io::copy(&mut ask.audio.reader(), &mut std::io::sink())
        });
        let read = reading.await.map_err(|cause| cause.to_string());
        match read {
            Ok(Ok(_)) => Ok(Reply::new(
                VerboseTranscription::new("word").with_duration(seconds),
            )),
            Ok(Err(cause)) => Err(Failure::of_status(500, cause.to_string())),
            Err(cause) => Err(Failure::of_status(500, cause)),
        }
    }
}
