//! Where the best of several further runs would fall, if runs are normally distributed.

use super::{Interval, mean, std_dev};

/// Which of several runs is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    /// That of the highest value, as of accuracies.
    Highest,
    /// That of the lowest, as of costs.
    Lowest,
}

/// The interval into which the best of `runs` further values would fall, with equal probability on either side of it.
///
/// The highest of k values of a normal distribution is at most x̄ + q s with the probability
///
/// P(q) = E Φ(x̄ + q s)ᵏ, where x̄ ~ N(0, 1/n), (n − 1) s² ~ χ² with n − 1 degrees of freedom, independent;
///
/// the interval goes from x̄ + q₁ s to x̄ + q₂ s with P(q₁) = (1 − `level`)/2 and P(q₂) = (1 + `level`)/2 (Hahn,
/// "Factors for calculating two-sided prediction intervals", 1969, has the same idea for all of k values). For one run
/// it is the [`prediction_interval`](super::prediction_interval), and for the lowest its mirror image.
///
/// `None` for fewer than two values. Of no length if all values are equal. Both ends are NaN if the sample holds a NaN
/// or an infinite value.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded, or there are no `runs`.
#[must_use]
#[track_caller]
pub fn best_of_interval(sample: &[f64], runs: usize, level: f64, best: Best) -> Option<Interval> {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    assert!(runs > 0, "the best of no runs is none");
    let (mean, s) = (mean(sample), std_dev(sample)?);
    let [near, far] = factors(sample.len(), runs, level);
    Some(match best {
        Best::Highest => Interval { low: mean + near * s, high: mean + far * s },
        Best::Lowest => Interval { low: mean - far * s, high: mean - near * s },
    })
}

/// q₁ and q₂ of [`best_of_interval`].
fn factors(n: usize, runs: usize, level: f64) -> [f64; 2] {
    let law = Law::new(n, runs);
    // Finer than that the sums do not add up to 1.
    let tail = ((1.0 - level) / 2.0).max(1e-10);
    [tail, 1.0 - tail].map(|p| law.quantile(p))
}

/// The distribution of (highest of k − x̄)/s. Both expectations are sums over equidistant points, whose error falls
/// exponentially with their distance, since the integrands are smooth and vanish at both ends.
struct Law {
    runs: i32,
    /// Values of x̄ and their probabilities.
    means: Vec<(f64, f64)>,
    /// Values of s and their probabilities.
    deviations: Vec<(f64, f64)>,
}

impl Law {
    fn new(n: usize, runs: usize) -> Self {
        let (n, freedom) = (n as f64, (n - 1) as f64);
        let means = points(-7.6, 7.6, 0.4, |z| (z / n.sqrt(), -z * z / 2.0));
        // s = eᵗ has the density exp(ν (t − e²ᵗ/2)) but for a factor; beyond these ends it is below e⁻³⁰ of the highest.
        let reach = 30.0 / freedom;
        let (low, high) = (-reach - reach.sqrt(), reach.sqrt());
        let step = 0.1_f64.min(0.25 / (2.0 * freedom).sqrt());
        let density = |t: f64| freedom * (t - libm::expm1(2.0 * t) / 2.0);
        let deviations = points(low, high, step, |t| (libm::exp(t), density(t)));
        Self { runs: i32::try_from(runs).unwrap_or(i32::MAX), means, deviations }
    }

    /// P(q).
    fn probability(&self, q: f64) -> f64 {
        let given = |s: f64| -> f64 {
            self.means.iter().map(|&(x, weight)| weight * phi(x + q * s).powi(self.runs)).sum()
        };
        self.deviations.iter().map(|&(s, weight)| weight * given(s)).sum()
    }

    /// The q of P(q) = p, by regula falsi, which halves the weight of an end that stays (Illinois).
    fn quantile(&self, p: f64) -> f64 {
        let off = |q: f64| self.probability(q) - p;
        let (mut low, mut high) = ((-1.0, off(-1.0)), (1.0, off(1.0)));
        while low.1 > 0.0 {
            low = (2.0 * low.0, off(2.0 * low.0));
        }
        while high.1 < 0.0 {
            high = (2.0 * high.0, off(2.0 * high.0));
        }
        let mut moved_low = None;
        loop {
            let q = (low.0 * high.1 - high.0 * low.1) / (high.1 - low.1);
            let value = off(q);
            if value.abs() < 1e-12 || high.0 - low.0 < 1e-12 * q.abs() {
                return q;
            }
            let below = value < 0.0;
            let (moved, stays) = if below { (&mut low, &mut high) } else { (&mut high, &mut low) };
            *moved = (q, value);
            if moved_low.replace(below) == Some(below) {
                stays.1 /= 2.0;
            }
        }
    }
}

/// Points with probabilities that add up to 1, from a function that gives both the value at a point and the logarithm of
/// its density but for a constant.
fn points(low: f64, high: f64, step: f64, at: impl Fn(f64) -> (f64, f64)) -> Vec<(f64, f64)> {
    let count = ((high - low) / step).ceil() as usize;
    let mut points: Vec<(f64, f64)> = (0..=count)
        .map(|i| at(low + step * i as f64))
        .map(|(value, log)| (value, libm::exp(log)))
        .collect();
    let total: f64 = points.iter().map(|(_, weight)| weight).sum();
    points.iter_mut().for_each(|(_, weight)| *weight /= total);
    points.retain(|&(_, weight)| weight > 1e-15);
    points
}

/// The standard normal distribution function.
fn phi(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::super::{prediction_interval, t_quantile};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn the_best_of_one_run_is_a_run() {
        for n in [2, 3, 5, 10, 40, 1000] {
            for level in [0.5, 0.95, 0.999] {
                let [near, far] = factors(n, 1, level);
                let n = n as f64;
                let t = t_quantile((1.0 + level) / 2.0, n - 1.0) * (1.0 + 1.0 / n).sqrt();
                assert_close(far, t, 1e-7);
                assert_close(near, -t, 1e-7);
            }
        }
        let sample = [95.42, 95.34, 95.28];
        let run = prediction_interval(&sample, 0.95).unwrap();
        for best in [Best::Highest, Best::Lowest] {
            let best = best_of_interval(&sample, 1, 0.95, best).unwrap();
            assert_close(best.low, run.low, 1e-9);
            assert_close(best.high, run.high, 1e-9);
        }
    }

    #[test]
    fn agrees_with_integrals_of_scipy() {
        for (n, runs, near, far) in vectors::BEST_OF {
            let ours = factors(n, runs, 0.95);
            assert!((ours[0] - near).abs() < 1e-7, "{n} {runs}: {ours:?}, not {near}");
            assert_close(ours[1], far, 1e-7);
        }
    }

    #[test]
    fn the_lowest_mirrors_the_highest() {
        let sample = [1.0, 2.5, 4.0, 4.5];
        let mirrored = sample.map(|x| -x);
        let high = best_of_interval(&sample, 3, 0.9, Best::Highest).unwrap();
        let low = best_of_interval(&mirrored, 3, 0.9, Best::Lowest).unwrap();
        assert_eq!((low.low, low.high), (-high.high, -high.low));
    }

    /// 20,000 experiments of few runs, each followed by the best of three more. Standard error 0.15 points.
    #[test]
    fn keeps_its_level_for_few_runs() {
        const REPETITIONS: u32 = 20_000;
        let mut stream = Stream::new(4, Purpose::Weights, 0);
        for n in [2, 5, 20] {
            let [near, far] = factors(n, 3, 0.95);
            let (mut below, mut above) = (0, 0);
            for _ in 0..REPETITIONS {
                let sample: Vec<f64> = (0..n).map(|_| stream.gaussian()).collect();
                let best = (0..3).map(|_| stream.gaussian()).fold(f64::MIN, f64::max);
                let place = (best - mean(&sample)) / std_dev(&sample).unwrap();
                below += u32::from(place < near);
                above += u32::from(place > far);
            }
            for missed in [below, above] {
                let percent = 100.0 * f64::from(missed) / f64::from(REPETITIONS);
                assert!((percent - 2.5).abs() < 0.5, "n = {n}: {percent} %");
            }
        }
    }

    #[test]
    fn extremes_have_an_interval_or_none() {
        let highest = |sample: &[f64]| best_of_interval(sample, 3, 0.95, Best::Highest);
        assert_eq!((highest(&[]), highest(&[1.0])), (None, None));
        assert_eq!(highest(&[0.1; 7]), Some(Interval { low: 0.1, high: 0.1 }));
        for bad in [f64::NAN, f64::INFINITY] {
            let interval = highest(&[1.0, bad, 2.0]).unwrap();
            assert!(interval.low.is_nan() && interval.high.is_nan());
        }
        let many = best_of_interval(&[1.0, 2.0, 3.0], 10_000, 0.95, Best::Highest).unwrap();
        let sure = best_of_interval(&[1.0, 2.0, 3.0], 3, 1.0 - 1e-16, Best::Highest).unwrap();
        assert!(sure.low < -1e3 && sure.high.is_finite(), "{sure:?}");
        assert!(many.low > 3.0 && many.high.is_finite(), "{many:?}");
    }
}
