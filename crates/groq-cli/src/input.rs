//! What a command reads: standard input, and files of text.

use std::{
    io::{self, IsTerminal, Read},
    path::Path,
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{failure::Failure, output::Talk};

/// The most that is read of standard input, or of a file of text, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// How long a pipe that may be nobody's may stay silent.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is said with words of the command line, with standard input, or with both.
///
/// - Without words, standard input is the prompt.
/// - A lone `-` among the words stands for standard input, however long it takes.
/// - Words alone are followed by what is piped in. A pipe that is open and silent for a second is left out with a note: it is
///   probably one that the program has inherited and nobody will ever write to.
pub(crate) async fn prompt(words: &[String], talk: &Talk) -> Result<String, Failure> {
    let prompt = if words.is_empty() {
        all_of_stdin().await?
    } else if words.iter().any(|word| word == "-") {
        let input = all_of_stdin().await?;
        let words = words
            .iter()
            .map(|word| if word == "-" { input.trim_end() } else { word });
        words.collect::<Vec<_>>().join(" ")
    } else {
        let words = words.join(" ");
        match piped(talk).await? {
            Some(input) if !input.trim().is_empty() => format!("{words}\n\n{}", input.trim_end()),
            _ => words,
        }
    };
    if prompt.trim().is_empty() {
        return Err(Failure::usage(
            "no prompt: give one as an argument or on standard input",
        ));
    }
    Ok(prompt)
}

/// A file of text, whole; `-` is standard input.
pub(crate) async fn text_file(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return all_of_stdin().await;
    }
    let name = path.display().to_string();
    let owned = path.to_owned();
    let read = off_thread(move || read_text(std::fs::File::open(owned)?));
    read.await?
        .map_err(|error| Failure::bad_input(format!("read '{name}': {}", plain(&error))))
}

/// All of standard input, as text.
pub(crate) async fn all_of_stdin() -> Result<String, Failure> {
    let read = off_thread(|| read_text(io::stdin()));
    read.await?
        .map_err(|error| Failure::bad_input(format!("read standard input: {}", plain(&error))))
}

/// What is piped in, if anything is.
async fn piped(talk: &Talk) -> Result<Option<String>, Failure> {
    match kind_of_stdin() {
        Stdin::Nothing => Ok(None),
        Stdin::File => all_of_stdin().await.map(Some),
        Stdin::Pipe => {
            match tokio::time::timeout(PATIENCE, first_byte()).await {
                Ok(first) => Ok(Some(rest(first?).await?)),
                Err(_) => {
                    talk.note("standard input is open but silent, so it is left out; a lone - waits for it");
                    Ok(None)
                }
            }
        }
    }
}

/// The first byte of standard input, if there is one. Where nobody waits for it any more, it is lost.
async fn first_byte() -> Result<Vec<u8>, Failure> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut byte = [0];
        let first = loop {
            match io::stdin().read(&mut byte) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(count) => break Ok(byte[..count].to_vec()),
                Err(error) => break Err(error),
            }
        };
        let _ = sender.send(first);
    });
    let first = receiver
        .await
        .map_err(|error| Failure::internal(error.to_string()))?;
    first.map_err(|error| Failure::bad_input(format!("read standard input: {error}")))
}

/// The first byte and all that follows it.
async fn rest(first: Vec<u8>) -> Result<String, Failure> {
    let read = off_thread(move || match first.is_empty() {
        true => Ok(String::new()),
        false => read_text(io::Cursor::new(first).chain(io::stdin())),
    });
    read.await?
        .map_err(|error| Failure::bad_input(format!("read standard input: {}", plain(&error))))
}

enum Stdin {
    /// A terminal, the null device, or nothing at all.
    Nothing,
    /// It ends by itself.
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
    match io::stdin().is_terminal() {
        true => Stdin::Nothing,
        false => Stdin::Pipe,
    }
}

/// Whether a person sits at standard input.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// All that a reader has, if it is text and not too much.
fn read_text(from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!(
            "it has more than {} MiB",
            MAX_BYTES >> 20
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 text (byte {at})"))
    })?;
    // Editors of some systems put a mark before the text.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

/// Runs what blocks on a thread of its own, so that an interrupt is heard meanwhile.
pub(crate) async fn off_thread<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal(format!("a thread failed: {error}")))
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
