//! Tables: the keys of a chat completion request and what they may hold.

use crate::check::{Field, Rule};

const NAME: Rule = Rule::Text;
const TEXTS: Rule = Rule::List(0, usize::MAX, &Rule::Text);

pub(crate) const REQUEST: &[Field] = &[
    Field::required(
        "messages",
        Rule::List(1, usize::MAX, &Rule::Tagged("role", MESSAGES)),
    ),
    Field::required("model", Rule::Text),
    Field::optional("citation_options", Rule::OneOf(&["enabled", "disabled"])),
    Field::optional("compound_custom", Rule::Object(COMPOUND)),
    Field::plain("debug", Rule::Bool),
    Field::optional("disable_tool_validation", Rule::Bool),
    Field::optional(
        "documents",
        Rule::List(0, usize::MAX, &Rule::Object(DOCUMENT)),
    ),
    Field::optional("exclude_domains", TEXTS),
    Field::optional("include_domains", TEXTS),
    Field::optional("frequency_penalty", Rule::Number(-2.0, 2.0)),
    Field::optional("presence_penalty", Rule::Number(-2.0, 2.0)),
    Field::optional(
        "function_call",
        Rule::Either(&[
            Rule::OneOf(&["none", "auto", "required"]),
            Rule::Object(NAMED),
        ]),
    ),
    Field::optional("functions", Rule::List(0, 128, &Rule::Object(FUNCTION))),
    Field::optional("include_reasoning", Rule::Bool),
    Field::optional("logit_bias", Rule::Map(&Rule::Integer(-100, 100))),
    Field::optional("logprobs", Rule::Bool),
    Field::optional("top_logprobs", Rule::Integer(0, 20)),
    Field::optional("max_completion_tokens", Rule::Integer(1, i64::MAX)),
    Field::optional("max_tokens", Rule::Integer(1, i64::MAX)),
    Field::optional("metadata", Rule::Map(&Rule::Text)),
    Field::optional("n", Rule::Integer(1, 1)),
    Field::optional("parallel_tool_calls", Rule::Bool),
    // The list of efforts is open: newer models take more of them, and which is checked with the model.
    Field::optional("reasoning_effort", Rule::Text),
    Field::optional(
        "reasoning_format",
        Rule::OneOf(&["hidden", "raw", "parsed"]),
    ),
    Field::optional("response_format", Rule::Tagged("type", FORMATS)),
    Field::optional("search_settings", Rule::Object(SEARCH)),
    Field::optional("seed", Rule::Integer(i64::MIN, i64::MAX)),
    Field::optional(
        "service_tier",
        Rule::OneOf(&["auto", "on_demand", "flex", "performance"]),
    ),
    Field::optional(
        "stop",
        Rule::Either(&[Rule::Text, Rule::List(0, 4, &Rule::Text)]),
    ),
    Field::optional("store", Rule::Bool),
    Field::optional("stream", Rule::Bool),
    Field::optional(
        "stream_options",
        Rule::Object(&[Field::optional("include_usage", Rule::Bool)]),
    ),
    Field::optional("temperature", Rule::Number(0.0, 2.0)),
    Field::optional(
        "tool_choice",
        Rule::Either(&[
            Rule::OneOf(&["none", "auto", "required"]),
            Rule::Object(CHOICE),
        ]),
    ),
    Field::optional("tools", Rule::List(0, 128, &Rule::Open(TOOL))),
    Field::optional("top_p", Rule::Number(0.0, 1.0)),
    Field::optional("user", Rule::Text),
];

const MESSAGES: &[(&str, &[Field])] = &[
    ("system", SYSTEM),
    ("developer", SYSTEM),
    ("user", USER),
    ("assistant", ASSISTANT),
    ("tool", TOOL_RESULT),
    ("function", FUNCTION_RESULT),
];

const ROLE: Field = Field::required("role", Rule::Text);

const TEXT_PARTS: Rule = Rule::List(1, usize::MAX, &Rule::Tagged("type", &[("text", TEXT_PART)]));
const ALL_PARTS: Rule = Rule::List(1, usize::MAX, &Rule::Tagged("type", PARTS));

const SYSTEM: &[Field] = &[
    ROLE,
    Field::required("content", Rule::Either(&[Rule::Text, TEXT_PARTS])),
    Field::optional("name", NAME),
];

const USER: &[Field] = &[
    ROLE,
    Field::required("content", Rule::Either(&[Rule::Text, ALL_PARTS])),
    Field::optional("name", NAME),
];

const ASSISTANT: &[Field] = &[
    ROLE,
    Field::optional("content", Rule::Either(&[Rule::Text, TEXT_PARTS])),
    Field::optional("name", NAME),
    Field::optional("reasoning", Rule::Text),
    Field::optional("tool_calls", Rule::List(0, usize::MAX, &Rule::Object(CALL))),
    Field::optional("function_call", Rule::Object(CALLED)),
];

const TOOL_RESULT: &[Field] = &[
    ROLE,
    Field::required("content", Rule::Either(&[Rule::Text, ALL_PARTS])),
    Field::required("tool_call_id", Rule::Text),
    // In no description, but the documentation's own samples send it.
    Field::optional("name", NAME),
];

const FUNCTION_RESULT: &[Field] = &[
    ROLE,
    Field::nullable("content", Rule::Text),
    Field::required("name", NAME),
];

const TYPE: Field = Field::required("type", Rule::Text);

const PARTS: &[(&str, &[Field])] = &[
    ("text", TEXT_PART),
    ("image_url", IMAGE_PART),
    ("document", DOCUMENT_PART),
];

const TEXT_PART: &[Field] = &[TYPE, Field::required("text", Rule::Text)];

const IMAGE_PART: &[Field] = &[
    TYPE,
    Field::required(
        "image_url",
        Rule::Object(&[
            Field::required("url", Rule::Text),
            Field::optional("detail", Rule::OneOf(&["auto", "low", "high"])),
        ]),
    ),
];

const DOCUMENT_PART: &[Field] = &[
    TYPE,
    Field::required(
        "document",
        Rule::Object(&[
            Field::required("data", Rule::Map(&Rule::Any)),
            Field::optional("id", Rule::Text),
        ]),
    ),
];

const CALL: &[Field] = &[
    Field::required("id", Rule::Text),
    Field::required("type", Rule::OneOf(&["function"])),
    Field::required("function", Rule::Object(CALLED)),
];

const CALLED: &[Field] = &[
    Field::required("name", Rule::Text),
    Field::required("arguments", Rule::Text),
];

const NAMED: &[Field] = &[Field::required("name", Rule::Text)];

const CHOICE: &[Field] = &[
    Field::required("type", Rule::OneOf(&["function"])),
    Field::required("function", Rule::Object(NAMED)),
];

/// Open: a built-in tool has settings of its own.
const TOOL: &[Field] = &[
    Field::required("type", Rule::Text),
    Field::optional("function", Rule::Object(FUNCTION)),
];

const FUNCTION: &[Field] = &[
    Field::required("name", Rule::Text),
    Field::optional("description", Rule::Text),
    Field::optional("parameters", Rule::Map(&Rule::Any)),
    Field::optional("strict", Rule::Bool),
];

const FORMATS: &[(&str, &[Field])] = &[
    ("text", &[TYPE]),
    ("json_object", &[TYPE]),
    (
        "json_schema",
        &[TYPE, Field::required("json_schema", Rule::Object(FORMAT))],
    ),
];

const FORMAT: &[Field] = &[
    Field::required("name", Rule::Text),
    Field::optional("description", Rule::Text),
    Field::optional("schema", Rule::Map(&Rule::Any)),
    Field::optional("strict", Rule::Bool),
];

const SEARCH: &[Field] = &[
    Field::optional("include_domains", TEXTS),
    Field::optional("exclude_domains", TEXTS),
    Field::optional("include_images", Rule::Bool),
    Field::optional("country", Rule::Text),
];

const DOCUMENT: &[Field] = &[
    Field::required(
        "source",
        Rule::Tagged(
            "type",
            &[
                ("text", &[TYPE, Field::required("text", Rule::Text)]),
                (
                    "json",
                    &[TYPE, Field::required("data", Rule::Map(&Rule::Any))],
                ),
            ],
        ),
    ),
    Field::optional("id", Rule::Text),
];

const COMPOUND: &[Field] = &[
    Field::optional(
        "models",
        Rule::Object(&[
            Field::optional("reasoning_model", Rule::Text),
            Field::optional("answering_model", Rule::Text),
        ]),
    ),
    Field::optional(
        "tools",
        Rule::Object(&[
            Field::optional("enabled_tools", TEXTS),
            Field::optional(
                "wolfram_settings",
                Rule::Object(&[Field::optional("authorization", Rule::Text)]),
            ),
        ]),
    ),
];
