//! What it costs to bring a recording into shape, beside `ffmpeg` in the same run, and how much memory a whole job takes.
//!
//! `cargo bench -p groq-bench --bench audio [-- MINUTES]`; it needs Linux, and `ffmpeg` for the comparison. It fails above its
//! limits.

#[path = "support/voice.rs"]
mod voice;

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use groq_audio::types::VerboseTranscription;
use groq_audio::{LongAudio, PrepareOptions, Source, prepare};
use groq_core::Client;
use groq_mock::{Mock, Reply, When};
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
        ["job", url, source, hours] => hours
            .parse()
            .map_err(Into::into)
            .and_then(|hours| job(url, source, hours))
            .map(|()| true),
        ["serve"] => serve().map(|()| true),
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
    if !has_ffmpeg() {
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

/// Runs a program, and gives the processor time that it took, that of the kernel for it included.
fn finished(command: &mut Command) -> Outcome<f64> {
    let before = of_children()?;
    let status = command.status()?;
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(of_children()? - before)
}

/// The processor time of all children that have ended, in seconds.
fn of_children() -> Outcome<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name may have spaces, and ends with the last bracket; its time and the kernel's are the 14th and 15th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS_PER_SECOND)
}

/// The peak memory of whole jobs, each in a process of its own, with a mock in another one.
fn memory() -> Outcome<bool> {
    let (mut mock, url) = mock()?;
    let rows = rows(&url);
    mock.kill()?;
    mock.wait()?;
    rows
}

fn rows(url: &str) -> Outcome<bool> {
    let folder = tempfile::tempdir()?;
    let compressed = compressed(folder.path())?;
    println!("| source | hours | peak memory, KiB | billed |");
    let mut within = true;
    for (name, files) in [("samples", None), ("mp3", compressed)] {
        let mut peaks = Vec::new();
        for (index, hours) in [1, 4].into_iter().enumerate() {
            let source = match (name, &files) {
                ("samples", _) => "-",
                (_, Some(files)) => &files[index],
                _ => continue,
            };
            let (peak, billed) = measured(url, source, hours)?;
            println!("| {name} | {hours} | {peak} | {billed:.4} |");
            within &= peak <= MOST_MEMORY && billed <= MOST_BILLED;
            peaks.push(peak);
        }
        if let [one, four] = peaks[..] {
            within &= four <= one + MOST_GROWTH;
        }
    }
    Ok(within)
}

/// The peak memory of a job, in KiB, and what was billed of the duration.
fn measured(url: &str, source: &str, hours: u32) -> Outcome<(u64, f64)> {
    let output = Command::new(std::env::current_exe()?)
        .args(["job", url, source, &hours.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers = text.trim().split_once(' ').ok_or("the job said nothing")?;
    Ok((numbers.0.parse()?, numbers.1.parse()?))
}

/// An hour and four hours as MP3; none where there is no `ffmpeg`.
fn compressed(folder: &Path) -> Outcome<Option<[String; 2]>> {
    if !has_ffmpeg() {
        return Ok(None);
    }
    let path = |name: &str| folder.join(name).display().to_string();
    let [one, four] = [path("1.mp3"), path("4.mp3")];
    // Without a header that states the length, four copies in a row are a file of four hours.
    let mut encoder = Command::new("ffmpeg")
        .args("-nostdin -v error -y -f s16le -ar 44100 -ac 2 -i pipe:0 -write_xing 0".split(' '))
        .args("-id3v2_version 0 -c:a libmp3lame -b:a 64k".split(' '))
        .arg(&one)
        .stdin(Stdio::piped())
        .spawn()?;
    let mut stdin = encoder.stdin.take().ok_or("no input")?;
    std::io::copy(&mut Voice::new(RATE, 3_600), &mut stdin)?;
    drop(stdin);
    if !encoder.wait()?.success() {
        return Err("ffmpeg made no MP3".into());
    }
    let mut out = fs::File::create(&four)?;
    for _ in 0..4 {
        std::io::copy(&mut fs::File::open(&one)?, &mut out)?;
    }
    Ok(Some([one, four]))
}

fn has_ffmpeg() -> bool {
    let version = Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
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

/// A process with a mock, and its address.
fn mock() -> Outcome<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("no output")?;
    let mut url = String::new();
    BufReader::new(stdout).read_line(&mut url)?;
    Ok((child, url.trim().to_owned()))
}

/// Takes whatever is uploaded, and transcribes it as one word, until its input is dropped.
fn serve() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mock = runtime.block_on(Mock::builder().start())?;
    let transcription = Reply::json(200, &VerboseTranscription::new("word"));
    mock.always(When::post("/openai/v1/audio/transcriptions"), transcription);
    println!("{}", mock.base_url());
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A whole job with eight pieces in flight, uploaded by the client.
fn job(url: &str, source: &str, hours: u32) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let groq = Client::builder()
        .api_key("gsk_bench")
        .base_url(url)
        .build()?;
    let source = match source {
        "-" => Source::pcm(Voice::new(RATE, hours * 3_600), RATE, 2),
        path => Source::path(path),
    };
    let job = LongAudio::new(&groq).max_concurrency(8).recheck_share(0.0);
    let transcript = runtime.block_on(job.transcribe(source))?;
    let billed = transcript
        .usage()
        .billed_audio
        .unwrap_or_default()
        .as_secs_f64()
        / transcript.seconds();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no peak")?;
    println!("{peak} {billed}");
    Ok(())
}
