//! Where the key comes from.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;

use super::api_key::ApiKey;
use crate::error::Error;

/// The future of [`KeyProvider::key`].
pub type KeyFuture<'a> = Pin<
    Box<dyn Future<Output = Result<String, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a>,
>;

/// Provides the key for each attempt, for keys that change; for
/// [`ClientBuilder::key_provider`](crate::ClientBuilder::key_provider).
///
/// It is called before every attempt, so it should cache the key. The key is checked, and treated as
/// any other key: it goes into one header, and nowhere else.
///
/// ```
/// use groq_core::{Client, KeyFuture, KeyProvider};
///
/// struct Vault;
///
/// impl KeyProvider for Vault {
///     fn key(&self) -> KeyFuture<'_> {
///         Box::pin(async { Ok(std::fs::read_to_string("/run/secrets/groq")?.trim().to_owned()) })
///     }
/// }
///
/// let client = Client::builder().key_provider(Vault).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
pub trait KeyProvider: Send + Sync {
    /// The key to use now.
    fn key(&self) -> KeyFuture<'_>;
}

/// The key, or its provider.
pub(crate) enum Keys {
    Fixed(ApiKey),
    Provided {
        provider: Arc<dyn KeyProvider>,
        /// The last one, to take it out of what a server echoes.
        last: Mutex<Option<Arc<ApiKey>>>,
    },
}

/// A key, to look for it in texts.
pub(crate) enum Exposed<'a> {
    Fixed(&'a ApiKey),
    Provided(Option<Arc<ApiKey>>),
}

impl Keys {
    pub(super) fn new(
        key: Option<String>,
        provider: Option<Arc<dyn KeyProvider>>,
    ) -> Result<Self, Error> {
        match provider {
            Some(provider) => Ok(Self::Provided {
                provider,
                last: Mutex::new(None),
            }),
            None => ApiKey::new(key).map(Self::Fixed),
        }
    }

    /// The value of the `Authorization` header.
    pub(crate) async fn header(&self) -> Result<HeaderValue, Error> {
        match self {
            Self::Fixed(key) => Ok(key.header()),
            Self::Provided { provider, last } => {
                let key = provider.key().await.map_err(|source| {
                    Error::config("the key provider gave no key").with_source(source)
                })?;
                let key = Arc::new(ApiKey::new(Some(key))?);
                let header = key.header();
                *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
                Ok(header)
            }
        }
    }

    pub(crate) fn expose(&self) -> Exposed<'_> {
        match self {
            Self::Fixed(key) => Exposed::Fixed(key),
            Self::Provided { last, .. } => {
                Exposed::Provided(last.lock().unwrap_or_else(PoisonError::into_inner).clone())
            }
        }
    }
}

impl AsRef<str> for Exposed<'_> {
    fn as_ref(&self) -> &str {
        match self {
            Self::Fixed(key) => key.expose(),
            Self::Provided(key) => key.as_ref().map_or("", |key| key.expose()),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}
