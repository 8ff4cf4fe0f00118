//! What Groq would refuse in a request, or change, said before a request is spent.
//!
//! Nothing here is asked for by the client itself: call it where it suits you. It knows the documentation and the
//! [`Catalogue`] of models, and both grow old: what it finds is likely, not certain, and a model that it does not know has no findings of its own.
//!
//! ```
//! use groq_core::facts::Catalogue;
//! use groq_core::preflight::Preflight as _;
//! use groq_core::types::{ChatCompletionRequest, Message};
//!
//! let request = ChatCompletionRequest::new("gemma2-9b-it", [Message::user("Hello")]).with_n(2u32);
//! let findings = request.check(&Catalogue::shipped());
//! let fields: Vec<&str> = findings.iter().map(|finding| finding.field).collect();
//! assert_eq!(fields, ["model", "n"]);
//! assert!(findings.into_result().is_err());
//! ```

mod audio;
mod chat;
mod content;
mod model;
mod others;
mod responses;
mod rules;

use std::fmt;

use crate::error::Error;
use crate::facts::{Catalogue, ModelFacts};

pub use audio::check_audio;

/// A request that can be looked through before it is sent.
pub trait Preflight {
    /// Finds what Groq would refuse, or change.
    fn check(&self, catalogue: &Catalogue) -> Findings;
}

/// What was found in a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings(Vec<Finding>);

/// Something in a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The field that it is in.
    pub field: &'static str,
    /// What the service does about it.
    pub verdict: Verdict,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What the service does about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// It refuses the request.
    Refused,
    /// It takes the request, and does something else.
    Changed,
    /// It may refuse the request: the client cannot tell for sure.
    Doubtful,
}

impl Findings {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of it.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// What makes the service refuse the request.
    pub fn refused(&self) -> impl Iterator<Item = &Finding> {
        self.iter()
            .filter(|finding| finding.verdict == Verdict::Refused)
    }

    /// An error, if the service would refuse the request.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request), with all that makes the service refuse it.
    pub fn into_result(self) -> Result<(), Error> {
        let refused: Vec<_> = self.refused().map(Finding::to_string).collect();
        if refused.is_empty() {
            return Ok(());
        }
        Err(Error::refused(refused.join("; ")).while_doing("check request"))
    }

    fn refuse(&mut self, field: &'static str, message: impl Into<String>) {
        self.add(field, Verdict::Refused, message);
    }

    fn refuse_if(&mut self, refused: bool, field: &'static str, message: &str) {
        if refused {
            self.refuse(field, message);
        }
    }

    fn add(&mut self, field: &'static str, verdict: Verdict, message: impl Into<String>) {
        self.0.push(Finding {
            field,
            verdict,
            message: message.into(),
        });
    }

    /// Looks a model up, and finds it out if it is shut down.
    fn model<'a>(&mut self, catalogue: &'a Catalogue, id: &str) -> Option<&'a ModelFacts> {
        let facts = catalogue.get(id)?;
        if let Some(retirement) = facts.retirement
            && catalogue.is_retired(facts)
        {
            let mut message = format!("{id} was shut down on {}", retirement.date);
            if let Some(successor) = retirement.successor {
                message.push_str(&format!("; its successor is {successor}"));
            }
            let verdict = if retirement.enterprise_keeps_it {
                message.push_str("; enterprise customers may still have it");
                Verdict::Doubtful
            } else {
                Verdict::Refused
            };
            self.add("model", verdict, message);
        }
        Some(facts)
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
