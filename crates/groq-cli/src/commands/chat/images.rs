//! Images beside a prompt.

use groq_core::{
    Images,
    types::{Content, ContentPart},
};

use crate::{
    address,
    failure::{Failure, in_one_line},
    files::check_input,
};

/// A prompt with images.
pub(super) async fn with_images(prompt: String, images: &[String]) -> Result<Content, Failure> {
    if images.is_empty() {
        return Ok(prompt.into());
    }
    let mut all = Images::new();
    for image in images {
        let added = if address::is_url(image) {
            all.url(image)
        } else {
            check_input(image.as_ref())?;
            all.path(image).await
        };
        let unusable = |error| Failure::bad_input(in_one_line(&error));
        all = added.map_err(unusable).map_err(Failure::of_file(image))?;
    }
    let mut parts = vec![ContentPart::text(prompt)];
    parts.extend(all.into_parts());
    Ok(parts.into())
}
