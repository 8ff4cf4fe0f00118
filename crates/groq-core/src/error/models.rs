//! Errors of the checks before sending, and of catalogs.

use groq_models::ErrorKind as Kind;

use super::{Error, ErrorKind};

impl From<groq_models::Error> for Error {
    fn from(error: groq_models::Error) -> Self {
        let kind = match error.kind() {
            Kind::InvalidRequest => ErrorKind::Request,
            Kind::UnexpectedReply => ErrorKind::Decode,
            Kind::Io => ErrorKind::Io,
            _ => ErrorKind::Config,
        };
        Self::new(kind, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use groq_models::{Catalog, GuardVerdict, Validate as _};
    use groq_types::{ChatCompletion, ChatCompletionRequest, Choice, Message};

    use super::*;

    #[test]
    fn each_kind_has_its_predicate() {
        let request = ChatCompletionRequest::new("m", [Message::user("x")]).with_n(2u32);
        let refused = request.validate(&Catalog::shipped()).into_result();
        let refused = Error::from(refused.expect_err("n is 1"));
        assert!(refused.is_invalid_request() && refused.to_string().contains("n: "));
        let silent = ChatCompletion::new("c", Vec::<Choice>::new(), 0_u64, "m");
        let silent = GuardVerdict::from_completion(&silent).expect_err("no verdict");
        assert!(Error::from(silent).is_decode());
        let missing = Catalog::load("/no/such/file").expect_err("no file");
        assert!(Error::from(missing).is_io());
        let wrong = Catalog::from_json(b"{}").expect_err("no catalog");
        assert!(Error::from(wrong).is_config());
    }
}
