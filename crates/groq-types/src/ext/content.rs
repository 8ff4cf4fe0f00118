//! Parts of a message.

use crate::{ContentPart, DocumentPart, ImagePart, ImageUrl, TextPart};

impl ContentPart {
    /// A piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart::new(text))
    }

    /// An image by its address: `https://..`, or a data URL that holds the bytes.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl(ImagePart::new(ImageUrl::new(url)))
    }
}

impl From<&str> for TextPart {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for TextPart {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for ContentPart {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<ImageUrl> for ContentPart {
    fn from(image: ImageUrl) -> Self {
        Self::ImageUrl(ImagePart::new(image))
    }
}

impl From<crate::DocumentContent> for ContentPart {
    fn from(document: crate::DocumentContent) -> Self {
        Self::Document(DocumentPart::new(document))
    }
}
