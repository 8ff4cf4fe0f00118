//! Pages of an Ogg: each has a number and a checksum, and the last one of a stream says so.

use std::collections::BTreeMap;

use symphonia::core::checksum::Crc32;
use symphonia::core::io::Monitor;

use super::Step;

/// The header of a page, without the lengths of its segments.
const HEADER: usize = 27;
const FIRST: u8 = 2;
const LAST: u8 = 4;
/// More streams than this at a time, and more parts one after the other, are no recording.
const STREAMS: usize = 64;
const PARTS: usize = 4_096;
/// How many bytes of broken pages are looked at, beyond four for each byte of whole ones.
const BROKEN: u64 = 4 << 20;

/// What is known of the pages. Of a file that was put together, each part has streams of its own, of the same numbers or not.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    parts: Vec<BTreeMap<u32, Stream>>,
    /// The last page was the first one of a stream: those of one part come together.
    at_start: bool,
    /// The bytes of whole pages, and of what only began like one.
    whole: u64,
    broken: u64,
}

/// What is known of the pages of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Stream {
    next: u32,
    has_sound: bool,
    /// Pages are missing before the first one with sound.
    pub(crate) lost_at_start: bool,
    /// How many are missing after it.
    pub(crate) lost: u32,
    /// The last one was there.
    pub(crate) ended: bool,
}

impl Pages {
    /// How many parts have begun.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The stream with a number in one of the parts.
    pub(crate) fn stream(&self, part: usize, serial: u32) -> Option<Stream> {
        self.parts.get(part)?.get(&serial).copied()
    }

    pub(super) fn step(&mut self, rest: &[u8]) -> Step {
        let marker = b"OggS\0";
        if !marker.starts_with(&rest[..rest.len().min(marker.len())]) {
            // The next page may begin anywhere.
            let next = rest[1..].iter().position(|&byte| byte == marker[0]);
            return Step::Pass(next.map_or(rest.len(), |next| next + 1) as u64);
        }
        let Some(header) = rest.first_chunk::<HEADER>() else {
            return Step::More;
        };
        let lengths = HEADER + usize::from(header[26]);
        let Some(segments) = rest.get(HEADER..lengths) else {
            return Step::More;
        };
        let body: usize = segments.iter().map(|&length| usize::from(length)).sum();
        let Some(page) = rest.get(..lengths + body) else {
            return Step::More;
        };
        let length = page.len() as u64;
        if checksum(page) != u32_at(header, 22) {
            self.broken += length;
            // Each byte may be summed many times over in a file that was made to keep one busy.
            return if self.broken > BROKEN + 4 * self.whole {
                Step::Stop
            } else {
                Step::Pass(1)
            };
        }
        self.whole += length;
        self.count(header);
        Step::Pass(length)
    }

    fn count(&mut self, header: &[u8; HEADER]) {
        let (flags, serial, number) = (header[5], u32_at(header, 14), u32_at(header, 18));
        let granule = u32_at(header, 6) | u32_at(header, 10);
        let is_first = flags & FIRST != 0;
        if is_first && !self.at_start && self.parts.len() < PARTS {
            self.parts.push(BTreeMap::new());
        }
        self.at_start = is_first;
        let Some(streams) = self.parts.last_mut() else {
            return;
        };
        if is_first && streams.len() < STREAMS {
            streams.insert(serial, Stream::default());
        }
        let Some(stream) = streams.get_mut(&serial) else {
            return;
        };
        let missing = number.wrapping_sub(stream.next);
        // Back in time is another way to count, and no loss.
        if missing > 0 && missing < u32::MAX / 2 {
            if stream.has_sound {
                stream.lost = stream.lost.saturating_add(missing);
            } else {
                stream.lost_at_start = true;
            }
        }
        stream.next = number.wrapping_add(1);
        stream.has_sound |= granule != 0;
        stream.ended |= flags & LAST != 0;
    }
}

/// CRC-32, as if its own place were zero.
fn checksum(page: &[u8]) -> u32 {
    let mut sum = Crc32::new(0);
    sum.process_buf_bytes(&page[..22]);
    sum.process_buf_bytes(&[0; 4]);
    sum.process_buf_bytes(&page[26..]);
    sum.crc()
}

fn u32_at(header: &[u8; HEADER], at: usize) -> u32 {
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::super::Watch;
    use super::*;
    use crate::decode::format::Format;
    use crate::decode::probe::Probe;

    fn page(flags: u8, number: u32, granule: u64) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend(granule.to_le_bytes());
        page.extend(7_u32.to_le_bytes());
        page.extend(number.to_le_bytes());
        page.extend([0; 4]);
        page.extend([2, 255, 45]);
        page.extend([number as u8; 300]);
        let sum = checksum(&page);
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        page
    }

    /// Pages lost at the start, lost later, and whether the last one was there.
    fn seen(file: &[u8]) -> (bool, u32, bool) {
        let mut watch = Watch::new(&Probe::of(Format::Ogg));
        for (index, bytes) in file.chunks(100).enumerate() {
            watch.see(100 * index as u64, bytes);
        }
        let pages = watch.pages().expect("an Ogg");
        let stream = pages.stream(0, 7).expect("it has begun");
        (stream.lost_at_start, stream.lost, stream.ended)
    }

    #[test]
    fn each_part_has_its_own_streams() {
        let whole = [page(2, 0, 0), page(0, 1, 90), page(4, 2, 99)].concat();
        let cut = [page(2, 0, 0), page(0, 1, 90)].concat();
        let mut watch = Watch::new(&Probe::of(Format::Ogg));
        watch.see(0, &[cut, whole].concat());
        let pages = watch.pages().expect("an Ogg");
        let ended = [0, 1, 2].map(|part| Some(pages.stream(part, 7)?.ended));
        assert_eq!(ended, [Some(false), Some(true), None]);
    }

    #[test]
    fn lost_pages_are_counted() {
        let pages = [
            page(2, 0, 0),
            page(0, 1, 0),
            page(0, 2, 100),
            page(0, 3, 200),
            page(4, 4, 300),
        ];
        let without = |left_out: usize| {
            let others = pages.iter().enumerate().filter(|(at, _)| *at != left_out);
            let others: Vec<u8> = others.flat_map(|(_, page)| page.clone()).collect();
            seen(&others)
        };
        assert_eq!(seen(&pages.concat()), (false, 0, true));
        assert_eq!(without(1), (true, 0, true));
        assert_eq!(without(2), (true, 0, true));
        assert_eq!(without(3), (false, 1, true));
        assert_eq!(without(4), (false, 0, false));
        for at in 0..pages[3].len() {
            let mut damaged = pages.clone();
            damaged[3][at] ^= 0x10;
            assert_eq!(seen(&damaged.concat()), (false, 1, true), "byte {at}");
        }
    }
}
