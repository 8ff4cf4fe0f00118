#![doc = include_str!("../README.md")]

mod catalog;
mod date;
mod diagnostic;
mod error;
mod guard;
mod image;
mod model;
mod price;
mod quota;
mod service;
mod usage;
mod validate;

pub use catalog::{Catalog, DefaultModel, Source, TranscriptionPriority};
pub use date::Date;
pub use diagnostic::{Diagnostic, Diagnostics, Severity, Validate};
pub use error::{Error, ErrorKind};
pub use guard::GuardVerdict;
pub use image::{image_media_type, image_pixels};
pub use model::{JsonSchemaSupport, ModelInfo, ModelKind, Retirement, Stage, TranscriptionInfo};
pub use price::{Billing, Cost, Price};
pub use quota::{ByPlan, Plan, Quota};
pub use service::ServiceLimits;
pub use usage::Usage;

/// The wire types that requests and replies are made of.
#[doc(no_inline)]
pub use groq_types as types;
