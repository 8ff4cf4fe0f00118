//! What `ffmpeg` says while it works.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};

/// How much of what it complains about is kept, and of any one line, in bytes.
pub(in crate::decode) const KEPT: usize = 2_000;

#[derive(Debug, Default, PartialEq)]
pub(in crate::decode) struct Complaint {
    /// Its complaints, with what is no text escaped.
    pub(in crate::decode) text: String,
    /// The length of the file, in seconds.
    pub(in crate::decode) seconds: Option<f64>,
    /// The length may not be that of the sound: there is a film to it.
    pub(super) is_film: bool,
    /// The length was guessed from what is there.
    pub(super) is_guessed: bool,
    /// Its demuxer met packets that are cut off or torn.
    pub(super) is_torn: bool,
}

impl Complaint {
    /// Reads to the end, so that it never waits for us.
    pub(in crate::decode) fn read(err: impl Read) -> Self {
        let mut complaint = Self::default();
        let mut err = BufReader::new(err);
        let mut line = Vec::new();
        loop {
            let bytes = match err.fill_buf() {
                Ok([]) | Err(_) => break,
                Ok(bytes) => bytes,
            };
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let taken = end.map_or(bytes.len(), |end| end + 1);
            let room = KEPT.saturating_sub(line.len()).min(end.unwrap_or(taken));
            line.extend_from_slice(&bytes[..room]);
            err.consume(taken);
            if end.is_some() {
                complaint.add(&line);
                line.clear();
            }
        }
        complaint.add(&line);
        complaint
    }

    fn add(&mut self, line: &[u8]) {
        let line = escaped(line);
        let line = line.trim();
        if self.seconds.is_none()
            && let Some((_, rest)) = line.split_once("Duration: ")
        {
            self.seconds = seconds(rest);
        }
        self.is_film |= line.contains("Video: ");
        self.is_guessed |= line.contains("Estimating duration from bitrate");
        let torn = line.contains("corrupt input packet in stream");
        // Its cache says that a pipe cannot be sought in: we know.
        let is_complaint = !line.starts_with("[cache @")
            && ["[error]", "[fatal]", "[panic]"]
                .iter()
                .any(|level| line.contains(level));
        // One such packet comes with many warnings.
        let is_new = torn && !self.is_torn;
        self.is_torn |= torn;
        if (is_complaint || is_new) && self.text.len() < KEPT {
            let between = if self.text.is_empty() { "" } else { "; " };
            self.text.push_str(between);
            self.text.push_str(line);
        }
    }
}

/// What is text stays; the rest is shown byte by byte.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let _ = write!(text, "{}", chunk.invalid().escape_ascii());
    }
    text
}

/// Hours, minutes and seconds.
fn seconds(text: &str) -> Option<f64> {
    let clock = text.split([',', ' ']).next()?;
    let mut parts = clock.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let all = hours * 3_600.0 + minutes * 60.0 + seconds;
    (all.is_finite() && all > 0.0).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_the_length_are_kept() {
        let said = b"[info]   Duration: 01:02:03.50, start: 0\n[info] hi\n[x @ 1] [error] b\xFFd\r\n[fatal] end";
        let complaint = Complaint::read(&said[..]);
        assert_eq!(complaint.seconds, Some(3_723.5));
        assert_eq!(complaint.text, "[x @ 1] [error] b\\xffd; [fatal] end");
        let cache = b"[cache @ 0x1] [error] Inner protocol failed to seekback end : -38\n";
        assert_eq!(Complaint::read(&cache[..]), Complaint::default());
        let torn = b"[warning] x: corrupt input packet in stream 0\n".repeat(3);
        let torn = Complaint::read(&torn[..]);
        assert!(torn.is_torn);
        assert_eq!(torn.text.matches("corrupt").count(), 1);
        let unknown = Complaint::read(&b"[info] Duration: N/A, bitrate"[..]);
        assert_eq!(unknown, Complaint::default());
    }

    #[test]
    fn endless_talk_is_bounded() {
        let line = [&b"[error] "[..], &[b'x'; 9_000], b"\n"].concat();
        let complaint = Complaint::read(&line.repeat(20)[..]);
        assert!(complaint.text.len() <= 2 * KEPT);
    }
}
