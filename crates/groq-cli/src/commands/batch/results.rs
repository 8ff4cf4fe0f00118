//! Results in the order of their items.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use groq_core::{
    batch::{BatchItem, Item, Results},
    models::{Billing, Cost, Usage},
    types::CompletionUsage,
};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{items::Items, line::Line};
use crate::{failure::Failure, files::Place, units};

/// Results on the disk, found by id.
pub(super) struct SortedResults {
    folder: PathBuf,
    file: File,
    places: HashMap<String, (u64, usize)>,
    /// What all answers used.
    pub(super) used: Usage,
    /// What it costs; `None` if a price is unknown.
    pub(super) cost: Option<Cost>,
}

impl SortedResults {
    pub(super) fn collect<B>(results: Results<B>, folder: &Path) -> Result<Self, Failure>
    where
        B: BatchItem<Reply = Value>,
    {
        let unwritable = unsorted(folder);
        let mut file = BufWriter::new(tempfile::tempfile_in(folder).map_err(&unwritable)?);
        let mut places = HashMap::new();
        let (mut used, mut cost) = (Usage::default(), Some(Cost::ZERO));
        let mut end = 0;
        for item in results {
            let item = item.map_err(Failure::of_file(folder.display()))?;
            if let Ok(body) = &item.outcome {
                let usage = usage(body);
                let model = body["model"].as_str().unwrap_or_default();
                let one = units::cost(model, &usage, Billing::Batch);
                cost = cost.zip(one).map(|(sum, one)| sum + one);
                used += usage;
            }
            let bytes = serde_json::to_vec(&outcome(&item))?;
            file.write_all(&bytes).map_err(&unwritable)?;
            places.insert(item.id, (end, bytes.len()));
            end += bytes.len() as u64;
        }
        let file = file
            .into_inner()
            .map_err(|error| unwritable(error.into_error()))?;
        Ok(Self {
            folder: folder.to_owned(),
            file,
            places,
            used,
            cost,
        })
    }

    fn get(&mut self, id: &str) -> Result<Value, Failure> {
        let Some(&(start, length)) = self.places.get(id) else {
            return Ok(json!({"error": {"message": "the batch has no result for this item"}}));
        };
        let mut bytes = vec![0; length];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(unsorted(&self.folder))?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

fn unsorted(folder: &Path) -> impl Fn(io::Error) -> Failure {
    move |error| {
        Failure::internal(format!(
            "sort the results in '{}': {error}",
            folder.display()
        ))
    }
}

/// What a reply used, with the tokens that the prompt cache held.
fn usage(body: &Value) -> Usage {
    let usage = CompletionUsage::deserialize(&body["usage"]);
    usage.map_or_else(|_| Usage::default(), |usage| (&usage).into())
}

/// A result without the id: `response` or `error`.
fn outcome(item: &Item<Value>) -> Value {
    match &item.outcome {
        Ok(body) => {
            json!({"response": {"status_code": 200, "request_id": item.request_id, "body": body}, "error": null})
        }
        Err(error) => {
            json!({"response": null, "error": {"message": error.to_string(), "status": error.status(), "code": error.code(), "request_id": item.request_id}})
        }
    }
}

/// Writes the results in the order of the items, and returns how many have no answer.
pub(super) fn write(
    place: &Place,
    items: &Items,
    mut sorted: SortedResults,
) -> Result<u64, Failure> {
    let mut failed = 0;
    place.write(|out| {
        let each = items.each(|_, line| {
            let result = sorted.get(&line.id)?;
            failed += u64::from(result["response"].is_null());
            writeln!(out, "{}", in_kind(&line, result))?;
            Ok(())
        });
        each.map_err(|failure| io::Error::other(failure.to_string()))
    })?;
    Ok(failed)
}

/// A result in the format of its item: Groq's, or the text alone.
fn in_kind(line: &Line, mut result: Value) -> Value {
    let Some(id) = &line.prompt_id else {
        return json!({"custom_id": line.id, "response": result["response"].take(), "error": result["error"].take()});
    };
    if !result["error"].is_null() {
        return json!({"id": id, "error": result["error"].take()});
    }
    let body = &mut result["response"]["body"];
    let choice = &mut body["choices"][0];
    let text = choice["message"]["content"].take();
    let reason = choice["finish_reason"].take();
    json!({"id": id, "text": text, "finish_reason": reason, "usage": body["usage"].take()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_count_for_the_price() {
        let used = json!({"usage": {
            "prompt_tokens": 1_000, "completion_tokens": 200, "total_tokens": 1_200,
            "prompt_tokens_details": {"cached_tokens": 400},
        }});
        assert_eq!(usage(&used), Usage::new(1_000, 200).cached_tokens(400));
        assert_eq!(usage(&json!({"text": "no tokens"})), Usage::default());
    }

    #[test]
    fn a_result_has_the_form_of_its_item() {
        let prompt = || Line::read(r#"{"id":7,"prompt":"Hi"}"#, "m").unwrap();
        let answered = json!({"response": {"status_code": 200, "body": {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "usage": {"total_tokens": 3}}}, "error": null});
        assert_eq!(
            in_kind(&prompt(), answered.clone()),
            json!({"id": 7, "text": "Hello", "finish_reason": "stop", "usage": {"total_tokens": 3}})
        );
        let failed = json!({"response": null, "error": {"message": "no"}});
        assert_eq!(
            in_kind(&prompt(), failed),
            json!({"id": 7, "error": {"message": "no"}})
        );
        let request = Line::read(
            r#"{"custom_id":"a","url":"/v1/chat/completions","body":{}}"#,
            "m",
        );
        let result = in_kind(&request.unwrap(), answered.clone());
        assert_eq!(result["custom_id"], "a");
        assert_eq!(result["response"], answered["response"]);
    }
}
