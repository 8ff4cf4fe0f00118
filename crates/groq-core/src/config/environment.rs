//! The settings that the environment holds.

use std::env;
use std::ffi::OsString;

use super::ClientBuilder;
use crate::error::Error;

impl ClientBuilder {
    /// A builder with what the environment says: `GROQ_API_KEY`, `GROQ_BASE_URL`, and `GROQ_CUSTOM_HEADERS`.
    ///
    /// The last one holds a header per line, as `Name: value`. A variable that is unset or empty changes nothing. Use this in place
    /// of [`Client::from_env`](crate::Client::from_env) to set more.
    ///
    /// ```no_run
    /// use groq_core::ClientBuilder;
    ///
    /// let client = ClientBuilder::from_env()?.max_retries(0).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): a variable is not UTF-8, or a line of the headers has no colon.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let text = |name: &str| match variable(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(text)) if text.trim().is_empty() => Ok(None),
            Some(Ok(text)) => Ok(Some(text)),
            Some(Err(_)) => Err(Error::config(format!("{name} is not UTF-8"))),
        };
        let mut builder = Self::default();
        if let Some(key) = text("GROQ_API_KEY")? {
            // A line end is what `$(cat key)` in some shells, or a secret mounted as a file, leaves behind.
            builder = builder.api_key(key.trim());
        }
        if let Some(url) = text("GROQ_BASE_URL")? {
            builder = builder.base_url(url);
        }
        for line in text("GROQ_CUSTOM_HEADERS")?.unwrap_or_default().lines() {
            if line.trim().is_empty() {
                continue;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| {
                Error::config("a line of GROQ_CUSTOM_HEADERS is not `Name: value`")
            })?;
            builder = builder.header(name.trim(), value.trim());
        }
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(variables: &'static [(&str, &str)]) -> Result<ClientBuilder, Error> {
        ClientBuilder::from_variables(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn all_three_variables_are_read() {
        let builder = from(&[
            ("GROQ_API_KEY", "gsk_canary\n"),
            ("GROQ_BASE_URL", "http://127.0.0.1:1/v1"),
            (
                "GROQ_CUSTOM_HEADERS",
                "Groq-Model-Version: latest\n\nX-A: b: c",
            ),
        ])
        .expect("a good environment");
        assert_eq!(builder.api_key.as_deref(), Some("gsk_canary"));
        assert_eq!(builder.base_url, "http://127.0.0.1:1/v1");
        assert!(!format!("{builder:?}").contains("canary"));
        let client = builder.build().expect("a client");
        let headers = &client.core().settings().headers;
        assert_eq!(headers["groq-model-version"], "latest");
        assert_eq!(headers["x-a"], "b: c");
    }

    #[test]
    fn what_is_unset_or_empty_changes_nothing() {
        let builder =
            from(&[("GROQ_BASE_URL", ""), ("GROQ_API_KEY", " ")]).expect("an empty environment");
        assert_eq!(builder.base_url, super::super::base_url::DEFAULT);
        assert!(builder.api_key.is_none());
        assert!(
            builder
                .build()
                .expect_err("no key")
                .to_string()
                .contains("GROQ_API_KEY")
        );
    }

    #[test]
    fn a_header_without_a_colon_is_refused_without_showing_it() {
        let error = from(&[("GROQ_CUSTOM_HEADERS", "canary")]).expect_err("a bad line");
        assert!(error.is_config() && !error.to_string().contains("canary"));
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_text_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let error = ClientBuilder::from_variables(|_| Some(OsString::from_vec(vec![0xff])))
            .expect_err("not UTF-8");
        assert!(error.to_string().contains("GROQ_API_KEY is not UTF-8"));
    }
}
