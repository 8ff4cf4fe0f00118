//! The table of faults: each has a test that names it, or a reason.

/// All rows.
const ROWS: [(&str, u32); 4] = [("R", 40), ("S", 36), ("B", 23), ("H", 24)];

/// Rows that no test here names, and why.
const ELSEWHERE: [(&str, &str); 11] = [
    (
        "R32",
        "beside the code: limits/duration.rs and limits/headers.rs",
    ),
    (
        "R34",
        "beside the code: retry/retry_after.rs reads dates against the server's clock; waits use a monotonic one",
    ),
    ("R35", "budgets shared by processes are out of scope"),
    ("R36", "budgets shared by processes are out of scope"),
    ("R37", "budgets shared by processes are out of scope"),
    ("H11", "rustls has no TLS 1.1"),
    (
        "H19",
        "the command line's; errors escape what they show, beside the code: error/text.rs",
    ),
    (
        "H20",
        "the client never opens a URL or a path that is in a request",
    ),
    (
        "H21",
        "beside the code: config/api_key.rs, a sensitive header; the key is zeroized by its type",
    ),
    ("H22", "the mock server's"),
    ("H24", "the mock server's"),
];

const FILES: [&str; 20] = [
    include_str!("audio.rs"),
    include_str!("bodies.rs"),
    include_str!("calls.rs"),
    include_str!("compression.rs"),
    include_str!("connections.rs"),
    include_str!("downloads.rs"),
    include_str!("gate.rs"),
    include_str!("http.rs"),
    include_str!("proxy.rs"),
    include_str!("redirects.rs"),
    include_str!("retries.rs"),
    include_str!("seams.rs"),
    include_str!("secrets.rs"),
    include_str!("streams.rs"),
    include_str!("streams/documents.rs"),
    include_str!("streams/replies.rs"),
    include_str!("time.rs"),
    include_str!("tls.rs"),
    include_str!("uploads.rs"),
    include_str!("uploads/limits.rs"),
];

#[test]
fn every_row_has_a_test_or_a_reason() {
    let named: Vec<&str> = FILES
        .iter()
        .flat_map(|file| file.lines())
        .filter_map(|line| line.strip_prefix("/// "))
        .flat_map(|line| line.split(", "))
        .collect();
    for (letter, count) in ROWS {
        for number in 1..=count {
            let row = format!("{letter}{number:02}");
            let tested = named.contains(&row.as_str());
            let reason = ELSEWHERE.iter().any(|(id, _)| *id == row);
            assert!(
                tested != reason,
                "{row}: tested {tested}, with a reason {reason}"
            );
        }
    }
}
