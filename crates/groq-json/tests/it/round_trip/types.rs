//! Types of every form that serde has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use groq_json::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Inner {
    a: u8,
    /// A note
    b: Option<String>,
}

/// Everything that is plain.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Plain {
    /// The name
    name: String,
    count: u8,
    ratio: f64,
    letter: char,
    flag: bool,
    unit: (),
    maybe: Option<i32>,
    inner: Inner,
    maybe_inner: Option<Inner>,
    /// Described where it is used
    described: Inner,
    list: Vec<Inner>,
    array: [u8; 2],
    set: BTreeSet<u8>,
    nested: Vec<Vec<Option<bool>>>,
    boxed: Box<Inner>,
    result: Result<u8, String>,
    lasting: std::time::Duration,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Encoded {
    tuple: (u8, String, Option<bool>),
    map: BTreeMap<String, Inner>,
    numbered: HashMap<u32, Vec<String>>,
    choices: BTreeMap<Choice, u8>,
    maybe_map: Option<BTreeMap<String, (u8, u8)>>,
    maps: Vec<BTreeMap<String, Option<u8>>>,
}

#[derive(Serialize, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
enum Choice {
    /// The first
    First,
    SecondOne,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Defaults {
    #[serde(default)]
    list: Vec<u8>,
    #[serde(default = "nine")]
    nine: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maybe: Option<Inner>,
    #[serde(default)]
    choice: Option<Choice>,
    #[serde(default)]
    inner: Option<Box<Defaults>>,
    #[serde(rename = "odd name/~")]
    odd: u8,
}

fn nine() -> u8 {
    9
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum External {
    Unit,
    Number(u8),
    Pair(u8, String),
    Named { a: u8, b: Option<u8> },
    Inner(Inner),
    List(Vec<u8>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Internal {
    Unit,
    Named { a: u8, kind: Choice },
    Other { a: String, kind: Choice },
    Inner(Inner),
    Deep(Box<Tree>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Number(u8),
    Pair(u8, String),
    Named { a: u8 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
    List(Vec<u8>),
    Left { left: u8 },
    Right { right: String, more: Option<u8> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Undecidable {
    One { a: u8 },
    Two { a: String },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Tree {
    label: String,
    next: Option<Box<Tree>>,
    children: Vec<Tree>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Expression {
    Number(i32),
    Add(Box<Expression>, Box<Expression>),
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Json {
    Leaf(i32),
    Node(Vec<Json>),
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Flat {
    own: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatEnum {
    own: u8,
    #[serde(flatten)]
    shape: Shape,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatExternal {
    own: u8,
    #[serde(flatten)]
    shape: Way,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Way {
    Left { by: u8 },
    Right { to: String },
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct FlatMap {
    own: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Free {
    list: Vec<Value>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Transparent(Inner);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Pair(u8, String);

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Unit;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "it is what this is about")]
struct Distinct {
    #[schemars(extend("x-distinct-null" = true))]
    maybe: Option<Option<u8>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Nested {
    list: Vec<Patch>,
    maybe: Option<u8>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[expect(clippy::option_option, reason = "it is what this is about")]
struct Patch {
    name: Option<Option<String>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Odd {
    large: u64,
    small: i64,
    wide: i128,
    bytes: Vec<u8>,
    #[serde(default)]
    by_choice: HashMap<Choice, Option<f32>>,
    #[serde(rename = "type", default, skip_serializing_if = "Vec::is_empty")]
    kind: Vec<Choice>,
    whole: std::num::NonZeroU8,
    nested: BTreeMap<String, BTreeMap<u8, (Choice,)>>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Product {
    id: String,
    #[schemars(extend("exclusiveMinimum" = 0))]
    price: f64,
    #[schemars(range(min = 1, max = 5))]
    rating: f64,
    #[schemars(email)]
    email: String,
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    tags: Vec<String>,
}

pub(super) fn each() {
    for (name, obstacles) in [
        ("Plain", check::<Plain>()),
        ("Encoded", check::<Encoded>()),
        ("Choice", check::<Choice>()),
        ("Defaults", check::<Defaults>()),
        ("External", check::<External>()),
        ("Internal", check::<Internal>()),
        ("Adjacent", check::<Adjacent>()),
        ("Untagged", check::<Untagged>()),
        ("Tree", check::<Tree>()),
        ("Expression", check::<Expression>()),
        ("Json", check::<Json>()),
        ("Flat", check::<Flat>()),
        ("FlatEnum", check::<FlatEnum>()),
        ("Transparent", check::<Transparent>()),
        ("Pair", check::<Pair>()),
        ("Nothing", check::<Nothing>()),
        ("Unit", check::<Unit>()),
        ("Product", check::<Product>()),
        ("Odd", check::<Odd>()),
        ("Vec<Inner>", check::<Vec<Inner>>()),
        ("Option<Inner>", check::<Option<Inner>>()),
        ("Option<Vec<Tree>>", check::<Option<Vec<Tree>>>()),
        ("BTreeMap", check::<BTreeMap<String, Vec<Tree>>>()),
        ("tuple", check::<(u8, Inner, Vec<External>)>()),
        ("String", check::<String>()),
        ("f64", check::<f64>()),
        ("bool", check::<bool>()),
        ("Vec<Untagged>", check::<Vec<Untagged>>()),
        (
            "BTreeMap<String, Adjacent>",
            check::<BTreeMap<String, Adjacent>>(),
        ),
    ] {
        assert_eq!(obstacles, [""; 0], "{name}");
    }
    assert_eq!(check::<Undecidable>(), [""]);
    // The service tells alternatives apart by a tag, or by having no member in common: `own` is in both.
    assert_eq!(check::<FlatExternal>(), [""]);
    assert_eq!(check::<FlatMap>(), [""]);
    assert_eq!(check::<Free>(), ["/list/*"]);
    assert_eq!(check::<Nested>(), ["/list/*/name"]);
    assert_eq!(check::<Distinct>(), ["/maybe"]);
    assert_eq!(check::<Value>(), [""]);
}
