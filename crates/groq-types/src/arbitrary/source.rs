//! Where arbitrary values come from: a sequence of choices.

use std::{
    collections::BTreeMap,
    ops::{Bound, RangeBounds},
};

use proptest::{prelude::Rng, test_runner::TestRng};
use serde_json::{Map, Value};

use super::{Generate, Scope, generate::Whole};
use crate::UnknownFields;

/// Objects and lists within one another; the types of the API need about ten.
const MAX_DEPTH: u32 = 12;
/// Items and characters beyond the least: lengths matter at their ends, and tests should be quick.
const MAX_EXTRA_ITEMS: usize = 4;
const MAX_EXTRA_CHARS: usize = 24;
/// One open thing in this many holds what the description does not know.
const UNKNOWN_ODDS: u64 = 16;
/// What an unknown key or tag starts with: no known one does.
const UNKNOWN_PREFIX: &str = "x-";

/// Makes values out of choices, and remembers the choices.
///
/// Every choice is a number for which smaller is simpler: 0 is the absent field, the end of the list, the first
/// variant. So choices can be shrunk without knowing what they are for, and whatever they become is a valid value.
pub(crate) struct Source {
    scope: Scope,
    depth: u32,
    /// Where choices come from once `given` is used up; without it they are 0.
    random: Option<TestRng>,
    given: std::vec::IntoIter<u64>,
    taken: Vec<u64>,
}

impl Source {
    pub(crate) fn random(scope: Scope, random: TestRng) -> Self {
        Self {
            scope,
            depth: 0,
            random: Some(random),
            given: Vec::new().into_iter(),
            taken: Vec::new(),
        }
    }

    pub(crate) fn replay(scope: Scope, choices: &[u64]) -> Self {
        Self {
            scope,
            depth: 0,
            random: None,
            given: Vec::from(choices).into_iter(),
            taken: Vec::new(),
        }
    }

    /// The choices that were made, without the zeros at the end: they go without saying.
    pub(crate) fn into_choices(self) -> Vec<u64> {
        let mut choices = self.taken;
        while choices.last() == Some(&0) {
            choices.pop();
        }
        choices
    }

    /// A number from 0 to `most`.
    fn choose(&mut self, most: u64) -> u64 {
        let choice = match (self.given.next(), &mut self.random) {
            (Some(given), _) => given.min(most),
            (None, Some(random)) => random
                .next_u64()
                .checked_rem(most.wrapping_add(1))
                .unwrap_or_else(|| random.next_u64()),
            (None, None) => 0,
        };
        self.taken.push(choice);
        choice
    }

    /// An index into something of this length, which is not 0; where it is deep, the first.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        if self.is_deep() {
            return 0;
        }
        self.up_to(length - 1)
    }

    fn up_to(&mut self, most: usize) -> usize {
        let choice = self.choose(most.try_into().unwrap_or(u64::MAX));
        usize::try_from(choice).unwrap_or(most)
    }

    /// Whether to go on: another item, another field.
    fn more(&mut self) -> bool {
        !self.is_deep() && self.choose(1) == 1
    }

    fn is_deep(&self) -> bool {
        self.depth >= MAX_DEPTH
    }

    /// What is inside an object or a list.
    pub(crate) fn nested<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let value = make(self);
        self.depth -= 1;
        value
    }

    /// Any value of a type.
    pub(crate) fn any<T: Generate>(&mut self) -> T {
        T::generate(self)
    }

    /// A value or none.
    pub(crate) fn optional<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.more().then(|| make(self))
    }

    /// One of some values.
    pub(crate) fn one_of<T: Copy, const N: usize>(&mut self, values: [T; N]) -> T {
        values[self.up_to(N - 1)]
    }

    /// A whole number within a range; small ones are as likely as large ones.
    pub(crate) fn whole<T: Whole>(&mut self, range: impl RangeBounds<T>) -> T {
        let (least, most) = T::ends(&range);
        let zero = 0.clamp(least, most);
        let (up, down) = (most - zero, zero - least);
        let below = down > 0 && self.choose(1) == 1;
        let reach = u64::try_from(if below { down } else { up }).unwrap_or(u64::MAX);
        let bits = self.choose(u64::from(64 - reach.leading_zeros()));
        let limit = u32::try_from(bits)
            .ok()
            .and_then(|bits| 1_u64.checked_shl(bits))
            .map_or(u64::MAX, |limit| limit - 1);
        let offset = i128::from(self.choose(reach.min(limit)));
        T::from_wide(if below { zero - offset } else { zero + offset })
    }

    /// A finite number within a range.
    pub(crate) fn number(&mut self, range: impl RangeBounds<f64>) -> f64 {
        let end = |bound: Bound<&f64>| match bound {
            Bound::Included(end) | Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        match (end(range.start_bound()), end(range.end_bound())) {
            (Some(least), Some(most)) => {
                (least + (most - least) * self.fraction()).clamp(least, most)
            }
            (least, most) => {
                let number = self.finite();
                number.clamp(least.unwrap_or(f64::MIN), most.unwrap_or(f64::MAX))
            }
        }
    }

    /// From 0 to 1: a whole percentage, or anything between.
    fn fraction(&mut self) -> f64 {
        let parts = if self.choose(1) == 0 {
            100
        } else {
            u64::from(u32::MAX)
        };
        let part = u32::try_from(self.choose(parts)).unwrap_or(u32::MAX);
        let parts = u32::try_from(parts).unwrap_or(u32::MAX);
        f64::from(part) / f64::from(parts)
    }

    /// A whole number, one with two decimals, or any finite float.
    fn finite(&mut self) -> f64 {
        match self.choose(2) {
            0 => f64::from(self.whole::<i32>(..)),
            1 => f64::from(self.whole::<i32>(..)) / 100.0,
            _ => Some(f64::from_bits(self.choose(u64::MAX)))
                .filter(|number| number.is_finite())
                .unwrap_or_default(),
        }
    }

    /// A text with so many characters.
    pub(crate) fn text(&mut self, range: impl RangeBounds<usize>) -> String {
        let (least, most) = lengths(&range, MAX_EXTRA_CHARS);
        let mut text = String::new();
        let mut length = 0;
        while length < least || (length < most && self.choose(5) > 0) {
            text.push(self.character());
            length += 1;
        }
        text
    }

    /// A letter, most of the time; or something that a careless encoder gets wrong.
    fn character(&mut self) -> char {
        const ODD: &str = " Z7_\"\\/<\0\n\r\u{7f}é\u{2028}\u{fffd}\u{1f600}";
        const ASCII: u64 = 0x7f;
        match self.choose(ASCII + 32) {
            letter if letter < ASCII => {
                char::from(b'a' + u8::try_from(letter % 26).unwrap_or_default())
            }
            odd if odd < ASCII + 16 => {
                let place = usize::try_from(odd - ASCII).unwrap_or_default();
                ODD.chars().nth(place).unwrap_or_default()
            }
            _ => u32::try_from(self.choose(0x10_ffff))
                .ok()
                .and_then(char::from_u32)
                .unwrap_or_default(),
        }
    }

    /// A list with so many items.
    pub(crate) fn list<T>(
        &mut self,
        range: impl RangeBounds<usize>,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let (least, most) = lengths(&range, MAX_EXTRA_ITEMS);
        let mut items = Vec::new();
        // The choice to go on stands before each item, so that an item can be cut out together with it.
        while items.len() < least || (items.len() < most && self.more()) {
            items.push(self.nested(&mut make));
        }
        items
    }

    /// A map with any keys.
    pub(crate) fn map<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> BTreeMap<String, T> {
        self.list(.., |source| (source.text(..), make(source)))
            .into_iter()
            .collect()
    }

    /// Any JSON.
    pub(crate) fn json(&mut self) -> Value {
        let kinds = if self.is_deep() { 4 } else { 6 };
        match self.choose(kinds) {
            0 => Value::Null,
            1 => self.any::<bool>().into(),
            2 => self.whole::<i64>(..).into(),
            3 => self.finite().into(),
            4 => self.text(..).into(),
            5 => self.list(.., Self::json).into(),
            _ => self.object().into(),
        }
    }

    /// Any JSON object.
    pub(crate) fn object(&mut self) -> Map<String, Value> {
        self.map(Self::json).into_iter().collect()
    }

    /// Whether something open is to hold what the description does not know.
    pub(crate) fn unknown(&mut self) -> bool {
        self.scope.unknown && self.choose(UNKNOWN_ODDS - 1) == UNKNOWN_ODDS - 1
    }

    /// The unknown keys of an open object; almost always none.
    pub(crate) fn unknown_fields(&mut self) -> UnknownFields {
        let mut fields = UnknownFields::default();
        if self.unknown() {
            for (key, value) in self.list(1..=2, |source| (source.unknown_name(), source.json())) {
                fields.insert(key, value);
            }
        }
        fields
    }

    /// An object of an open union whose tag is unknown.
    pub(crate) fn unknown_variant(&mut self, tag: &str) -> Map<String, Value> {
        let mut object = self.object();
        object.insert(tag.to_owned(), self.unknown_name().into());
        object
    }

    fn unknown_name(&mut self) -> String {
        format!("{UNKNOWN_PREFIX}{}", self.text(..))
    }
}

/// The least length, and the most that is worth making.
fn lengths(range: &impl RangeBounds<usize>, extra: usize) -> (usize, usize) {
    let least = match range.start_bound() {
        Bound::Included(least) => *least,
        Bound::Excluded(below) => below + 1,
        Bound::Unbounded => 0,
    };
    let most = match range.end_bound() {
        Bound::Included(most) => *most,
        Bound::Excluded(above) => above.saturating_sub(1),
        Bound::Unbounded => usize::MAX,
    };
    (least, most.min(least.saturating_add(extra)).max(least))
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    /// Something made from a thousand sources.
    fn thousand<T>(mut make: impl FnMut(&mut Source) -> T) -> Vec<T> {
        let mut runner = TestRunner::new(Config::default());
        let mut once = || make(&mut Source::random(Scope::anything(), runner.new_rng()));
        (0..1000).map(|_| once()).collect()
    }

    #[test]
    fn values_keep_to_their_range_and_reach_its_ends() {
        let bytes = thousand(|source| source.whole::<i32>(-3..=3));
        assert_eq!(
            (bytes.iter().min(), bytes.iter().max()),
            (Some(&-3), Some(&3))
        );
        let numbers = thousand(|source| source.number(-2.0..=2.0));
        assert!(numbers.iter().all(|number| (-2.0..=2.0).contains(number)));
        assert!(
            thousand(|source| source.number(..))
                .iter()
                .all(|number| number.is_finite())
        );
        assert!(
            thousand(|source| source.number(0.0..))
                .iter()
                .all(|number| *number >= 0.0)
        );
        let texts = thousand(|source| source.text(2..=5).chars().count());
        assert_eq!(
            (texts.iter().min(), texts.iter().max()),
            (Some(&2), Some(&5))
        );
        let lists = thousand(|source| source.list(1..=2, Source::any::<bool>).len());
        assert_eq!(
            (lists.iter().min(), lists.iter().max()),
            (Some(&1), Some(&2))
        );
    }

    #[test]
    fn what_cannot_be_negative_fits_the_signed_format_of_the_description() {
        let whole = thousand(|source| source.whole::<u64>(..));
        assert!(whole.iter().all(|whole| i64::try_from(*whole).is_ok()));
        assert!(whole.iter().any(|whole| *whole > 1 << 60) && whole.contains(&0));
    }

    #[test]
    fn no_choice_is_the_simplest_value() {
        let mut source = Source::replay(Scope::anything(), &[]);
        assert_eq!(source.any::<Option<String>>(), None);
        assert!(source.any::<Vec<u32>>().is_empty());
        assert_eq!(source.text(1..), "a");
        assert_eq!(source.whole::<i64>(..), 0);
        assert_eq!(source.whole::<u32>(8..), 8);
        assert!(source.unknown_fields().is_empty());
        assert!(source.into_choices().is_empty());
    }

    #[test]
    fn the_same_choices_give_the_same_value() {
        for _ in 0..100 {
            let mut first = Source::random(
                Scope::anything(),
                TestRunner::new(Config::default()).new_rng(),
            );
            let json = first.json();
            let mut second = Source::replay(Scope::anything(), &first.into_choices());
            assert_eq!(second.json(), json);
        }
    }
}
