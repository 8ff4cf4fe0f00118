//! The laws of instances: valid JSON decodes and survives, and so does what only tomorrow's description will know.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{
    Cases, Spec, Subject,
    case::Random,
    instance::Instance,
    json::{replaced, same, with_key, without},
};

/// No key, value or tag of the description is this.
const UNHEARD_OF: &str = "unheard of";

pub(crate) fn check(subject: &Subject) {
    let described = Spec::get().validator(subject.name);
    let derived = jsonschema::validator_for(&(subject.schema)()).unwrap();
    for seed in Cases::from_env().seeds() {
        Case {
            subject,
            seed,
            random: Random::new(seed),
        }
        .check(&described, &derived);
    }
}

struct Case<'a> {
    subject: &'a Subject,
    seed: u64,
    random: Random,
}

impl Case<'_> {
    fn check(mut self, described: &Validator, derived: &Validator) {
        let instance = Instance::of(self.subject.name, true, &mut self.random);
        self.is_valid("schemars's schema", derived, &instance.json);
        let bare = instance
            .nulls
            .iter()
            .fold(instance.json.clone(), |json, null| without(&json, null));
        self.survives("an instance of the schema", &instance.json, &bare);

        let instance = Instance::of(self.subject.name, false, &mut self.random);
        self.is_valid("the description", described, &instance.json);
        self.objects(&instance);
        self.enums(&instance);
        self.unions(&instance);
        self.fields(&instance);
    }

    /// An unknown key, somewhere.
    fn objects(&mut self, Instance { json, objects, .. }: &Instance) {
        let value = json!({ "new": [null, 1.5, { "": false }] });
        if let Some((at, open)) = self.random.pick(objects) {
            let stranger = with_key(json, at, UNHEARD_OF, value);
            self.is_kept_or_refused("an unknown key", *open, at, &stranger);
        }
    }

    /// An unknown value of an enum, somewhere.
    fn enums(&mut self, Instance { json, enums, .. }: &Instance) {
        if let Some((at, open)) = self.random.pick(enums) {
            let stranger = replaced(json, at, json!(UNHEARD_OF));
            self.is_kept_or_refused("an unknown value", *open, at, &stranger);
        }
    }

    /// An unknown tag, somewhere.
    fn unions(&mut self, Instance { json, unions, .. }: &Instance) {
        if let Some((at, tag, open)) = self.random.pick(unions) {
            let stranger = with_key(json, at, tag, json!(UNHEARD_OF));
            self.is_kept_or_refused("an unknown tag", *open, at, &stranger);
        }
    }

    /// A field that is not there, and a list that is empty.
    fn fields(
        &mut self,
        Instance {
            json,
            optional,
            arrays,
            ..
        }: &Instance,
    ) {
        if let Some(at) = self.random.pick(optional) {
            let fewer = without(json, at);
            self.survives(&format!("without the optional {at}"), &fewer, &fewer);
        }
        if let Some(at) = self.random.pick(arrays) {
            let empty = replaced(json, at, json!([]));
            self.survives(&format!("an empty list at {at}"), &empty, &empty);
        }
    }

    #[track_caller]
    fn is_valid(&self, whose: &str, schema: &Validator, json: &Value) {
        if let Err(error) = schema.validate(json) {
            self.fail(
                &format!("{whose}: {error} at {}", error.instance_path()),
                json,
            );
        }
    }

    /// What is open keeps what it does not know; what is closed refuses it.
    #[track_caller]
    fn is_kept_or_refused(&self, what: &str, open: bool, at: &str, json: &Value) {
        if open {
            self.survives(&format!("{what} at {at:?}"), json, json);
        } else if (self.subject.reread)(&json.to_string()).is_ok() {
            self.fail(
                &format!("{what} at {at:?} is taken by something closed"),
                json,
            );
        }
    }

    #[track_caller]
    fn survives(&self, what: &str, json: &Value, expected: &Value) {
        match (self.subject.reread)(&json.to_string()) {
            Ok(again) if same(&again, expected) => {}
            Ok(again) => self.fail(&format!("{what}: became {again}"), json),
            Err(error) => self.fail(&format!("{what}: {error}"), json),
        }
    }

    #[track_caller]
    fn fail(&self, what: &str, json: &Value) -> ! {
        panic!(
            "{}, LAWS_SEED={} LAWS_CASES=1: {what}\n{json}",
            self.subject.name, self.seed
        );
    }
}
