//! The outermost elements of a Matroska, as far as its length needs.

/// The longest header that is believed.
const HEADER: usize = 4_096;

/// Where a segment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Counted from the beginning of the file.
    At(u64),
    /// It was written as it came, and has no size.
    Open,
}

/// Where the segment of the file that begins with `head` ends.
pub(crate) fn segment(head: &[u8]) -> Option<End> {
    const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];
    let (header, length) = size(head.get(4..)?)?;
    let at = 4 + length + usize::try_from(header?).ok().filter(|&it| it < HEADER)?;
    let rest = head.get(at..)?.strip_prefix(&SEGMENT)?;
    let (body, length) = size(rest)?;
    let from = (at + 4 + length) as u64;
    Some(body.map_or(End::Open, |body| End::At(from.saturating_add(body))))
}

/// The name of the element that `bytes` begin with, the length of its header, and its size if it has one.
pub(crate) fn element(bytes: &[u8]) -> Option<(u32, usize, Option<u64>)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let name = bytes.get(..length).filter(|_| length <= 4)?;
    let name = name
        .iter()
        .fold(0, |name, &byte| name << 8 | u32::from(byte));
    let (size, more) = size(&bytes[length..])?;
    Some((name, length + more, size))
}

/// A number whose first byte tells how long it is, and its length; all ones stand for not known.
fn size(bytes: &[u8]) -> Option<(Option<u64>, usize)> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let bytes = bytes.get(..length).filter(|_| length <= 8)?;
    let all = bytes
        .iter()
        .fold(0, |all, &byte| all << 8 | u64::from(byte));
    let ones = (1_u64 << (7 * length)) - 1;
    let number = all & ones;
    Some(((number != ones).then_some(number), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(size: &[u8]) -> Option<End> {
        segment(&[&b"\x1A\x45\xDF\xA3\x83abc\x18\x53\x80\x67"[..], size].concat())
    }

    #[test]
    fn the_end_is_told_or_not() {
        assert_eq!(end(&[0x01, 0, 0, 0, 0, 0, 1, 0]), Some(End::At(20 + 256)));
        assert_eq!(end(&[0x85]), Some(End::At(13 + 5)));
        assert_eq!(
            end(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            Some(End::Open)
        );
        assert_eq!(end(&[0xFF]), Some(End::Open));
        assert_eq!(end(&[0x1F, 0xFF, 0xFF, 0xFF]), Some(End::Open));
        assert_eq!(end(&[]), None);
        assert_eq!(end(&[0]), None);
        assert_eq!(segment(b"\x1A\x45\xDF\xA3\xFF"), None);
    }
}
