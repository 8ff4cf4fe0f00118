//! The header of a WAV file of 16-bit samples.

pub(crate) const HEADER_LEN: usize = 44;

/// A header for `bytes` of samples; more than the form can say is written as "until the end".
pub(crate) fn header(rate: u32, channels: u16, bytes: u64) -> [u8; HEADER_LEN] {
    let size = u32::try_from(bytes).unwrap_or(u32::MAX);
    let frame = channels * 2;
    let mut header = [0; HEADER_LEN];
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        header[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    put(b"RIFF");
    put(&size.saturating_add(36).to_le_bytes());
    put(b"WAVEfmt ");
    put(&16_u32.to_le_bytes());
    put(&1_u16.to_le_bytes());
    put(&channels.to_le_bytes());
    put(&rate.to_le_bytes());
    put(&rate.saturating_mul(u32::from(frame)).to_le_bytes());
    put(&frame.to_le_bytes());
    put(&16_u16.to_le_bytes());
    put(b"data");
    put(&size.to_le_bytes());
    header
}
