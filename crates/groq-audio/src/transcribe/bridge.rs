//! Seams where two pieces agree on no word: the audio around the cut is asked for once more, with the cut moved.

use std::collections::BTreeMap;
use std::time::Duration;

use super::answers::Answered;
use super::ask::{joined, request};
use super::job::{Job, Landed, Landing, off_thread};
use super::retry::send;
use crate::clock::{samples_in, seconds};
use crate::decode::{DecodeOptions, Decoder};
use crate::encode::{Encoder, Encoding};
use crate::error::Error;
use crate::journal;
use crate::merge::{Heard, MergeOptions, SeamKind, merge};
use crate::plan::CutKind;
use crate::progress::Event;
use crate::service::Transcriber;
use crate::source::Source;
use crate::spool::PieceAudio;

/// How far the audio around a cut reaches to both sides: the cut is moved by 7 s, and 3 s are shared.
const REACH: Duration = Duration::from_secs(10);

/// The audio of pieces with a neighbour that is not answered yet.
#[derive(Default)]
pub(super) struct Edges {
    held: BTreeMap<usize, Begun>,
}

/// A piece's audio, and the sample of the recording at which it begins.
type Begun = (PieceAudio, i64);

impl Edges {
    /// The last of some answers is new: gives the requests for the doubtful seams that it makes.
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
        self.held.insert(new.piece.index, (audio, new.heard.origin));
        let before = new.piece.index.checked_sub(1);
        let pairs = before.into_iter().chain([new.piece.index]);
        let gaps = pairs.filter_map(|left| {
            let (one, other) = (find(left)?, find(left + 1)?);
            let audio = [self.held.get(&left)?, self.held.get(&(left + 1))?];
            Gap::new(one, other, audio, &job.settings.merge)
        });
        let landings: Vec<Landing<'a>> = gaps
            .map(|gap| -> Landing<'a> { Box::pin(async move { gap.bridge(job).await }) })
            .collect();
        self.held.retain(|&index, _| {
            let before = index.checked_sub(1);
            find(index + 1).is_none() || before.is_some_and(|before| find(before).is_none())
        });
        landings
    }
}

/// Extends the answer before a seam by what was heard around the cut.
pub(super) fn extend(
    answered: &mut [Answered],
    left: usize,
    bridge: Heard,
    options: &MergeOptions,
) {
    let Some(piece) = answered.iter_mut().find(|it| it.piece.index == left) else {
        return;
    };
    let (start, end) = (piece.heard.start, bridge.end);
    let language = piece.heard.answer.language.clone();
    let parts = [piece.heard.clone(), bridge];
    let answer = joined(&parts, language, options);
    piece.heard = Heard::new(start, end, answer).with_origin(0);
    piece.asked_again = true;
}

/// What is around a doubtful seam.
struct Gap {
    left: usize,
    start: u64,
    end: u64,
    /// Where the left piece ends, and the right one is listened to.
    middle: u64,
    pieces: [Begun; 2],
}

impl Gap {
    /// None where the seam is sure. In a pause, no word is near enough to the cut to be lost or doubled.
    fn new(
        one: &Answered,
        other: &Answered,
        [left, right]: [&Begun; 2],
        options: &MergeOptions,
    ) -> Option<Self> {
        let cut = one.piece.cut.filter(|cut| cut.kind != CutKind::Pause)?;
        let merged = merge(&[one.heard.clone(), other.heard.clone()], options);
        if merged.seams.first()?.kind != SeamKind::Unaligned {
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

    async fn bridge<T: Transcriber>(self, job: &Job<T>) -> Result<Landed, Error> {
        let (left, start, end) = (self.left, self.start, self.end);
        let settings = &job.settings;
        let (encoding, options) = (settings.prepare.encoding, settings.prepare.decode());
        let (audio, sha256) = off_thread(move || self.record(encoding, &options)).await?;
        let key = settings.journal.is_some().then(|| job.key(&sha256));
        if let Some(key) = &key
            && let Some(found) = job.find(key).await
        {
            return Ok(Landed::Bridge(left, Some(Heard::new(start, end, found))));
        }
        let length = seconds(end - start);
        if !job.may_ask_again(length) {
            return Ok(Landed::Bridge(left, None));
        }
        job.tell(&Event::Bridged { piece: left });
        let ask = request(job, left, audio, length).await;
        // Without an answer, the seam stays as doubtful as it was, and is flagged.
        let Ok((answer, _)) = send(job, &ask).await else {
            return Ok(Landed::Bridge(left, None));
        };
        if let Some(key) = key {
            job.keep(key, (start, end), answer.clone()).await?;
        }
        Ok(Landed::Bridge(left, Some(Heard::new(start, end, answer))))
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
        listen(left, (from, count), options, &mut samples)?;
        let (from, count) = (place(middle, *right_origin), self.end - middle);
        listen(right, (from, count), options, &mut samples)?;
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
fn listen(
    audio: &PieceAudio,
    (from, count): (u64, u64),
    options: &DecodeOptions,
    samples: &mut Vec<i16>,
) -> Result<(), Error> {
    let mut decoder = Decoder::open(Source::piece(audio.clone()), options)?;
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
