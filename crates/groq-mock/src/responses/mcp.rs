//! Remote MCP servers, none of which is ever called: what they would have answered.

use serde_json::{Map, Value, json};

use crate::ids;
use crate::random::Random;
use crate::schema::Hints;

/// Characters of a prompt that a call is about.
const LONGEST: usize = 200;

/// The tools of each server, and a call of each server that the prompt names.
pub(super) fn items(request: &Map<String, Value>, prompt: &str, random: &mut Random) -> Vec<Value> {
    let tools = request.get("tools").and_then(Value::as_array);
    let servers = tools.map_or(&[][..], Vec::as_slice).iter();
    let servers: Vec<&Value> = servers.filter(|tool| tool["type"] == "mcp").collect();
    let mut items: Vec<Value> = servers.iter().map(|server| list(server, random)).collect();
    let may_call = request
        .get("tool_choice")
        .is_none_or(|choice| choice != "none");
    let named = servers
        .iter()
        .filter(|server| may_call && is_named(server, prompt));
    items.extend(named.map(|server| call(server, prompt, random)));
    items
}

fn list(server: &Value, random: &mut Random) -> Value {
    let tools = names(server).into_iter().map(|name| {
        let schema = json!({"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]});
        json!({"name": name, "description": format!("The tool {name}."), "input_schema": schema})
    });
    json!({
        "type": "mcp_list_tools",
        "id": ids::prefixed("mcpl_01", random),
        "server_label": server["server_label"],
        "tools": tools.collect::<Vec<_>>(),
    })
}

fn call(server: &Value, prompt: &str, random: &mut Random) -> Value {
    let query: String = prompt
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(LONGEST)
        .collect();
    let asks = server["require_approval"] == "always";
    let mut item = json!({
        "type": if asks { "mcp_approval_request" } else { "mcp_call" },
        "id": ids::prefixed(if asks { "mcpr_01" } else { "mcp_01" }, random),
        "server_label": server["server_label"],
        "name": names(server).swap_remove(0),
        "arguments": json!({"query": query}).to_string(),
    });
    if !asks {
        item["output"] = json!(format!("Found: {query}"));
        item["error"] = Value::Null;
    }
    item
}

/// What the request allows; without that, a server has one tool. Never empty.
fn names(server: &Value) -> Vec<String> {
    let allowed = server["allowed_tools"]
        .as_array()
        .or_else(|| server["allowed_tools"]["tool_names"].as_array());
    let names = allowed.map_or(&[][..], Vec::as_slice).iter();
    let names: Vec<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
    if names.is_empty() {
        vec!["search".to_owned()]
    } else {
        names
    }
}

fn is_named(server: &Value, prompt: &str) -> bool {
    let hints = Hints::new(prompt);
    let label = server["server_label"].as_str().unwrap_or_default();
    let name = |name: &str| {
        !name.is_empty() && (hints.mentions(name) || hints.mentions(&name.replace(['_', '-'], " ")))
    };
    name("mcp") || name(label) || names(server).iter().any(|one| name(one))
}
