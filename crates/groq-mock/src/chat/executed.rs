//! Tools that run on the service: what they did for an answer.

use groq_types::{CodeResult, ExecutedTool, SearchResult, SearchResults};
use serde_json::{Value, json};

use super::request::{ChatRequest, Choice};
use crate::schema::Hints;

/// Characters of a prompt that a search or a program is about.
const LONGEST: usize = 200;
/// The default tools of Compound systems.
const COMPOUND: [&str; 2] = ["web_search", "code_interpreter"];

/// What built-in tools did, where the prompt gives them something to do.
pub(crate) fn executed(request: &ChatRequest<'_>) -> Vec<ExecutedTool> {
    let tools = built_in(request);
    // A Compound system chooses among its tools by itself.
    let may_choose = request.choice() != Choice::None || is_compound(request);
    if tools.is_empty() || !may_choose {
        return Vec::new();
    }
    let hints = Hints::new(request.prompt());
    let has = |words: &[&str]| words.iter().any(|word| hints.mentions(word));
    let must = request.choice() == Choice::Required && request.tools.is_empty();
    let searches = has(&["search", "look up", "browse", "latest", "news", "today"]);
    let computes = has(&["python", "compute", "calculate", "code", "run"]);
    let visits = request.prompt().contains("http://") || request.prompt().contains("https://");
    let wanted = |kind: &str| match kind {
        "browser_search" | "web_search" => searches || must,
        "code_interpreter" => computes || must,
        "visit_website" => visits,
        _ => false,
    };
    let line: String = request
        .prompt()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(LONGEST)
        .collect();
    let run = tools.into_iter().filter(|kind| wanted(kind));
    run.zip(0_u32..)
        .map(|(kind, index)| execution(kind, &line).with_index(index))
        .collect()
}

/// Whether the model is a system that runs tools of its own.
pub(crate) fn is_compound(request: &ChatRequest<'_>) -> bool {
    request.model.is_system()
}

fn built_in<'a>(request: &ChatRequest<'a>) -> Vec<&'a str> {
    if !is_compound(request) {
        return request.built_in.clone();
    }
    let custom = request.body.get("compound_custom");
    let enabled = custom.and_then(|custom| custom["tools"]["enabled_tools"].as_array());
    match enabled {
        Some(enabled) => enabled.iter().filter_map(Value::as_str).collect(),
        None => COMPOUND.to_vec(),
    }
}

fn execution(kind: &str, line: &str) -> ExecutedTool {
    let tool = |name: &str, arguments: Value| {
        ExecutedTool::new(name).with_arguments(arguments.to_string())
    };
    match kind {
        "code_interpreter" => tool("python", json!({"code": format!("print({line:?})")}))
            .with_output(line)
            .with_code_results([CodeResult::new().with_text(line)]),
        "visit_website" => {
            let is_address = |word: &&str| word.starts_with("http");
            let address = line.split_whitespace().find(is_address).unwrap_or(line);
            tool("visit", json!({"url": address})).with_output(format!("The page at {address}"))
        }
        _ => {
            let name = if kind == "web_search" {
                "search"
            } else {
                "browser.search"
            };
            let page = SearchResult::new()
                .with_title(format!("About: {line}"))
                .with_url("https://example.com/about")
                .with_content(format!("All that is known about this: {line}"))
                .with_score(0.875);
            tool(name, json!({"query": line}))
                .with_output(format!("1 result for {line}"))
                .with_search_results(SearchResults::new().with_results([page]))
        }
    }
}
