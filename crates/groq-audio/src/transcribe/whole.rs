//! Files that are sent as they are, and only listened to here.

use std::fs::File;
use std::time::Duration;

use super::answers::Answered;
use super::ask::{halves, request};
use super::job::{Job, off_thread};
use super::report::unchecked;
use super::retry::{Unsent, send};
use crate::clock::samples;
use crate::decode::look;
use crate::error::Error;
use crate::journal;
use crate::plan::Piece;
use crate::prepare::{self, PrepareOptions, Summary};
use crate::progress::Event;
use crate::quality::{Flag, Sound};
use crate::service::Transcriber;
use crate::source::{Source, SourceKind};
use crate::spool::PieceAudio;

/// What surrounds a file in an upload, at the most.
const FORM_BYTES: u64 = 100_000;

/// A file that needs no cut.
pub(super) struct Whole {
    audio: PieceAudio,
    /// The length that it gives itself; none where it cannot be decoded.
    seconds: Option<f64>,
}

/// Whether a source can be sent as it is: it fits the limit, needs no cut, and the service takes its form.
pub(super) fn whole(
    source: &Source,
    options: &PrepareOptions,
    upload_limit: u64,
) -> Result<Option<Whole>, Error> {
    if let SourceKind::Url(url) = &source.kind {
        let audio = PieceAudio::from_url(url);
        return Ok(Some(Whole {
            audio,
            seconds: None,
        }));
    }
    let Some((again, length)) = again(source)? else {
        return Ok(None);
    };
    if length + FORM_BYTES > upload_limit || length == 0 {
        return Ok(None);
    }
    // A failure comes again, with more to say, when it is decoded.
    let Ok((format, seconds)) = look(again, &options.decode()) else {
        return Ok(None);
    };
    let longest = options.plan.longest();
    let Some(extension) = format.accepted_extension() else {
        return Ok(None);
    };
    let fits = seconds.is_none_or(|seconds| seconds <= longest.as_secs_f64());
    let decodable = seconds.is_some() || prepare::can_open(copy(source)?, options);
    if !fits || seconds.is_none() && decodable {
        return Ok(None);
    }
    let name = format!("audio.{extension}");
    let audio = match &source.kind {
        SourceKind::Bytes(bytes) => PieceAudio::from_bytes(bytes.clone(), &name),
        SourceKind::Path(path) => {
            let file = File::open(path);
            let file =
                file.map_err(|cause| Error::io(format!("open '{}'", path.display()), cause))?;
            PieceAudio::from_file(file, length, &name)
        }
        _ => return Ok(None),
    };
    Ok(Some(Whole { audio, seconds }))
}

/// The same source once more, and its length in bytes; none for what can be read only once.
fn again(source: &Source) -> Result<Option<(Source, u64)>, Error> {
    match &source.kind {
        SourceKind::Bytes(bytes) => Ok(Some((Source::bytes(bytes.clone()), bytes.len() as u64))),
        SourceKind::Path(path) => {
            let metadata = std::fs::metadata(path)
                .map_err(|cause| Error::io(format!("open '{}'", path.display()), cause))?;
            Ok(metadata
                .is_file()
                .then(|| (Source::path(path), metadata.len())))
        }
        _ => Ok(None),
    }
}

pub(super) fn copy(source: &Source) -> Result<Source, Error> {
    let again = again(source)?;
    again
        .map(|(source, _)| source)
        .ok_or_else(|| Error::options("the source can be read only once"))
}

/// Sends a file as it is, and listens to it here at the same time.
pub(super) async fn transcribe<T: Transcriber>(
    job: &Job<T>,
    source: Source,
    whole: Whole,
) -> Result<(Vec<Answered>, Summary, Vec<Flag>), Error> {
    let options = job.settings.prepare();
    let seconds = whole.seconds.unwrap_or(0.0);
    let piece = Piece::new(0, 0, samples(seconds));
    job.tell(&Event::Planned { piece });
    let request = request(job, 0, whole.audio.clone(), seconds).await;
    let key = key(job, &whole.audio).await?;
    let found = match &key {
        Some(key) => job.find(key).await,
        None => None,
    };
    let from_journal = found.is_some();
    let sending = async {
        match found {
            Some(found) => Ok(Ok((found, 0))),
            None => Ok(send(job, &request).await),
        }
    };
    let (sent, heard) = match whole.seconds {
        None => (sending.await?, None),
        Some(_) => {
            let (again, options) = (copy(&source)?, options.clone());
            let listening = off_thread(move || prepare::measure(again, &options));
            let (sent, heard) = tokio::try_join!(sending, listening)?;
            (sent, Some(heard))
        }
    };
    let (answer, attempts) = match sent {
        Ok(answered) => answered,
        Err(Unsent::Failed(error)) => return Err(error),
        Err(Unsent::TooLarge(failure)) if heard.is_none() => {
            return Err(failure.into_error("transcribe the file as it is", 1));
        }
        Err(Unsent::TooLarge(_)) => return cut_up(job, &source, seconds).await,
    };
    let (sound, summary) = heard.map_or((None, None), |(sound, summary)| {
        (Some(sound), Some(summary))
    });
    let mut summary = summary.unwrap_or_else(|| Summary {
        samples: samples(stated(&answer)),
        ..Summary::default()
    });
    summary.pieces = 1;
    let piece = Piece::new(0, 0, summary.samples);
    let lengths = |sound: Sound| without_priming(sound, &answer);
    let sound = sound.map(lengths);
    let mut answered = Answered::new(piece, 0, answer, sound.as_ref(), &job.settings.thresholds);
    answered.attempts = attempts;
    answered.from_journal = from_journal;
    if let Some(key) = key.filter(|_| !from_journal) {
        job.write(key, &answered).await?;
    }
    // What is asked again is in the journal too, so a second run comes to the same end.
    if sound.is_some() && answered.is_suspicious() && job.may_ask_again(seconds) {
        job.tell(&Event::Halved { piece: 0 });
        if let Ok(second) = cut_up(job, &source, seconds).await {
            let badness: f64 = second.0.iter().map(Answered::badness).sum();
            if badness < answered.badness() {
                return Ok(second);
            }
        }
        answered.asked_again = true;
    }
    job.done(&answered, 0);
    let flags = match sound {
        Some(_) => Vec::new(),
        None => vec![unchecked(crate::clock::seconds(summary.samples))],
    };
    Ok((vec![answered], summary, flags))
}

/// The name of a whole file's answer in the journal. What an address holds may change, so it has none.
async fn key<T: Transcriber>(job: &Job<T>, audio: &PieceAudio) -> Result<Option<String>, Error> {
    if job.settings.journal.is_none() || audio.url().is_some() {
        return Ok(None);
    }
    let mut audio = audio.reader();
    let sha256 = off_thread(move || {
        journal::sha256(&mut audio).map_err(|cause| Error::io("read the audio", cause))
    });
    Ok(Some(job.key(&sha256.await?)))
}

/// Decodes and cuts the file after all.
async fn cut_up<T: Transcriber>(
    job: &Job<T>,
    source: &Source,
    seconds: f64,
) -> Result<(Vec<Answered>, Summary, Vec<Flag>), Error> {
    let pad = job.settings.prepare.pad;
    let options = halves(job.settings.prepare(), seconds).pad(pad);
    let (answered, summary) = job.pieces(copy(source)?, options, 0).await?;
    Ok((answered, summary, Vec::new()))
}

/// The length that the service measured.
fn stated(answer: &groq_types::VerboseTranscription) -> f64 {
    let stated = match &answer.duration {
        Some(groq_types::AudioDuration::Seconds(seconds)) => *seconds,
        Some(groq_types::AudioDuration::Text(text)) => text.trim().parse().unwrap_or(0.0),
        _ => 0.0,
    };
    crate::clock::span(stated).as_secs_f64()
}

/// Other decoders keep what an encoder put before and after the sound: a difference of a few frames is no fault.
fn without_priming(mut sound: Sound, answer: &groq_types::VerboseTranscription) -> Sound {
    const FRAMES: Duration = Duration::from_millis(250);
    let stated = stated(answer);
    if (stated - sound.sent_seconds).abs() < FRAMES.as_secs_f64() {
        sound.sent_seconds = stated;
    }
    sound
}
