//! Tables: the keys of a response request and what they may hold.

use crate::check::{Field, Rule};

pub(super) const REQUEST: &[Field] = &[
    Field::required("model", Rule::Text),
    Field::required(
        "input",
        Rule::Either(&[Rule::Text, Rule::List(1, usize::MAX, &Rule::Open(ITEM))]),
    ),
    Field::optional("instructions", Rule::Text),
    Field::optional("max_output_tokens", Rule::Integer(1, i64::MAX)),
    Field::optional("metadata", Rule::Map(&Rule::Text)),
    Field::optional("parallel_tool_calls", Rule::Bool),
    Field::optional(
        "reasoning",
        Rule::Object(&[Field::optional("effort", Rule::Text)]),
    ),
    Field::optional("service_tier", Rule::OneOf(&["auto", "default", "flex"])),
    Field::optional("store", Rule::Bool),
    Field::optional("stream", Rule::Bool),
    Field::optional("temperature", Rule::Number(0.0, 2.0)),
    Field::plain(
        "text",
        Rule::Object(&[Field::plain("format", Rule::Tagged("type", FORMATS))]),
    ),
    Field::optional(
        "tool_choice",
        Rule::Either(&[
            Rule::OneOf(&["none", "auto", "required"]),
            Rule::Open(&[Field::required("type", Rule::OneOf(&["function"]))]),
        ]),
    ),
    Field::optional("tools", Rule::List(0, 128, &Rule::Open(TOOL))),
    Field::optional("top_p", Rule::Number(0.0, 1.0)),
    Field::optional("truncation", Rule::OneOf(&["auto", "disabled"])),
    Field::plain("user", Rule::Text),
];

/// Open: items of an earlier output are sent back as they are, and a message may come without a type.
const ITEM: &[Field] = &[
    Field::plain("type", Rule::Text),
    Field::plain(
        "role",
        Rule::OneOf(&["user", "assistant", "system", "developer"]),
    ),
];

const TYPE: Field = Field::required("type", Rule::Text);

const FORMATS: &[(&str, &[Field])] = &[
    ("text", &[TYPE]),
    ("json_object", &[TYPE]),
    (
        "json_schema",
        &[
            TYPE,
            Field::required("name", Rule::Text),
            Field::required("schema", Rule::Map(&Rule::Any)),
            Field::optional("description", Rule::Text),
            Field::optional("strict", Rule::Bool),
        ],
    ),
];

/// Open: a built-in tool has settings of its own.
const TOOL: &[Field] = &[
    TYPE,
    Field::optional("name", Rule::Text),
    Field::optional("description", Rule::Text),
    Field::optional("parameters", Rule::Map(&Rule::Any)),
    Field::optional("strict", Rule::Bool),
];
