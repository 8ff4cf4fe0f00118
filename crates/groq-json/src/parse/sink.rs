//! The events of the parser.

/// A kind of bracket.
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

/// Why parsing stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// Neither JSON nor repairable: what was expected or found.
    Syntax(&'static str),
    TooDeep,
    NumberRange,
    DuplicateKey,
    /// The text itself says that something was left out.
    Elided,
    /// The schema rules it out. The sink has the details.
    Unfit,
}

/// Why parsing stopped, and at which byte.
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

/// Whether parsing goes on after an event.
pub(crate) type Flow = Result<(), FaultKind>;

/// Receives the events of the parser in the order of the text.
///
/// A key is `begin_key`, any number of `fragment`, `end_key`; a string value likewise with `string`.
pub(crate) trait Sink {
    fn open(&mut self, container: Container, offset: usize) -> Flow;
    fn close(&mut self) -> Flow;
    fn begin_key(&mut self, offset: usize);
    fn end_key(&mut self) -> Flow;
    fn begin_string(&mut self, offset: usize) -> Flow;
    fn end_string(&mut self) -> Flow;
    fn fragment(&mut self, text: &str) -> Flow;
    fn number(&mut self, text: &str, offset: usize) -> Flow;
    fn literal(&mut self, literal: Literal, offset: usize) -> Flow;
}
