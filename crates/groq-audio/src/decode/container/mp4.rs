//! What the demuxer does not tell of an MP4: where its sound begins, which codec it is in, and whether a fragmented file is
//! whole. Nothing in that says how long it is, but its boxes have sizes, and its fragments numbers.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, ErrorKind};
use crate::wav::first_bytes;

/// The most boxes that are looked at: more than a day of fragments of two seconds has.
const BOXES: u32 = 200_000;
/// How deep boxes are looked into.
const DEPTH: u32 = 8;

/// The first audio track.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sound {
    /// The second of the track that is played first, by its edit list: what comes before is the encoder's.
    pub(crate) start: Option<f64>,
    /// How many seconds into the film the track begins.
    pub(crate) lead: f64,
    pub(crate) codec: [u8; 4],
}

/// What the outermost boxes tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragments {
    pub(crate) count: u32,
    /// The file ends within one.
    pub(crate) is_cut: bool,
    /// How many are missing between others.
    pub(crate) missing: u32,
    /// An index of them tells, by being there, that the file is whole.
    pub(crate) is_indexed: bool,
}

impl Fragments {
    /// The demuxer would end where a fragment is cut off, and pass over those that are missing.
    pub(crate) fn check(self) -> Result<(), Error> {
        let message = match self {
            Self { is_cut: true, .. } => "the file ends in the middle of a fragment".to_owned(),
            Self { missing: 0, .. } => return Ok(()),
            Self { missing, .. } => format!("{missing} fragments are missing in it"),
        };
        Err(Error::new(ErrorKind::Short, message))
    }
}

/// What is known of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Index {
    /// There is a `moov`.
    pub(crate) is_there: bool,
    /// The first audio track, if there is one.
    pub(crate) sound: Option<Sound>,
    pub(crate) fragments: Fragments,
}

/// Looks at the boxes of a file that begins at `base`. The input is left anywhere.
pub(crate) fn read(input: &mut (impl Read + Seek), base: u64) -> io::Result<Index> {
    let end = input.seek(SeekFrom::End(0))?;
    let mut walk = Walk {
        input,
        left: BOXES,
        index: Index::default(),
        timescale: 1,
        track: Track::default(),
        numbers: Numbers::default(),
        indexes: Indexes::default(),
    };
    walk.boxes(base, end, 0)?;
    let (mut index, indexes) = (walk.index, walk.indexes);
    index.fragments.missing = walk.numbers.missing();
    // What comes behind is not known.
    index.fragments.is_indexed = walk.left > 0 && indexes.is_of_all();
    index.fragments.is_cut &= index.fragments.count > 0;
    Ok(index)
}

struct Walk<'a, I> {
    input: &'a mut I,
    left: u32,
    index: Index,
    /// That of the film.
    timescale: u32,
    track: Track,
    numbers: Numbers,
    indexes: Indexes,
}

/// What has been seen of the current track.
#[derive(Default)]
struct Track {
    handler: [u8; 4],
    timescale: u32,
    /// Ticks of the film before the first edit, and the time of that in the track's own.
    empty: u64,
    media_time: Option<u64>,
    codec: [u8; 4],
}

impl<I: Read + Seek> Walk<'_, I> {
    fn boxes(&mut self, from: u64, to: u64, depth: u32) -> io::Result<()> {
        let mut at = from;
        while at < to && self.left > 0 && depth < DEPTH {
            self.left -= 1;
            let mut head = [0; 32];
            let length = head.len().min((to - at) as usize);
            self.input.seek(SeekFrom::Start(at))?;
            self.input.read_exact(&mut head[..length])?;
            // Less than a header is the beginning of one.
            let found = (length >= 8).then(|| header(&head, to - at)).flatten();
            let Some((name, body, size)) = found else {
                self.index.fragments.is_cut |= depth == 0 && length < 8;
                break;
            };
            let next = at.saturating_add(size);
            if depth == 0 {
                self.outermost(name, &head);
                self.index.fragments.is_cut |= next > to;
            }
            // An index that is cut off is none.
            if &name == b"moov" && next > to {
                break;
            }
            self.inner(name, &head, (at + body, next.min(to)), depth + 1)?;
            at = next;
        }
        Ok(())
    }

    fn outermost(&mut self, name: [u8; 4], head: &[u8; 32]) {
        let fragments = &mut self.index.fragments;
        match &name {
            b"moof" => {
                fragments.count += 1;
                self.numbers.add(head);
            }
            b"mfra" => self.indexes.at_end = true,
            b"sidx" if fragments.count == 0 => self.indexes.at_start += 1,
            b"sidx" => self.indexes.between += 1,
            _ => {}
        }
    }

    fn inner(
        &mut self,
        name: [u8; 4],
        head: &[u8; 32],
        (from, to): (u64, u64),
        depth: u32,
    ) -> io::Result<()> {
        // The times before it have 32 or 64 bits.
        let timescale = || u32_at(head, if head[8] == 1 { 28 } else { 20 });
        match &name {
            b"moov" => {
                self.index.is_there = true;
                self.boxes(from, to, depth)?;
            }
            b"mdia" | b"minf" | b"stbl" | b"edts" => self.boxes(from, to, depth)?,
            b"trak" => {
                self.track = Track::default();
                self.boxes(from, to, depth)?;
                self.index.sound = self.index.sound.or_else(|| self.sound());
            }
            // A second one, of the data, may follow in QuickTime.
            b"hdlr" if self.track.handler == [0; 4] => {
                self.track.handler = first_bytes(&head[16..]);
            }
            b"mvhd" => self.timescale = timescale(),
            b"mdhd" => self.track.timescale = timescale(),
            b"elst" => self.edits(from)?,
            b"stsd" => self.track.codec = first_bytes(&head[20..]),
            _ => {}
        }
        Ok(())
    }

    fn sound(&self) -> Option<Sound> {
        let track = &self.track;
        let seconds = |ticks: u64, scale: u32| ticks as f64 / f64::from(scale);
        let start = track.media_time.filter(|_| track.timescale > 0);
        (&track.handler == b"soun").then(|| Sound {
            start: start.map(|ticks| seconds(ticks, track.timescale)),
            lead: seconds(track.empty, self.timescale.max(1)),
            codec: track.codec,
        })
    }

    /// Reads up to the first edit that is not empty.
    fn edits(&mut self, from: u64) -> io::Result<()> {
        const EDITS: u64 = 16;
        self.input.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        self.input.take(8 + 20 * EDITS).read_to_end(&mut bytes)?;
        let Some((head, edits)) = bytes.split_first_chunk::<8>() else {
            return Ok(());
        };
        let is_long = head[0] == 1;
        let length = if is_long { 20 } else { 12 };
        for edit in edits.chunks_exact(length).take(u32_at(head, 4) as usize) {
            let (duration, time) = if is_long {
                let time = i64::from_be_bytes(first_bytes(&edit[8..]));
                (u64::from_be_bytes(first_bytes(edit)), time)
            } else {
                let time = i32::from_be_bytes(first_bytes(&edit[4..]));
                (u64::from(u32_at(edit, 0)), i64::from(time))
            };
            if let Ok(time) = u64::try_from(time) {
                self.track.media_time = Some(time);
                break;
            }
            self.track.empty = self.track.empty.saturating_add(duration);
        }
        Ok(())
    }
}

/// The name of a box, and the lengths of its header and of all of it; none where there is something else, such as padding.
fn header(head: &[u8; 32], left: u64) -> Option<([u8; 4], u64, u64)> {
    let name: [u8; 4] = first_bytes(&head[4..]);
    let (body, size) = match u32_at(head, 0) {
        0 => (8, left),
        1 => (16, u64::from_be_bytes(first_bytes(&head[8..]))),
        size => (8, u64::from(size)),
    };
    let is_name = name.iter().all(u8::is_ascii_graphic) || name.ends_with(b" ");
    (is_name && size >= body).then_some((name, body, size))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(first_bytes(&bytes[at..]))
}

/// The boxes that say which fragments there are.
#[derive(Debug, Default)]
struct Indexes {
    at_start: u32,
    between: u32,
    at_end: bool,
}

impl Indexes {
    /// An index at the end is written last. One at the start is of all, unless each part has its own.
    fn is_of_all(&self) -> bool {
        self.at_end || (self.at_start == 1 && self.between == 0)
    }
}

/// The numbers of fragments.
#[derive(Debug, Default)]
struct Numbers {
    last: Option<u32>,
    in_a_row: u32,
    jumps: u32,
    missing: u32,
}

impl Numbers {
    /// A fragment begins with its own header, the box with its number.
    fn add(&mut self, head: &[u8; 32]) {
        if &head[12..16] != b"mfhd" {
            return;
        }
        let number = u32_at(head, 20);
        if let Some(last) = self.last {
            match number.saturating_sub(last) {
                0 => {}
                1 => self.in_a_row += 1,
                more => {
                    self.jumps += 1;
                    self.missing = self.missing.saturating_add(more - 1);
                }
            }
        }
        self.last = Some(number);
    }

    /// Some number in another way: those whose numbers mostly jump.
    fn missing(&self) -> u32 {
        if self.jumps < self.in_a_row {
            self.missing
        } else {
            0
        }
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
        let mvhd = [&[0; 12][..], &600_u32.to_be_bytes(), &[0; 80]].concat();
        let moov = atom(b"moov", &[atom(b"mvhd", &mvhd), tracks.concat()].concat());
        [
            atom(b"ftyp", b"M4A \0\0\0\0"),
            atom(b"mdat", &[0; 100]),
            moov,
        ]
        .concat()
    }

    fn index(file: Vec<u8>) -> Index {
        read(&mut Cursor::new(file), 0).expect("readable")
    }

    fn found(file: Vec<u8>) -> Option<Sound> {
        index(file).sound
    }

    #[test]
    fn the_start_is_that_of_the_first_sound() {
        let sound = found(file(&[track(b"vide", &[7]), track(b"soun", &[-1, 2_112])]));
        let sound = sound.expect("there is one");
        assert_eq!(sound.codec, *b"mp4a");
        assert!((sound.start.expect("an edit") - 2_112.0 / 44_100.0).abs() < 1e-9);
        assert!((sound.lead - 1_000.0 / 600.0).abs() < 1e-9);
        let plain = found(file(&[track(b"soun", &[])])).expect("there is one");
        assert_eq!(plain.start, None);
    }

    #[test]
    fn a_silent_film_has_none() {
        let film = file(&[track(b"vide", &[0])]);
        let cut_off = film[..film.len() / 3].to_vec();
        assert_eq!(found(film), None);
        assert!(!index(cut_off).is_there);
    }

    #[test]
    fn any_cut_ends() {
        let whole = file(&[track(b"vide", &[0]), track(b"soun", &[1_024])]);
        for length in 0..whole.len() {
            let _ = found(whole[..length].to_vec());
        }
        assert_eq!(found(vec![0; 4_000]), None);
    }

    fn fragment(number: u32) -> Vec<u8> {
        let header = atom(b"mfhd", &[&[0; 4][..], &number.to_be_bytes()].concat());
        let moof = atom(b"moof", &[header, atom(b"traf", &[0; 40])].concat());
        [moof, atom(b"mdat", &[7; 50])].concat()
    }

    fn fragmented(numbers: &[u32]) -> Vec<u8> {
        let start = [atom(b"ftyp", b"iso5\0\0\0\0"), atom(b"moov", &[0; 90])];
        let fragments = numbers.iter().map(|&number| fragment(number));
        start.into_iter().chain(fragments).flatten().collect()
    }

    fn fragments(file: Vec<u8>) -> Fragments {
        index(file).fragments
    }

    #[test]
    fn it_ends_with_a_box_or_is_cut() {
        let whole = fragmented(&[1, 2, 3]);
        let ends = [1, 2, 3].map(|count| fragmented(&[1, 2, 3][..count]).len());
        for length in ends[0]..=whole.len() {
            let found = fragments(whole[..length].to_vec());
            // A fragment's header alone is a box, too.
            let at_box = ends.contains(&length) || ends.contains(&(length + 58));
            assert_eq!(found.is_cut, !at_box, "{length}");
        }
        let indexed = [whole, atom(b"mfra", &[0; 20])].concat();
        assert!(fragments(indexed.clone()).is_indexed);
        let first = atom(b"sidx", &[0; 20]);
        let parts = [fragmented(&[1]), first.clone(), fragment(2)].concat();
        assert!(!fragments([first.clone(), parts].concat()).is_indexed);
        assert!(fragments([first, fragmented(&[1, 2])].concat()).is_indexed);
        let padded = fragments([indexed, vec![0; 100]].concat());
        assert!(!padded.is_cut && padded.missing == 0 && padded.count == 3);
    }

    #[test]
    fn missing_fragments_are_counted() {
        let table: [(&[u32], u32); 6] = [
            (&[1, 2, 3, 4], 0),
            (&[7, 8, 9], 0),
            (&[1, 2, 3, 6, 7], 2),
            (&[1, 3, 5, 7], 0),
            (&[0, 0, 0], 0),
            (&[1, 2, 1, 2], 0),
        ];
        for (numbers, missing) in table {
            assert_eq!(
                fragments(fragmented(numbers)).missing,
                missing,
                "{numbers:?}"
            );
        }
    }
}
