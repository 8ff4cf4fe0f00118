//! `groq files`: files of batches.

use std::path::PathBuf;

use clap::Subcommand;
use groq_core::{
    Upload,
    types::{FileObject, FilePurpose},
};
use serde_json::json;

use crate::{
    failure::Failure,
    files::{Overwrite, in_json, workshop},
    session::Session,
    table::{self, Column, or_dash},
    units,
};

/// List, upload, download and delete the files of batches.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/files.txt"))]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all files, newest first.
    #[command(after_help = "\
Examples:
  groq files list
  groq files list --json | jq -r .id")]
    List,
    /// Upload a file of requests.
    #[command(after_help = "\
Examples:
  groq files upload requests.jsonl
  groq files upload requests.jsonl --json | jq -r .id")]
    Upload {
        /// File with one JSON object per line.
        file: PathBuf,
    },
    /// Show a file.
    #[command(after_help = "Examples:\n  groq files get file_01abc --json")]
    Get {
        /// File id.
        id: String,
    },
    /// Download the content of a file to standard output, or to a file.
    #[command(after_help = "\
Examples:
  groq files download file_01abc | head -1
  groq files download file_01abc -o results.jsonl")]
    Download {
        /// File id.
        id: String,
        /// Output file, or - for standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        overwrite: Overwrite,
    },
    /// Delete a file.
    #[command(after_help = "Examples:\n  groq files delete file_01abc")]
    Delete {
        /// File id.
        id: String,
    },
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        match self.action {
            Action::List => list(session).await,
            Action::Upload { file } => upload(session, file).await,
            Action::Get { id } => get(session, &id).await,
            Action::Download {
                id,
                output,
                overwrite,
            } => download(session, &id, output, overwrite).await,
            Action::Delete { id } => delete(session, &id).await,
        }
    }
}

async fn list(session: &Session) -> Result<(), Failure> {
    let client = session.connect().await?;
    let mut files = client.files().list().await?.into_inner().data;
    files.sort_by_key(|file| std::cmp::Reverse(file.created_at));
    if session.global.json {
        return files.iter().try_for_each(|file| session.out.json(file));
    }
    let columns = [
        Column::left("FILE"),
        Column::left("CREATED").optional(2),
        Column::right("BYTES"),
        Column::left("PURPOSE").optional(1),
        Column::left("NAME"),
    ];
    let row = |file: &FileObject| {
        vec![
            file.id.clone(),
            or_dash(file.created_at.map(units::date)),
            or_dash(file.bytes),
            or_dash(file.purpose.as_ref().map(FilePurpose::as_str)),
            or_dash(file.filename.as_deref()),
        ]
    };
    let rows: Vec<_> = files.iter().map(row).collect();
    table::print(&session.out, &columns, &rows)
}

async fn upload(session: &Session, file: PathBuf) -> Result<(), Failure> {
    let name = file.display().to_string();
    if file.is_dir() {
        return Err(Failure::bad_input(format!("'{name}' is a folder")));
    }
    let client = session.connect().await?;
    let bar = session.stderr.bar(
        "upload",
        None,
        "{prefix:8} {bar:40} {bytes} of {total_bytes}",
    );
    let shared = std::sync::Arc::new(bar);
    let shown = std::sync::Arc::clone(&shared);
    let upload = Upload::path(&file).on_progress(move |progress| {
        if let Some(total) = progress.total {
            shown.set_length(total);
        }
        shown.set_position(progress.sent);
    });
    let uploaded = client.files().upload(upload, FilePurpose::Batch).await;
    shared.finish_and_clear();
    let file = uploaded.map_err(|error| Failure::from(error).about(format!("'{name}'")))?;
    show(session, &file)
}

async fn get(session: &Session, id: &str) -> Result<(), Failure> {
    let client = session.connect().await?;
    show(session, &*client.files().get(id).await?)
}

/// The document, or, for people and pipes, the id.
fn show(session: &Session, file: &FileObject) -> Result<(), Failure> {
    if session.global.json {
        return session.out.json(file);
    }
    if let Some(bytes) = file.bytes {
        let name = file.filename.as_deref().unwrap_or("unnamed");
        session.stderr.note(format!("{name}, {bytes} bytes"));
    }
    session.out.line(&file.id)
}

async fn download(
    session: &Session,
    id: &str,
    output: Option<PathBuf>,
    overwrite: Overwrite,
) -> Result<(), Failure> {
    let output = output.filter(|path| path.as_os_str() != "-");
    let place = output.map(|path| session.place(&path, overwrite));
    let place = place.transpose()?;
    let client = session.connect().await?;
    let mut content = client.files().content(id).await?;
    let Some(place) = place else {
        if session.out.is_terminal() {
            let text = String::from_utf8(content.bytes().await?.into());
            let text =
                text.map_err(|_| Failure::usage("the file is not text; write it with -o FILE"))?;
            return session.out.text(&text);
        }
        while let Some(piece) = content.next().await {
            session.out.raw(&piece?)?;
        }
        return Ok(());
    };
    let folder = workshop(&place)?;
    let whole = folder.path().join("whole");
    let bytes = content.save(&whole).await?;
    place.take(&whole).await?;
    session
        .stderr
        .note(format!("{bytes} bytes in '{}'", place.path().display()));
    if session.global.json {
        let document = json!({"id": id, "file": in_json(place.path()), "bytes": bytes});
        return session.out.json(&document);
    }
    Ok(())
}

async fn delete(session: &Session, id: &str) -> Result<(), Failure> {
    let client = session.connect().await?;
    let deleted = client.files().delete(id).await?;
    if session.global.json {
        return session.out.json(&*deleted);
    }
    if !deleted.deleted {
        return Err(Failure::bad_answer(format!(
            "the service did not delete '{id}'"
        )));
    }
    session.stderr.note(format!("deleted {id}"));
    Ok(())
}
