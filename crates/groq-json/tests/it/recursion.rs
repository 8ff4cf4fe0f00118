//! Schemas and types that refer to themselves: no stack overflow, no exponential time.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use groq_json::{Error, Finish, Format, JsonSchema, Mode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Chain {
    Empty,
    Link { rest: Option<Box<Chain>> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Tagged {
    Empty,
    Link { rest: Option<Box<Tagged>> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Leaf(u8),
    Link { rest: Option<Box<Untagged>> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Tree(Vec<Tree>);

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Forest {
    trees: Vec<Tree>,
    chain: Chain,
    tagged: Option<Tagged>,
}

/// Runs on the stack that threads have by default.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    thread.unwrap().join().unwrap();
}

/// Does everything with a format that follows its schema.
fn use_all<T: Serialize + serde::de::DeserializeOwned + 'static>(
    format: &Format<T>,
    value: &Value,
) {
    assert!(!format.prompt().to_string().is_empty());
    let parsed = format.parse(&value.to_string(), Finish::Stop).unwrap();
    assert_eq!(serde_json::to_value(&parsed.value).unwrap(), *value);
    if let Ok(wire) = format.wire_schema(Mode::Strict) {
        let schema = Value::Object(wire.schema.clone());
        let encoded = format.encode(value).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        assert!(validator.is_valid(&encoded), "{encoded}\n{schema}");
        let parsed = format.parse_wire(wire, &encoded.to_string(), Finish::Stop);
        let parsed = serde_json::to_value(&parsed.unwrap().value).unwrap();
        assert_eq!(parsed, *value);
    }
}

#[test]
fn types_that_contain_themselves_have_a_format() {
    on_a_small_stack(|| {
        let chain = json!({"Link": {"rest": {"Link": {"rest": "Empty"}}}});
        use_all(&Format::<Chain>::new().unwrap(), &chain);
        let tagged = json!({"type": "Link", "rest": {"type": "Link", "rest": {"type": "Empty"}}});
        use_all(&Format::<Tagged>::new().unwrap(), &tagged);
        use_all(
            &Format::<Untagged>::new().unwrap(),
            &json!({"rest": {"rest": 7}}),
        );
        use_all(&Format::<Tree>::new().unwrap(), &json!([[], [[]]]));
        let forest = json!({"trees": [[[]], []], "chain": chain, "tagged": tagged});
        use_all(&Format::<Forest>::new().unwrap(), &forest);
    });
}

#[test]
fn schemas_that_refer_to_themselves_have_a_format() {
    on_a_small_stack(|| {
        let list = json!({"type": "array", "items": {"$ref": "#"}});
        use_all(
            &Format::from_schema("list", list).unwrap(),
            &json!([[], [[]]]),
        );
        let map = json!({"type": "object", "additionalProperties": {"$ref": "#"}});
        use_all(
            &Format::from_schema("map", map).unwrap(),
            &json!({"a": {"b": {}}}),
        );
        let pair = json!({
            "type": "object",
            "properties": {"items": {"$ref": "#/$defs/list"}},
            "required": ["items"],
            "$defs": {"list": {"anyOf": [
                {"type": "array", "items": {"$ref": "#/$defs/list"}},
                {"type": "string"},
            ]}},
        });
        let value = json!({"items": [["a"], "b", [[]]]});
        use_all(&Format::from_schema("pair", pair).unwrap(), &value);
    });
}

#[test]
fn definitions_with_the_same_last_name_are_kept_apart() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x/item"}, "b": {"$ref": "#/$defs/y/item"}},
        "required": ["a", "b"],
        "additionalProperties": false,
        "$defs": {
            "x": {"item": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": false}},
            "y": {"item": {"type": "object", "properties": {"s": {"type": "string"}}, "required": ["s"], "additionalProperties": false}},
        },
    });
    let format = Format::from_schema("two", schema).unwrap();
    use_all(&format, &json!({"a": {"n": 1}, "b": {"s": "x"}}));
    let wire = format.wire_schema(Mode::Strict).unwrap();
    assert_eq!(wire.schema["$defs"].as_object().unwrap().len(), 2);
    let prompt = format.prompt().to_string();
    assert!(prompt.contains("item_2 = "), "{prompt}");
}

/// Objects whose members are, each, one of the objects at `inside`.
fn objects(count: usize, inside: impl Fn(usize) -> Vec<usize>) -> Value {
    let object = |index: usize| {
        let members = inside(index).into_iter().enumerate();
        let members =
            members.map(|(at, to)| (format!("m{at}"), json!({"$ref": format!("#/$defs/o{to}")})));
        json!({"type": "object", "properties": members.collect::<serde_json::Map<_, _>>()})
    };
    let definitions = (0..count).map(|index| (format!("o{index}"), object(index)));
    json!({"$ref": "#/$defs/o0", "$defs": definitions.collect::<serde_json::Map<_, _>>()})
}

/// The time that a schema takes to prepare; generous, because what is meant is minutes.
fn prepare(schema: Value) -> Result<Duration, Error> {
    let start = Instant::now();
    let format = Format::from_schema("x", schema)?;
    assert!(format.prompt().to_string().len() < 1_000_000);
    Ok(start.elapsed())
}

#[test]
fn time_grows_with_the_size_of_the_schema() {
    let known = prepare(objects(13, |_| (0..13).collect())).unwrap();
    let row = prepare(objects(40, |index| vec![(index + 1) % 40; 2])).unwrap();
    // Tagged variants have no name of their own.
    let variants = |index: usize| {
        let next = (index + 1) % 40;
        let mut members = serde_json::Map::new();
        members.insert("kind".to_owned(), json!({"const": format!("k{index}")}));
        for at in 0..2 {
            let optional =
                json!({"anyOf": [{"$ref": format!("#/$defs/u{next}")}, {"type": "null"}]});
            members.insert(format!("m{at}"), optional);
        }
        json!({"oneOf": [
            {"type": "object", "properties": members, "required": ["kind"], "additionalProperties": false},
            {"type": "object", "properties": {"kind": {"const": "end"}}, "required": ["kind"], "additionalProperties": false},
        ]})
    };
    let definitions = (0..40).map(|index| (format!("u{index}"), variants(index)));
    let unions = json!({
        "type": "object",
        "properties": {"first": {"$ref": "#/$defs/u0"}},
        "$defs": definitions.collect::<serde_json::Map<_, _>>(),
    });
    let unions = prepare(unions).unwrap();
    let all = [known, row, unions];
    let mut shown = String::new();
    for time in all {
        let _ = write!(shown, "{time:?} ");
    }
    assert!(
        all.iter().sum::<Duration>() < Duration::from_secs(20),
        "{shown}"
    );
}
