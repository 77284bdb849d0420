//! Two samples that are not paired, all two-sided.

use super::compare::t_lower_tail;
use super::tied_ranks::twice_ranks;
use super::{Interval, Test, mean, same, std_dev, t_quantile};
use statrs::distribution::{ContinuousCDF, Normal};

/// Two independent samples: Welch's comparison of their means, which does not suppose that they spread alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// The mean of the one minus that of the other.
    pub difference: f64,
    /// The standard error of the difference.
    pub error: f64,
    /// The degrees of freedom (Satterthwaite).
    pub freedom: f64,
}

impl Welch {
    /// Compares `x` with `y`; `None` if one of them has fewer than two values, or neither has any spread.
    #[must_use]
    pub fn of(x: &[f64], y: &[f64]) -> Option<Self> {
        let part = |sample: &[f64]| Some(std_dev(sample)?.powi(2) / sample.len() as f64);
        let (a, b) = (part(x)?, part(y)?);
        let freedom = |part: f64, sample: &[f64]| part * part / (sample.len() - 1) as f64;
        let both = a + b;
        (both != 0.0).then(|| Self {
            difference: mean(x) - mean(y),
            error: both.sqrt(),
            freedom: both * both / (freedom(a, x) + freedom(b, y)),
        })
    }

    /// Whether the true difference is `bound`, two-sided: p.
    #[must_use]
    pub fn p(&self, bound: f64) -> f64 {
        let t = (self.difference - bound) / self.error;
        if t.is_finite() { 2.0 * t_lower_tail(-t.abs(), self.freedom) } else { f64::NAN }
    }

    /// Whether the true difference is above `bound`: the one-sided p.
    #[must_use]
    pub fn p_above(&self, bound: f64) -> f64 {
        let t = (self.difference - bound) / self.error;
        if t.is_finite() { t_lower_tail(-t, self.freedom) } else { f64::NAN }
    }

    /// The interval of the true difference; NaN if there is a NaN or an infinite value.
    ///
    /// # Panics
    ///
    /// If `level` is not between 0 and 1, both excluded.
    #[must_use]
    #[track_caller]
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
        if !self.freedom.is_finite() {
            return Interval { low: f64::NAN, high: f64::NAN };
        }
        let h = -t_quantile((1.0 - level) / 2.0, self.freedom) * self.error;
        Interval { low: self.difference - h, high: self.difference + h }
    }
}

/// Twice the number of values of `x` below each of `y`, those that are equal but for rounding counted half.
fn twice_below(x: &[f64], y: f64) -> usize {
    let count = |&x: &f64| if same(x, y) { 1 } else { 2 * usize::from(x < y) };
    x.iter().map(count).sum()
}

/// Above this product of the sizes the normal approximation is as good as the exact distribution.
const EXACT: usize = 2500;

/// Mann and Whitney's test of whether values of `x` and `y` come from one distribution. The statistic U is the number of
/// pairs that `x` wins, ties counted half. p is exact, over all ways to deal the values there are (ties included); for
/// large samples it is the normal approximation with correction for ties.
///
/// `None` if a sample is empty; NaN if there is a NaN. p is 1 if all values are equal.
#[must_use]
pub fn mann_whitney(x: &[f64], y: &[f64]) -> Option<Test> {
    if x.is_empty() || y.is_empty() {
        return None;
    }
    let n = x.len() + y.len();
    if x.iter().chain(y).any(|v| v.is_nan()) {
        return Some(Test { n, statistic: f64::NAN, p: f64::NAN });
    }
    let u = x.iter().map(|&x| twice_below(y, x)).sum::<usize>();
    // Twice the mid-ranks of all values, ascending, so that they are whole.
    let mut all: Vec<f64> = x.iter().chain(y).copied().collect();
    all.sort_by(f64::total_cmp);
    let ranks = twice_ranks(&all, |&a, &b| same(a, b));
    // Twice the rank sum that U belongs to, and how far it is from its mean.
    let (sum, middle) = (u + x.len() * (x.len() + 1), x.len() * (n + 1));
    let apart = sum.abs_diff(middle);
    let p = match x.len() * y.len() <= EXACT {
        true => exact(&ranks, x.len(), apart),
        false => 2.0 * normal_tail(&ranks, x.len(), middle - apart),
    };
    Some(Test { n, statistic: u as f64 / 2.0, p: p.min(1.0) })
}

/// The probability of a sum of `chosen` of some ranks that is so far `apart` from its mean or farther, each choice with
/// equal probability. With ties the sums need not be symmetric.
fn exact(ranks: &[usize], chosen: usize, apart: usize) -> f64 {
    let most: usize = ranks.iter().rev().take(chosen).sum();
    // ways[k][s]: of all choices of k of the ranks so far the share with the sum s.
    let mut ways = vec![vec![0.0_f64; most + 1]; chosen + 1];
    ways[0][0] = 1.0;
    for (seen, &rank) in ranks.iter().enumerate() {
        for k in (1..=chosen.min(seen + 1)).rev() {
            // Of all choices of k of seen + 1, k/(seen + 1) take the last one.
            let takes = k as f64 / (seen + 1) as f64;
            let (fewer, these) = ways.split_at_mut(k);
            let (fewer, these) = (&fewer[k - 1], &mut these[0]);
            for s in (0..=most).rev() {
                let with = if s >= rank { fewer[s - rank] } else { 0.0 };
                these[s] = (1.0 - takes) * these[s] + takes * with;
            }
        }
    }
    let middle = chosen * (ranks.len() + 1);
    let far = |&(sum, _): &(usize, &f64)| sum.abs_diff(middle) >= apart;
    ways[chosen].iter().enumerate().filter(far).map(|(_, share)| share).sum()
}

fn normal_tail(ranks: &[usize], chosen: usize, sum: usize) -> f64 {
    let n = ranks.len() as f64;
    let ranks = || ranks.iter().map(|&rank| rank as f64);
    let mean = ranks().sum::<f64>() / n;
    let spread = ranks().map(|rank| (rank - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let (chosen, n) = (chosen as f64, n);
    let variance = chosen * (n - chosen) / n * spread;
    if variance == 0.0 {
        return 1.0;
    }
    // Half a rank is the step of the sum, one here.
    let z = ((sum as f64 + 1.0 - chosen * mean) / variance.sqrt()).min(0.0);
    Normal::standard().cdf(z)
}

/// Brunner and Munzel's test (2000) of whether a value of `x` is as likely above one of `y` as below it, whatever the
/// distributions; the statistic is W, positive where `x` is above, with the t approximation.
///
/// `None` if a sample has fewer than two values, and where one lies wholly above the other or all are equal: without any
/// spread of the ranks there is nothing to judge by. NaN if there is a NaN.
#[must_use]
pub fn brunner_munzel(x: &[f64], y: &[f64]) -> Option<Test> {
    if x.len() < 2 || y.len() < 2 {
        return None;
    }
    let n = x.len() + y.len();
    if x.iter().chain(y).any(|v| v.is_nan()) {
        return Some(Test { n, statistic: f64::NAN, p: f64::NAN });
    }
    // The placement of each value among those of the other sample.
    let places = |of: &[f64], among: &[f64]| -> Vec<f64> {
        of.iter().map(|&v| twice_below(among, v) as f64 / 2.0).collect()
    };
    let (of_x, of_y) = (places(x, y), places(y, x));
    let (nx, ny) = (x.len() as f64, y.len() as f64);
    let weighted = |places: &[f64], n: f64| n * std_dev(places).unwrap_or_default().powi(2);
    let (a, b) = (weighted(&of_x, nx), weighted(&of_y, ny));
    if a + b == 0.0 {
        return None;
    }
    // P(x > y) + ½ P(x = y) beyond one half.
    let lead = mean(&of_x) / ny - 0.5;
    let statistic = nx * ny * lead / (a + b).sqrt();
    let freedom = (a + b).powi(2) / (a * a / (nx - 1.0) + b * b / (ny - 1.0));
    Some(Test { n, statistic, p: 2.0 * t_lower_tail(-statistic.abs(), freedom) })
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn tests_agree_with_scipy() {
        for case in vectors::UNPAIRED {
            let welch = Welch::of(case.x, case.y).unwrap();
            assert_close(welch.p(0.0), case.welch_p, 1e-9);
            let interval = welch.interval(0.95);
            assert_close(interval.low, case.welch_low, 1e-9);
            assert_close(interval.high, case.welch_high, 1e-9);
            let (above, below) = (welch.p_above(0.0), 1.0 - welch.p_above(0.0));
            assert_close(2.0 * above.min(below), case.welch_p, 1e-9);
            let u = mann_whitney(case.x, case.y).unwrap();
            assert_eq!(u.statistic, case.u);
            assert_close(u.p, case.u_p, 1e-9);
            let w = brunner_munzel(case.x, case.y).unwrap();
            assert_close(w.statistic, case.w, 1e-9);
            assert_close(w.p, case.w_p, 1e-9);
        }
    }

    /// Samples of one distribution, and for the tests that allow it of two that spread differently.
    #[test]
    fn tests_keep_their_level() {
        const REPETITIONS: u32 = 5_000;
        let mut stream = Stream::new(3, Purpose::Weights, 0);
        for (nx, ny, spread) in [(6, 6, 1.0), (10, 20, 1.0), (12, 8, 3.0)] {
            let mut errors = [0_u32; 3];
            for _ in 0..REPETITIONS {
                let x: Vec<f64> = (0..nx).map(|_| stream.gaussian()).collect();
                let y: Vec<f64> = (0..ny).map(|_| spread * stream.gaussian()).collect();
                let brunner = brunner_munzel(&x, &y).map_or(0.0, |test| test.p);
                let p =
                    [Welch::of(&x, &y).unwrap().p(0.0), mann_whitney(&x, &y).unwrap().p, brunner];
                errors.iter_mut().zip(p).for_each(|(errors, p)| *errors += u32::from(p < 0.05));
            }
            let [welch, u, brunner] = errors.map(|e| 100.0 * f64::from(e) / f64::from(REPETITIONS));
            assert!(
                welch < 6.2 && (u < 6.2 || spread != 1.0) && brunner < 9.0,
                "{welch} {u} {brunner}"
            );
        }
    }

    #[test]
    fn samples_without_spread_are_not_judged_where_that_needs_one() {
        let (low, high) = ([1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0, 2.0]);
        assert_eq!(Welch::of(&low, &high), None);
        assert_eq!(brunner_munzel(&low, &high), None);
        assert_close(mann_whitney(&low, &high).unwrap().p, 2.0 / 70.0, 1e-12);
        assert_eq!(mann_whitney(&low, &low).unwrap().p, 1.0);
        assert_eq!(mann_whitney(&[], &low), None);
        assert!(mann_whitney(&[f64::NAN], &low).unwrap().p.is_nan());
        assert!(brunner_munzel(&[f64::NAN, 1.0], &low).unwrap().p.is_nan());
        assert!(Welch::of(&[f64::NAN, 1.0], &low).unwrap().p(0.0).is_nan());
    }

    #[test]
    fn the_normal_approximation_takes_over_without_a_jump() {
        let mut stream = Stream::new(6, Purpose::Weights, 0);
        let x: Vec<f64> = (0..50).map(|_| stream.gaussian() + 0.3).collect();
        let y: Vec<f64> = (0..50).map(|_| stream.gaussian()).collect();
        let exact = mann_whitney(&x, &y).unwrap().p;
        let more: Vec<f64> = y.iter().copied().chain([0.1]).collect();
        let approximate = mann_whitney(&x, &more).unwrap().p;
        assert!((exact - approximate).abs() < 0.1 * exact + 1e-3, "{exact} {approximate}");
    }
}
