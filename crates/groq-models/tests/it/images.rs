//! Images that are in a request itself.

use groq_models::types::{ChatCompletionRequest, ContentPart, Message};
use groq_models::{Catalog, Validate as _, image_pixels};

/// The beginning of each kind of image, of this size.
fn headers(width: u16, height: u16) -> [(&'static str, Vec<u8>); 5] {
    let (wide, high) = (u32::from(width), u32::from(height));
    let png = [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(),
        &wide.to_be_bytes(),
        &high.to_be_bytes(),
        b"\x08\x02\0\0\0",
    ];
    let gif = [
        b"GIF89a".as_slice(),
        &width.to_le_bytes(),
        &height.to_le_bytes(),
        b"\xf7\0\0",
    ];
    // Metadata stand before the size, with something like a size in them.
    let jpeg = [
        b"\xff\xd8\xff\xe1\0\x0b\xff\xc0\0\x11\x08\0\x01\0\x01\xff\xc0\0\x11\x08".as_slice(),
        &height.to_be_bytes(),
        &width.to_be_bytes(),
        b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01",
    ];
    let webp = [
        b"RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0\x10\0\0\x9d\x01\x2a".as_slice(),
        &width.to_le_bytes(),
        &height.to_le_bytes(),
    ];
    let canvas = [
        b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".as_slice(),
        &(wide - 1).to_le_bytes()[..3],
        &(high - 1).to_le_bytes()[..3],
    ];
    [
        ("png", png.concat()),
        ("gif", gif.concat()),
        ("jpeg", jpeg.concat()),
        ("webp", webp.concat()),
        ("extended webp", canvas.concat()),
    ]
}

/// Base64, written here for its own sake.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        let number = number << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * place) & 63];
            text.push(if place > chunk.len() {
                '='
            } else {
                char::from(letter)
            });
        }
    }
    text
}

#[test]
fn pixels_are_counted_and_limited() {
    let most = Catalog::shipped().service().image_pixels;
    for (width, refused) in [(7_680, false), (7_681, true)] {
        for (kind, image) in headers(width, 4_320) {
            let pixels = u64::from(width) * 4_320;
            assert_eq!(image_pixels(&image), Some(pixels), "{kind}");
            assert_eq!(pixels > most, refused);
            let url = format!("data:image/png;base64,{}", base64(&image));
            let parts = vec![ContentPart::image_url(url)];
            let request = ChatCompletionRequest::new("new/model", [Message::user(parts)]);
            let result = request.validate(&Catalog::shipped()).into_result();
            assert_eq!(result.is_err(), refused, "{kind}: {result:?}");
        }
    }
}

#[test]
fn the_lossless_kind_of_webp_has_its_size_in_bits() {
    let bits = (7_680_u32 - 1) | (4_320 - 1) << 14;
    let image = [
        b"RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f".as_slice(),
        &bits.to_le_bytes(),
    ]
    .concat();
    assert_eq!(image_pixels(&image), Some(7_680 * 4_320));
}

#[test]
fn an_image_that_is_cut_off_has_no_size() {
    for (kind, image) in headers(7_681, 4_320) {
        for end in 0..image.len() {
            // It may be read early, and must not be read wrong.
            let found = image_pixels(&image[..end]);
            assert!(
                matches!(found, None | Some(33_181_920)),
                "{kind} {end} {found:?}"
            );
        }
    }
}
