//! Paired differences, at the resolution of the numbers that they come from.
//!
//! 0.3 − 0.1 and 0.4 − 0.2 are the same difference, and 0.1 + 0.2 is 0.15 + 0.15; in binary they differ in the last
//! digit, and in which direction depends on the unit. A rank, a sign or a spread that only rounding makes is none: so
//! two numbers count as equal here if they are within [`ULPS`] roundings of the numbers that they were computed from.

use std::ops::Deref;

/// How many roundings of the larger operand may be between two numbers that count as equal: those of reading two
/// decimals, of a change of unit, of a mean over a few runs and of the subtraction, with room to spare. Nothing that
/// was measured is known to 15 digits.
const ULPS: f64 = 16.0;

/// What rounding alone may do to a number computed from these two.
fn resolution(a: f64, b: f64) -> f64 {
    let larger = a.abs().max(b.abs());
    if larger.is_finite() { ULPS * f64::EPSILON * larger } else { 0.0 }
}

/// Whether two numbers are equal but for rounding.
#[must_use]
pub fn same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= resolution(a, b)
}

/// Paired differences that are equal exactly where their pairs say so: those that only rounding tells apart have one
/// magnitude, and those that only rounding tells from zero are zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences(Vec<f64>);

impl Differences {
    /// a − b, pair by pair.
    ///
    /// The p values of all tests of them stay the same, to the ninth digit, if all numbers are multiplied by one factor
    /// (fractions, percent, counts) or moved by one amount that leaves them their digits.
    #[must_use]
    pub fn between(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let pairs = pairs.into_iter().map(|(a, b)| (a - b, resolution(a, b)));
        let (mut values, resolutions): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let mut order: Vec<usize> = (0..values.len()).filter(|&i| !values[i].is_nan()).collect();
        order.sort_by(|&i, &j| values[i].abs().total_cmp(&values[j].abs()));
        for &i in &order {
            if values[i].abs() <= resolutions[i] {
                values[i] = 0.0;
            }
        }
        let magnitudes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
        let tied = |&i: &usize, &j: &usize| {
            magnitudes[j] - magnitudes[i] <= resolutions[i].max(resolutions[j])
        };
        let differing = order.iter().position(|&i| magnitudes[i] > 0.0).unwrap_or(order.len());
        for tied in order[differing..].chunk_by(tied) {
            // The middle one stands for all of them.
            let magnitude = magnitudes[tied[tied.len() / 2]];
            tied.iter().for_each(|&i| values[i] = magnitude.copysign(values[i]));
        }
        Self(values)
    }

    /// Differences that are known as such, and equal only if they are the same number.
    #[must_use]
    pub fn exact(values: &[f64]) -> Self {
        Self(values.into())
    }

    /// Whether all are equal and not zero: there is no spread to judge their mean by.
    #[must_use]
    pub fn are_constant(&self) -> bool {
        self.first().is_some_and(|&first| first != 0.0 && self.iter().all(|&d| d == first))
    }
}

impl Deref for Differences {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        paired_t_test, probability_of_improvement, sign_test, wilcoxon_signed_rank,
    };
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn what_only_rounding_tells_apart_is_equal() {
        let d =
            Differences::between([(0.3, 0.1), (0.4, 0.2), (0.1, 0.3), (0.1 + 0.2, 0.15 + 0.15)]);
        assert!(d[0] == d[1] && d[2] == -d[0] && d[3] == 0.0, "{d:?}");
        assert!(same(0.1 + 0.2, 0.15 + 0.15) && !same(0.3, 0.3 + 1e-12) && !same(0.0, 1e-300));
        // A pair of large numbers blurs itself and no other.
        let d = Differences::between([(0.5, 0.4), (0.5, 0.4 + 1e-9), (1e9 + 3.0, 1e9)]);
        assert!(d[0] != d[1] && d[2] == 3.0, "{d:?}");
        assert!(Differences::between([(f64::NAN, 1.0)])[0].is_nan());
        assert!(Differences::between([(f64::INFINITY, 1.0)])[0].is_infinite());
    }

    #[test]
    fn equal_differences_are_no_evidence_for_a_t_test() {
        let pairs = (1..=7).map(|i| 0.9 + 0.001 * f64::from(i)).map(|a| (a, a - 0.01));
        let d = Differences::between(pairs);
        assert!(d.are_constant());
        assert_eq!(paired_t_test(&d), None);
        assert_eq!(wilcoxon_signed_rank(&d).unwrap().p, 2.0 / 128.0);
        assert_eq!(sign_test(&d).unwrap().p, 2.0 / 128.0);
        let zeros = Differences::between([(0.1 + 0.2, 0.3); 8]);
        assert!(!zeros.are_constant());
        for test in [paired_t_test, wilcoxon_signed_rank, sign_test] {
            assert_eq!(test(&zeros).unwrap().p, 1.0);
        }
    }

    /// Accuracies of a small test set, which tie often, in fractions, percent, counts and away from zero.
    #[test]
    fn p_does_not_depend_on_the_unit_nor_on_a_shift() {
        let mut stream = Stream::new(7, Purpose::Weights, 0);
        for _ in 0..300 {
            let n = 6 + stream.below(7);
            let mut count = |shift: u32| f64::from(9300 + shift + stream.below(12));
            let counts: Vec<(f64, f64)> = (0..n).map(|_| (count(3), count(0))).collect();
            let units: [&dyn Fn(f64) -> f64; 7] = [
                &|x| x / 10_000.0,
                &|x| x / 100.0,
                &|x| x / 10_000.0 * 100.0,
                &|x| x / 10_000.0 * 0.7,
                &|x| x / 10_000.0 + 0.1,
                &|x| x / 10_000.0 - 1000.0,
                // A mean over three runs.
                &|x| (x / 10_000.0 + x / 10_000.0 + x / 10_000.0) / 3.0,
            ];
            let p = |pairs: &[(f64, f64)]| {
                let d = Differences::between(pairs.iter().copied());
                let tests = [paired_t_test, wilcoxon_signed_rank, sign_test];
                let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
                let p = tests.map(|test| test(&d).map(|test| test.p));
                (p, probability_of_improvement(&a, &b))
            };
            let (expected, better) = p(&counts);
            for unit in units {
                let scaled: Vec<(f64, f64)> =
                    counts.iter().map(|&(a, b)| (unit(a), unit(b))).collect();
                let (found, of_unit) = p(&scaled);
                assert_eq!(of_unit, better, "{counts:?}");
                for (found, expected) in found.into_iter().zip(expected) {
                    let close = match (found, expected) {
                        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b,
                        (a, b) => a == b,
                    };
                    assert!(close, "{found:?} is not {expected:?}: {scaled:?}");
                }
            }
        }
    }
}
