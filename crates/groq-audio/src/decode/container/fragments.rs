//! Whether a fragmented MP4 is whole: nothing in it says how long it is, but its boxes have sizes, and its fragments numbers.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{Error, ErrorKind};

/// The most boxes that are looked at: more than a day of fragments of two seconds has.
const BOXES: u32 = 200_000;

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

/// Looks at the boxes of a file that begins at `base`. The input is left anywhere.
pub(crate) fn read(input: &mut (impl Read + Seek), base: u64) -> io::Result<Fragments> {
    let end = input.seek(SeekFrom::End(0))?;
    let mut found = Fragments::default();
    let mut numbers = Numbers::default();
    let mut at = base;
    let mut indexes = Indexes::default();
    for box_number in 0..=BOXES {
        if box_number == BOXES {
            // What comes behind is not known.
            indexes = Indexes::default();
            break;
        }
        if end.saturating_sub(at) < 8 {
            // Less than a header is the beginning of one.
            found.is_cut |= at < end;
            break;
        }
        input.seek(SeekFrom::Start(at))?;
        let mut head = [0; 32];
        let length = head.len().min((end - at) as usize);
        input.read_exact(&mut head[..length])?;
        let Some((name, size)) = outermost(&head, end - at) else {
            break;
        };
        match &name {
            b"moof" => {
                found.count += 1;
                numbers.add(&head);
            }
            b"mfra" => indexes.at_end = true,
            b"sidx" if found.count == 0 => indexes.at_start += 1,
            b"sidx" => indexes.between += 1,
            _ => {}
        }
        let next = at.saturating_add(size);
        found.is_cut |= next > end;
        at = next;
    }
    found.missing = numbers.missing();
    found.is_indexed = indexes.is_of_all();
    found.is_cut &= found.count > 0;
    Ok(found)
}

/// The name and the size of a box; none where there is something else, such as padding.
fn outermost(head: &[u8; 32], left: u64) -> Option<([u8; 4], u64)> {
    let name = [head[4], head[5], head[6], head[7]];
    let long = head[8..16].first_chunk()?;
    let size = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
        0 => left,
        1 => u64::from_be_bytes(*long),
        size => u64::from(size),
    };
    let is_name = name.iter().all(u8::is_ascii_graphic) || name.ends_with(b" ");
    (is_name && size >= 8).then_some((name, size))
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
        let number = u32::from_be_bytes([head[20], head[21], head[22], head[23]]);
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

    fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes()[..], name, body].concat()
    }

    fn fragment(number: u32) -> Vec<u8> {
        let header = boxed(b"mfhd", &[&[0; 4][..], &number.to_be_bytes()].concat());
        let moof = boxed(b"moof", &[header, boxed(b"traf", &[0; 40])].concat());
        [moof, boxed(b"mdat", &[7; 50])].concat()
    }

    fn file(numbers: &[u32]) -> Vec<u8> {
        let start = [boxed(b"ftyp", b"iso5\0\0\0\0"), boxed(b"moov", &[0; 90])];
        let fragments = numbers.iter().map(|&number| fragment(number));
        start.into_iter().chain(fragments).flatten().collect()
    }

    fn found(file: Vec<u8>) -> Fragments {
        read(&mut Cursor::new(file), 0).expect("readable")
    }

    #[test]
    fn it_ends_with_a_box_or_is_cut() {
        let whole = file(&[1, 2, 3]);
        let ends = [1, 2, 3].map(|count| file(&[1, 2, 3][..count]).len());
        for length in ends[0]..=whole.len() {
            let found = found(whole[..length].to_vec());
            // A fragment's header alone is a box, too.
            let at_box = ends.contains(&length) || ends.contains(&(length + 58));
            assert_eq!(found.is_cut, !at_box, "{length}");
        }
        let indexed = [whole, boxed(b"mfra", &[0; 20])].concat();
        assert!(found(indexed.clone()).is_indexed);
        let first = boxed(b"sidx", &[0; 20]);
        let parts = [file(&[1]), first.clone(), fragment(2)].concat();
        assert!(!found([first.clone(), parts].concat()).is_indexed);
        assert!(found([first, file(&[1, 2])].concat()).is_indexed);
        let padded = found([indexed, vec![0; 100]].concat());
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
            assert_eq!(found(file(numbers)).missing, missing, "{numbers:?}");
        }
    }
}
