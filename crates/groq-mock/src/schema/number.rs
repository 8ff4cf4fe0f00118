//! Numbers within bounds.

use serde_json::{Map, Number, Value};

use super::hints::Hints;
use crate::random::Random;

/// Whole numbers up to here are exact in a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number that meets `minimum`, `maximum`, their exclusive forms and `multipleOf`.
pub(crate) fn make(
    schema: &Map<String, Value>,
    name: &str,
    whole: bool,
    hints: &Hints<'_>,
    random: &mut Random,
) -> Value {
    let range = Range::of(schema, name, whole);
    let given = hints.value_of(name).and_then(|text| text.parse().ok());
    let mut given = given.into_iter().chain(hints.numbers());
    let fitting = given.find(|number| range.accepts(*number));
    written(fitting.unwrap_or_else(|| range.draw(random)), whole)
}

/// Numbers from the smallest on, as texts, where the schema has one.
pub(super) fn range(schema: &Map<String, Value>) -> impl Iterator<Item = String> {
    let whole = schema.get("type").is_none_or(|kind| kind == "integer");
    let range = Range::of(schema, "", whole);
    let step = if range.step > 0.0 { range.step } else { 1.0 };
    (0..=512_u32)
        .map(move |place| ((range.low / step).ceil() + f64::from(place)) * step)
        .filter(move |number| range.accepts(*number))
        .map(move |number| written(number, whole).to_string())
}

#[derive(Clone, Copy, Debug)]
struct Range {
    /// Lower bounds, inclusive and exclusive, and upper ones; infinite if unset.
    least: f64,
    above: f64,
    most: f64,
    below: f64,
    /// Where to look for a number: the bounds, or near the one that is set.
    low: f64,
    high: f64,
    /// Zero for any number.
    step: f64,
}

impl Range {
    fn of(schema: &Map<String, Value>, name: &str, whole: bool) -> Self {
        let get = |key: &str| schema.get(key).and_then(Value::as_f64);
        // Older drafts write the exclusive bound as `true` beside the inclusive one.
        let bounds = |key: &str, exclusive: &str, unset: f64| {
            let inclusive = get(key).unwrap_or(unset);
            let exclusive = match schema.get(exclusive) {
                Some(Value::Bool(true)) => inclusive,
                bound => bound.and_then(Value::as_f64).unwrap_or(unset),
            };
            (inclusive, exclusive)
        };
        let (least, above) = bounds("minimum", "exclusiveMinimum", f64::NEG_INFINITY);
        let (most, below) = bounds("maximum", "exclusiveMaximum", f64::INFINITY);
        let step = get("multipleOf").filter(|step| *step > 0.0);
        let width = usual_width(name, whole) * step.unwrap_or(1.0).max(1.0);
        let (low, high) = (least.max(above), most.min(below));
        let (low, high) = match (low.is_finite(), high.is_finite()) {
            (true, true) => (low, high),
            (true, false) => (low, low + width),
            (false, true) => (if high > 0.0 { 0.0 } else { high - width }, high),
            (false, false) => (if width > 1.0 { 1.0 } else { 0.0 }, width),
        };
        Self {
            least,
            above,
            most,
            below,
            low,
            high,
            step: step.unwrap_or(if whole { 1.0 } else { 0.0 }),
        }
    }

    fn accepts(&self, number: f64) -> bool {
        let is_step =
            self.step <= 0.0 || ((number / self.step).fract() == 0.0 && number.abs() < EXACT);
        let is_inside = (self.least..=self.most).contains(&number);
        is_step && is_inside && number > self.above && number < self.below
    }

    fn draw(&self, random: &mut Random) -> f64 {
        let near = self.low + (self.high - self.low) * random.unit();
        let decimal = if self.high - self.low <= 2.0 {
            0.01
        } else {
            0.1
        };
        let step = if self.step > 0.0 { self.step } else { decimal };
        let candidates = [
            (near / step).round() * step,
            (near / step).floor() * step,
            (self.low / step).ceil() * step,
            ((self.low / step).floor() + 1.0) * step,
            (self.high / step).floor() * step,
            self.low,
            self.high,
            f64::midpoint(self.low, self.high),
        ];
        // Tenths and hundredths are written as such, without the digits of rounding errors.
        let rounded = |number: f64| match format!("{number:.6}").parse() {
            Ok(rounded) if step < 1.0 => rounded,
            _ => number,
        };
        let mut candidates = candidates.into_iter().map(rounded);
        let found = candidates.find(|number| self.accepts(*number));
        found.unwrap_or(self.low)
    }
}

fn usual_width(name: &str, whole: bool) -> f64 {
    let name = name.to_ascii_lowercase();
    let shares = "score confidence probability ratio fraction temperature";
    let is_share = shares.split(' ').any(|share| name.contains(share));
    if is_share && !whole { 1.0 } else { 100.0 }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the number is whole and below 2^53, or a cast saturates on purpose"
)]
fn written(number: f64, whole: bool) -> Value {
    let is_whole = number.fract() == 0.0 && number.abs() < EXACT;
    if whole || is_whole {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::from(0), Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made(schema: &Value, name: &str, prompt: &str, seed: u64) -> Value {
        let schema = schema.as_object().unwrap();
        make(
            schema,
            name,
            schema["type"] == "integer",
            &Hints::new(prompt),
            &mut Random::new(seed),
        )
    }

    #[test]
    fn bounds_are_kept() {
        let table = [
            json!({"type": "integer"}),
            json!({"type": "integer", "minimum": 3, "maximum": 3}),
            json!({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5}),
            json!({"type": "integer", "minimum": -10, "maximum": -5}),
            json!({"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 60}),
            json!({"type": "integer", "minimum": 1_000_000}),
            json!({"type": "integer", "maximum": -1_000_000}),
            json!({"type": "number", "minimum": 0, "maximum": 1}),
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01}),
            json!({"type": "number", "multipleOf": 0.5, "minimum": 0.2, "maximum": 0.7}),
            json!({"type": "number", "minimum": 5, "exclusiveMinimum": true, "maximum": 5.5}),
            json!({"type": "integer", "minimum": 0.5, "maximum": 1.5}),
        ];
        for schema in table {
            let range = Range::of(
                schema.as_object().unwrap(),
                "x",
                schema["type"] == "integer",
            );
            for seed in 0..200 {
                let value = made(&schema, "x", "", seed);
                assert!(range.accepts(value.as_f64().unwrap()), "{schema}: {value}");
            }
        }
    }

    #[test]
    fn the_prompt_comes_first() {
        let schema = json!({"type": "integer", "minimum": 1, "maximum": 50});
        assert_eq!(made(&schema, "count", "count=12 of 7", 0), json!(12));
        assert_eq!(made(&schema, "other", "take 700 or 7", 0), json!(7));
        assert_eq!(
            made(&json!({"type": "number"}), "ratio", "ratio: 2.5", 0),
            json!(2.5)
        );
    }

    #[test]
    fn shares_are_below_one() {
        for seed in 0..50 {
            let value = made(&json!({"type": "number"}), "confidence_score", "", seed)
                .as_f64()
                .unwrap();
            assert!((0.0..=1.0).contains(&value));
        }
    }
}
