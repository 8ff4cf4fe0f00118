//! Standard input, and text files.

use std::{
    io::{self, Read},
    path::Path,
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{blocking::off_thread, failure::Failure, output::Stderr};

/// The largest text that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// How long to wait for the first byte of a pipe that may have been inherited by accident.
const MAX_SILENCE: Duration = Duration::from_secs(1);

/// The prompt: arguments, standard input, or both.
///
/// - Without arguments, standard input is the prompt.
/// - A lone `-` among the arguments stands for standard input, however long it takes.
/// - Otherwise piped input follows the arguments. A pipe that is open and silent for a second is ignored with a note.
pub(crate) async fn prompt(words: &[String], stderr: &Stderr) -> Result<String, Failure> {
    let prompt = if words.is_empty() {
        all_of_stdin().await?
    } else if words.iter().any(|word| word == "-") {
        let input = all_of_stdin().await?;
        let with_input = |word| if word == "-" { input.trim_end() } else { word };
        let words = words.iter().map(String::as_str).map(with_input);
        words.collect::<Vec<_>>().join(" ")
    } else {
        let words = words.join(" ");
        match piped(stderr).await? {
            Some(input) if !input.trim().is_empty() => format!("{words}\n\n{}", input.trim_end()),
            _ => words,
        }
    };
    if prompt.trim().is_empty() {
        return Err(Failure::usage(
            "no prompt: pass it as an argument or on standard input",
        ));
    }
    Ok(prompt)
}

/// Reads a text file; `-` is standard input.
pub(crate) async fn text_file(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return all_of_stdin().await;
    }
    let (name, path) = (format!("'{}'", path.display()), path.to_owned());
    read(&name, move || std::fs::File::open(path)).await
}

/// Reads all of standard input as text.
pub(crate) async fn all_of_stdin() -> Result<String, Failure> {
    read(STDIN, || Ok(io::stdin())).await
}

const STDIN: &str = "standard input";

/// Reads text off the reactor; `name` is for the error.
async fn read<R: Read>(
    name: &str,
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> Result<String, Failure> {
    let text = off_thread(move || read_text(open()?)).await?;
    text.map_err(|error| Failure::bad_input(format!("read {name}: {error}")))
}

/// Reads what is piped in, if anything is.
async fn piped(stderr: &Stderr) -> Result<Option<String>, Failure> {
    match kind_of_stdin() {
        Stdin::Nothing => Ok(None),
        Stdin::File => all_of_stdin().await.map(Some),
        Stdin::Pipe => {
            if let Ok(first) = tokio::time::timeout(MAX_SILENCE, first_byte()).await {
                let first = first?;
                let all = move || Ok(io::Cursor::new(first).chain(io::stdin()));
                return read(STDIN, all).await.map(Some);
            }
            stderr
                .note("standard input is open but silent, so it is ignored; a lone - waits for it");
            Ok(None)
        }
    }
}

/// Reads the first byte of standard input, if there is one. It is lost if the future is dropped.
async fn first_byte() -> Result<Vec<u8>, Failure> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut first = Vec::new();
        let read = io::stdin().take(1).read_to_end(&mut first);
        let _ = sender.send(read.map(|_| first));
    });
    let first = receiver
        .await
        .map_err(|error| Failure::internal(error.to_string()))?;
    first.map_err(|error| Failure::bad_input(format!("read standard input: {error}")))
}

enum Stdin {
    /// A terminal, the null device, or nothing at all.
    Nothing,
    /// A file, which ends by itself.
    File,
    Pipe,
}

#[cfg(unix)]
fn kind_of_stdin() -> Stdin {
    use std::os::{fd::AsFd as _, unix::fs::FileTypeExt as _};
    let kind = io::stdin()
        .as_fd()
        .try_clone_to_owned()
        .and_then(|stdin| std::fs::File::from(stdin).metadata())
        .map(|metadata| metadata.file_type());
    match kind {
        Ok(kind) if kind.is_file() => Stdin::File,
        Ok(kind) if kind.is_fifo() || kind.is_socket() => Stdin::Pipe,
        _ => Stdin::Nothing,
    }
}

#[cfg(not(unix))]
fn kind_of_stdin() -> Stdin {
    if std::io::IsTerminal::is_terminal(&io::stdin()) {
        Stdin::Nothing
    } else {
        Stdin::Pipe
    }
}

/// Reads text of bounded size.
pub(crate) fn read_text(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 64 MiB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 text (byte {at})"))
    })?;
    // Some editors write a byte order mark.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf_8_without_its_mark() {
        assert_eq!(read_text("\u{feff}größe".as_bytes()).unwrap(), "größe");
        let error = read_text(&b"ab\xff"[..]).unwrap_err();
        assert!(error.to_string().contains("byte 2"), "{error}");
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(read_text(io::repeat(b'a')).is_err());
    }
}
