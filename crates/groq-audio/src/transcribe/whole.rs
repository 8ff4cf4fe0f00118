//! Files that need no cut: they are measured here, and sent as they are.

use std::time::Duration;

use super::answers::Answered;
use super::job::Job;
use super::report::unchecked;
use super::request::request;
use super::run::{answer, pieces};
use super::send::send;
use crate::clock::{samples_in, span};
use crate::decode::Recording;
use crate::error::{Error, blocking};
use crate::journal;
use crate::plan::Piece;
use crate::prepare::{self, Prepared, Summary};
use crate::progress::TranscribeEvent;
use crate::quality::{Flag, stated_seconds};
use crate::service::Transcriber;
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

/// Measures a file, and sends it as it is, unless others may hear something else in it.
pub(super) async fn transcribe<T: Transcriber>(
    job: &Job<T>,
    recording: Recording,
    audio: PieceAudio,
) -> Result<Transcribed, Error> {
    let sha256 = sha256(job, &audio).await?;
    let (decoder, again) = recording.split();
    let Ok(decoder) = decoder else {
        return unmeasured(job, audio, sha256).await;
    };
    let options = job.settings.prepare();
    let measured = blocking("decoding", move || prepare::measure(decoder, &options));
    // Nothing is sent before it is known that the file can be used.
    let (mut sound, mut summary) = measured.await?;
    if summary.differs {
        let open = move || again.decoder();
        let (answered, summary) = pieces(job, open, job.settings.prepare(), 0).await?;
        return Ok((answered, summary, Vec::new()));
    }
    // Other decoders keep what an encoder put before and after the sound: a few frames.
    sound.slack = 0.15;
    let piece = Piece::new(0, 0, summary.samples);
    job.emit(&TranscribeEvent::Planned { piece });
    let prepared = Prepared {
        piece,
        origin: 0,
        audio,
        sound,
        sha256,
    };
    summary.pieces = 1;
    Ok((vec![answer(job, prepared, 0).await?], summary, Vec::new()))
}

/// Sends what cannot be decoded here, so that nothing about it can be checked.
async fn unmeasured<T: Transcriber>(
    job: &Job<T>,
    audio: PieceAudio,
    sha256: Option<String>,
) -> Result<Transcribed, Error> {
    let piece = Piece::new(0, 0, 0);
    job.emit(&TranscribeEvent::Planned { piece });
    let key = sha256.map(|sha256| job.key(&sha256));
    let found = match &key {
        Some(key) => job.find(key).await,
        None => None,
    };
    let from_journal = found.is_some();
    let (answer, attempts) = match found {
        Some(answer) => (answer, 0),
        None => {
            let request = request(job, 0, audio, 0.0).await;
            let sent = send(job, &request).await;
            sent.map_err(|unsent| unsent.into_error("transcribe the file as it is"))?
        }
    };
    let stated = span(stated_seconds(&answer).unwrap_or(0.0));
    let summary = Summary {
        samples: samples_in(stated),
        pieces: 1,
        ..Summary::default()
    };
    let piece = Piece::new(0, 0, summary.samples);
    let thresholds = &job.settings.thresholds;
    let answered = Answered {
        attempts,
        from_journal,
        ..Answered::new(piece, 0, answer, None, thresholds)
    };
    if let Some(key) = key.filter(|_| !from_journal) {
        job.write(key, &answered).await?;
    }
    job.done(&answered, 0);
    let flag = unchecked(stated.as_secs_f64());
    Ok((vec![answered], summary, vec![flag]))
}

/// The hash of a whole file, which names its transcription in the journal.
async fn sha256<T: Transcriber>(job: &Job<T>, audio: &PieceAudio) -> Result<Option<String>, Error> {
    if job.settings.journal.is_none() {
        return Ok(None);
    }
    let mut audio = audio.reader();
    let sha256 = blocking("hashing the audio", move || {
        journal::sha256(&mut audio).map_err(|cause| Error::io("read the audio", cause))
    });
    Ok(Some(sha256.await?))
}
