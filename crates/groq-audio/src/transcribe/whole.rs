//! Files that need no cut: they are sent as they are, and only measured here.

use std::time::Duration;

use super::answers::Answered;
use super::job::Job;
use super::report::unchecked;
use super::request::{halves, request};
use super::run::pieces;
use super::send::{Unsent, send};
use crate::clock::samples;
use crate::decode::{Again, Decoder, Recording};
use crate::error::{Error, blocking};
use crate::journal;
use crate::plan::Piece;
use crate::prepare::{self, Summary};
use crate::progress::TranscribeEvent;
use crate::quality::{Flag, Sound, stated_seconds};
use crate::service::{PieceRequest, Transcriber};
use crate::spool::PieceAudio;

/// What surrounds a file in an upload, at the most.
const FORM_BYTES: u64 = 100_000;

/// What comes of a recording.
pub(super) type Transcribed = (Vec<Answered>, Summary, Vec<Flag>);

/// The file, if it can be sent as it is: it fits the limit, needs no cut, and the service accepts its format.
pub(super) fn whole(
    recording: &Recording,
    longest: Duration,
    upload_limit: u64,
) -> Option<PieceAudio> {
    let audio = recording.audio()?;
    let extension = recording.accepted_extension()?;
    let fits = !audio.is_empty() && audio.len() + FORM_BYTES <= upload_limit;
    let is_one_piece = match recording.decoder() {
        Ok(decoder) if decoder.is_ffmpeg => false,
        Ok(decoder) => decoder
            .seconds
            .is_some_and(|seconds| seconds <= longest.as_secs_f64()),
        // What cannot be decoded here cannot be cut either. Any other error is the error of the job.
        Err(error) => error.is_unsupported(),
    };
    (fits && is_one_piece).then(|| audio.named(&format!("audio.{extension}")))
}

/// Sends an address, which the service fetches.
pub(super) async fn transcribe_url<T: Transcriber>(
    job: &Job<T>,
    url: &str,
) -> Result<Transcribed, Error> {
    unmeasured(job, PieceAudio::from_url(url), None).await
}

/// Sends a file as it is, and measures it at the same time.
pub(super) async fn transcribe<T: Transcriber>(
    job: &Job<T>,
    recording: Recording,
    audio: PieceAudio,
) -> Result<Transcribed, Error> {
    let key = key(job, &audio).await?;
    let seconds = recording.seconds().unwrap_or(0.0);
    let (decoder, again) = recording.split();
    let Ok(decoder) = decoder else {
        return unmeasured(job, audio, key).await;
    };
    // Nothing is sent before it is known that the file can be used.
    let (sound, mut summary) = measure(job, decoder).await?;
    if summary.differs {
        return cut_up(job, again, None).await;
    }
    let sent = sent(job, audio, seconds, key.as_deref()).await;
    let mut answered = match sent {
        Ok(sent) => sent.check(job, summary.samples, Some(sound)),
        Err(Unsent::TooLarge(_)) => return cut_up(job, again, Some(seconds)).await,
        Err(Unsent::Failed(error)) => return Err(error),
    };
    keep(job, key, &answered).await?;
    // What is sent again is in the journal too, so a second run comes to the same end.
    if answered.is_suspicious() && job.may_recheck(seconds) {
        job.emit(&TranscribeEvent::Halved { piece: 0 });
        if let Ok(second) = cut_up(job, again, Some(seconds)).await {
            let badness: f64 = second.0.iter().map(Answered::badness).sum();
            if badness < answered.badness() {
                return Ok(second);
            }
        }
        answered.rechecked = true;
    }
    job.done(&answered, 0);
    summary.pieces = 1;
    Ok((vec![answered], summary, Vec::new()))
}

/// Decodes the file and sends that after all: in halves, if it is known how long it is and that this is too long.
async fn cut_up<T: Transcriber>(
    job: &Job<T>,
    again: Again,
    too_long: Option<f64>,
) -> Result<Transcribed, Error> {
    let mut options = job.settings.prepare();
    if let Some(seconds) = too_long {
        let pad = options.pad;
        options = halves(options, seconds).pad(pad);
    }
    let (answered, summary) = pieces(job, move || again.decoder(), options, 0).await?;
    Ok((answered, summary, Vec::new()))
}

/// Sends what cannot be decoded here, so that nothing about it can be checked.
async fn unmeasured<T: Transcriber>(
    job: &Job<T>,
    audio: PieceAudio,
    key: Option<String>,
) -> Result<Transcribed, Error> {
    let sent = sent(job, audio, 0.0, key.as_deref()).await;
    let sent = sent.map_err(|unsent| unsent.into_error("transcribe the file as it is"))?;
    let summary = Summary {
        samples: samples(stated(&sent.answer)),
        pieces: 1,
        ..Summary::default()
    };
    let answered = sent.check(job, summary.samples, None);
    keep(job, key, &answered).await?;
    job.done(&answered, 0);
    let flag = unchecked(crate::clock::seconds(summary.samples));
    Ok((vec![answered], summary, vec![flag]))
}

/// The transcription of a whole file.
struct Sent {
    answer: groq_types::VerboseTranscription,
    attempts: u32,
    from_journal: bool,
}

impl Sent {
    fn check<T: Transcriber>(self, job: &Job<T>, samples: u64, sound: Option<Sound>) -> Answered {
        let piece = Piece::new(0, 0, samples);
        let sound = sound.map(|sound| without_priming(sound, &self.answer));
        let thresholds = &job.settings.thresholds;
        let mut answered = Answered::new(piece, 0, self.answer, sound.as_ref(), thresholds);
        answered.attempts = self.attempts;
        answered.from_journal = self.from_journal;
        answered
    }
}

/// Finds the transcription in the journal, or sends the file.
async fn sent<T: Transcriber>(
    job: &Job<T>,
    audio: PieceAudio,
    seconds: f64,
    key: Option<&str>,
) -> Result<Sent, Unsent> {
    let piece = Piece::new(0, 0, samples(seconds));
    job.emit(&TranscribeEvent::Planned { piece });
    if let Some(key) = key
        && let Some(answer) = job.find(key).await
    {
        return Ok(Sent {
            answer,
            attempts: 0,
            from_journal: true,
        });
    }
    let request: PieceRequest = request(job, 0, audio, seconds).await;
    let (answer, attempts) = send(job, &request).await?;
    Ok(Sent {
        answer,
        attempts,
        from_journal: false,
    })
}

async fn measure<T: Transcriber>(
    job: &Job<T>,
    decoder: Decoder,
) -> Result<(Sound, Summary), Error> {
    let options = job.settings.prepare();
    blocking("decoding", move || prepare::measure(decoder, &options)).await
}

/// Puts a transcription into the journal that did not come from there.
async fn keep<T: Transcriber>(
    job: &Job<T>,
    key: Option<String>,
    answered: &Answered,
) -> Result<(), Error> {
    match key.filter(|_| !answered.from_journal) {
        Some(key) => job.write(key, answered).await,
        None => Ok(()),
    }
}

/// The name of a whole file's transcription in the journal.
async fn key<T: Transcriber>(job: &Job<T>, audio: &PieceAudio) -> Result<Option<String>, Error> {
    if job.settings.journal.is_none() {
        return Ok(None);
    }
    let mut audio = audio.reader();
    let sha256 = blocking("hashing the audio", move || {
        journal::sha256(&mut audio).map_err(|cause| Error::io("read the audio", cause))
    });
    Ok(Some(job.key(&sha256.await?)))
}

/// The length that the service measured.
fn stated(answer: &groq_types::VerboseTranscription) -> f64 {
    crate::clock::span(stated_seconds(answer).unwrap_or(0.0)).as_secs_f64()
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
