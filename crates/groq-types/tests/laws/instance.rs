//! Makes instances of the schemas, and notes what stands where in them.

use serde_json::{Map, Value, json};

use crate::{
    case::Random,
    json::below,
    spec::{self, Spec},
};

/// Below this depth only what is required is made.
const MAX_DEPTH: usize = 10;
const MAX_EXTRA: u64 = 3;

/// JSON that is valid under a component's schema, with JSON pointers into it.
#[derive(Default)]
pub(crate) struct Instance {
    pub(crate) json: Value,
    /// The objects with a schema of their own, and whether each is open.
    pub(crate) objects: Vec<(String, bool)>,
    /// The values of enums, and whether each enum is open.
    pub(crate) enums: Vec<(String, bool)>,
    /// The objects of tagged unions, the key of the tag, and whether each union is open.
    pub(crate) unions: Vec<(String, String, bool)>,
    /// The fields that might as well be absent.
    pub(crate) optional: Vec<String>,
    pub(crate) arrays: Vec<String>,
    /// The fields that are null.
    pub(crate) nulls: Vec<String>,
}

impl Instance {
    /// An instance of a component as its type writes it: without a tag that only its union knows.
    pub(crate) fn of(name: &str, with_nulls: bool, random: &mut Random) -> Self {
        let mut maker = Maker {
            spec: Spec::get(),
            random,
            with_nulls,
            made: Self::default(),
            depth: 0,
        };
        let json = maker.component(name, "", None);
        Self { json, ..maker.made }
    }
}

struct Maker<'a> {
    spec: &'static Spec,
    random: &'a mut Random,
    with_nulls: bool,
    made: Instance,
    depth: usize,
}

impl Maker<'_> {
    fn component(&mut self, name: &str, at: &str, tag: Option<&str>) -> Value {
        let schema = self.spec.schema(name);
        self.depth += 1;
        let value = if schema["type"] == "object" {
            self.object(name, schema, at, tag)
        } else if let Some(values) = schema["enum"].as_array() {
            self.made
                .enums
                .push((at.to_owned(), schema["x-open-enum"] == true));
            self.random.pick(values).unwrap().clone()
        } else if schema.get("discriminator").is_some() {
            self.tagged(schema, at)
        } else {
            let branches = schema["oneOf"].as_array().unwrap();
            let branch = if self.is_deep() {
                &branches[0]
            } else {
                self.random.pick(branches).unwrap()
            };
            self.value(branch, at)
        };
        self.depth -= 1;
        value
    }

    fn object(&mut self, name: &str, schema: &Value, at: &str, tag: Option<&str>) -> Value {
        self.made
            .objects
            .push((at.to_owned(), schema["additionalProperties"] != false));
        let mut object = Map::new();
        let required = |field: &str| {
            schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|name| name == field))
        };
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if spec::is_file(property) {
                continue;
            }
            if let Some(own) = self.spec.tag(name).filter(|tag| tag.key == *field) {
                let value = tag.or(own.own());
                object.extend(value.map(|value| (field.clone(), json!(value))));
                continue;
            }
            let pointer = below(at, field);
            if required(field) {
                object.insert(field.clone(), self.value(property, &pointer));
            } else if !self.is_deep() && self.random.once_in(2) {
                self.made.optional.push(pointer.clone());
                object.insert(field.clone(), self.optional(property, &pointer));
            }
        }
        Value::Object(object)
    }

    fn optional(&mut self, schema: &Value, at: &str) -> Value {
        let target = spec::target(schema).map(|name| self.spec.schema(name));
        let nullable = schema["nullable"] == true
            || schema["x-nullable"] == true
            || target.is_some_and(|target| target["nullable"] == true);
        if self.with_nulls && nullable && self.random.once_in(4) {
            self.made.nulls.push(at.to_owned());
            return Value::Null;
        }
        self.value(schema, at)
    }

    fn tagged(&mut self, schema: &Value, at: &str) -> Value {
        let discriminator = &schema["discriminator"];
        let key = discriminator["propertyName"].as_str().unwrap();
        self.made.unions.push((
            at.to_owned(),
            key.to_owned(),
            schema["x-open-union"] == true,
        ));
        let tags: Vec<_> = discriminator["mapping"]
            .as_object()
            .unwrap()
            .iter()
            .collect();
        let (tag, target) = if self.is_deep() {
            tags[0]
        } else {
            *self.random.pick(&tags).unwrap()
        };
        self.component(
            spec::target(&json!({ "$ref": target })).unwrap(),
            at,
            Some(tag),
        )
    }

    fn value(&mut self, schema: &Value, at: &str) -> Value {
        if let Some(name) = spec::target(schema) {
            return self.component(name, at, None);
        }
        match schema["type"].as_str() {
            Some("string") => {
                let length = self.length(&schema["minLength"], &schema["maxLength"]);
                (0..length)
                    .map(|_| self.character())
                    .collect::<String>()
                    .into()
            }
            Some("boolean") => self.random.once_in(2).into(),
            Some("number") => self.number(schema),
            Some("integer") => self.integer(schema),
            Some("array") => {
                self.made.arrays.push(at.to_owned());
                let length = self.length(&schema["minItems"], &schema["maxItems"]);
                self.depth += 1;
                let items = (0..length)
                    .map(|index| self.value(&schema["items"], &below(at, &index.to_string())))
                    .collect();
                self.depth -= 1;
                items
            }
            Some("object") => self.map(schema, at),
            None => self.anything(),
            Some(other) => panic!("{at}: no instances of type {other}"),
        }
    }

    fn map(&mut self, schema: &Value, at: &str) -> Value {
        let mut map = Map::new();
        for _ in 0..self.length(&Value::Null, &Value::Null) {
            let key: String = (0..4).map(|_| self.character()).collect();
            let value = match &schema["additionalProperties"] {
                values @ Value::Object(_) => self.value(values, &below(at, &key)),
                _ => self.anything(),
            };
            map.insert(key, value);
        }
        Value::Object(map)
    }

    /// Any JSON but null, which would be an absent field.
    fn anything(&mut self) -> Value {
        match self.random.below(5) {
            0 => json!({ "any": [null, { "thing": 1.5 }], "": "" }),
            1 => json!([[], {}, "text", 7]),
            2 => json!(false),
            3 => json!(-7.25),
            _ => json!("\u{1f600}\n"),
        }
    }

    fn number(&mut self, schema: &Value) -> Value {
        let bound = |keyword: &str| schema[keyword].as_f64();
        let (least, most) = (
            bound("minimum").unwrap_or(-1e9),
            bound("maximum").unwrap_or(1e9),
        );
        let part =
            f64::from(u32::try_from(self.random.below(1 << 32)).unwrap()) / f64::from(u32::MAX);
        let number = (least + (most - least) * part).clamp(least, most);
        match self.random.below(4) {
            // Whole numbers come without a fraction.
            #[expect(clippy::cast_possible_truncation, reason = "within a thousand million")]
            0 if number.trunc() >= least => json!(number.trunc() as i64),
            1 => json!(least),
            2 => json!(most),
            _ => json!(number),
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        if let Some(values) = schema["enum"].as_array() {
            return self.random.pick(values).unwrap().clone();
        }
        let wide = schema["format"] == "int64";
        let bound = |keyword: &str| schema[keyword].as_i64();
        let least = bound("minimum").unwrap_or(if wide { i64::MIN } else { i32::MIN.into() });
        let most = bound("maximum").unwrap_or(if wide { i64::MAX } else { i32::MAX.into() });
        let span = u64::try_from(i128::from(most) - i128::from(least)).unwrap_or(u64::MAX);
        let offset = match self.random.below(4) {
            0 => 0,
            1 => span,
            2 => self.random.below(1000).min(span),
            _ => self.random.bits() % span.max(1),
        };
        let whole = i64::try_from(i128::from(least) + i128::from(offset)).unwrap();
        match i32::try_from(whole) {
            // Servers in languages with one number type write whole numbers so.
            Ok(small) if self.random.once_in(4) => json!(f64::from(small)),
            _ => json!(whole),
        }
    }

    /// A length from the least on; a little more where that is allowed.
    fn length(&mut self, least: &Value, most: &Value) -> u64 {
        let least = least.as_u64().unwrap_or(0);
        let most = most.as_u64().unwrap_or(u64::MAX).min(least + MAX_EXTRA);
        if self.is_deep() {
            least
        } else {
            least + self.random.below(most - least + 1)
        }
    }

    fn character(&mut self) -> char {
        *self
            .random
            .pick(&[
                'a',
                'Z',
                '0',
                ' ',
                '"',
                '\\',
                '/',
                '~',
                '\n',
                '\u{1}',
                'ß',
                '\u{1f600}',
            ])
            .unwrap()
    }

    fn is_deep(&self) -> bool {
        self.depth > MAX_DEPTH
    }
}
