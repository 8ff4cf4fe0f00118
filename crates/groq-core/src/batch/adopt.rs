//! A batch that is known by its id alone: its folder is lost, or another program began it.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::Path;

use super::files;
use super::item::BatchItem;
use super::job::{Job, check_endpoint};
use super::lines::Lines;
use super::state::{self, Part, State};
use crate::api::{Batches, Files};
use crate::error::Error;
use crate::shared::Core;

const OPERATION: &str = "adopt batch";

pub(crate) async fn adopt<T: BatchItem>(
    core: Core,
    id: &str,
    folder: &Path,
) -> Result<Job<T>, Error> {
    let input = state::input(folder, 0);
    if State::exists(folder) || files::is_there(&input) {
        return Err(Error::refused("the folder has a batch already")
            .with_hint("go on with it by batches().resume or write, or use another folder")
            .with_operation(OPERATION));
    }
    let batch = Batches::new(&core).get(id).await?.into_inner();
    let endpoint = match &batch.endpoint {
        Some(endpoint) => endpoint.as_str().to_owned(),
        None => T::endpoint().as_str().to_owned(),
    };
    check_endpoint::<T>(&endpoint).map_err(|error| error.with_operation(OPERATION))?;
    let Some(file_id) = batch.input_file_id.clone() else {
        return Err(
            Error::refused("the service does not say which file the batch is of")
                .with_operation(OPERATION),
        );
    };
    files::create_folder(folder).map_err(failed)?;
    let lock = files::lock(folder).map_err(|error| error.with_operation(OPERATION))?;
    // Under a name that no other call takes for the items of a batch, until all is known of it.
    let coming = folder.join("adopted.jsonl");
    Files::new(&core)
        .content(&file_id)
        .await?
        .save(&coming)
        .await?;
    files::make_private(&coming).map_err(failed)?;
    let mut part = Part {
        items: items(&coming, core.settings().max_response()).map_err(failed)?,
        uploading: true,
        file_id: Some(file_id),
        creating: true,
        batch_id: Some(batch.id.clone()),
        ..Part::default()
    };
    part.note(&batch);
    let token = format!("{:016x}", RandomState::new().hash_one(0));
    let window = batch.completion_window.unwrap_or_default();
    let state = State::new(token, endpoint, window, vec![part]);
    fs::rename(&coming, &input).map_err(failed)?;
    state.save(folder).map_err(|error| {
        let _ = fs::remove_file(&input);
        error.with_operation(OPERATION)
    })?;
    Job::load(core, folder, lock)
}

fn items(input: &Path, max_line: usize) -> io::Result<u64> {
    let (mut lines, mut items) = (Lines::open(input, max_line)?, 0);
    while let Some((line, _)) = lines.next()? {
        items += u64::from(!line.trim_ascii().is_empty());
    }
    Ok(items)
}

fn failed(error: io::Error) -> Error {
    Error::io("cannot keep the batch in the folder", error).with_operation(OPERATION)
}
