//! Subtitles that read well: two lines of 42 characters, at most seven seconds, broken where a reader would.

mod cue;
mod lines;
mod tokens;

pub use cue::{Cue, Cues};

/// Formats cues as `SubRip`.
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
        let text = text(cue).replace("-->", "->");
        out.push_str(&format!("{}\n{start} --> {end}\n{text}\n\n", number + 1));
    }
    out
}

/// Formats cues as `WebVTT`.
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
        let text = text(cue)
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        out.push_str(&format!("{start} --> {end}\n{text}\n\n"));
    }
    out
}

/// The lines, none of them empty and none with a break or another control character inside: each would end the cue.
fn text(cue: &Cue) -> String {
    let lines = cue.lines.iter().flat_map(|line| line.lines());
    let clean = |line: &str| -> String {
        let is_odd =
            |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
        let line = line.replace(is_odd, " ");
        line.trim().to_owned()
    };
    let lines: Vec<String> = lines.map(clean).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(text: &str) -> Cue {
        Cue::new(0, 1_000, [text.to_owned()])
    }

    #[test]
    fn text_cannot_break_out_of_its_cue() {
        let table = [
            ("a --> b", "a -> b", "a --&gt; b"),
            (
                "<i>1 < 2 & 3</i>",
                "<i>1 < 2 & 3</i>",
                "&lt;i&gt;1 &lt; 2 &amp; 3&lt;/i&gt;",
            ),
            ("one\r\n\r\n2\r\n", "one\n2", "one\n2"),
            (
                "one\rtwo\0\u{2028}three",
                "one two  three",
                "one two  three",
            ),
            ("שלום, עולם", "שלום, עולם", "שלום, עולם"),
        ];
        for (text, in_srt, in_vtt) in table {
            let (before, after) = ("1\n00:00:00,000 --> 00:00:01,000\n", "\n\n");
            assert_eq!(srt(&[cue(text)]), format!("{before}{in_srt}{after}"));
            let before = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n";
            assert_eq!(vtt(&[cue(text)]), format!("{before}{in_vtt}{after}"));
        }
    }

    #[test]
    fn a_hundred_hours_have_three_digits() {
        assert_eq!(clock(360_000_000 + 61_001, ','), "100:01:01,001");
    }
}
