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
    let given = hints
        .value_of(name)
        .and_then(|text| text.parse::<f64>().ok());
    let fitting = given
        .into_iter()
        .chain(hints.numbers())
        .find(|number| range.accepts(*number));
    written(fitting.unwrap_or_else(|| range.draw(random)), whole)
}

/// Numbers from the smallest on, as texts, where the schema has one.
pub(super) fn range(schema: &Map<String, Value>) -> impl Iterator<Item = String> {
    let whole = schema.get("type").is_none_or(|kind| kind == "integer");
    let range = Range::of(schema, "", whole);
    let step = if range.step > 0.0 { range.step } else { 1.0 };
    let numbers =
        (0..=512_u32).map(move |place| ((range.low / step).ceil() + f64::from(place)) * step);
    numbers
        .map(move |number| (number, range.accepts(number)))
        .filter(|(_, fits)| *fits)
        .map(move |(number, _)| written(number, whole).to_string())
}

#[derive(Clone, Copy, Debug)]
struct Range {
    /// What the schema demands.
    least: Option<f64>,
    most: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    /// Where to look for a number: the bounds, or not far from the one that is there.
    low: f64,
    high: f64,
    step: f64,
}

impl Range {
    fn of(schema: &Map<String, Value>, name: &str, whole: bool) -> Self {
        let get = |key: &str| schema.get(key).and_then(Value::as_f64);
        let (least, most) = (get("minimum"), get("maximum"));
        let (above, below) = (
            exclusive(schema, "exclusiveMinimum", least),
            exclusive(schema, "exclusiveMaximum", most),
        );
        let step = get("multipleOf").filter(|step| *step > 0.0);
        let width = usual_width(name, whole) * step.unwrap_or(1.0).max(1.0);
        let (low, high) = match (
            above.into_iter().chain(least).reduce(f64::max),
            below.into_iter().chain(most).reduce(f64::min),
        ) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) => (low, low + width),
            (None, Some(high)) => (if high > 0.0 { 0.0 } else { high - width }, high),
            (None, None) => (if width > 1.0 { 1.0 } else { 0.0 }, width),
        };
        Self {
            least,
            most,
            above,
            below,
            low,
            high,
            step: step.unwrap_or(if whole { 1.0 } else { 0.0 }),
        }
    }

    fn accepts(&self, number: f64) -> bool {
        let on_step = self.step <= 0.0 || (number / self.step).fract() == 0.0;
        on_step
            && (self.step <= 0.0 || number.abs() < EXACT)
            && self.least.is_none_or(|least| number >= least)
            && self.most.is_none_or(|most| number <= most)
            && self.above.is_none_or(|above| number > above)
            && self.below.is_none_or(|below| number < below)
    }

    fn draw(&self, random: &mut Random) -> f64 {
        let near = self.low + (self.high - self.low) * random.unit();
        let step = if self.step > 0.0 {
            self.step
        } else {
            decimals(self.high - self.low)
        };
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
        // Tenths and hundredths are written as such: 0.30000000000000004 helps nobody.
        let rounded = |number: f64| {
            if step < 1.0 {
                format!("{number:.6}").parse().unwrap_or(number)
            } else {
                number
            }
        };
        let found = candidates
            .into_iter()
            .map(rounded)
            .find(|number| self.accepts(*number));
        found.unwrap_or(self.low)
    }
}

/// The exclusive bound, which older drafts write as `true` beside the inclusive one.
fn exclusive(schema: &Map<String, Value>, key: &str, inclusive: Option<f64>) -> Option<f64> {
    match schema.get(key)? {
        Value::Bool(true) => inclusive,
        bound => bound.as_f64(),
    }
}

fn usual_width(name: &str, whole: bool) -> f64 {
    let name = name.to_ascii_lowercase();
    let is_share = [
        "score",
        "confidence",
        "probability",
        "ratio",
        "fraction",
        "temperature",
    ]
    .iter()
    .any(|share| name.contains(share));
    if is_share && !whole { 1.0 } else { 100.0 }
}

fn decimals(width: f64) -> f64 {
    if width <= 2.0 { 0.01 } else { 0.1 }
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
