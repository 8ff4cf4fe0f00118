//! The options of every command.

use std::{path::PathBuf, time::Duration};

use crate::{
    failure::Form,
    options,
    style::{Style, When},
};

/// Options that every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are switches, independent of each other"
)]
pub(crate) struct Global {
    /// Use a mock server inside this process; needs no key and no network.
    #[arg(long, global = true)]
    pub(crate) mock: bool,
    /// Send requests to this server; the URL may have a path.
    #[arg(long, global = true, value_name = "URL", conflicts_with = "mock")]
    pub(crate) base_url: Option<String>,
    /// Allow unencrypted HTTP to another machine; the key is sent in clear text.
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,
    /// Longest time for a request with all its retries, such as 30s or 2m.
    #[arg(long, global = true, value_name = "TIME", value_parser = options::duration)]
    pub(crate) timeout: Option<Duration>,
    /// Number of retries after the first attempt.
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(crate) max_retries: Option<u32>,
    /// Print JSON: one document, or one per line for lists and streams; errors are one JSON object on
    /// standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print the request instead of sending it; needs no key.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Print request ids, attempts, waits and costs on standard error.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Print only errors on standard error.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Use this settings file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// When to use colors.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: When,
}

impl Global {
    /// How failures are printed.
    pub(crate) fn failures(&self) -> Form {
        if self.json {
            Form::Json
        } else {
            Form::Text(Style::new(self.color, &std::io::stderr()))
        }
    }
}
