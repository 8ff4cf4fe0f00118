//! How long a WAV file is, by its head.

use std::time::Duration;

/// The duration of what begins so and has this many bytes in all; `None` where the head does not tell.
pub(crate) fn duration(beginning: &[u8], length: Option<u64>) -> Option<Duration> {
    let mut chunks = beginning
        .strip_prefix(b"RIFF")?
        .get(4..)?
        .strip_prefix(b"WAVE")?;
    let mut bytes_per_second = None;
    loop {
        let (name, size) = (chunks.get(..4)?, number(chunks.get(4..8)?)?);
        let content = &chunks[8..];
        match name {
            b"fmt " => bytes_per_second = number(content.get(8..12)?).filter(|rate| *rate > 0),
            b"data" => {
                // Who writes as it goes does not know the size, and leaves one that cannot be.
                let before = (beginning.len() - content.len()) as u64;
                let there = length.map(|length| length.saturating_sub(before));
                let size = match size {
                    0 | 0xffff_ff00.. => there?,
                    size => u64::from(size).min(there.unwrap_or(u64::MAX)),
                };
                return Some(Duration::from_millis(
                    size.saturating_mul(1000) / u64::from(bytes_per_second?),
                ));
            }
            _ => {}
        }
        // Chunks begin at even places.
        let size = usize::try_from(size).ok()?;
        chunks = content.get(size.checked_add(size % 2)?..)?;
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The head of a file of 32,000 bytes a second, with a chunk of an odd size before its data.
    fn head(data: u32) -> Vec<u8> {
        let mut head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0LIST\x03\0\0\0abc\0data".to_vec();
        head.extend_from_slice(&data.to_le_bytes());
        head
    }

    #[test]
    fn the_head_tells_or_the_length_does() {
        let before = head(0).len() as u64;
        let second = Some(Duration::from_secs(1));
        assert_eq!(duration(&head(32_000), None), second);
        assert_eq!(duration(&head(32_000), Some(before + 64_000)), second);
        assert_eq!(
            duration(&head(64_000), Some(before + 32_000)),
            second,
            "it is cut"
        );
        for unknown in [0, u32::MAX] {
            assert_eq!(duration(&head(unknown), Some(before + 32_000)), second);
            assert_eq!(duration(&head(unknown), None), None);
        }
        for end in 0..head(1).len() {
            assert_eq!(duration(&head(1)[..end], None), None, "{end}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(at in 12..60usize, noise in prop::collection::vec(any::<u8>(), 0..40), length in any::<Option<u64>>()) {
            let mut bytes = head(1);
            bytes.truncate(at);
            bytes.extend(noise);
            let _ = duration(&bytes, length);
        }
    }
}
