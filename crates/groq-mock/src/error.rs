//! Why the server could not start.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The mock could not be started.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// let first = groq_mock::Mock::start().await?;
/// let taken = groq_mock::Mock::builder().port(first.port()).start().await;
/// assert!(taken.is_err_and(|error| error.is_address_in_use()));
/// # Ok(()) }
/// ```
pub struct StartError {
    kind: Kind,
    source: io::Error,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Bind(SocketAddr),
    Runtime,
    #[cfg(feature = "record")]
    Recording(std::path::PathBuf),
}

impl StartError {
    pub(crate) fn new(kind: Kind, source: io::Error) -> Self {
        Self { kind, source }
    }

    /// Returns whether recordings cannot be read or written, or their origin cannot be used.
    #[cfg(feature = "record")]
    pub fn is_recording(&self) -> bool {
        matches!(self.kind, Kind::Recording(_))
    }

    /// Returns whether another program, or another mock, listens on that port. Leave the port out to get a free one.
    pub fn is_address_in_use(&self) -> bool {
        self.source.kind() == io::ErrorKind::AddrInUse
    }

    /// Returns whether the system does not let this user listen there: ports below 1024 often need a privilege.
    ///
    /// ```
    /// fn advice(error: &groq_mock::StartError) -> &'static str {
    ///     if error.is_permission_denied() { "take a port above 1023" } else { "leave the port out" }
    /// }
    /// ```
    pub fn is_permission_denied(&self) -> bool {
        self.source.kind() == io::ErrorKind::PermissionDenied
    }

    /// Returns the address that was to be listened on, if starting got that far.
    pub fn address(&self) -> Option<SocketAddr> {
        match self.kind {
            Kind::Bind(address) => Some(address),
            _ => None,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Bind(address) => write!(f, "cannot listen on {address}"),
            Kind::Runtime => write!(f, "cannot start a thread and a runtime for the mock"),
            #[cfg(feature = "record")]
            Kind::Recording(ref path) => {
                write!(f, "cannot use the recordings of {}", path.display())
            }
        }
    }
}

/// The sentence first, then its parts: `fn main() -> Result<(), StartError>` prints it.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}: {} ({:?})", self.source, self.kind)
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
