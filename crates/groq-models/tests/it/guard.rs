//! Replies of guard models.

use groq_models::GuardVerdict;
use groq_models::types::{ChatCompletion, Choice, CompletionMessage};

#[test]
fn verdicts_are_read() {
    let categories = |list: &[&str]| GuardVerdict::Unsafe {
        categories: list.iter().map(|category| (*category).to_owned()).collect(),
    };
    for (text, expected) in [
        ("safe", Some(GuardVerdict::Safe)),
        ("\n\nsafe\n", Some(GuardVerdict::Safe)),
        ("unsafe\nS1,S10", Some(categories(&["S1", "S10"]))),
        ("unsafe\nS1, S2\n", Some(categories(&["S1", "S2"]))),
        ("unsafe", Some(categories(&[]))),
        ("0.9996", Some(GuardVerdict::Score(0.9996))),
        ("1e-3", Some(GuardVerdict::Score(0.001))),
        ("safe\nS1", None),
        ("2.5", None),
        ("NaN", None),
        ("It is safe.", None),
        ("", None),
    ] {
        let message = CompletionMessage::new().with_content(text);
        let reply = ChatCompletion::new("c", [Choice::new(0, message)], 0u64, "m");
        assert_eq!(
            GuardVerdict::from_completion(&reply).ok(),
            expected,
            "{text:?}"
        );
    }
    assert!(categories(&[]).is_unsafe_above(1.0));
    let silent = ChatCompletion::new("c", Vec::<Choice>::new(), 0u64, "m");
    assert!(
        GuardVerdict::from_completion(&silent)
            .expect_err("nothing")
            .is_unexpected_reply()
    );
}
