//! What groq-core costs, against the least that the same work can cost, and against other clients.
//!
//! A scenario is one thing done `n` times by one client. The binary runs it in a process of its own, so that callgrind can
//! count its instructions and a counting allocator its allocations; twice, with `n` and `2n`, so that what is done only once
//! (start, connection, TLS set-up) cancels out. The server is another process, whose work is not counted.

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
    pub fn name(self) -> String {
        match self {
            Self::Decode(kind, cut) => format!("decode-{}-{}", kind.name(), cut.name()),
            Self::Stream(kind, cut) => format!("stream-{}-{}", kind.name(), cut.name()),
            Self::Request => "request".to_owned(),
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

/// Does the work `n` times, and returns the length of the text; `None` if the client does not do this.
///
/// # Panics
///
/// When anything fails: a measurement of a failure is worth nothing.
pub async fn run(client: &str, work: Work, n: usize, server: &str) -> Option<usize> {
    let mut length = 0;
    let mut each = |text: &str| length += text.len();
    match (client, work) {
        ("floor", Work::Decode(kind, cut)) => {
            floor::decode(&recording::frames(kind, cut, n), &mut each);
        }
        ("core-chunks" | "core-text", Work::Decode(kind, cut)) => {
            let stream = ours::recorded(recording::frames(kind, cut, n)).await;
            ours::read(client, kind, stream, &mut each).await?;
        }
        (_, Work::Stream(kind, cut)) => {
            let base = format!("{server}{}", kind.path(cut, n));
            stream(client, kind, &base, &mut each).await?;
        }
        ("reqwest", Work::Request) => reqwest_client::request(server, n, &mut each).await,
        ("core-chunks", Work::Request) => ours::request(server, n, &mut each).await,
        ("async-openai", Work::Request) => async_openai_client::request(server, n, &mut each).await,
        ("genai", Work::Request) => genai_client::request(server, n, &mut each).await,
        _ => return None,
    }
    Some(length)
}

/// Reads a stream, and calls `each` with every piece of text; `None` if the client does not do this.
async fn stream(client: &str, kind: Kind, base: &str, each: &mut impl FnMut(&str)) -> Option<()> {
    match client {
        "floor" => floor::stream(base, each).await,
        "core-chunks" | "core-text" => {
            ours::read(client, kind, ours::open(base).await, each).await?;
        }
        "reqwest" => reqwest_client::stream(base, each).await,
        "async-openai" => async_openai_client::stream(base, each).await,
        "genai" => genai_client::stream(base, each).await,
        _ => return None,
    }
    Some(())
}

/// How long events take from the server's write to the item; `None` if the client does not do this.
///
/// # Panics
///
/// When anything fails.
pub async fn latencies(client: &str, server: &str) -> Option<latency::Latencies> {
    let mut latencies = latency::Latencies::default();
    let base = format!("{server}/timed/{}", latency::EVENTS);
    let mut each = |text: &str| latencies.came(text);
    stream(client, Kind::Text, &base, &mut each).await?;
    Some(latencies)
}

/// The same cryptography as groq-core's, for clients that ask for none; it is not used against a server on this machine.
fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
