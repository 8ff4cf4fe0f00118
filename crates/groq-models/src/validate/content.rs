//! What stands in messages, counted and measured.

use crate::diagnostic::Diagnostics;
use crate::image::{base64_prefix, image_pixels};
use crate::service::ServiceLimits;

/// Bytes of an image in which its size is looked for: metadata may stand before it.
const IMAGE_HEADER: usize = 1 << 20;

/// What stands in the messages of a request.
#[derive(Default)]
pub(super) struct Contents {
    text_bytes: usize,
    pub(super) images: usize,
    image_bytes: usize,
    /// Of the largest image that is in the request itself.
    pixels: u64,
    stray_urls: usize,
    pub(super) says_json: bool,
}

impl Contents {
    pub(super) fn text(&mut self, text: &str) {
        self.text_bytes += text.len();
        self.says_json |= text
            .as_bytes()
            .windows(4)
            .any(|word| word.eq_ignore_ascii_case(b"json"));
    }

    pub(super) fn image(&mut self, url: &str) {
        self.images += 1;
        if let Some(data) = url.strip_prefix("data:") {
            self.image_bytes += url.len();
            let encoded = data.split_once(";base64,").map(|(_, encoded)| encoded);
            let header = encoded.map(|encoded| base64_prefix(encoded, IMAGE_HEADER));
            let pixels = header.and_then(|header| image_pixels(&header));
            self.pixels = self.pixels.max(pixels.unwrap_or_default());
        } else if !(url.starts_with("https://") || url.starts_with("http://")) {
            self.stray_urls += 1;
        }
    }

    /// About four bytes make a token of English.
    pub(super) fn tokens(&self) -> u64 {
        self.text_bytes as u64 / 4
    }

    /// Reports what is wrong whatever the model.
    pub(super) fn check(
        &self,
        field: &'static str,
        service: &ServiceLimits,
        diagnostics: &mut Diagnostics,
    ) {
        let (max_images, max_pixels) = (service.max_images, service.image_pixels);
        if self.images > max_images {
            let message = format!("at most {max_images} images are possible");
            diagnostics.error(field, message);
        }
        diagnostics.error_if(
            self.stray_urls > 0,
            field,
            "the URL of an image must begin with https, http or data: encode a file as a data URL",
        );
        if self.pixels > max_pixels {
            let pixels = self.pixels;
            let message = format!(
                "an image has {pixels} pixels, and at most {max_pixels} are possible: make it smaller"
            );
            diagnostics.error(field, message);
        }
        if self.image_bytes > service.image_request_bytes {
            let most = service.image_request_bytes;
            let message = format!("the images have more than {most} bytes; give their URLs");
            diagnostics.warn(field, message);
        }
    }
}
