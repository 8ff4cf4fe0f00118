//! What the machine tells as it reads.

/// What a bracket opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Object,
    Array,
}

/// A literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Null,
    True,
    False,
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Not JSON, nor what may be repaired; what was expected or found.
    Syntax(&'static str),
    TooDeep,
    NumberRange,
    DuplicateKey,
    /// The text itself says that something was left out.
    Elided,
}

/// Why reading stopped, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) offset: usize,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    pub(crate) fn syntax(what: &'static str, offset: usize) -> Self {
        Self::new(FaultKind::Syntax(what), offset)
    }
}

/// Takes the events of a machine, in the order of the text.
///
/// A key is `begin_key`, any number of `fragment`, `end_key`; a string value is the same with `string`.
pub(crate) trait Sink {
    fn open(&mut self, container: Container, offset: usize);
    fn close(&mut self) -> Result<(), FaultKind>;
    fn begin_key(&mut self, offset: usize);
    fn end_key(&mut self);
    fn begin_string(&mut self, offset: usize);
    fn end_string(&mut self) -> Result<(), FaultKind>;
    fn fragment(&mut self, text: &str);
    fn number(&mut self, text: &str, offset: usize) -> Result<(), FaultKind>;
    fn literal(&mut self, literal: Literal, offset: usize) -> Result<(), FaultKind>;
}
