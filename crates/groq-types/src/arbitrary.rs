//! Arbitrary values of every wire type, for property tests: the feature `proptest`.
//!
//! The values keep the ranges, lengths and enums of the API description. By default one open thing in sixteen also holds
//! what the description does not know: an enum another value, an object another key, a union another tag.
//! [`Scope::known`] leaves that out; such a value is valid under the description's schema of its type.
//!
//! ```
//! use groq_types::{ChatCompletion, ChatCompletionRequest, arbitrary::Scope};
//! use proptest::prelude::*;
//!
//! // In a test; as `#[test] fn name(request: ChatCompletionRequest) { .. }` it is one of its own.
//! proptest!(ProptestConfig::with_cases(16), |(request: ChatCompletionRequest)| {
//!     let json = serde_json::to_string(&request)?;
//!     prop_assert_eq!(request, serde_json::from_str(&json)?);
//! });
//!
//! proptest!(ProptestConfig::with_cases(16), |(reply in any_with::<ChatCompletion>(Scope::known()))| {
//!     prop_assert!(reply.unknown_fields().is_empty());
//! });
//! ```
//!
//! A failing value shrinks to one with as few fields, items and characters as still fail.

mod generate;
mod shrink;
mod source;

use std::fmt;

use proptest::{
    strategy::{NewTree, Strategy},
    test_runner::TestRunner,
};

pub use self::shrink::Shrinking;
pub(crate) use self::{
    generate::{Generate, arbitrary},
    source::Source,
};

// The one type that the generator leaves to us.
arbitrary! {
    |s| union InputItem {
        Typed,
        Easy,
    }
}

/// What arbitrary values may hold: the parameter of every type's `Arbitrary`.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    unknown: bool,
}

impl Scope {
    /// Allows anything that the types can hold, at times with keys, enum values and tags that the description does not
    /// know.
    ///
    /// ```
    /// use groq_types::{ModelList, arbitrary::Scope};
    /// use proptest::prelude::*;
    ///
    /// proptest!(ProptestConfig::with_cases(4), |(list in any_with::<ModelList>(Scope::anything()))| {
    ///     prop_assert!(serde_json::to_string(&list).is_ok());
    /// });
    /// ```
    pub const fn anything() -> Self {
        Self { unknown: true }
    }

    /// Allows only what the description knows.
    ///
    /// Free-form JSON, such as the schema of a tool's parameters, is still any JSON.
    pub const fn known() -> Self {
        Self { unknown: false }
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::anything()
    }
}

/// The strategy of a wire type: `any::<T>()` and `any_with::<T>(scope)` give it.
pub struct Values<T> {
    scope: Scope,
    generate: fn(&mut Source) -> T,
}

impl<T> Values<T> {
    pub(crate) fn new(scope: Scope, generate: fn(&mut Source) -> T) -> Self {
        Self { scope, generate }
    }

    /// The value that a sequence of choices stands for, and the choices that it took.
    fn replay(&self, choices: &[u64]) -> (T, Vec<u64>) {
        let mut source = Source::replay(self.scope, choices);
        let value = (self.generate)(&mut source);
        (value, source.into_choices())
    }
}

impl<T> Clone for Values<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Values<T> {}

impl<T> fmt::Debug for Values<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> Strategy for Values<T> {
    type Tree = Shrinking<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let mut source = Source::random(self.scope, runner.new_rng());
        (self.generate)(&mut source);
        Ok(Shrinking::new(*self, source.into_choices()))
    }
}
