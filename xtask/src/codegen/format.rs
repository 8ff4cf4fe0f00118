//! Lays generated files out with rustfmt.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The generated files: path under `src/generated/` and content.
pub(crate) type Files = BTreeMap<String, String>;

/// Pinned, so that every toolchain writes the same bytes.
const RUSTFMT: [&str; 4] = ["--edition", "2024", "--config", "style_edition=2024"];

/// The same files, with those in Rust laid out.
pub(crate) fn all(files: Files) -> Result<Files> {
    let format = |(name, text): (String, String)| {
        let is_rust = Path::new(&name)
            .extension()
            .is_some_and(|extension| extension == "rs");
        if !is_rust {
            return Ok((name, text));
        }
        let text = rust(&text).with_context(|| format!("format {name}"))?;
        Ok((name, text))
    };
    files.into_iter().map(format).collect()
}

fn rust(code: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(RUSTFMT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("run rustfmt; `rustup component add rustfmt` installs it")?;
    let mut stdin = rustfmt.stdin.take().context("rustfmt has no input")?;
    let code = code.to_owned();
    // In a thread of its own, because rustfmt may write before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(code.as_bytes()));
    let output = rustfmt.wait_with_output().context("wait for rustfmt")?;
    if !output.status.success() {
        bail!(
            "rustfmt: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    drop(writer.join());
    String::from_utf8(output.stdout).context("rustfmt wrote something else than UTF-8")
}
