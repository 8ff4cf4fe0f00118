//! What may be repaired, and what was.

use std::fmt;

/// How much of a reply that is not quite JSON may be repaired.
///
/// Whatever the level, a repair has one reading only, is listed with its offset, and never adds, drops, moves or picks
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
    /// Nothing: the reply is JSON as RFC 8259 has it, and nothing else.
    Off,
    /// The form of the text: fences, prose around it, commas, quotes, comments, Python's literals.
    #[default]
    Safe,
    /// Also values in the wrong type that have exactly one value in the right one: `"42"` where a number is due.
    Lossless,
}

/// One thing that was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// What it was.
    pub kind: RepairKind,
    /// The byte of the reply where it begins.
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

/// The kinds of [`Repaired`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RepairKind {
    /// A byte order mark before the text.
    ByteOrderMark,
    /// A block of thoughts, `<think>` to `</think>`.
    Thoughts,
    /// A code fence of Markdown.
    Fence,
    /// Other text before or after the value.
    Prose,
    /// A blank that JSON does not have, such as a no-break space, outside of strings.
    Blank,
    /// A comma after the last item.
    TrailingComma,
    /// A comment that does not say that something was left out.
    Comment,
    /// A string in single quotes.
    SingleQuotes,
    /// A key without quotes.
    BareKey,
    /// `True`, `False` or `None`.
    PythonLiteral,
    /// A control character in a string, such as a line break.
    ControlCharacter,
    /// A backslash before a quote that needs none.
    NeedlessEscape,
    /// No comma between two members, the second of which begins on a new line with a quoted key.
    MissingComma,
    /// The whole value as JSON text in a string.
    DoubleEncoding,
    /// `3.0` where an integer is due.
    IntegralFloat,
    /// `null` for a member that may be absent, as a strict schema demands it.
    NullForAbsent,
    /// A key twice with equal values.
    DuplicateKey,
    /// A number in a string; only with [`Repair::Lossless`].
    NumberInString,
    /// `"true"` or `"false"`; only with [`Repair::Lossless`].
    BooleanInString,
    /// A number where a string is due; only with [`Repair::Lossless`].
    NumberForString,
    /// A choice in the wrong case; only with [`Repair::Lossless`].
    LetterCase,
    /// An object or a list as JSON text in a string; only with [`Repair::Lossless`].
    NestedEncoding,
}

impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByteOrderMark => "byte order mark",
            Self::Thoughts => "thoughts",
            Self::Fence => "code fence",
            Self::Prose => "text around the value",
            Self::Blank => "blank that JSON does not have",
            Self::TrailingComma => "trailing comma",
            Self::Comment => "comment",
            Self::SingleQuotes => "single quotes",
            Self::BareKey => "key without quotes",
            Self::PythonLiteral => "Python literal",
            Self::ControlCharacter => "control character in a string",
            Self::NeedlessEscape => "needless escape",
            Self::MissingComma => "missing comma",
            Self::DoubleEncoding => "value in a string",
            Self::IntegralFloat => "integer as float",
            Self::NullForAbsent => "null for an absent member",
            Self::DuplicateKey => "equal values of one key",
            Self::NumberInString => "number in a string",
            Self::BooleanInString => "boolean in a string",
            Self::NumberForString => "number for a string",
            Self::LetterCase => "letter case",
            Self::NestedEncoding => "member in a string",
        })
    }
}
