//! The laws of values: through JSON and back they are the same, and their JSON is valid.

use groq_types::arbitrary::Scope;
use jsonschema::Validator;
use proptest::test_runner::TestCaseError;

use crate::{Cases, Spec, Subject, subject::Sample};

pub(crate) fn check(subject: &Subject) {
    let described = Spec::get().validator(subject.name);
    let derived = jsonschema::validator_for(&(subject.schema)()).unwrap();
    run(subject, "the description", Scope::known(), &described);
    // The types' own schemas know that there is more than the description knows.
    run(subject, "schemars", Scope::anything(), &derived);
}

fn run(subject: &Subject, whose: &str, scope: Scope, schema: &Validator) {
    let law = |sample: Sample| {
        if let Some(lost) = &sample.lost {
            return Err(TestCaseError::fail(format!("JSON and back: {lost}")));
        }
        let value = serde_json::from_str(&sample.json).unwrap();
        match schema.validate(&value) {
            Ok(()) => Ok(()),
            Err(error) => Err(TestCaseError::fail(format!(
                "{whose}: {} at {}",
                error,
                error.instance_path()
            ))),
        }
    };
    if let Err(error) = Cases::from_env()
        .runner()
        .run(&(subject.samples)(scope), law)
    {
        panic!("{} ({scope:?}): {error}", subject.name);
    }
}
