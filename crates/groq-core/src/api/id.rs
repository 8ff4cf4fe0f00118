//! Ids that stand in a path.

use crate::error::Error;
use crate::transport::Operation;

/// Refuses an id that is no segment of a path: it would turn into the path of another operation, even when it is encoded.
pub(super) fn segment<'a>(what: &str, id: &'a str, operation: Operation) -> Result<&'a str, Error> {
    match id {
        "" | "." | ".." => Err(
            Error::refused(format!("the {what} id {id:?} cannot be one"))
                .while_doing(operation.doing),
        ),
        _ => Ok(id),
    }
}

/// An id as a segment, where the raw client does not write the path.
pub(super) fn encoded(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                segment.push(char::from(byte));
            }
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_path_is_encoded() {
        assert_eq!(encoded("file_01-a.b~c"), "file_01-a.b~c");
        assert_eq!(encoded("a/../b?c#d%e ä"), "a%2F..%2Fb%3Fc%23d%25e%20%C3%A4");
    }
}
