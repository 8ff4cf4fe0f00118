//! The best place for a cut among some hops.

use super::CutKind;

/// Hops of quiet that make a pause, and beyond which a longer one is no better.
const PAUSE: usize = 30;
const LONG_PAUSE: usize = 150;
/// Hops of quiet that make a dip.
const DIP: usize = 15;
/// Hops over which the quietest moment is looked for: 200 ms.
const MOMENT: usize = 20;

/// The hop to cut at, and what was found there. `levels` are half decibels below full scale; `quiet` is the least that is quiet.
pub(super) fn best_cut(levels: &[u8], quiet: u8) -> (usize, CutKind) {
    match longest_run(levels, quiet) {
        Some((center, length)) if length >= PAUSE => (center, CutKind::Pause),
        Some((center, length)) if length >= DIP => (center, CutKind::Dip),
        _ => (quietest(levels), CutKind::Forced),
    }
}

/// The center and length of the longest run of quiet; among equals, and among pauses of 1.5 s and more, the last.
fn longest_run(levels: &[u8], quiet: u8) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    let mut from = 0;
    for hop in 0..=levels.len() {
        if levels.get(hop).is_some_and(|&level| level >= quiet) {
            continue;
        }
        let length = hop - from;
        let enough = best.map_or(1, |(_, best)| best.min(LONG_PAUSE));
        if length >= enough {
            best = Some((from + length / 2, length));
        }
        from = hop + 1;
    }
    best
}

fn quietest(levels: &[u8]) -> usize {
    let mut sum: u32 = levels
        .iter()
        .take(MOMENT)
        .map(|&level| u32::from(level))
        .sum();
    let (mut best, mut best_sum) = (MOMENT.min(levels.len()) / 2, sum);
    for end in MOMENT..levels.len() {
        sum = sum + u32::from(levels[end]) - u32::from(levels[end - MOMENT]);
        if sum >= best_sum {
            (best, best_sum) = (end + 1 - MOMENT / 2, sum);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(runs: &[(usize, u8)]) -> Vec<u8> {
        runs.iter()
            .flat_map(|&(length, level)| vec![level; length])
            .collect()
    }

    #[test]
    fn each_kind_is_found() {
        let pause = levels(&[(100, 40), (20, 140), (100, 40), (40, 140), (10, 40)]);
        assert_eq!(best_cut(&pause, 120), (240, CutKind::Pause));
        let dip = levels(&[(100, 40), (20, 140), (100, 40)]);
        assert_eq!(best_cut(&dip, 120), (110, CutKind::Dip));
        let none = levels(&[(100, 40), (20, 60), (100, 40)]);
        assert_eq!(best_cut(&none, 120), (110, CutKind::Forced));
    }

    #[test]
    fn of_two_long_pauses_the_later_wins() {
        let two = levels(&[(50, 40), (300, 140), (50, 40), (200, 140), (50, 40)]);
        assert_eq!(best_cut(&two, 120), (500, CutKind::Pause));
    }

    #[test]
    fn few_hops_are_no_problem() {
        assert_eq!(best_cut(&[], 120), (0, CutKind::Forced));
        assert_eq!(best_cut(&[40], 120), (0, CutKind::Forced));
    }
}
