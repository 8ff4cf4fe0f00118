//! Our input in the shape that symphonia asks for.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

use super::watch::Watch;
use crate::source::Input;

/// What is known of the bytes that were read.
#[derive(Clone)]
pub(super) struct Seen(Arc<Mutex<Reading>>);

pub(super) struct Reading {
    /// How many bytes were there, as far as it was read.
    pub(super) furthest: u64,
    pub(super) watch: Watch,
}

impl Seen {
    pub(super) fn lock(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An input without the tags before and after its audio.
pub(super) struct Media {
    /// Never contended: it makes what is `Send` also `Sync`.
    input: Mutex<Input>,
    base: u64,
    /// None for a stream.
    length: Option<u64>,
    at: u64,
    seen: Seen,
}

impl Media {
    /// The input stands at `base`; the last `tail` bytes are left out.
    pub(super) fn new(input: Input, base: u64, tail: u64, watch: Watch) -> Self {
        let reading = Reading { furthest: 0, watch };
        Self {
            length: input.len().map(|length| length.saturating_sub(base + tail)),
            base,
            at: 0,
            seen: Seen(Arc::new(Mutex::new(reading))),
            input: Mutex::new(input),
        }
    }

    /// What is known of the bytes that were read: it goes on while they are.
    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    fn input(&mut self) -> &mut Input {
        self.input.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Media {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = self
            .length
            .map_or(u64::MAX, |length| length.saturating_sub(self.at));
        let most = left.min(out.len() as u64) as usize;
        let count = self.input().read(&mut out[..most])?;
        let mut seen = self.seen.lock();
        seen.watch.see(self.at, &out[..count]);
        self.at += count as u64;
        seen.furthest = seen.furthest.max(self.at);
        drop(seen);
        Ok(count)
    }
}

impl Seek for Media {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.and_then(|length| length.checked_add_signed(by)),
        };
        let absolute = at.and_then(|at| at.checked_add(self.base));
        let (Some(at), Some(absolute)) = (at, absolute) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        self.input().seek(SeekFrom::Start(absolute))?;
        self.at = at;
        Ok(at)
    }
}

impl MediaSource for Media {
    fn is_seekable(&self) -> bool {
        self.length.is_some()
    }

    fn byte_len(&self) -> Option<u64> {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::format::Format;
    use crate::decode::probe::Probe;
    use crate::source::Source;

    #[test]
    fn tags_are_out_of_reach() {
        let source = Source::bytes(b"tagAUDIOtag".as_slice());
        let mut input = source.into_input().expect("bytes");
        input.seek(SeekFrom::Start(3)).expect("in it");
        let mut media = Media::new(input, 3, 3, Watch::new(&Probe::of(Format::Wav)));
        let mut text = String::new();
        media.read_to_string(&mut text).expect("text");
        assert_eq!((text.as_str(), media.byte_len()), ("AUDIO", Some(5)));
        assert_eq!(media.seek(SeekFrom::End(-2)).expect("in it"), 3);
        text.clear();
        media.read_to_string(&mut text).expect("text");
        assert_eq!(text, "IO");
        assert!(media.seek(SeekFrom::Current(-9)).is_err());
    }
}
