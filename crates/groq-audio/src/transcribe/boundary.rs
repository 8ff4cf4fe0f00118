//! Joins where two pieces agree on no word: the audio around the cut is sent once more, with the cut moved.

use std::collections::BTreeMap;
use std::time::Duration;

use super::answers::Answered;
use super::job::{Job, Landed, Landing};
use super::request::{joined, request};
use super::send::send;
use crate::clock::{samples_in, seconds};
use crate::decode::{DecodeOptions, Recording};
use crate::encode::{Encoder, Encoding};
use crate::error::{Error, blocking};
use crate::journal;
use crate::merge::{JoinKind, MergeOptions, PieceTranscript, merge};
use crate::plan::CutKind;
use crate::progress::TranscribeEvent;
use crate::service::Transcriber;
use crate::source::Source;
use crate::spool::PieceAudio;

/// How far the audio around a cut reaches to both sides: the cut is moved by 7 s, and 3 s are shared.
const REACH: Duration = Duration::from_secs(10);

/// The audio of pieces with a neighbor that is not answered yet.
#[derive(Default)]
pub(super) struct Edges {
    held: BTreeMap<usize, Begun>,
}

/// A piece's audio, and the sample of the recording at which it begins.
type Begun = (PieceAudio, i64);

impl Edges {
    /// Returns the requests for the doubtful joins that the last, new transcription makes.
    pub(super) fn landed<'a, T: Transcriber>(
        &mut self,
        job: &'a Job<T>,
        answered: &[Answered],
        audio: PieceAudio,
    ) -> Vec<Landing<'a>> {
        let Some(new) = answered.last() else {
            return Vec::new();
        };
        let find = |index| answered.iter().find(|it| it.piece.index == index);
        self.held
            .insert(new.piece.index, (audio, new.transcript.origin));
        let before = new.piece.index.checked_sub(1);
        let pairs = before.into_iter().chain([new.piece.index]);
        let doubtful = pairs.filter_map(|left| {
            let (one, other) = (find(left)?, find(left + 1)?);
            let audio = [self.held.get(&left)?, self.held.get(&(left + 1))?];
            Boundary::new(one, other, audio, &job.settings.merge)
        });
        let landings: Vec<Landing<'a>> = doubtful
            .map(|boundary| -> Landing<'a> { Box::pin(async move { boundary.send(job).await }) })
            .collect();
        self.held.retain(|&index, _| {
            let before = index.checked_sub(1);
            find(index + 1).is_none() || before.is_some_and(|before| find(before).is_none())
        });
        landings
    }
}

/// Extends the transcription before a join by that of the audio around the cut.
pub(super) fn extend(
    answered: &mut [Answered],
    left: usize,
    between: PieceTranscript,
    options: &MergeOptions,
) {
    let Some(piece) = answered.iter_mut().find(|it| it.piece.index == left) else {
        return;
    };
    let (start, end) = (piece.transcript.start, between.end);
    let language = piece.transcript.answer.language.clone();
    let parts = [piece.transcript.clone(), between];
    let answer = joined(&parts, language, options);
    piece.transcript = PieceTranscript::new(start, end, answer).origin(0);
    piece.rechecked = true;
}

/// What is around a doubtful join.
struct Boundary {
    left: usize,
    start: u64,
    end: u64,
    /// Where the left piece ends, and the right one is listened to.
    middle: u64,
    pieces: [Begun; 2],
}

impl Boundary {
    /// None where the join is sure. In a pause, no word is near enough to the cut to be lost or doubled.
    fn new(
        one: &Answered,
        other: &Answered,
        [left, right]: [&Begun; 2],
        options: &MergeOptions,
    ) -> Option<Self> {
        let cut = one.piece.cut.filter(|cut| cut.kind != CutKind::Pause)?;
        let merged = merge(&[one.transcript.clone(), other.transcript.clone()], options);
        if merged.joins.first()?.kind != JoinKind::Unaligned {
            return None;
        }
        let reach = samples_in(REACH);
        Some(Self {
            left: one.piece.index,
            start: cut.at.saturating_sub(reach).max(one.piece.start),
            end: (cut.at + reach).min(other.piece.end),
            middle: one.piece.end.min(other.piece.end),
            pieces: [left.clone(), right.clone()],
        })
    }

    async fn send<T: Transcriber>(self, job: &Job<T>) -> Result<Landed, Error> {
        let (left, start, end) = (self.left, self.start, self.end);
        let settings = &job.settings;
        let (encoding, options) = (settings.prepare.encoding, settings.prepare.decode());
        let (audio, sha256) =
            blocking("cutting audio", move || self.record(encoding, &options)).await?;
        let key = settings.journal.is_some().then(|| job.key(&sha256));
        if let Some(key) = &key
            && let Some(found) = job.find(key).await
        {
            return Ok(Landed::Boundary(
                left,
                Some(PieceTranscript::new(start, end, found)),
            ));
        }
        let length = seconds(end - start);
        if !job.may_recheck(length) {
            return Ok(Landed::Boundary(left, None));
        }
        job.emit(&TranscribeEvent::BoundaryRetried { piece: left });
        let request = request(job, left, audio, length).await;
        // Without an answer, the join stays as doubtful as it was, and is flagged.
        let Ok((answer, _)) = send(job, &request).await else {
            return Ok(Landed::Boundary(left, None));
        };
        if let Some(key) = key {
            job.keep(key, (start, end), answer.clone()).await?;
        }
        Ok(Landed::Boundary(
            left,
            Some(PieceTranscript::new(start, end, answer)),
        ))
    }

    fn record(
        &self,
        encoding: Encoding,
        options: &DecodeOptions,
    ) -> Result<(PieceAudio, String), Error> {
        let [(left, left_origin), (right, right_origin)] = &self.pieces;
        let mut samples = Vec::new();
        let middle = self.middle.clamp(self.start, self.end);
        let place = |at: u64, origin: i64| at.saturating_add_signed(-origin);
        let (from, count) = (place(self.start, *left_origin), middle - self.start);
        append(left, from, count, options, &mut samples)?;
        let (from, count) = (place(middle, *right_origin), self.end - middle);
        append(right, from, count, options, &mut samples)?;
        let mut encoder = Encoder::new(encoding);
        let mut bytes = Vec::new();
        encoder.push(&samples, &mut bytes);
        let mut file = encoder.finish(&mut bytes);
        file.append(&mut bytes);
        let sha256 = journal::sha256(&mut file.as_slice());
        let sha256 = sha256.map_err(|cause| Error::io("read the audio", cause))?;
        let name = format!("audio.{}", encoding.extension());
        Ok((PieceAudio::from_bytes(file, &name), sha256))
    }
}

/// Appends `count` samples of a piece's audio, which is at 16 kHz already.
fn append(
    audio: &PieceAudio,
    from: u64,
    count: u64,
    options: &DecodeOptions,
    samples: &mut Vec<i16>,
) -> Result<(), Error> {
    let mut decoder = Recording::open(Source::piece(audio.clone()), options)?.into_decoder()?;
    let mut raw = Vec::new();
    let (mut skip, mut left) = (from as usize, count as usize);
    while left > 0 {
        raw.clear();
        if decoder.next(&mut raw)?.is_none() {
            break;
        }
        let passed = skip.min(raw.len());
        skip -= passed;
        let taken = (raw.len() - passed).min(left);
        left -= taken;
        let heard = &raw[passed..passed + taken];
        samples.extend(
            heard
                .iter()
                .map(|&sample| (sample * 32_768.0).round() as i16),
        );
    }
    Ok(())
}
