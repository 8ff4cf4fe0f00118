//! `groq files`: files of batches.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use groq_core::{
    Upload,
    types::{FileObject, FilePurpose},
};
use serde_json::json;

use crate::{
    failure::Failure,
    files::{Overwrite, check_input, in_json, workshop},
    session::Session,
    table::{self, left, or_dash, right},
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
    #[command(after_help = include_str!("../help/files-list.txt"))]
    List,
    /// Upload a file of requests.
    #[command(after_help = include_str!("../help/files-upload.txt"))]
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
    #[command(after_help = include_str!("../help/files-download.txt"))]
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
            Action::Upload { file } => upload(session, &file).await,
            Action::Get { id } => show(session, &*session.connect().await?.files().get(&id).await?),
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
    let columns = [
        left("FILE", 0),
        left("CREATED", 2),
        right("BYTES", 0),
        left("PURPOSE", 1),
        left("NAME", 0),
    ];
    table::list(session, columns, &files, |file| {
        [
            file.id.clone(),
            or_dash(file.created_at.map(units::date)),
            or_dash(file.bytes),
            or_dash(file.purpose.as_ref().map(FilePurpose::as_str)),
            or_dash(file.filename.as_deref()),
        ]
    })
}

async fn upload(session: &Session, file: &Path) -> Result<(), Failure> {
    check_input(file)?;
    let client = session.connect().await?;
    let template = "{prefix:8} {bar:40} {bytes} of {total_bytes}";
    let bar = session.stderr.bar("upload", None, template);
    let upload = Upload::path(file).on_progress(move |progress| {
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.sent);
    });
    let uploaded = client.files().upload(upload, FilePurpose::Batch).await;
    show(
        session,
        &*uploaded.map_err(Failure::of_file(file.display()))?,
    )
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
        if session.out.is_terminal {
            let not_text = |_| Failure::usage("the file is not text; write it with -o FILE");
            let text = String::from_utf8(content.bytes().await?.into()).map_err(not_text)?;
            return session.out.text(&text);
        }
        while let Some(piece) = content.next().await {
            session.out.raw(&piece?)?;
        }
        return Ok(());
    };
    let folder = workshop(&place)?;
    let whole = folder.path().join("whole");
    let saved = content.save(&whole).await;
    let bytes = saved.map_err(Failure::of_file(place.path().display()))?;
    place.take(&whole).await?;
    session.done(
        &json!({"id": id, "file": in_json(place.path()), "bytes": bytes}),
        &format!("{bytes} bytes in '{}'", place.path().display()),
    )
}

async fn delete(session: &Session, id: &str) -> Result<(), Failure> {
    let deleted = session.connect().await?.files().delete(id).await?;
    if !deleted.deleted && !session.global.json {
        return Err(Failure::bad_answer(format!(
            "the service did not delete '{id}'"
        )));
    }
    session.done(&json!(&*deleted), &format!("deleted {id}"))
}
