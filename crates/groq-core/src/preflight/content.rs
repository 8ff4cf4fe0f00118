//! What stands in messages, counted and measured.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Findings, Verdict};
use crate::images::{MAX_COUNT, MAX_PIXELS, MAX_REQUEST_BYTES, pixels};

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
            let decoded = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
            let pixels = decoded.and_then(|bytes| pixels(&bytes));
            self.pixels = self.pixels.max(pixels.unwrap_or_default());
        } else if !(url.starts_with("https://") || url.starts_with("http://")) {
            self.stray_urls += 1;
        }
    }

    /// About four bytes make a token of English.
    pub(super) fn tokens(&self) -> u64 {
        self.text_bytes as u64 / 4
    }

    /// What is wrong with it, whatever the model.
    pub(super) fn check(&self, field: &'static str, findings: &mut Findings) {
        findings.refuse_if(
            self.images > MAX_COUNT,
            field,
            "at most 5 images are possible",
        );
        findings.refuse_if(
            self.stray_urls > 0,
            field,
            "an image has neither an http nor a data URL: give a file by Images::path",
        );
        if self.pixels > MAX_PIXELS {
            let message = format!(
                "an image has {} pixels, and at most {MAX_PIXELS} are possible: make it smaller",
                self.pixels
            );
            findings.refuse(field, message);
        }
        if self.image_bytes > MAX_REQUEST_BYTES {
            findings.add(
                field,
                Verdict::Doubtful,
                "images of more than 4 MB in the request may be too large; give their URLs",
            );
        }
    }
}
