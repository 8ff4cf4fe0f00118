//! What may be repaired, and what was.

use std::fmt;

/// How much of a reply that is not quite JSON may be repaired.
///
/// At every level, a repair has only one reading, is listed with its offset, and never adds, drops, moves or chooses
/// content. A reply that was cut off is never repaired.
///
/// ```
/// use groq_json::{Finish, Format, Repair};
///
/// let format = Format::<Vec<u8>>::new()?;
/// assert!(format.parse("[1, 2,]", Finish::Stop).is_ok());
/// assert!(format.repair(Repair::Off).parse("[1, 2,]", Finish::Stop).is_err());
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// Nothing: the reply is JSON as RFC 8259 defines it, and nothing else.
    Off,
    /// The form of the text: fences, prose around it, commas, quotes, comments, Python literals.
    #[default]
    Safe,
    /// Also values of the wrong type that stand for exactly one value of the right type: `"42"` for a number.
    Lossless,
}

/// One thing that was repaired.
///
/// ```
/// # use groq_json::{Finish, Format, RepairKind};
/// let parsed = Format::<Vec<bool>>::new()?.parse("[True]", Finish::Stop)?;
/// assert_eq!(parsed.repairs[0].kind, RepairKind::PythonLiteral);
/// assert_eq!(parsed.repairs[0].to_string(), "Python literal at byte 1");
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// What it was.
    pub kind: RepairKind,
    /// The byte of the reply at which it begins.
    pub offset: usize,
}

impl Repaired {
    pub(crate) fn new(kind: RepairKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

/// Defines the kinds with their names.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// The kinds of [`Repaired`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RepairKind {
            $($(#[$doc])* $kind,)*
        }

        impl fmt::Display for RepairKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$kind => $name,)*
                })
            }
        }
    };
}

kinds! {
    /// A byte order mark before the text.
    ByteOrderMark = "byte order mark",
    /// A block of thoughts, from `<think>` to `</think>`.
    Thoughts = "thoughts",
    /// A Markdown code fence.
    Fence = "code fence",
    /// Other text before or after the value.
    Prose = "text around the value",
    /// Whitespace that JSON does not have, such as a no-break space, outside of strings.
    Blank = "whitespace that JSON does not have",
    /// A comma after the last item.
    TrailingComma = "trailing comma",
    /// A comment that does not say that something was left out.
    Comment = "comment",
    /// A string in single quotes.
    SingleQuotes = "single quotes",
    /// A key without quotes.
    BareKey = "key without quotes",
    /// `True`, `False` or `None`.
    PythonLiteral = "Python literal",
    /// A control character in a string, such as a line break.
    ControlCharacter = "control character in a string",
    /// A backslash before a quote that needs none.
    NeedlessEscape = "needless escape",
    /// A missing comma between two members, the second of which begins on a new line with a quoted key.
    MissingComma = "missing comma",
    /// The whole value as JSON text in a string.
    DoubleEncoding = "value in a string",
    /// The whole value as the arguments of a call of the tool that was asked for.
    ToolCall = "value in a tool call",
    /// `3.0` for an integer.
    IntegralFloat = "integer as float",
    /// `null` for a member that may be absent, as a strict schema demands it.
    NullForAbsent = "null for an absent member",
    /// A key that is repeated with an equal value.
    DuplicateKey = "equal values of one key",
    /// A number in a string; only with [`Repair::Lossless`].
    NumberInString = "number in a string",
    /// `"true"` or `"false"`; only with [`Repair::Lossless`].
    BooleanInString = "boolean in a string",
    /// A number instead of a string; only with [`Repair::Lossless`].
    NumberForString = "number for a string",
    /// A choice in the wrong case; only with [`Repair::Lossless`].
    LetterCase = "letter case",
    /// An object or a list as JSON text in a string; only with [`Repair::Lossless`].
    NestedEncoding = "member in a string",
}
