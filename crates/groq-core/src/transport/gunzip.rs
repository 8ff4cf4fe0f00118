//! Bodies that come compressed.

use std::io::{self, Write};
use std::mem;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};

/// Decompresses as it goes: what has come is given out before more is asked for.
pub(super) struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    input: Bytes,
}

impl Gunzip {
    /// So much is decompressed at once. A thousandfold of it is the most that can come of it, which bounds the memory.
    const SLICE: usize = 4 << 10;

    pub(super) fn new() -> Self {
        Self {
            decoder: MultiGzDecoder::new(Vec::new()),
            input: Bytes::new(),
        }
    }

    /// Takes the next piece of the input, once [`next`](Self::next) has nothing more.
    pub(super) fn push(&mut self, piece: Bytes) {
        self.input = piece;
    }

    /// The next piece of the output; `None` when the input is used up.
    pub(super) fn next(&mut self) -> Option<io::Result<Bytes>> {
        while !self.input.is_empty() {
            let slice = self.input.split_to(self.input.len().min(Self::SLICE));
            // Without the flush, the last bytes of what has come would wait for what comes next.
            let written = self
                .decoder
                .write_all(&slice)
                .and_then(|()| self.decoder.flush());
            if let Err(error) = written {
                return Some(Err(error));
            }
            let output = mem::take(self.decoder.get_mut());
            if !output.is_empty() {
                return Some(Ok(output.into()));
            }
        }
        None
    }

    /// Checks at the end of the input that it was all there.
    pub(super) fn finish(&mut self) -> io::Result<Bytes> {
        self.decoder.try_finish()?;
        Ok(mem::take(self.decoder.get_mut()).into())
    }
}

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    None,
    Gzip,
    Unknown,
}

impl Encoding {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        // A browser has decompressed what it gives.
        if cfg!(target_arch = "wasm32") {
            return Self::None;
        }
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        let first = encodings
            .next()
            .map(|encoding| encoding.as_bytes().to_ascii_lowercase());
        match first.as_deref() {
            None | Some(b"identity" | b"") => Self::None,
            Some(b"gzip" | b"x-gzip") if encodings.next().is_none() => Self::Gzip,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).expect("in memory");
        encoder.finish().expect("in memory")
    }

    fn gunzip(pieces: &[&[u8]]) -> io::Result<Vec<u8>> {
        let mut gunzip = Gunzip::new();
        let mut output = Vec::new();
        for piece in pieces {
            gunzip.push(Bytes::copy_from_slice(piece));
            while let Some(piece) = gunzip.next() {
                output.extend_from_slice(&piece?);
            }
        }
        output.extend_from_slice(&gunzip.finish()?);
        Ok(output)
    }

    #[test]
    fn what_is_cut_or_false_is_an_error() {
        let whole = gzip(b"some text that is whole");
        for end in 1..whole.len() {
            assert!(gunzip(&[&whole[..end]]).is_err(), "{end}");
        }
        assert!(gunzip(&[b"no gzip at all"]).is_err());
        let mut wrong = whole.clone();
        let checksum = wrong.len() - 6;
        wrong[checksum] ^= 1;
        assert!(gunzip(&[&wrong]).is_err());
    }

    #[test]
    fn a_bomb_goes_off_in_small_pieces() {
        let bomb = gzip(&vec![0; 32 << 20]);
        let mut gunzip = Gunzip::new();
        gunzip.push(bomb.into());
        let mut sum = 0;
        while let Some(piece) = gunzip.next() {
            let piece = piece.expect("it is whole");
            assert!(piece.len() <= 5 << 20, "{}", piece.len());
            sum += piece.len();
        }
        assert_eq!(sum, 32 << 20);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(data in prop::collection::vec(any::<u8>(), 0..500), cut in any::<prop::sample::Index>()) {
            let packed = gzip(&data);
            let (head, tail) = packed.split_at(cut.index(packed.len()));
            prop_assert_eq!(gunzip(&[head, tail]).expect("it is whole"), data);
        }
    }
}
