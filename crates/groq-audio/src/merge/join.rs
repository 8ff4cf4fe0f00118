//! One join: how much of the left piece is kept, and where the right one takes over.

use super::align::{Column, Scoring, align};
use super::part::Part;
use super::units::{Basis, Unit};
use super::{Join, JoinKind, MergeOptions};

/// The most units of either side that are aligned: no honest answer has more in a few seconds.
const MOST: usize = 600;
/// Guessed times that lead to less than this are worth another look, at the text alone.
const UNSURE: f64 = 0.34;

/// Decides what both parts keep.
pub(super) fn join(left: &mut Part<'_>, right: &mut Part<'_>, options: &MergeOptions) -> Join {
    let shared = Shared {
        from: right.start(),
        to: left.end().max(right.start()),
    };
    let found = if left.is_timed && right.is_timed {
        by_time(left, right, shared, options)
    } else {
        by_text(left, right, shared, options)
    };
    let found = if is_guessed(left, right) && found.sureness < UNSURE {
        surer(found, by_text(left, right, shared, options))
    } else {
        found
    };
    left.to = found.keep.max(left.from);
    right.from = found.skip.min(right.to);
    Join {
        piece: 0,
        at: found.at,
        kind: found.kind,
        agreed: found.agreed,
        sureness: found.sureness,
    }
}

/// The audio that both pieces have, in seconds of the recording.
#[derive(Clone, Copy)]
struct Shared {
    from: f64,
    to: f64,
}

impl Shared {
    fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    /// Where a column is: 0 at the beginning, 1 at the end.
    fn place(self, column: &Column, ours: &[Unit], theirs: &[Unit]) -> f64 {
        let left = column.left.map(|at| ours[at].middle());
        let right = column.right.map(|at| theirs[at].middle());
        let at = match (left, right) {
            (Some(left), Some(right)) => f64::midpoint(left, right),
            (one, other) => one.or(other).unwrap_or(self.from),
        };
        (at - self.from) / (self.to - self.from).max(0.01)
    }
}

struct Found {
    /// How many units of the left part are kept.
    keep: usize,
    /// How many units of the right part are left out.
    skip: usize,
    at: f64,
    kind: JoinKind,
    agreed: usize,
    sureness: f64,
}

/// Whether the times of words are guessed from those of segments.
fn is_guessed(left: &Part<'_>, right: &Part<'_>) -> bool {
    left.basis == Basis::Segments || right.basis == Basis::Segments
}

/// Guessed times mislead where a segment is long, and the text alone does where it repeats itself.
fn surer(timed: Found, textual: Found) -> Found {
    if textual.agreed > timed.agreed.max(2) {
        textual
    } else {
        timed
    }
}

fn by_time(left: &Part<'_>, right: &Part<'_>, shared: Shared, options: &MergeOptions) -> Found {
    let (tolerance, margin) = if is_guessed(left, right) {
        (options.segment_tolerance, options.segment_tolerance)
    } else {
        (options.tolerance, options.margin)
    };
    let last = left
        .units
        .iter()
        .rposition(|unit| unit.end <= shared.from - margin);
    let first = last
        .map_or(0, |last| last + 1)
        .max(left.units.len().saturating_sub(MOST));
    let stop = right
        .units
        .iter()
        .position(|unit| unit.start >= shared.to + margin);
    let stop = stop.unwrap_or(right.units.len()).min(MOST);
    let (ours, theirs) = (&left.units[first..], &right.units[..stop]);
    if ours.is_empty() || theirs.is_empty() {
        return one_sided(left, shared, ours, theirs);
    }
    let scoring = Scoring {
        tolerance: Some(tolerance),
        open_ends: false,
    };
    let columns = align(ours, theirs, scoring);
    let switch = switch(&columns, |column| shared.place(column, ours, theirs));
    let switch = off_the_edges(&columns, switch, ours.len());
    let agreed = agreed(&columns);
    let (keep, skip) = taken(&columns[..switch]);
    let last = keep
        .checked_sub(1)
        .map_or(shared.middle(), |last| ours[last].end);
    Found {
        keep: first + keep,
        skip,
        at: if agreed > 0 { last } else { shared.middle() },
        kind: if agreed > 0 {
            JoinKind::Aligned
        } else {
            JoinKind::Unaligned
        },
        agreed,
        sureness: sureness(agreed, inside(ours, shared), inside(theirs, shared)),
    }
}

/// At most one side has words in the shared audio: they are all kept.
fn one_sided(left: &Part<'_>, shared: Shared, ours: &[Unit], theirs: &[Unit]) -> Found {
    let quiet = ours.is_empty() && theirs.is_empty();
    Found {
        keep: left.units.len(),
        skip: 0,
        at: shared.middle(),
        kind: if quiet {
            JoinKind::Quiet
        } else {
            JoinKind::OneSided
        },
        agreed: 0,
        sureness: if quiet { 1.0 } else { 0.5 },
    }
}

fn by_text(left: &Part<'_>, right: &Part<'_>, shared: Shared, options: &MergeOptions) -> Found {
    let characters = right
        .units
        .iter()
        .take(20)
        .filter(|unit| unit.is_character())
        .count()
        > 10;
    let most = options.text_window * if characters { 3 } else { 1 };
    let first = left.units.len().saturating_sub(window(left, shared, most));
    let stop = window(right, shared, most).min(right.units.len());
    let (ours, theirs) = (&left.units[first..], &right.units[..stop]);
    if ours.is_empty() || theirs.is_empty() {
        return one_sided(left, shared, ours, theirs);
    }
    let scoring = Scoring {
        tolerance: None,
        open_ends: true,
    };
    let columns = match block(ours, theirs) {
        Some(block) => block,
        None => align(ours, theirs, scoring),
    };
    let agreed = agreed(&columns);
    // What chance repeats is short; but all that there is at both edges may be short too.
    let tight = !columns.is_empty() && agreed == columns.len();
    if agreed < 3 && !tight {
        return Found {
            keep: left.units.len(),
            skip: 0,
            at: shared.middle(),
            kind: JoinKind::Unaligned,
            agreed: 0,
            sureness: 0.0,
        };
    }
    let count = columns.len() as f64;
    let index = |column: &Column| {
        columns
            .iter()
            .position(|other| other == column)
            .unwrap_or(0)
    };
    let switch = switch(&columns, |column| (index(column) as f64 + 0.5) / count);
    let (keep, skip) = taken(&columns[..switch]);
    // The left list begins with words that the right piece does not have.
    let before = columns
        .iter()
        .find_map(|column| column.left)
        .unwrap_or(ours.len());
    Found {
        keep: first + before + keep,
        skip,
        at: shared.middle(),
        kind: JoinKind::Aligned,
        agreed,
        sureness: sureness(agreed, columns.len(), columns.len()),
    }
}

/// The longest run of words that ends the left list and begins the right one, but for what was garbled at these edges.
///
/// Where few words come again and again, an alignment finds more pairs in the wrong place than in the right one; but only
/// there is everything equal up to both edges.
fn block(ours: &[Unit], theirs: &[Unit]) -> Option<Vec<Column>> {
    /// How many more words than outside of it make it sure.
    const SURE: usize = 3;
    let mut best: Option<(usize, usize, usize)> = None;
    let mut lengths = vec![0_usize; theirs.len() + 1];
    for (i, our) in ours.iter().enumerate() {
        // From the back, what is read is still that of the word before.
        for (j, their) in theirs.iter().enumerate().rev() {
            let equal = our.is_solid() && our.key == their.key;
            let length = if equal { lengths[j] + 1 } else { 0 };
            lengths[j + 1] = length;
            let outside = ours.len() - i - 1 + j + 1 - length;
            let sure = length.saturating_sub(outside);
            if sure >= SURE && best.is_none_or(|(so_far, _, _)| sure > so_far) {
                best = Some((sure, i + 1 - length, j + 1 - length));
            }
        }
    }
    let (_, left, right) = best?;
    let column = |left, right, equal| Column { left, right, equal };
    let pairs = (left..ours.len()).zip(right..theirs.len());
    let same = pairs.take_while(|&(at, of)| ours[at].key == theirs[of].key);
    let same: Vec<Column> = same
        .map(|(at, of)| column(Some(at), Some(of), true))
        .collect();
    let end = left + same.len();
    let before = (0..right).map(|at| column(None, Some(at), false));
    let after = (end..ours.len()).map(|at| column(Some(at), None, false));
    Some(before.chain(same).chain(after).collect())
}

/// How many units can be in the shared audio: two and a half times the average, and a few.
fn window(part: &Part<'_>, shared: Shared, most: usize) -> usize {
    let length = (part.end() - part.start()).max(0.1);
    let average = part.units.len() as f64 * (shared.to - shared.from) / length;
    ((average * 2.5).ceil() as usize + 8).min(most)
}

/// After how many columns to switch from the left piece to the right one.
///
/// `place` says where in the shared audio a column is, from 0 at the right piece's beginning to 1 at the left piece's end.
/// Words are recognized the worse the nearer they are to their piece's edge, so where the pieces differ, the one whose edge
/// is farther is believed. Among what is equally good, the switch is at a word that both have, with such neighbors.
fn switch(columns: &[Column], place: impl Fn(&Column) -> f64) -> usize {
    let places: Vec<f64> = columns
        .iter()
        .map(|column| place(column).clamp(0.0, 1.0))
        .collect();
    let doubt = |at: usize, from_left: bool| {
        if columns[at].equal {
            0.0
        } else if from_left {
            places[at]
        } else {
            1.0 - places[at]
        }
    };
    let mut cost: f64 = (0..columns.len()).map(|at| doubt(at, false)).sum();
    let mut best = (0, f64::INFINITY);
    for at in 0..=columns.len() {
        let middle = at.checked_sub(1).map_or(0.0, |before| places[before]);
        let total = cost + 0.1 * (middle - 0.5).abs() - 0.25 * support(columns, at);
        if total < best.1 {
            best = (at, total);
        }
        if at < columns.len() {
            cost += doubt(at, true) - doubt(at, false);
        }
    }
    best.0
}

/// A word that ends its piece is often given the mark that ends a sentence, and one that begins it a capital: where both
/// pieces have the word, it is taken from the other one.
fn off_the_edges(columns: &[Column], switch: usize, ours: usize) -> usize {
    let is_last = |column: &Column| column.equal && column.left.is_some_and(|at| at + 1 == ours);
    let is_first = |column: &Column| column.equal && column.right == Some(0);
    let before = switch.checked_sub(1);
    match (before.map(|at| &columns[at]), columns.get(switch)) {
        (Some(column), _) if is_last(column) && !is_first(column) => switch - 1,
        (_, Some(column)) if is_first(column) && !is_last(column) => switch + 1,
        _ => switch,
    }
}

/// How much around a switch both pieces have in common, from 0 to 1: the word before it counts most.
fn support(columns: &[Column], switch: usize) -> f64 {
    let equal = |at: Option<usize>| {
        let column = at.and_then(|at| columns.get(at));
        f64::from(u8::from(column.is_some_and(|column| column.equal)))
    };
    let before = equal(switch.checked_sub(1));
    before * (0.6 + 0.2 * equal(switch.checked_sub(2)) + 0.2 * equal(Some(switch)))
}

/// How many words of each list some columns hold.
fn taken(columns: &[Column]) -> (usize, usize) {
    let left = columns
        .iter()
        .filter(|column| column.left.is_some())
        .count();
    let right = columns
        .iter()
        .filter(|column| column.right.is_some())
        .count();
    (left, right)
}

fn agreed(columns: &[Column]) -> usize {
    columns.iter().filter(|column| column.equal).count()
}

fn inside(units: &[Unit], shared: Shared) -> usize {
    let within = |unit: &&Unit| (shared.from..=shared.to).contains(&unit.middle());
    units.iter().filter(within).count()
}

fn sureness(agreed: usize, ours: usize, theirs: usize) -> f64 {
    let possible = ours.max(theirs).max(1) as f64;
    (agreed as f64 / possible).min(1.0)
}
