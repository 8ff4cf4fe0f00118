//! What holds of chat completions and responses alike.

use super::{Findings, Verdict};

const MAX_TOOLS: usize = 128;
const MAX_NAME: usize = 64;

pub(super) fn sampling(temperature: Option<f64>, top_p: Option<f64>, findings: &mut Findings) {
    let within =
        |value: Option<f64>, to: f64| value.is_none_or(|value| (0.0..=to).contains(&value));
    findings.refuse_if(
        !within(temperature, 2.0),
        "temperature",
        "it goes from 0 to 2",
    );
    findings.refuse_if(!within(top_p, 1.0), "top_p", "it goes from 0 to 1");
    if temperature == Some(0.0) {
        findings.add("temperature", Verdict::Changed, "0 becomes 1e-8");
    }
}

pub(super) fn tool_count(field: &'static str, count: usize, findings: &mut Findings) {
    findings.refuse_if(count > MAX_TOOLS, field, "at most 128 are possible");
}

/// Names of tools and schemas.
pub(super) fn name(field: &'static str, name: &str, findings: &mut Findings) {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    if !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(allowed) {
        let rule = "it must be of at most 64 letters, digits, _ and -";
        findings.refuse(field, format!("{name:?} is no name: {rule}"));
    }
}
