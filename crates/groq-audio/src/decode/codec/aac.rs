//! What an AAC track is, by its configuration.

/// How many samples an AAC encoder puts before the first one, where the container does not say.
pub(crate) const PRIMING: u64 = 1_024;

/// The name of an object type that is not plain AAC, by the first bits of an audio specific configuration.
pub(crate) fn unsupported_name(config: &[u8]) -> Option<&'static str> {
    let first = config.first()?;
    match (first >> 3, first & 7, config.get(1).map(|byte| byte >> 5)) {
        (5, ..) => Some("HE-AAC"),
        (29, ..) => Some("HE-AAC v2"),
        (31, 1, Some(2)) => Some("xHE-AAC"),
        _ => None,
    }
}

/// The number of channels in the configuration of plain AAC.
pub(crate) fn channels(config: &[u8]) -> Option<usize> {
    match config.get(1)? >> 3 & 15 {
        7 => Some(8),
        code @ 1..=6 => Some(usize::from(code)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_efficiency_is_named() {
        assert_eq!(unsupported_name(&[0x12, 0x10]), None);
        assert_eq!(unsupported_name(&[0x2B, 0x92, 0x08]), Some("HE-AAC"));
        assert_eq!(unsupported_name(&[0xEB, 0x09]), Some("HE-AAC v2"));
        assert_eq!(unsupported_name(&[0xF9, 0x40]), Some("xHE-AAC"));
        assert_eq!(unsupported_name(&[]), None);
        assert_eq!(unsupported_name(&[0xF8]), None);
    }

    #[test]
    fn channels_are_counted() {
        assert_eq!(channels(&[0x12, 0x10]), Some(2));
        assert_eq!(channels(&[0x12, 0x30]), Some(6));
        assert_eq!(channels(&[0x12]), None);
    }
}
