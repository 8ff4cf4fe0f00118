//! The size of an image, from its first bytes.

/// Returns how many pixels an image has, by its header; `None` if that cannot be told.
///
/// It knows PNG, GIF, JPEG and WebP, and reads no further than the header.
///
/// ```
/// let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x1e\0\0\0\x10\xe0\x08\x02\0\0\0";
/// assert_eq!(groq_models::image_pixels(png), Some(7_680 * 4_320));
/// assert_eq!(groq_models::image_pixels(b"<svg>"), None);
/// ```
pub fn image_pixels(image: &[u8]) -> Option<u64> {
    let (width, height) = match image {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', rest @ ..] => {
            (big(rest.get(8..12)?), big(rest.get(12..16)?))
        }
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', rest @ ..] => {
            (little(rest.get(..2)?), little(rest.get(2..4)?))
        }
        [0xff, 0xd8, rest @ ..] => jpeg(rest)?,
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            rest @ ..,
        ] => webp(rest)?,
        _ => return None,
    };
    width.checked_mul(height)
}

/// Goes from segment to segment until one has the size of the frame.
fn jpeg(mut rest: &[u8]) -> Option<(u64, u64)> {
    loop {
        match rest {
            // Any number of bytes may fill the space before a marker.
            [0xff, 0xff, ..] => rest = &rest[1..],
            // Markers without a length.
            [0xff, 0x01 | 0xd0..=0xd7, after @ ..] => rest = after,
            [
                0xff,
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf,
                frame @ ..,
            ] => {
                return Some((big(frame.get(5..7)?), big(frame.get(3..5)?)));
            }
            // The end of the image, or the beginning of its data.
            [0xff, 0xd9 | 0xda, ..] => return None,
            [0xff, _, segment @ ..] => {
                let length = usize::try_from(big(segment.get(..2)?)).ok()?;
                rest = segment.get(length.max(2)..)?;
            }
            _ => return None,
        }
    }
}

fn webp(chunk: &[u8]) -> Option<(u64, u64)> {
    let (kind, data) = (chunk.get(..4)?, chunk.get(8..)?);
    match kind {
        b"VP8 " => {
            let is_frame = data.get(3..6)? == b"\x9d\x01\x2a";
            let side = |bytes| Some(little(bytes?) & 0x3fff);
            is_frame.then(|| Some((side(data.get(6..8))?, side(data.get(8..10))?)))?
        }
        b"VP8L" => {
            let bits = little(data.get(1..5)?);
            (data[0] == 0x2f).then_some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(data.get(4..7)?) + 1, little(data.get(7..10)?) + 1)),
        _ => None,
    }
}

fn big(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn little(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Decodes base64 up to the first byte that is not of it; a header is at the beginning, so `most` bytes are enough.
pub(crate) fn base64_prefix(text: &str, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
        if bytes.len() >= most {
            break;
        }
    }
    bytes
}
