//! Languages, by their codes: those of ISO 639-1, and two that have none there.

/// What the Whisper models of many languages hear (sdk).
pub(super) const WHISPER: &[&str] = &[
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it",
    "id", "hi", "fi", "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur",
    "hr", "bg", "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn",
    "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw", "gl", "mr", "pa", "si",
    "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi", "lo", "uz", "fo",
    "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln",
    "ha", "ba", "jv", "su", "yue",
];

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::Language;

    #[test]
    fn each_is_a_language_of_the_wire() {
        for code in WHISPER {
            let language = Language::from(*code);
            assert!(!matches!(language, Language::Other(_)), "{code}");
        }
    }
}
