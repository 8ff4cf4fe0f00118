//! The values of options about formats.

use groq_audio::{Encoding, OutputFormat, models::Plan};

use crate::options::Values;

/// `--format`. Each name is also the extension of files in that format.
pub(super) const FORMATS: Values<OutputFormat> = &[
    ("txt", OutputFormat::Text, "Text alone"),
    ("srt", OutputFormat::Srt, "SubRip subtitles"),
    ("vtt", OutputFormat::Vtt, "WebVTT subtitles"),
    (
        "json",
        OutputFormat::Json,
        "Everything: words, segments, joins, and suspicious passages",
    ),
];

/// `--encoding`.
pub(super) const ENCODINGS: Values<Encoding> = &[
    ("flac", Encoding::Flac, "Lossless, half the size"),
    (
        "wav",
        Encoding::Wav,
        "Larger, a little less work for the service",
    ),
];

/// `--plan`.
pub(super) const PLANS: Values<Plan> = &[
    (
        "free",
        Plan::Free,
        "25 MB per upload; the rate limits of the free plan are kept from the start",
    ),
    ("developer", Plan::Developer, "100 MB per upload"),
];

/// The extension of files in a format.
pub(super) fn extension(format: OutputFormat) -> &'static str {
    let known = FORMATS.iter().find(|(_, known, _)| *known == format);
    known.map_or("txt", |(name, ..)| name)
}
