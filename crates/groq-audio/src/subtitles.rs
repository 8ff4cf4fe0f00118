//! Subtitles that read well: two lines of 42 characters, at most seven seconds, broken where a reader would.

mod cue;
mod lines;
mod tokens;

pub use cue::{Cue, Cues};

/// Cues in the form of `SubRip`.
///
/// ```
/// use groq_audio::subtitles::{Cue, srt};
///
/// let cue = Cue::new(1_500, 3_000, ["Good evening.".to_owned()]);
/// assert_eq!(srt(&[cue]), "1\n00:00:01,500 --> 00:00:03,000\nGood evening.\n\n");
/// ```
pub fn srt(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (number, cue) in cues.iter().enumerate() {
        let (start, end) = (clock(cue.start, ','), clock(cue.end, ','));
        // An arrow in the text would be taken for a line of times.
        let text = cue.lines.join("\n").replace("-->", "->");
        out.push_str(&format!("{}\n{start} --> {end}\n{text}\n\n", number + 1));
    }
    out
}

/// Cues in the form of `WebVTT`.
///
/// ```
/// use groq_audio::subtitles::{Cue, vtt};
///
/// let cue = Cue::new(1_500, 3_000, ["Salt & pepper".to_owned()]);
/// assert_eq!(vtt(&[cue]), "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nSalt &amp; pepper\n\n");
/// ```
pub fn vtt(cues: &[Cue]) -> String {
    let mut out = "WEBVTT\n\n".to_owned();
    for cue in cues {
        let (start, end) = (clock(cue.start, '.'), clock(cue.end, '.'));
        let text = cue.lines.join("\n");
        let text = text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        out.push_str(&format!("{start} --> {end}\n{text}\n\n"));
    }
    out
}

fn clock(milliseconds: u64, point: char) -> String {
    let (seconds, thousandths) = (milliseconds / 1_000, milliseconds % 1_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    format!(
        "{hours:02}:{:02}:{:02}{point}{thousandths:03}",
        minutes % 60,
        seconds % 60
    )
}
