//! How long a recording may play that is not decoded.

/// Bytes of one second where a file does not say: 64 kbit/s.
const BYTES_PER_SECOND: f64 = 8_000.0;

/// The duration in seconds, estimated; `None` for what is no known kind.
pub(super) fn duration(bytes: &[u8]) -> Option<f64> {
    let is_known = bytes.starts_with(b"OggS")
        || bytes.starts_with(b"ID3")
        || bytes.starts_with(b"\x1A\x45\xDF\xA3")
        || bytes.get(4..8) == Some(b"ftyp")
        || matches!(bytes, [0xFF, second, ..] if second & 0xE0 == 0xE0)
        || bytes.starts_with(b"\0\0\x01\xBA");
    let length = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    is_known.then_some(length / BYTES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        // FLAC is always decoded; what cannot be is no recording.
        assert_eq!(duration(b"fLaC"), None);
        assert_eq!(duration(b"OggS1234"), Some(0.001));
        assert_eq!(duration(b"<html>"), None);
        assert_eq!(duration(b""), None);
    }
}
