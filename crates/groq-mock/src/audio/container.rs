//! What kind of file some bytes are, and how long it may play.

/// Bytes of one second where a file does not say: 64 kbit/s.
const BYTES_PER_SECOND: f64 = 8_000.0;

/// The duration in seconds: exact for FLAC, estimated for what else is a known kind; `None` for what is none.
pub(super) fn duration(bytes: &[u8]) -> Option<f64> {
    if bytes.starts_with(b"fLaC") {
        return flac(bytes);
    }
    let is_known = bytes.starts_with(b"OggS")
        || bytes.starts_with(b"ID3")
        || bytes.starts_with(b"\x1A\x45\xDF\xA3")
        || bytes.get(4..8) == Some(b"ftyp")
        || matches!(bytes, [0xFF, second, ..] if second & 0xE0 == 0xE0)
        || bytes.starts_with(b"\0\0\x01\xBA");
    let length = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    is_known.then_some(length / BYTES_PER_SECOND)
}

/// Rate and number of samples stand in the first block, 20 and 36 bits wide.
fn flac(bytes: &[u8]) -> Option<f64> {
    let fields = u64::from_be_bytes(bytes.get(18..26)?.try_into().ok()?);
    let rate = u32::try_from(fields >> 44).ok().filter(|rate| *rate > 0)?;
    let samples = fields & 0xF_FFFF_FFFF;
    let (high, low) = (
        u32::try_from(samples >> 32).ok()?,
        u32::try_from(samples & 0xFFFF_FFFF).ok()?,
    );
    Some((f64::from(high) * 4_294_967_296.0 + f64::from(low)) / f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let mut flac = b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0".to_vec();
        let fields = (16_000_u64 << 44) | (15 << 36) | 0x5DC0;
        flac.extend_from_slice(&fields.to_be_bytes());
        assert_eq!(duration(&flac), Some(1.5));
        assert_eq!(duration(&flac[..20]), None);
        assert_eq!(duration(b"OggS1234"), Some(0.001));
        assert_eq!(duration(b"<html>"), None);
        assert_eq!(duration(b""), None);
    }
}
