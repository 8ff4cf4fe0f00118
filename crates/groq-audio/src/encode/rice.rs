//! Residuals in Rice codes, with a parameter for each stretch of samples.

use super::bits::BitWriter;

/// The finest split: 64 stretches.
const MAX_SPLIT: u32 = 6;
/// The largest parameter that fits four bits; 15 means something else.
const MAX_PARAMETER: u32 = 14;

/// How a residual is split and coded.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The stretches are 2 to the power of this.
    split: u32,
    parameters: Vec<u32>,
    /// What it will take.
    pub(super) bits: u64,
}

/// Finds the cheapest coding of the residual of a block of `block` samples whose first `order` come before it.
pub(super) fn plan(residual: &[i32], block: usize, order: usize, folded: &mut Vec<u32>) -> Plan {
    folded.clear();
    folded.extend(residual.iter().map(|&value| fold(value)));
    let finest = finest_split(block, order);
    let mut sums = stretch_sums(folded, block, order, finest);
    let mut best = Plan {
        bits: u64::MAX,
        ..Plan::default()
    };
    for split in (0..=finest).rev() {
        let candidate = candidate(&sums, block, order, split);
        if candidate.bits < best.bits {
            best = candidate;
        }
        sums = sums.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
    best
}

/// Writes what [`plan`] was made for.
pub(super) fn write(
    plan: &Plan,
    folded: &[u32],
    block: usize,
    order: usize,
    bits: &mut BitWriter<'_>,
) {
    bits.write(0, 2);
    bits.write(plan.split, 4);
    let mut rest = folded;
    for (index, &parameter) in plan.parameters.iter().enumerate() {
        let (now, later) = rest.split_at(stretch_len(block, order, plan.split, index));
        bits.write(parameter, 4);
        for &value in now {
            write_code(value, parameter, bits);
        }
        rest = later;
    }
}

fn write_code(value: u32, parameter: u32, bits: &mut BitWriter<'_>) {
    let zeros = value >> parameter;
    let low = value & ((1 << parameter) - 1);
    let marked = (1 << parameter) | low;
    if zeros + parameter < 32 {
        bits.write(marked, zeros + parameter + 1);
    } else {
        bits.zeros(zeros);
        bits.write(marked, parameter + 1);
    }
}

/// Signs alternate: 0, -1, 1, -2, 2.
fn fold(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

fn finest_split(block: usize, order: usize) -> u32 {
    (0..=MAX_SPLIT)
        .rev()
        .find(|split| block.is_multiple_of(1 << split) && block >> split > order)
        .unwrap_or(0)
}

fn stretch_len(block: usize, order: usize, split: u32, index: usize) -> usize {
    let length = block >> split;
    if index == 0 { length - order } else { length }
}

fn stretch_sums(folded: &[u32], block: usize, order: usize, split: u32) -> Vec<u64> {
    let mut rest = folded;
    (0..1_usize << split)
        .map(|index| {
            let (now, later) = rest.split_at(stretch_len(block, order, split, index));
            rest = later;
            now.iter().map(|&value| u64::from(value)).sum()
        })
        .collect()
}

fn candidate(sums: &[u64], block: usize, order: usize, split: u32) -> Plan {
    let mut parameters = Vec::with_capacity(sums.len());
    let mut bits = 6;
    for (index, &sum) in sums.iter().enumerate() {
        let count = stretch_len(block, order, split, index) as u64;
        let (parameter, cost) = best_parameter(sum, count);
        parameters.push(parameter);
        bits += 4 + cost;
    }
    Plan {
        split,
        parameters,
        bits,
    }
}

/// The parameter near the mean's logarithm that costs least.
fn best_parameter(sum: u64, count: u64) -> (u32, u64) {
    let mean = sum / count.max(1);
    let near = mean.checked_ilog2().unwrap_or(0);
    let cost = |parameter: u32| count * u64::from(parameter + 1) + (sum >> parameter);
    (near.saturating_sub(1)..=near + 1)
        .map(|parameter| parameter.min(MAX_PARAMETER))
        .map(|parameter| (parameter, cost(parameter)))
        .min_by_key(|&(_, cost)| cost)
        .unwrap_or((0, cost(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_alternate() {
        assert_eq!([0, -1, 1, -2, 2].map(fold), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn silence_costs_a_bit_a_sample() {
        let plan = plan(&[0; 4_096], 4_096, 0, &mut Vec::new());
        assert_eq!(plan.split, 0);
        assert_eq!(plan.bits, 6 + 4 + 4_096);
    }

    #[test]
    fn odd_blocks_are_not_split() {
        assert_eq!(finest_split(4_095, 2), 0);
        assert_eq!(finest_split(4_096, 4), 6);
        assert_eq!(finest_split(8, 4), 0);
    }
}
