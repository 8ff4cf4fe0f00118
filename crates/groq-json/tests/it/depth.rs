//! The deepest replies that are read, on the stack that threads have by default, which is that of tests and of runtimes.

use std::collections::BTreeMap;
use std::fmt::Debug;

use groq_json::{ErrorKind, Finish, Format, JsonSchema, Mode, Repair};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const DEEPEST: usize = 256;

/// A list of objects, with something to fill in at each.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Node {
    #[serde(default)]
    name: String,
    next: Option<Box<Node>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Lists(Vec<Lists>);

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Maps(BTreeMap<String, Maps>);

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Tree {
    Leaf(u8),
    Branch(Vec<Tree>),
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    let outside = depth - 1;
    format!("{}{inner}{}", open.repeat(outside), close.repeat(outside))
}

fn lists(depth: usize) -> String {
    nested("[", "[]", "]", depth)
}

fn maps(depth: usize) -> String {
    nested("{\"a\":", "{}", "}", depth)
}

fn nodes(depth: usize) -> String {
    nested("{\"next\":", "{\"next\":null}", "}", depth)
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    const STACK: usize = 2 << 20;
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

/// Reads the deepest reply that there may be in every way there is, and refuses the next one.
fn reads<T>(reply: fn(usize) -> String)
where
    T: DeserializeOwned + Serialize + JsonSchema + Debug + 'static,
{
    let format = Format::<T>::new().unwrap();
    let deepest = reply(DEEPEST);
    let plain: Value = value(&deepest);
    for level in [Repair::Off, Repair::Safe, Repair::Lossless] {
        let format = format.clone().repair(level);
        let read = format.parse(&deepest, Finish::Stop).unwrap().value;
        drop(serde_json::to_value(&read).unwrap());
        let error = format.parse(&reply(DEEPEST + 1), Finish::Stop).unwrap_err();
        assert!(error.kind() == ErrorKind::TooDeep, "{error}");
    }
    let repaired = format.parse(&format!("```\n{deepest}\n```"), Finish::Stop);
    assert_eq!(repaired.unwrap().repairs.len(), 1);
    if let Ok(wire) = format.wire_schema(Mode::Strict) {
        let on_the_wire = format.encode(&plain).unwrap().to_string();
        match format.parse_wire(wire, &on_the_wire, Finish::Stop) {
            Ok(read) => drop(serde_json::to_value(&read.value).unwrap()),
            // A map or a list at the root takes more levels there.
            Err(error) => assert!(error.kind() == ErrorKind::TooDeep, "{error}"),
        }
    }
    let cut = &deepest[..deepest.len() / 2];
    let error = format.parse(cut, Finish::Length).unwrap_err();
    drop(error.partial().unwrap().to_value());
}

/// What a text says.
fn value(text: &str) -> Value {
    Format::<Value>::new()
        .unwrap()
        .parse(text, Finish::Stop)
        .unwrap()
        .value
}

#[test]
fn free_values() {
    on_a_small_stack(|| {
        reads::<Value>(lists);
        reads::<Value>(maps);
    });
}

#[test]
fn types_that_contain_themselves() {
    on_a_small_stack(|| {
        reads::<Node>(nodes);
        reads::<Lists>(lists);
        reads::<Maps>(maps);
        reads::<Tree>(lists);
    });
}

#[test]
fn what_is_wrong_at_the_bottom_is_found() {
    on_a_small_stack(|| {
        let reply = nested("{\"next\":", "{\"name\":7,\"next\":null}", "}", DEEPEST);
        let format = Format::<Node>::new().unwrap();
        let error = format.parse(&reply, Finish::Stop).unwrap_err();
        let path = format!("{}/name", "/next".repeat(DEEPEST - 1));
        assert_eq!(error.issues()[0].path, path);
        assert!(format.correction(&error).contains("expected string"));
    });
}
