//! Times that never step back.

use super::Merged;

/// Makes times finite, in order, and without overlaps; numbers the segments.
pub(super) fn in_order(merged: &mut Merged) {
    let words = merged.words.iter_mut();
    clamp(words.map(|word| (&mut word.start, &mut word.end)));
    let segments = merged.segments.iter_mut();
    clamp(segments.map(|segment| (&mut segment.start, &mut segment.end)));
    for (number, segment) in merged.segments.iter_mut().enumerate() {
        segment.id = Some(number as u32);
    }
}

fn clamp<'a>(spans: impl Iterator<Item = (&'a mut f64, &'a mut f64)>) {
    let mut before: Option<(&mut f64, &mut f64)> = None;
    for (start, end) in spans {
        let earliest = before.as_ref().map_or(0.0, |(start, _)| **start);
        *start = finite(*start, earliest).max(earliest);
        *end = finite(*end, *start).max(*start);
        if let Some((_, before_end)) = before {
            *before_end = before_end.min(*start);
        }
        before = Some((start, end));
    }
}

fn finite(time: f64, otherwise: f64) -> f64 {
    if time.is_finite() { time } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_back() {
        let mut times = [
            (1.0, 1.5),
            (0.9, 1.2),
            (f64::NAN, 0.5),
            (1.1, f64::INFINITY),
            (2.0, 3.0),
        ];
        clamp(times.iter_mut().map(|(start, end)| (start, end)));
        for pair in times.windows(2) {
            assert!(pair[0].0 <= pair[1].0);
            assert!(pair[0].1 <= pair[1].0);
            assert!(pair[0].0 <= pair[0].1);
        }
        assert!((times[4].1 - 3.0).abs() < 1e-9);
    }
}
