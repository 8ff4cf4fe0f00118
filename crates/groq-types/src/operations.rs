//! The operations of the API as data: method, path, parameters, body and replies of each.
//!
//! The table is generated from the API description, so that no path is written by hand. Each operation is a constant
//! ([`CREATE_CHAT_COMPLETION`], [`DOWNLOAD_FILE`], ..), and [`ALL`] lists them.
//!
//! A client fills the path template with [`Operation::path_with`]; a server finds the operation of a request with
//! [`find`].
//!
//! ```
//! use groq_types::operations::{self, Method, RETRIEVE_MODEL};
//!
//! let path = RETRIEVE_MODEL.path_with(&["openai/gpt-oss-20b"])?;
//! assert_eq!(path, "/openai/v1/models/openai%2Fgpt-oss-20b");
//!
//! let (operation, values) = operations::find(Method::Get, &path).expect("a path of the API");
//! assert_eq!(operation.id, "retrieveModel");
//! assert_eq!(values, ["openai%2Fgpt-oss-20b"]);
//! # Ok::<(), operations::InvalidPathParameter>(())
//! ```

use std::{borrow::Cow, fmt};

pub use crate::generated::operations::*;

/// An operation of the API.
///
/// The names of types are those of this crate: `Body::Json("ChatCompletionRequest")` is
/// [`ChatCompletionRequest`](crate::ChatCompletionRequest).
///
/// ```
/// use groq_types::operations::{Body, CREATE_CHAT_COMPLETION as CHAT, Reply};
///
/// assert_eq!(CHAT.method.as_str(), "POST");
/// assert_eq!(CHAT.path, "/openai/v1/chat/completions");
/// assert_eq!(CHAT.body, Body::Json("ChatCompletionRequest"));
/// assert_eq!(CHAT.replies, [Reply::Json("ChatCompletion"), Reply::Events("ChatCompletionChunk")]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The id in camelCase, such as `createChatCompletion`.
    pub id: &'static str,
    /// The group that it belongs to, such as `chat`.
    pub tag: &'static str,
    /// What it does, in a few words, without a full stop.
    pub summary: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, such as `/openai/v1/models/{model}`.
    pub path: &'static str,
    /// The names of the parameters in the path, in order.
    pub path_parameters: &'static [&'static str],
    /// The names of the query parameters.
    pub query_parameters: &'static [&'static str],
    /// The names of the optional headers that belong to this operation.
    pub header_parameters: &'static [&'static str],
    /// Whether a request that may already have been carried out can be sent again without changing anything in the
    /// account a second time. It may still be billed again.
    ///
    /// True for reading, deleting, canceling and generating; false for uploading a file and creating a batch or a
    /// fine-tuning.
    pub idempotent: bool,
    /// What the request carries.
    pub body: Body,
    /// What a success answers: one reply, or a choice that the request makes.
    pub replies: &'static [Reply],
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `DELETE`.
    Delete,
    /// `GET`.
    Get,
    /// `PATCH`.
    Patch,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
}

/// The body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    None,
    /// JSON of the type with this name.
    Json(&'static str),
    /// A `multipart/form-data` form with the fields of the type with this name, and files.
    Multipart(&'static str),
}

/// The body of a successful reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reply {
    /// JSON of the type with this name.
    Json(&'static str),
    /// Server-sent events, each with JSON of the type with this name.
    Events(&'static str),
    /// Plain text.
    Text,
    /// Bytes, such as audio or the content of a file.
    Bytes,
}

impl Operation {
    /// Returns the path with its parameters filled in, in the order of [`path_parameters`](Self::path_parameters).
    ///
    /// Values are percent-encoded: everything but ASCII letters, digits, `-`, `_`, `.` and `~`.
    ///
    /// ```
    /// use groq_types::operations::{DOWNLOAD_FILE, LIST_FILES};
    ///
    /// assert_eq!(LIST_FILES.path_with(&[]).unwrap(), "/openai/v1/files");
    /// assert_eq!(DOWNLOAD_FILE.path_with(&["a/b"]).unwrap(), "/openai/v1/files/a%2Fb/content");
    /// assert!(DOWNLOAD_FILE.path_with(&[".."]).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if a value is missing or empty, or is `.` or `..`, which would name another path even when encoded.
    pub fn path_with(&self, values: &[&str]) -> Result<Cow<'static, str>, InvalidPathParameter> {
        debug_assert!(
            values.len() <= self.path_parameters.len(),
            "{}: more values than parameters",
            self.id
        );
        if self.path_parameters.is_empty() {
            return Ok(Cow::Borrowed(self.path));
        }
        let mut path = String::with_capacity(self.path.len() + 32);
        let mut values = values.iter();
        for (name, part) in parts(self.path) {
            let Some(name) = name else {
                path.push_str(part);
                continue;
            };
            match values.next().copied().unwrap_or_default() {
                value @ ("" | "." | "..") => {
                    return Err(InvalidPathParameter {
                        name,
                        value: value.to_owned(),
                    });
                }
                value => encode(value, &mut path),
            }
        }
        Ok(Cow::Owned(path))
    }

    /// Returns the values of the path parameters, percent-encoded as they stand, if the path is one of this operation.
    pub fn values_in<'a>(&self, path: &'a str) -> Option<Vec<&'a str>> {
        let mut values = Vec::new();
        let mut rest = path;
        for (name, part) in parts(self.path) {
            if name.is_none() {
                rest = rest.strip_prefix(part)?;
                continue;
            }
            let end = rest.find('/').unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            if value.is_empty() {
                return None;
            }
            values.push(value);
            rest = after;
        }
        rest.is_empty().then_some(values)
    }

    /// Returns whether the operation can answer with server-sent events.
    pub fn streams(&self) -> bool {
        let mut replies = self.replies.iter();
        replies.any(|reply| matches!(reply, Reply::Events(_)))
    }
}

/// Returns the operation of a request, and the values of its path parameters, percent-encoded as they stand.
///
/// ```
/// use groq_types::operations::{self, Method};
///
/// let (operation, values) = operations::find(Method::Post, "/openai/v1/batches/b1/cancel").unwrap();
/// assert_eq!((operation.id, values), ("cancelBatch", vec!["b1"]));
/// ```
pub fn find(method: Method, path: &str) -> Option<(&'static Operation, Vec<&str>)> {
    let mut operations = ALL.iter().filter(|operation| operation.method == method);
    operations.find_map(|operation| Some((operation, operation.values_in(path)?)))
}

/// The parts of a template: a constant, or a parameter with its name.
fn parts(template: &'static str) -> impl Iterator<Item = (Option<&'static str>, &'static str)> {
    let mut parts = template.split(['{', '}']).enumerate();
    std::iter::from_fn(move || {
        let (index, part) = parts.next()?;
        Some(((index % 2 == 1).then_some(part), part))
    })
}

/// Appends a value as one segment of a path.
fn encode(value: &str, path: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            for digit in [byte >> 4, byte & 15] {
                path.push(char::from(HEX[usize::from(digit)]));
            }
        }
    }
}

impl Method {
    /// Returns the name of the method in capitals.
    ///
    /// ```
    /// assert_eq!(groq_types::operations::Method::Get.as_str(), "GET");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Returns the method with this name, which is in capitals.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Delete, Self::Get, Self::Patch, Self::Post, Self::Put];
        all.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that cannot stand in a path: it is empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPathParameter {
    name: &'static str,
    value: String,
}

impl InvalidPathParameter {
    /// Returns the name of the parameter, such as `model`.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for InvalidPathParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid `{}` {:?}: it must not be empty, `.` or `..`",
            self.name, self.value
        )
    }
}

impl std::error::Error for InvalidPathParameter {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_found_again_with_its_values() {
        for operation in ALL {
            let values = vec!["a/../b?c#d%e ä"; operation.path_parameters.len()];
            let path = operation.path_with(&values).unwrap();
            let (found, values) = find(operation.method, &path).unwrap();
            assert_eq!(found, operation);
            assert_eq!(values.len(), operation.path_parameters.len());
            assert!(
                values
                    .iter()
                    .all(|value| *value == "a%2F..%2Fb%3Fc%23d%25e%20%C3%A4")
            );
        }
    }

    #[test]
    fn no_two_operations_share_an_id_or_a_place() {
        for (index, one) in ALL.iter().enumerate() {
            for other in &ALL[..index] {
                assert!(one.id != other.id && (one.method, one.path) != (other.method, other.path));
            }
        }
    }

    #[test]
    fn a_value_that_would_name_another_path_is_refused() {
        for values in [&[][..], &[""], &["."], &[".."]] {
            let error = CANCEL_BATCH.path_with(values).unwrap_err();
            assert_eq!(error.name(), "batch_id");
        }
    }

    #[test]
    fn paths_of_no_operation() {
        for (method, path) in [
            (Method::Get, "/openai/v1/chat/completions"),
            (Method::Post, "/openai/v1/models"),
            (Method::Get, "/openai/v1/models/"),
            (Method::Get, "/openai/v1/files/a/b"),
            (Method::Get, "/openai/v1/files//content"),
            (Method::Get, "/openai/v1/batches/a/cancel"),
            (Method::Post, "/openai/v1/fine_tunings"),
            (Method::Get, ""),
        ] {
            assert_eq!(find(method, path), None, "{method} {path}");
        }
    }
}
