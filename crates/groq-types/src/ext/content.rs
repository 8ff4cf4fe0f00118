//! Parts of a message.

use crate::{ContentPart, DocumentPart, ImagePart, ImageUrl, TextPart};

impl ContentPart {
    /// Creates a piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart::new(text))
    }

    /// Creates an image from its address: `https://..`, or a data URL that holds the bytes.
    ///
    /// ```
    /// use groq_types::ContentPart;
    ///
    /// let part = ContentPart::image_url("https://example.com/cat.png");
    /// assert_eq!(
    ///     serde_json::to_string(&part)?,
    ///     r#"{"type":"image_url","image_url":{"url":"https://example.com/cat.png"}}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
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
