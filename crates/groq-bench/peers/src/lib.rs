//! What groq-core costs, against the least that the same work can cost, and against other clients.
//!
//! A scenario is one thing done `n` times by one client. The binary runs it in a process of its own, so that callgrind can
//! count its instructions and a counting allocator its allocations; twice, with `n` and `2n`, so that what is done only once
//! (start, connection, TLS set-up) cancels out. The server is another process, whose work counts for nobody.

mod async_openai_client;
pub mod bodies;
mod floor;
mod genai_client;
pub mod latency;
mod ours;
mod recording;
mod reqwest_client;
pub mod server;
pub mod table;

pub use recording::{Cut, Kind};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A stream of `n` events, from memory.
    Decode(Kind, Cut),
    /// A stream of `n` events, from a server on this machine.
    Stream(Kind, Cut),
    /// `n` calls for a whole reply, one after the other.
    Request,
}

/// Who does it. `core-chunks` and `core-text` are groq-core, with typed chunks and with text alone.
pub const CLIENTS: [&str; 6] = [
    "floor",
    "core-chunks",
    "core-text",
    "reqwest",
    "async-openai",
    "genai",
];

impl Work {
    /// All there is.
    pub const ALL: [Self; 7] = [
        Self::Decode(Kind::Text, Cut::Events),
        Self::Decode(Kind::Text, Cut::Coalesced),
        Self::Decode(Kind::Tools, Cut::Events),
        Self::Stream(Kind::Text, Cut::Events),
        Self::Stream(Kind::Text, Cut::Coalesced),
        Self::Stream(Kind::Tools, Cut::Events),
        Self::Request,
    ];

    /// The name that the command line knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decode(Kind::Text, Cut::Events) => "decode-text-events",
            Self::Decode(Kind::Text, Cut::Coalesced) => "decode-text-coalesced",
            Self::Decode(Kind::Tools, Cut::Events) => "decode-tools-events",
            Self::Decode(Kind::Tools, Cut::Coalesced) => "decode-tools-coalesced",
            Self::Stream(Kind::Text, Cut::Events) => "stream-text-events",
            Self::Stream(Kind::Text, Cut::Coalesced) => "stream-text-coalesced",
            Self::Stream(Kind::Tools, Cut::Events) => "stream-tools-events",
            Self::Stream(Kind::Tools, Cut::Coalesced) => "stream-tools-coalesced",
            Self::Request => "request",
        }
    }

    /// The work of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }

    /// How often it is done in a measurement.
    pub fn repetitions(self) -> usize {
        match self {
            Self::Request => 200,
            _ => 4000,
        }
    }
}

/// Does the work `n` times, and says how much text came; `None` if the client does not do this.
///
/// # Panics
///
/// When anything fails: a measurement of a failure is worth nothing.
pub async fn run(client: &str, work: Work, n: usize, server: &str) -> Option<usize> {
    let frames = |kind, cut| recording::frames(kind, cut, n);
    let length = match (client, work) {
        ("floor", Work::Decode(kind, cut)) => floor::decode(&frames(kind, cut)),
        ("core-chunks", Work::Decode(kind, cut)) => ours::decode_chunks(frames(kind, cut)).await,
        ("core-text", Work::Decode(Kind::Text, cut)) => {
            ours::decode_text(frames(Kind::Text, cut)).await
        }
        ("floor", Work::Stream(kind, cut)) => floor::stream(server, kind, cut, n).await,
        ("core-chunks", Work::Stream(kind, cut)) => ours::stream_chunks(server, kind, cut, n).await,
        ("core-text", Work::Stream(Kind::Text, cut)) => {
            ours::stream_text(server, Kind::Text, cut, n).await
        }
        ("reqwest", Work::Stream(kind, cut)) => reqwest_client::stream(server, kind, cut, n).await,
        ("reqwest", Work::Request) => reqwest_client::request(server, n).await,
        ("core-chunks", Work::Request) => ours::request(server, n).await,
        ("async-openai", Work::Stream(kind, cut)) => {
            async_openai_client::stream(server, kind, cut, n).await
        }
        ("async-openai", Work::Request) => async_openai_client::request(server, n).await,
        ("genai", Work::Stream(kind, cut)) => genai_client::stream(server, kind, cut, n).await,
        ("genai", Work::Request) => genai_client::request(server, n).await,
        _ => return None,
    };
    Some(length)
}

/// How long events take from the server's write to the item; `None` if the client does not do this.
///
/// # Panics
///
/// When anything fails.
pub async fn latencies(client: &str, server: &str) -> Option<latency::Latencies> {
    let n = latency::EVENTS;
    Some(match client {
        "floor" => floor::latencies(server, n).await,
        "core-chunks" => ours::latencies(server, n).await,
        "async-openai" => async_openai_client::latencies(server, n).await,
        "genai" => genai_client::latencies(server, n).await,
        _ => return None,
    })
}

/// The same cryptography as groq-core's, for clients that ask for none; it is not used against a server on this machine.
fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
