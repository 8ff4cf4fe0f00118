//! Vectors, in either form that the service writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groq_types::{Embedding, EmbeddingVector};

use crate::error::{Error, ErrorKind};

/// Reads the vector of an embedding.
pub trait EmbeddingExt {
    /// Returns the vector as numbers, whether it came as numbers or in base64.
    ///
    /// # Errors
    ///
    /// [`is_decode`](Error::is_decode) if it is neither numbers nor base64 of whole `f32`s.
    fn floats(&self) -> Result<Vec<f32>, Error>;
}

impl EmbeddingExt for Embedding {
    fn floats(&self) -> Result<Vec<f32>, Error> {
        self.embedding.floats()
    }
}

impl EmbeddingExt for EmbeddingVector {
    fn floats(&self) -> Result<Vec<f32>, Error> {
        match self {
            Self::Floats(floats) => Ok(floats.iter().copied().map(narrowed).collect()),
            Self::Base64(text) => decoded(text),
            _ => Err(undecodable(
                "it is of a form that this version does not know",
            )),
        }
    }
}

/// Four bytes a number, the least significant first.
fn decoded(text: &str) -> Result<Vec<f32>, Error> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| undecodable("the base64 is invalid").with_source(error))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(undecodable("it does not have four bytes for each number"));
    }
    Ok(numbers
        .iter()
        .map(|number| f32::from_le_bytes(*number))
        .collect())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "models compute with fewer digits than that"
)]
fn narrowed(number: f64) -> f32 {
    number as f32
}

fn undecodable(reason: &str) -> Error {
    Error::new(
        ErrorKind::Decode,
        format!("the vector does not decode: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same_numbers() {
        let numbers = [1.0, -0.5, 0.1_f64];
        let bytes: Vec<u8> = numbers
            .iter()
            .flat_map(|number| narrowed(*number).to_le_bytes())
            .collect();
        let text = EmbeddingVector::Base64(STANDARD.encode(bytes));
        let plain = EmbeddingVector::Floats(numbers.to_vec());
        assert_eq!(
            text.floats().expect("floats"),
            plain.floats().expect("floats")
        );
    }

    #[test]
    fn what_is_no_vector_is_an_error() {
        for text in ["AAA", "AAAAAAA=", "!"] {
            let error = EmbeddingVector::from(text).floats().expect_err(text);
            assert!(error.is_decode());
        }
        assert!(EmbeddingVector::from("").floats().expect("none").is_empty());
    }
}
