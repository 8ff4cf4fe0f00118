//! Tests of the shipped file, of newer files, of money, and of the checks.

mod audio;
mod chat;
mod files;
mod guard;
mod images;
mod money;
mod others;
mod responses;
mod shipped;

use groq_models::{Catalog, Date, Diagnostics};

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The shipped catalog, seen from a day on which all that was announced has happened.
fn catalog() -> Catalog {
    Catalog::shipped().on(day("2026-10-01"))
}

fn fields(diagnostics: &Diagnostics) -> Vec<&'static str> {
    diagnostics.iter().map(|one| one.field).collect()
}
