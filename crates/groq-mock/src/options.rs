//! What can be set before a mock starts, with the defaults.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use groq_models::{Catalog, Plan};

use crate::audio::noise::TranscriptNoise;
use crate::limits::Throttle;

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) hosts: Vec<String>,
    pub(crate) seed: u64,
    pub(crate) latency: Duration,
    pub(crate) tokens_per_second: Option<f64>,
    pub(crate) throttle: Throttle,
    pub(crate) model_throttle: Vec<(String, Throttle)>,
    /// Whether models have the limits of the free plan, where they have none of their own.
    pub(crate) free_plan: bool,
    #[cfg(feature = "record")]
    pub(crate) recordings: Option<crate::recordings::Mode>,
    pub(crate) api_key: Option<String>,
    pub(crate) max_body: usize,
    pub(crate) max_log_requests: usize,
    pub(crate) max_log_bytes: usize,
    pub(crate) idle_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) created: Option<u64>,
    pub(crate) extra_models: Vec<String>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) batch_step: Duration,
    pub(crate) batch_expires_after: Option<Duration>,
    pub(crate) max_audio: usize,
    pub(crate) transcript_noise: TranscriptNoise,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            hosts: Vec::new(),
            seed: 0,
            latency: Duration::ZERO,
            tokens_per_second: None,
            throttle: Throttle::generous(),
            model_throttle: Vec::new(),
            free_plan: false,
            #[cfg(feature = "record")]
            recordings: None,
            api_key: None,
            // A batch file of 100 MB, and the multipart framing around it.
            max_body: 101 * 1024 * 1024,
            max_log_requests: 10_000,
            max_log_bytes: 64 * 1024 * 1024,
            idle_timeout: Duration::from_secs(300),
            read_timeout: Duration::from_secs(30),
            created: None,
            extra_models: Vec::new(),
            folder: None,
            batch_step: Duration::ZERO,
            batch_expires_after: None,
            max_audio: upload_bytes(),
            transcript_noise: TranscriptNoise::new(),
        }
    }
}

impl Options {
    /// Whether a host, with or without a port, is a loopback name or one that is allowed.
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let name = host_name(host);
        let mut allowed = self.hosts.iter();
        allowed.any(|allowed| allowed.eq_ignore_ascii_case(name)) || is_loopback(name)
    }
}

/// A host header without its port.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.split(':').next().unwrap_or(host)
}

/// Whether a host name is one of this machine.
pub(crate) fn is_loopback(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let is_address = || {
        name.parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
    };
    name.eq_ignore_ascii_case("localhost") || is_address()
}

/// The upload limit of the free plan.
fn upload_bytes() -> usize {
    let bytes = Catalog::shipped().upload_bytes(Plan::Free);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:80",
            "localhost.",
        ] {
            assert!(is_loopback(host_name(host)), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "10.0.0.1",
            "",
            "[::2]",
        ] {
            assert!(!is_loopback(host_name(host)), "{host}");
        }
    }
}
