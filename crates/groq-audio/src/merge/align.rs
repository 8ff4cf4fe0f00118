//! The best alignment of two short lists of words (Needleman and Wunsch).

use std::collections::VecDeque;

use super::units::Unit;

/// What an alignment costs and allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scoring {
    /// The most seconds between the middles of a pair; none where there are no times.
    pub(super) tolerance: Option<f64>,
    /// Whether the left list may begin, and the right one end, with words that the other does not have: for plain text.
    pub(super) open_ends: bool,
}

const EQUAL: f64 = 2.0;
const UNEQUAL: f64 = -0.5;
const GAP: f64 = -0.6;
/// For a word at the very end of the left list or the very beginning of the right one: it is often garbled there.
const EDGE_GAP: f64 = -0.3;

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Stop,
    Both,
    Left,
    Right,
}

/// The best alignment, in order: every word of both lists that it covers stands in one column.
pub(super) fn align(left: &[Unit], right: &[Unit], scoring: Scoring) -> Vec<Column> {
    let width = right.len() + 1;
    let mut scores = vec![0.0_f64; (left.len() + 1) * width];
    let mut steps = vec![Step::Stop; scores.len()];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            let (score, step) = best(left, right, (i, j), scoring, &scores);
            scores[i * width + j] = score;
            steps[i * width + j] = step;
        }
    }
    let end = end(left.len(), right.len(), scoring, &scores);
    let mut columns = trace(left, right, end, &steps);
    if scoring.tolerance.is_some() {
        by_time(&mut columns, left, right);
    }
    columns
}

/// What both lists have at one place: two words, or one that the other list does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
    pub(super) equal: bool,
}

fn best(
    left: &[Unit],
    right: &[Unit],
    (i, j): (usize, usize),
    scoring: Scoring,
    scores: &[f64],
) -> (f64, Step) {
    let width = right.len() + 1;
    let at = |i: usize, j: usize| scores[i * width + j];
    let mut best = match (i, j) {
        (0, 0) => return (0.0, Step::Stop),
        // Words of the left list that are before all of the right one.
        (_, 0) if scoring.open_ends => return (0.0, Step::Stop),
        _ => (f64::NEG_INFINITY, Step::Stop),
    };
    if i > 0 && j > 0 {
        let score = at(i - 1, j - 1) + pair_score(&left[i - 1], &right[j - 1], scoring);
        best = (score, Step::Both);
    }
    if i > 0 {
        let at_edge = scoring.open_ends && j == right.len();
        let score = at(i - 1, j) + if at_edge { EDGE_GAP } else { GAP };
        if score > best.0 {
            best = (score, Step::Left);
        }
    }
    if j > 0 {
        let at_edge = scoring.open_ends && i == 0;
        let score = at(i, j - 1) + if at_edge { EDGE_GAP } else { GAP };
        if score > best.0 {
            best = (score, Step::Right);
        }
    }
    best
}

fn pair_score(left: &Unit, right: &Unit, scoring: Scoring) -> f64 {
    let score = if left.is_solid() && left.key == right.key {
        EQUAL
    } else {
        UNEQUAL
    };
    let Some(tolerance) = scoring.tolerance else {
        return score;
    };
    let apart = (left.middle() - right.middle()).abs();
    if apart <= tolerance {
        score - apart / tolerance
    } else {
        f64::NEG_INFINITY
    }
}

/// Where the trace begins: at both ends, or, with open ends, where the left list ends and the rest of the right one is new.
fn end(rows: usize, columns: usize, scoring: Scoring, scores: &[f64]) -> (usize, usize) {
    if !scoring.open_ends {
        return (rows, columns);
    }
    let width = columns + 1;
    let mut best = ((rows, 0), f64::NEG_INFINITY);
    for i in 0..=rows {
        let garbled = (rows - i) as f64 * EDGE_GAP;
        for j in 0..=columns {
            let score = scores[i * width + j] + garbled;
            if score > best.1 {
                best = ((i, j), score);
            }
        }
    }
    best.0
}

fn trace(left: &[Unit], right: &[Unit], end: (usize, usize), steps: &[Step]) -> Vec<Column> {
    let width = right.len() + 1;
    let (mut i, mut j) = end;
    // What is left of the left list was garbled, or nothing follows it.
    let mut columns: Vec<Column> = (i..left.len())
        .rev()
        .map(|at| lone(Some(at), None))
        .collect();
    loop {
        match steps[i * width + j] {
            Step::Stop => break,
            Step::Left => {
                i -= 1;
                columns.push(lone(Some(i), None));
            }
            Step::Right => {
                j -= 1;
                columns.push(lone(None, Some(j)));
            }
            Step::Both => {
                (i, j) = (i - 1, j - 1);
                columns.push(Column {
                    equal: left[i].is_solid() && left[i].key == right[j].key,
                    ..lone(Some(i), Some(j))
                });
            }
        }
    }
    columns.reverse();
    columns
}

/// Puts words that only one list has in the order of their times, each list's own in its own order.
fn by_time(columns: &mut [Column], left: &[Unit], right: &[Unit]) {
    let is_lone = |column: &Column| column.left.is_none() || column.right.is_none();
    for run in columns.chunk_by_mut(|a, b| is_lone(a) && is_lone(b)) {
        if run.len() < 2 {
            continue;
        }
        let mut ours: VecDeque<usize> = run.iter().filter_map(|column| column.left).collect();
        let mut theirs: VecDeque<usize> = run.iter().filter_map(|column| column.right).collect();
        for column in run {
            let first = match (ours.front(), theirs.front()) {
                (Some(&a), Some(&b)) => left[a].middle() <= right[b].middle(),
                (first, _) => first.is_some(),
            };
            *column = if first {
                lone(ours.pop_front(), None)
            } else {
                lone(None, theirs.pop_front())
            };
        }
    }
}

fn lone(left: Option<usize>, right: Option<usize>) -> Column {
    Column {
        left,
        right,
        equal: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &[(&str, f64)]) -> Vec<Unit> {
        words
            .iter()
            .map(|&(word, at)| Unit {
                owner: 0,
                from: 0,
                to: 0,
                key: word.to_owned(),
                start: at,
                end: at + 0.2,
            })
            .collect()
    }

    const TIMED: Scoring = Scoring {
        tolerance: Some(0.4),
        open_ends: false,
    };
    const PLAIN: Scoring = Scoring {
        tolerance: None,
        open_ends: true,
    };

    fn equal(left: &[(&str, f64)], right: &[(&str, f64)], scoring: Scoring) -> Vec<(usize, usize)> {
        align(&list(left), &list(right), scoring)
            .into_iter()
            .filter(|column| column.equal)
            .filter_map(|column| column.left.zip(column.right))
            .collect()
    }

    #[test]
    fn repeats_are_told_apart_by_time() {
        let left = [("the", 1.0), ("the", 2.0), ("end", 3.0)];
        let right = [("the", 2.1), ("end", 3.1)];
        assert_eq!(equal(&left, &right, TIMED), [(1, 0), (2, 1)]);
    }

    #[test]
    fn garble_is_skipped() {
        let left = [("a", 1.0), ("b", 1.5), ("x", 2.0)];
        let right = [("y", 1.0), ("b", 1.5), ("c", 2.0), ("d", 2.5)];
        assert_eq!(equal(&left, &right, TIMED), [(1, 1)]);
    }

    #[test]
    fn plain_text_overlaps_end_and_beginning() {
        let words = |text: &'static str| -> Vec<(&'static str, f64)> {
            text.split(' ').map(|word| (word, 0.0)).collect()
        };
        let left = words("p q r a b c d x");
        let right = words("y b c d e f g h");
        assert_eq!(equal(&left, &right, PLAIN), [(4, 1), (5, 2), (6, 3)]);
        assert!(equal(&words("a b c"), &words("d e f"), PLAIN).is_empty());
    }

    #[test]
    fn nothing_aligns_with_nothing() {
        assert!(align(&[], &[], TIMED).is_empty());
        assert!(align(&list(&[("a", 0.0)]), &[], PLAIN).is_empty());
    }
}
