//! The comparison with other clients: the last cell of each row names a test that exists.

use std::path::Path;

#[test]
fn each_row_is_shown_by_a_test() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = std::fs::read_to_string(docs.join("comparison.md")).unwrap();
    let rows: Vec<Vec<_>> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let [head, _, rows @ ..] = rows.as_slice() else {
        panic!("there is no table")
    };
    assert!(rows.len() > 15);
    for row in rows {
        assert_eq!(row.len(), head.len(), "{row:?}");
        let ours = row[row.len() - 1];
        let place = ours
            .strip_prefix("[✓](")
            .and_then(|link| link.split_once("\")")?.0.split_once(" \""));
        let (file, test) = place.unwrap_or_else(|| panic!("{row:?} names no file and no test"));
        let code = std::fs::read_to_string(docs.join(file)).unwrap();
        let place = code.find(&format!("fn {test}()"));
        let before = &code[..place.unwrap_or_else(|| panic!("{file} has no {test}"))];
        let attributes = before.rsplit("\n\n").next().unwrap();
        assert!(attributes.contains("test"), "{test} is no test");
    }
}
