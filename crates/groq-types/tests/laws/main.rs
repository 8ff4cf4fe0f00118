//! Laws that hold for every wire type.
//!
//! The types come from `for_every_type!`, which the generator writes, so no schema is forgotten; each is a test of its
//! own. Two sources of JSON check each other: values of the types, made by their `Arbitrary`, and instances of the
//! schemas in `openapi/groq.yaml`, made by a generator that knows nothing of the types.
//!
//! - `LAWS_CASES=100000 cargo test --release -p groq-types --features proptest,schema --test laws` tries that many of
//!   each per type, instead of a few.
//! - `LAWS_SEED=7` starts with that seed: a failure says which one it was.

#![allow(clippy::unwrap_used, clippy::panic, reason = "all of it is test")]

mod case;
mod instance;
mod instances;
mod json;
mod spec;
mod subject;
mod values;

use std::collections::BTreeSet;

use self::{case::Cases, spec::Spec, subject::Subject};

macro_rules! laws {
    ($($name:ident),* $(,)?) => {
        const TYPES: &[&str] = &[$(stringify!($name)),*];

        mod values_of {
            $(#[test]
            fn $name() {
                crate::values::check(&crate::Subject::of::<groq_types::$name>(stringify!($name)));
            })*
        }

        mod instances_of {
            $(#[test]
            fn $name() {
                crate::instances::check(&crate::Subject::of::<groq_types::$name>(stringify!($name)));
            })*
        }
    };
}

groq_types::for_every_type!(laws);

#[test]
fn every_component_is_a_type_and_every_type_a_component() {
    let components: BTreeSet<&str> = Spec::get().names().collect();
    assert_eq!(components, TYPES.iter().copied().collect());
}
