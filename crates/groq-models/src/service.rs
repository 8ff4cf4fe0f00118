//! What the service allows, whatever the model.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::quota::ByPlan;

/// What the service allows, whatever the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceLimits {
    /// A remark on the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The most bytes of audio that may be attached to a request, by plan. Larger audio is given by its URL.
    pub upload_bytes: ByPlan<u64>,
    /// The most bytes of an uploaded file.
    pub file_bytes: u64,
    min_audio_ms: u64,
    min_billed_audio_ms: u64,
    /// The most characters of the prompt of a transcription.
    pub audio_prompt_chars: usize,
    /// The most tokens of the prompt of a transcription that the models use.
    pub audio_prompt_tokens: usize,
    /// The most images of a request.
    pub max_images: usize,
    /// The most bytes of all images that are in a request itself, as base64.
    pub image_request_bytes: usize,
    /// The most pixels of an image.
    pub image_pixels: u64,
    /// What a batch costs, in percent of the price on demand.
    pub batch_price_percent: u8,
    /// How many times the limits of a plan the flex tier allows.
    pub flex_quota_factor: u64,
    /// What a request for a JSON object must not have: `stop`, `stream`, `tools`.
    pub json_object_excludes: Vec<String>,
    /// What a request for JSON by a schema must not have.
    pub json_schema_excludes: Vec<String>,
    /// The sources of these facts, by their keys in the catalog.
    #[serde(default)]
    pub evidence: BTreeMap<String, Vec<String>>,
}

impl ServiceLimits {
    /// Returns the length of the shortest audio that is transcribed.
    pub fn min_audio(&self) -> Duration {
        Duration::from_millis(self.min_audio_ms)
    }

    /// Returns the least audio that is billed for a request, and that counts against limits.
    ///
    /// ```
    /// let catalog = groq_models::Catalog::shipped();
    /// assert_eq!(catalog.service().min_billed_audio().as_secs(), 10);
    /// ```
    pub fn min_billed_audio(&self) -> Duration {
        Duration::from_millis(self.min_billed_audio_ms)
    }
}
