//! One number for many runs on many data sets, with intervals: Agarwal et al., "Deep Reinforcement Learning at the Edge
//! of the Statistical Precipice" (2021).

use crate::rng::{Purpose, Stream};
use crate::stats::{Interval, interquartile_mean, mean, median, quantile};

/// A summary of the scores of a method, the runs of each data set in a list of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// The mean of the middle half of all runs.
    Iqm,
    /// The mean of the means of the data sets.
    Mean,
    /// The median of the means of the data sets.
    Median,
    /// By how much runs fall short of 1 on average; what is beyond 1 does not make up for others.
    OptimalityGap,
}

impl Aggregate {
    /// The number; NaN without data sets, for one without runs and for a score that is NaN.
    #[must_use]
    pub fn of(self, scores: &[Vec<f64>]) -> f64 {
        let means = || scores.iter().map(|runs| mean(runs)).collect::<Vec<f64>>();
        let all = || scores.concat();
        match self {
            Self::Iqm => interquartile_mean(&all()),
            Self::Mean => mean(&means()),
            Self::Median => median(&means()),
            Self::OptimalityGap => {
                // f64::min would take the number and lose the NaN.
                let cut: Vec<f64> =
                    all().into_iter().map(|x| if x > 1.0 { 1.0 } else { x }).collect();
                1.0 - mean(&cut)
            }
        }
    }
}

/// The shares of runs with a score above each of some `thresholds` (a performance profile, or run-score distribution).
/// NaN without runs, and if a score is NaN.
#[must_use]
pub fn shares_above(scores: &[Vec<f64>], thresholds: &[f64]) -> Vec<f64> {
    let mut all = scores.concat();
    if all.iter().any(|score| score.is_nan()) {
        return vec![f64::NAN; thresholds.len()];
    }
    all.sort_unstable_by(f64::total_cmp);
    let above = |t: &f64| all.len() - all.partition_point(|score| score <= t);
    thresholds.iter().map(|t| above(t) as f64 / all.len() as f64).collect()
}

/// Percentile intervals of some statistics by the stratified bootstrap: every resample draws from the runs of each data
/// set as many as it has. An interval for each of the numbers that `statistics` returns.
///
/// The data sets stay what they are: an interval says what other seeds would do, and nothing of other data sets. The
/// same scores and `seed` give the same bits.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded, there are no `resamples`, a data set has no run or more than 2³²,
/// or `statistics` returns now more numbers and now less.
#[must_use]
#[track_caller]
pub fn stratified_bootstrap(
    scores: &[Vec<f64>],
    statistics: impl Fn(&[Vec<f64>]) -> Vec<f64>,
    level: f64,
    resamples: usize,
    seed: u64,
) -> Vec<Interval> {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    assert!(resamples > 0, "a bootstrap needs resamples");
    let mut stream = Stream::new(seed, Purpose::Bootstrap, 0);
    let mut again = scores.to_vec();
    let mut replicates: Vec<Vec<f64>> = Vec::new();
    for _ in 0..resamples {
        for (again, runs) in again.iter_mut().zip(scores) {
            let count = u32::try_from(runs.len()).expect("more runs than 32 bits count");
            again.fill_with(|| runs[stream.below(count) as usize]);
        }
        let numbers = statistics(&again);
        replicates.resize_with(numbers.len(), Vec::new);
        replicates.iter_mut().zip(numbers).for_each(|(of, number)| of.push(number));
    }
    let tail = (1.0 - level) / 2.0;
    let interval = |replicates: &Vec<f64>| {
        assert_eq!(replicates.len(), resamples, "as many numbers of every resample");
        Interval { low: quantile(replicates, tail), high: quantile(replicates, 1.0 - tail) }
    };
    replicates.iter().map(interval).collect()
}

#[cfg(test)]
mod tests {
    use super::super::vectors::AGGREGATES;
    use super::*;
    use crate::stats::vectors::assert_close;

    const ALL: [Aggregate; 4] =
        [Aggregate::Iqm, Aggregate::Mean, Aggregate::Median, Aggregate::OptimalityGap];

    fn scores() -> Vec<Vec<f64>> {
        AGGREGATES.scores.iter().map(|runs| runs.to_vec()).collect()
    }

    fn thresholds() -> Vec<f64> {
        AGGREGATES.profile.iter().map(|point| point.0).collect()
    }

    #[test]
    fn points_agree_with_rliable() {
        for (aggregate, (point, ..)) in ALL.into_iter().zip(AGGREGATES.aggregates) {
            assert_close(aggregate.of(&scores()), *point, 1e-12);
        }
        let shares = shares_above(&scores(), &thresholds());
        for (ours, (_, share, ..)) in shares.iter().zip(AGGREGATES.profile) {
            assert!((ours - share).abs() < 1e-12);
        }
    }

    /// The intervals of two bootstraps with other random numbers: a twentieth of their width apart.
    #[test]
    fn intervals_agree_with_rliable() {
        let statistics = |again: &[Vec<f64>]| {
            let points = ALL.iter().map(|aggregate| aggregate.of(again));
            points.chain(shares_above(again, &thresholds())).collect()
        };
        let ours = stratified_bootstrap(&scores(), statistics, 0.95, 10_000, 1);
        let theirs = AGGREGATES.aggregates.iter().map(|&(_, low, high)| (low, high));
        let theirs = theirs.chain(AGGREGATES.profile.iter().map(|&(_, _, low, high)| (low, high)));
        for (ours, (low, high)) in ours.iter().zip(theirs) {
            // A share moves in steps of a run.
            let slack = 0.05 * (high - low) + 1.0 / 60.0;
            let close = (ours.low - low).abs() <= slack && (ours.high - high).abs() <= slack;
            assert!(close, "{ours:?}, not {low} to {high}");
        }
        for (ours, &(_, low, high)) in ours.iter().zip(AGGREGATES.aggregates) {
            let slack = 0.05 * (high - low);
            assert!((ours.low - low).abs() < slack && (ours.high - high).abs() < slack, "{ours:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_bits_and_no_spread_no_width() {
        let mean = |again: &[Vec<f64>]| vec![Aggregate::Mean.of(again)];
        let of = |seed| stratified_bootstrap(&scores(), mean, 0.95, 200, seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let one = stratified_bootstrap(&[vec![1.0], vec![3.0]], mean, 0.95, 50, 1);
        assert_eq!(one, [Interval { low: 2.0, high: 2.0 }]);
    }

    #[test]
    fn a_nan_is_not_lost() {
        for aggregate in ALL {
            assert!(aggregate.of(&[vec![0.5, f64::NAN], vec![2.0, 0.1]]).is_nan(), "{aggregate:?}");
        }
        assert!(shares_above(&[vec![0.5, f64::NAN]], &[0.1])[0].is_nan());
    }
}
