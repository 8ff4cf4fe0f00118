//! The fixed predictors: each sample from up to four before it.

/// The order, from 0 to 4, whose residual is smallest.
#[expect(clippy::many_single_char_names, reason = "five neighbors in a row")]
pub(super) fn best_order(samples: &[i16]) -> usize {
    if samples.len() <= 4 {
        return 0;
    }
    let mut sums = [0_u64; 5];
    for window in samples.windows(5) {
        let [a, b, c, d, e] = [
            i32::from(window[0]),
            i32::from(window[1]),
            i32::from(window[2]),
            i32::from(window[3]),
            i32::from(window[4]),
        ];
        let (d1, c1, b1, a1) = (e - d, d - c, c - b, b - a);
        let (d2, c2, b2) = (d1 - c1, c1 - b1, b1 - a1);
        let (d3, c3) = (d2 - c2, c2 - b2);
        for (sum, residual) in sums.iter_mut().zip([e, d1, d2, d3, d3 - c3]) {
            *sum += u64::from(residual.unsigned_abs());
        }
    }
    let orders = sums.iter().enumerate();
    orders
        .min_by_key(|(_, sum)| **sum)
        .map_or(0, |(order, _)| order)
}

/// The residual of an order, for all samples after the first `order`.
pub(super) fn residual(samples: &[i16], order: usize, out: &mut Vec<i32>) {
    out.clear();
    out.extend(samples.iter().map(|&sample| i32::from(sample)));
    for pass in 0..order {
        // Each difference is of the order before, so all orders come out of the same loop.
        for index in (pass + 1..out.len()).rev() {
            out[index] -= out[index - 1];
        }
    }
    out.drain(..order.min(samples.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_second_difference() {
        let line: Vec<i16> = (0..100).map(|at| at * 7).collect();
        assert_eq!(best_order(&line), 2);
        let mut out = Vec::new();
        residual(&line, 2, &mut out);
        assert_eq!(out, vec![0; 98]);
        residual(&line, 1, &mut out);
        assert_eq!(out, vec![7; 99]);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let square: Vec<i16> = (0..64)
            .map(|at| if at % 2 == 0 { i16::MIN } else { i16::MAX })
            .collect();
        let mut out = Vec::new();
        residual(&square, 4, &mut out);
        assert_eq!(out[0].unsigned_abs(), 65_535 * 8);
    }
}
