//! The kind and the size of an image, from its first bytes.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use imagesize::ImageType;

/// Returns the media type of an image by its first bytes; `None` if it is neither PNG, JPEG, GIF nor WebP.
///
/// ```
/// assert_eq!(groq_models::image_media_type(b"GIF89a\x01\0\x01\0\0\0"), Some("image/gif"));
/// assert_eq!(groq_models::image_media_type(b"<svg>"), None);
/// ```
pub fn image_media_type(image: &[u8]) -> Option<&'static str> {
    Some(match imagesize::image_type(image).ok()? {
        ImageType::Png => "image/png",
        ImageType::Jpeg => "image/jpeg",
        ImageType::Gif => "image/gif",
        ImageType::Webp => "image/webp",
        _ => return None,
    })
}

/// Returns how many pixels an image has, by its header; `None` if the header does not say it, or is of no kind that
/// [`image_media_type`] knows.
///
/// ```
/// let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x1e\0\0\0\x10\xe0\x08\x02\0\0\0";
/// assert_eq!(groq_models::image_pixels(png), Some(7_680 * 4_320));
/// ```
pub fn image_pixels(image: &[u8]) -> Option<u64> {
    let size = imagesize::blob_size(image).ok()?;
    u64::try_from(size.width.checked_mul(size.height)?).ok()
}

/// Decodes the beginning of base64, up to about `most` bytes; nothing if it is not base64.
pub(crate) fn base64_prefix(text: &str, most: usize) -> Vec<u8> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const LENIENT: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
    let whole = text.len().min(most / 3 * 4);
    LENIENT
        .decode(&text.as_bytes()[..whole])
        .unwrap_or_default()
}
