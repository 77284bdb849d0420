//! Mean, standard deviation and range of a sample.

use super::same;

/// A sample in five numbers, in the unit of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub n: usize,
    /// The [`mean`].
    pub mean: f64,
    /// The sample standard deviation, see [`std_dev`]; `None` for a single value.
    pub std_dev: Option<f64>,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Summary {
    /// Summarises `sample`; `None` if it is empty. NaN in the sample makes every field but `n` NaN.
    #[must_use]
    pub fn of(sample: &[f64]) -> Option<Self> {
        let (min, max) = range(sample)?;
        Some(Self { n: sample.len(), mean: mean(sample), std_dev: std_dev(sample), min, max })
    }
}

/// The arithmetic mean Σx / n; NaN if the sample is empty or holds a NaN.
///
/// The sum is compensated (Neumaier) and runs in the order of the sample. The result always lies within the sample's
/// range, so the mean of equal values is exactly that value.
#[must_use]
pub fn mean(sample: &[f64]) -> f64 {
    match range(sample) {
        // Not for NaN: `clamp` panics on NaN bounds.
        Some((min, max)) if min <= max => {
            (sum(sample.iter().copied()) / sample.len() as f64).clamp(min, max)
        }
        _ => f64::NAN,
    }
}

/// The sample standard deviation s = √(Σ(x − mean)² / (n − 1)); `None` for fewer than two values.
///
/// Exactly zero for values that are equal but for rounding; NaN if the sample holds a NaN or an infinite value.
#[must_use]
pub fn std_dev(sample: &[f64]) -> Option<f64> {
    if sample.len() < 2 {
        return None;
    }
    if range(sample).is_some_and(|(min, max)| same(min, max)) {
        return Some(if sample[0].is_finite() { 0.0 } else { f64::NAN });
    }
    let mean = mean(sample);
    let squares = sum(sample.iter().map(|x| (x - mean) * (x - mean)));
    Some((squares / (sample.len() - 1) as f64).sqrt())
}

/// (smallest, largest), or (NaN, NaN) if there is a NaN; `None` if the sample is empty.
fn range(sample: &[f64]) -> Option<(f64, f64)> {
    if sample.iter().any(|x| x.is_nan()) {
        return Some((f64::NAN, f64::NAN));
    }
    let min = sample.iter().copied().reduce(f64::min)?;
    let max = sample.iter().copied().reduce(f64::max)?;
    Some((min, max))
}

/// Neumaier's compensated sum.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for x in values {
        let next: f64 = sum + x;
        lost += if f64::abs(sum) >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    // Past an infinity the compensation is NaN and says nothing.
    if sum.is_finite() { sum + lost } else { sum }
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;

    #[test]
    fn summaries_agree_with_numpy() {
        for case in vectors::CASES {
            let summary = Summary::of(case.sample).unwrap();
            assert_eq!(summary.n, case.sample.len());
            vectors::assert_close(summary.mean, case.mean, 1e-15);
            vectors::assert_close(summary.std_dev.unwrap(), case.std_dev, 1e-14);
            assert_eq!((summary.min, summary.max), (case.min, case.max));
        }
    }

    #[test]
    fn no_value_has_no_summary_and_one_value_no_spread() {
        assert_eq!(Summary::of(&[]), None);
        assert!(mean(&[]).is_nan());
        let one = Summary::of(&[3.5]).unwrap();
        assert_eq!((one.n, one.mean, one.std_dev), (1, 3.5, None));
        assert_eq!((one.min, one.max), (3.5, 3.5));
    }

    #[test]
    fn equal_values_have_exactly_their_mean_and_no_spread() {
        for n in 2..200 {
            for value in [0.1, -0.3, 95.42, 1e-300, 1.0 / 3.0] {
                let sample = vec![value; n];
                assert_eq!(mean(&sample), value);
                assert_eq!(std_dev(&sample), Some(0.0));
                let rounded: Vec<f64> =
                    (0..n).map(|i| value * (1.0 + f64::EPSILON * (i % 3) as f64)).collect();
                assert_eq!(std_dev(&rounded), Some(0.0));
            }
        }
    }

    #[test]
    fn the_mean_survives_cancellation() {
        assert_eq!(mean(&[1e100, 1.0, -1e100, 2.0]), 0.75);
    }

    #[test]
    fn a_nan_anywhere_makes_everything_nan() {
        for sample in [[f64::NAN, 1.0, 2.0], [1.0, f64::NAN, 2.0], [1.0, 2.0, f64::NAN]] {
            let summary = Summary::of(&sample).unwrap();
            assert!(summary.mean.is_nan() && summary.std_dev.unwrap().is_nan());
            assert!(summary.min.is_nan() && summary.max.is_nan());
        }
    }

    #[test]
    fn infinite_values_give_no_finite_mean_or_spread() {
        let summary = Summary::of(&[1.0, f64::INFINITY]).unwrap();
        assert_eq!((summary.mean, summary.max), (f64::INFINITY, f64::INFINITY));
        assert!(summary.std_dev.unwrap().is_nan());
        assert!(mean(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }
}
