//! What the demuxer does not tell of an MP4: where its sound begins, and which codec it is in.

use std::io::{self, Read, Seek, SeekFrom};

/// The most atoms that are looked at, in all.
const ATOMS: u32 = 20_000;

/// The first audio track.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sound {
    /// The second of the track that is played first, by its edit list: what comes before is the encoder's.
    pub(crate) start: Option<f64>,
    pub(crate) codec: [u8; 4],
}

/// What an index (`moov`) lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Index {
    /// The first audio track, if there is one.
    pub(crate) sound: Option<Sound>,
}

/// Reads the index of a file that begins at `base`; none if it has none. The input is left anywhere.
pub(crate) fn index(input: &mut (impl Read + Seek), base: u64) -> io::Result<Option<Index>> {
    let end = input.seek(SeekFrom::End(0))?;
    let mut walk = Walk {
        input,
        left: ATOMS,
        handler: [0; 4],
        timescale: 0,
        media_time: None,
        codec: [0; 4],
        indexed: false,
    };
    let sound = match walk.atoms(base, end) {
        Ok(found) => found,
        // What is damaged is told by the demuxer.
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => None,
        Err(cause) => return Err(cause),
    };
    Ok(walk.indexed.then_some(Index { sound }))
}

/// What has been seen of the current track.
struct Walk<'a, I> {
    input: &'a mut I,
    left: u32,
    handler: [u8; 4],
    timescale: u32,
    media_time: Option<u64>,
    codec: [u8; 4],
    /// There is a `moov`.
    indexed: bool,
}

impl<I: Read + Seek> Walk<'_, I> {
    fn atoms(&mut self, from: u64, to: u64) -> io::Result<Option<Sound>> {
        let mut at = from;
        while at + 8 <= to && self.left > 0 {
            self.left -= 1;
            self.input.seek(SeekFrom::Start(at))?;
            let (name, header, size) = self.header()?;
            let size = if size == 0 { to - at } else { size };
            let stated = at.saturating_add(size);
            // An index that is cut off is none.
            if name == *b"moov" && stated > to {
                break;
            }
            let end = stated.min(to);
            if size < header {
                break;
            }
            let found = self.atom(name, at + header, end)?;
            if found.is_some() {
                return Ok(found);
            }
            at = end;
        }
        Ok(None)
    }

    fn header(&mut self) -> io::Result<([u8; 4], u64, u64)> {
        let size = u64::from(self.u32()?);
        let name = self.array()?;
        match size {
            1 => Ok((name, 16, u64::from_be_bytes(self.array()?))),
            size => Ok((name, 8, size)),
        }
    }

    fn atom(&mut self, name: [u8; 4], from: u64, to: u64) -> io::Result<Option<Sound>> {
        match &name {
            b"moov" => {
                self.indexed = true;
                return self.atoms(from, to);
            }
            b"mdia" | b"minf" | b"stbl" | b"edts" => return self.atoms(from, to),
            b"trak" => {
                (self.handler, self.timescale, self.media_time) = ([0; 4], 0, None);
                let _ = self.atoms(from, to)?;
                return Ok(self.track());
            }
            b"hdlr" => {
                let [_, handler]: [[u8; 4]; 2] = [self.array()?, self.skip_then_array()?];
                // A second one, of the data, may follow in QuickTime.
                if self.handler == [0; 4] {
                    self.handler = handler;
                }
            }
            b"mdhd" => self.timescale = self.timescale()?,
            b"elst" => self.media_time = self.media_time()?,
            b"stsd" => {
                let _: [u8; 12] = self.array()?;
                self.codec = self.array()?;
            }
            _ => {}
        }
        Ok(None)
    }

    fn track(&self) -> Option<Sound> {
        let seconds = |ticks: u64| ticks as f64 / f64::from(self.timescale);
        let start = self.media_time.filter(|_| self.timescale > 0).map(seconds);
        (&self.handler == b"soun").then_some(Sound {
            start,
            codec: self.codec,
        })
    }

    fn timescale(&mut self) -> io::Result<u32> {
        let [version, ..]: [u8; 4] = self.array()?;
        let _times: [u8; 8] = self.array()?;
        if version == 1 {
            let _longer: [u8; 8] = self.array()?;
        }
        self.u32()
    }

    /// That of the first edit that is not empty.
    fn media_time(&mut self) -> io::Result<Option<u64>> {
        const EDITS: u32 = 16;
        let [version, ..]: [u8; 4] = self.array()?;
        for _ in 0..self.u32()?.min(EDITS) {
            let time = if version == 1 {
                let _duration: [u8; 8] = self.array()?;
                i64::from_be_bytes(self.array()?)
            } else {
                let _duration = self.u32()?;
                i64::from(i32::from_be_bytes(self.array()?))
            };
            let _rate = self.u32()?;
            if let Ok(time) = u64::try_from(time) {
                return Ok(Some(time));
            }
        }
        Ok(None)
    }

    fn skip_then_array(&mut self) -> io::Result<[u8; 4]> {
        let _: [u8; 4] = self.array()?;
        self.array()
    }

    fn u32(&mut self) -> io::Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn array<const LEN: usize>(&mut self) -> io::Result<[u8; LEN]> {
        let mut bytes = [0; LEN];
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn atom(name: &[u8], body: &[u8]) -> Vec<u8> {
        let size = body.len() as u32 + 8;
        [&size.to_be_bytes()[..], name, body].concat()
    }

    fn track(handler: &[u8], media_times: &[i32]) -> Vec<u8> {
        let mut elst = vec![0; 4];
        elst.extend((media_times.len() as u32).to_be_bytes());
        for time in media_times {
            elst.extend(1_000_u32.to_be_bytes());
            elst.extend(time.to_be_bytes());
            elst.extend([0, 1, 0, 0]);
        }
        let mdhd = [&[0; 12][..], &44_100_u32.to_be_bytes(), &[0; 8]].concat();
        let hdlr = [&[0; 8][..], handler, &[0; 12]].concat();
        let stsd = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16][..], b"mp4a", &[0; 8]].concat();
        let stbl = atom(b"minf", &atom(b"stbl", &atom(b"stsd", &stsd)));
        let mdia = [atom(b"mdhd", &mdhd), atom(b"hdlr", &hdlr), stbl].concat();
        let edts = atom(b"edts", &atom(b"elst", &elst));
        atom(b"trak", &[edts, atom(b"mdia", &mdia)].concat())
    }

    fn file(tracks: &[Vec<u8>]) -> Vec<u8> {
        let moov = atom(b"moov", &tracks.concat());
        [
            atom(b"ftyp", b"M4A \0\0\0\0"),
            atom(b"mdat", &[0; 100]),
            moov,
        ]
        .concat()
    }

    fn found(file: Vec<u8>) -> Option<Sound> {
        let index = index(&mut Cursor::new(file), 0).expect("readable");
        index?.sound
    }

    #[test]
    fn the_start_is_that_of_the_first_sound() {
        let sound = found(file(&[track(b"vide", &[7]), track(b"soun", &[-1, 2_112])]));
        let sound = sound.expect("there is one");
        assert_eq!(sound.codec, *b"mp4a");
        assert!((sound.start.expect("an edit") - 2_112.0 / 44_100.0).abs() < 1e-9);
        let plain = found(file(&[track(b"soun", &[])])).expect("there is one");
        assert_eq!(plain.start, None);
    }

    #[test]
    fn a_silent_film_has_none() {
        let film = file(&[track(b"vide", &[0])]);
        let cut_off = film[..film.len() / 3].to_vec();
        assert_eq!(found(film), None);
        assert_eq!(index(&mut Cursor::new(cut_off), 0).expect("readable"), None);
    }

    #[test]
    fn any_cut_ends() {
        let whole = file(&[track(b"vide", &[0]), track(b"soun", &[1_024])]);
        for length in 0..whole.len() {
            let _ = found(whole[..length].to_vec());
        }
        assert_eq!(found(vec![0; 4_000]), None);
    }
}
