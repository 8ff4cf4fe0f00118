//! Images for a message, from files, bytes and URLs, within the limits of the service.

#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groq_models::{Catalog, image_media_type, image_pixels};
use groq_types::ContentPart;
#[cfg(not(target_arch = "wasm32"))]
use tokio::io::AsyncReadExt as _;

use crate::error::{Error, ErrorKind};
#[cfg(not(target_arch = "wasm32"))]
use crate::upload::{metadata_of, unreadable};

/// The images of a message, counted and measured before anything is sent.
///
/// ```no_run
/// use groq_core::Images;
/// use groq_core::types::{ContentPart, Message};
///
/// # async fn example() -> Result<(), groq_core::Error> {
/// let images = Images::new().path("cat.png").await?.url("https://example.com/dog.jpg")?;
/// let mut parts = vec![ContentPart::text("Which one is the dog?")];
/// parts.extend(images.into_parts());
/// let message = Message::user(parts);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "images are only sent as parts of a message"]
pub struct Images {
    parts: Vec<ContentPart>,
    /// Of all data URLs.
    bytes: usize,
    max_count: usize,
    max_bytes: usize,
    max_pixels: u64,
}

impl Default for Images {
    fn default() -> Self {
        let catalog = Catalog::shipped();
        let service = catalog.service();
        Self {
            parts: Vec::new(),
            bytes: 0,
            max_count: service.max_images,
            max_bytes: service.image_request_bytes,
            max_pixels: service.image_pixels,
        }
    }
}

const OPERATION: &str = "add image";

impl Images {
    /// Creates an empty list of images.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the largest number of images; 5 by default.
    pub fn max_count(mut self, count: usize) -> Self {
        self.max_count = count;
        self
    }

    /// Sets the most bytes of all images in the request, as base64; 4,000,000 by default. Images by URL do not count.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the most pixels of each image; 33,177,600 by default. Images by URL are not checked.
    pub fn max_pixels(mut self, pixels: u64) -> Self {
        self.max_pixels = pixels;
        self
    }

    /// Adds an image by its URL. The service fetches it.
    ///
    /// ```
    /// let images = groq_core::Images::new().url("https://example.com/dog.jpg");
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_limit_exceeded`](Error::is_limit_exceeded) if there are too many.
    pub fn url(self, url: impl Into<String>) -> Result<Self, Error> {
        self.add(url.into())
    }

    /// Adds an image from bytes. It must be PNG, JPEG, GIF or WebP by its first bytes.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) if it is of another kind; [`is_limit_exceeded`](Error::is_limit_exceeded) if
    /// the images are too many, or too large in bytes or pixels.
    pub fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        let bytes = bytes.as_ref();
        let kind = image_media_type(bytes).ok_or_else(|| {
            Error::refused("the image is neither PNG, JPEG, GIF nor WebP").with_operation(OPERATION)
        })?;
        if let Some(pixels) = image_pixels(bytes).filter(|pixels| *pixels > self.max_pixels) {
            let message = format!(
                "the image has {pixels} pixels, and at most {} may be sent (max_pixels)",
                self.max_pixels
            );
            return Err(Error::new(ErrorKind::LimitExceeded, message)
                .with_hint("make it smaller")
                .with_operation(OPERATION));
        }
        // Before it is encoded, which makes a third more of it.
        self.measure(bytes.len().div_ceil(3).saturating_mul(4))?;
        let url = format!("data:{kind};base64,{}", STANDARD.encode(bytes));
        self.add(url)
    }

    /// Adds an image from a file.
    ///
    /// # Errors
    ///
    /// Those of [`bytes`](Self::bytes), [`is_io`](Error::is_io) if the file cannot be read, and
    /// [`is_invalid_request`](Error::is_invalid_request) if the path is that of a folder, a device or a pipe.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn path(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        let bytes = self.read(path.as_ref()).await;
        let bytes = bytes.map_err(|error| error.with_operation(OPERATION))?;
        self.bytes(bytes)
    }

    /// Reads a file, unless it is too large; it may grow while it is read.
    #[cfg(not(target_arch = "wasm32"))]
    async fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let most = self.max_bytes as u64;
        if metadata_of(path).await?.len() > most {
            return Err(self.too_large());
        }
        let failed = |error| unreadable(path, error);
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let mut bytes = Vec::new();
        let mut file = file.take(most.saturating_add(1));
        file.read_to_end(&mut bytes).await.map_err(failed)?;
        Ok(bytes)
    }

    /// Returns the images as parts of a message.
    pub fn into_parts(self) -> Vec<ContentPart> {
        self.parts
    }

    fn measure(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.max_bytes {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn add(mut self, url: String) -> Result<Self, Error> {
        if self.parts.len() >= self.max_count {
            let message = format!("there are more than {} images (max_count)", self.max_count);
            return Err(Error::new(ErrorKind::LimitExceeded, message).with_operation(OPERATION));
        }
        self.parts.push(ContentPart::image_url(url));
        Ok(self)
    }

    fn too_large(&self) -> Error {
        let message = format!(
            "the images have more than {} bytes (max_bytes)",
            self.max_bytes
        );
        Error::new(ErrorKind::LimitExceeded, message)
            .with_hint("give their URLs")
            .with_operation(OPERATION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\r";

    #[test]
    fn bytes_become_a_data_url_of_their_kind() {
        for (bytes, prefix) in [
            (PNG, "data:image/png;base64,iVBORw0KGgoAAAAN"),
            (
                b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01",
                "data:image/jpeg;base64,",
            ),
            (b"GIF89a\x01\0\x01\0\0\0", "data:image/gif;base64,"),
            (b"RIFF\0\0\0\0WEBP", "data:image/webp;base64,"),
        ] {
            let parts = Images::new().bytes(bytes).expect("an image").into_parts();
            let ContentPart::ImageUrl(part) = &parts[0] else {
                panic!("an image")
            };
            assert!(part.image_url.url.starts_with(prefix), "{prefix}");
        }
        for bytes in [&b""[..], b"<svg>", b"RIFF\0\0\0\0WAVE"] {
            assert!(
                Images::new()
                    .bytes(bytes)
                    .expect_err("no image")
                    .is_invalid_request()
            );
        }
    }

    #[test]
    fn count_and_size_are_limited() {
        let full = Images::new()
            .max_count(1)
            .url("https://x.example/i.png")
            .expect("one");
        assert!(
            full.url("https://x.example/i.png")
                .expect_err("two")
                .is_limit_exceeded()
        );
        let small = Images::new().max_bytes(20).bytes(PNG).expect("one");
        let error = small.bytes(PNG).expect_err("two");
        assert!(
            error.is_limit_exceeded() && error.to_string().contains("max_bytes"),
            "{error}"
        );
    }

    #[test]
    fn pixels_are_limited() {
        let png = |width: u32| {
            let head = [PNG, b"IHDR"].concat();
            [&head[..], &width.to_be_bytes(), &4_320_u32.to_be_bytes()].concat()
        };
        assert!(Images::new().bytes(png(7_680)).is_ok());
        let small = Images::new().max_pixels(7_680 * 4_320 - 1);
        assert!(small.bytes(png(7_680)).is_err());
        let error = Images::new().bytes(png(7_681)).expect_err("too large");
        assert!(
            error.is_limit_exceeded() && error.to_string().contains("33181920"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_file_is_read_only_if_it_fits() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("i.png");
        std::fs::write(&path, PNG).expect("a file");
        assert_eq!(
            Images::new()
                .path(&path)
                .await
                .expect("an image")
                .into_parts()
                .len(),
            1
        );
        assert!(
            Images::new()
                .max_bytes(5)
                .path(&path)
                .await
                .expect_err("too large")
                .is_limit_exceeded()
        );
        assert!(
            Images::new()
                .path(folder.path().join("none"))
                .await
                .expect_err("missing")
                .is_io()
        );
        let folder = Images::new().path(folder.path()).await;
        assert!(folder.expect_err("a folder").is_invalid_request());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_has_no_end_is_not_read() {
        let error = Images::new().path("/dev/zero").await.expect_err("a device");
        assert!(
            error.is_invalid_request() && error.to_string().contains("\"zero\" is no regular file"),
            "{error}"
        );
    }
}
