//! Where a sample lies, without trusting its extremes, and how far two samples are apart.

use super::{mean, same, std_dev};

/// The `q` quantile by linear interpolation between order statistics, as NumPy does; NaN for an empty sample or one
/// with a NaN.
///
/// # Panics
///
/// If `q` is not between 0 and 1.
#[must_use]
#[track_caller]
pub fn quantile(sample: &[f64], q: f64) -> f64 {
    assert!((0.0..=1.0).contains(&q), "a quantile is between 0 and 1, not {q}");
    let Some(sorted) = sorted(sample) else {
        return f64::NAN;
    };
    let place = q * (sorted.len() - 1) as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = sorted[(low + 1).min(sorted.len() - 1)];
    if part == 0.0 { sorted[low] } else { sorted[low] + part * (high - sorted[low]) }
}

/// The median; NaN for an empty sample or one with a NaN.
#[must_use]
pub fn median(sample: &[f64]) -> f64 {
    quantile(sample, 0.5)
}

/// The mean of the middle half: without the ⌊n/4⌋ smallest and as many largest values. NaN for an empty sample or one
/// with a NaN.
#[must_use]
pub fn interquartile_mean(sample: &[f64]) -> f64 {
    let Some(sorted) = sorted(sample) else {
        return f64::NAN;
    };
    let cut = sorted.len() / 4;
    mean(&sorted[cut..sorted.len() - cut])
}

fn sorted(sample: &[f64]) -> Option<Vec<f64>> {
    if sample.is_empty() || sample.iter().any(|x| x.is_nan()) {
        return None;
    }
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

/// P(X > Y) + ½ P(X = Y) for X from one sample and Y from the other: the probability that a run of one is better than
/// a run of the other. What only rounding tells apart is equal. NaN if either is empty or has a NaN.
#[must_use]
pub fn probability_of_improvement(x: &[f64], y: &[f64]) -> f64 {
    let Some(sorted) = sorted(y).filter(|_| !x.is_empty() && !x.iter().any(|v| v.is_nan())) else {
        return f64::NAN;
    };
    // Twice the pairs won, so that a half is whole.
    let wins = |&x: &f64| -> f64 {
        let below = sorted.partition_point(|&y| y < x && !same(x, y));
        let not_above = sorted.partition_point(|&y| y < x || same(x, y));
        (below + not_above) as f64
    };
    x.iter().map(wins).sum::<f64>() / 2.0 / (x.len() as f64 * y.len() as f64)
}

/// Hedges' g of paired differences: mean / s, times the exact factor Γ(ν/2) / (√(ν/2) Γ((ν−1)/2)), ν = n − 1, that
/// takes its bias away at small n.
///
/// `None` for fewer than three differences, where the factor is not defined, or without spread.
#[must_use]
pub fn effect_size(differences: &[f64]) -> Option<f64> {
    let s = std_dev(differences).filter(|&s| s != 0.0)?;
    let freedom = (differences.len() - 1) as f64;
    if freedom < 2.0 {
        return None;
    }
    let factor = libm::exp(libm::lgamma(freedom / 2.0) - libm::lgamma((freedom - 1.0) / 2.0))
        / (freedom / 2.0).sqrt();
    Some(mean(differences) / s * factor)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;

    #[test]
    fn agree_with_numpy_and_scipy() {
        for case in vectors::LOCATION {
            assert_close(median(case.sample), case.median, 1e-14);
            assert_close(quantile(case.sample, 0.3), case.quantile_30, 1e-14);
            assert_close(interquartile_mean(case.sample), case.iqm, 1e-14);
        }
        for (x, y, p) in vectors::IMPROVEMENT {
            assert_close(probability_of_improvement(x, y), p, 1e-14);
        }
        for case in vectors::PAIRED {
            assert_close(effect_size(case.differences).unwrap(), case.g, 1e-10);
        }
    }

    #[test]
    fn nothing_and_nan_have_no_place() {
        for sample in [&[][..], &[1.0, f64::NAN]] {
            assert!(median(sample).is_nan() && interquartile_mean(sample).is_nan());
            assert!(probability_of_improvement(sample, &[1.0]).is_nan());
        }
        assert_eq!((median(&[3.0]), interquartile_mean(&[3.0])), (3.0, 3.0));
        assert_eq!((effect_size(&[1.0, 2.0]), effect_size(&[1.0; 5])), (None, None));
        assert_eq!(quantile(&[2.0, 1.0], 1.0), 2.0);
        assert_eq!(probability_of_improvement(&[1.0, 2.0], &[1.0, 2.0]), 0.5);
    }
}
