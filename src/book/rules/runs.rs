//! The rules for a number of the book that is one run, or the best of several.

use super::{Finding, Found};
use crate::stats::{
    Best, Interval, best_of_interval, confidence_interval, mean, prediction_interval,
    rank_interval, rank_interval_least, same, std_dev,
};
use crate::text::significant;

const FEW: &str = "too few seeds";

pub(super) fn single_run(level: f64, book: f64, sample: &[f64]) -> Finding {
    let interval = prediction_interval(sample, level).ok_or(FEW)?;
    Ok(found(from_zero(interval, book, sample), book, format!("from {} seeds", sample.len())))
}

pub(super) fn single_run_log(level: f64, book: f64, sample: &[f64]) -> Finding {
    if let Some(not_positive) = sample.iter().chain([&book]).find(|&&value| value <= 0.0) {
        return Err(format!("{} has no logarithm", significant(*not_positive, 3)));
    }
    if let Some(finding) = without_spread(1, level, book, sample) {
        return finding;
    }
    let logs: Vec<f64> = sample.iter().map(|&value| libm::log(value)).collect();
    let of_logs = prediction_interval(&logs, level).ok_or(FEW)?;
    let interval = Interval { low: libm::exp(of_logs.low), high: libm::exp(of_logs.high) };
    Ok(found(interval, book, format!("from {} seeds", sample.len())))
}

pub(super) fn best_of(runs: usize, level: f64, best: Best, book: f64, sample: &[f64]) -> Finding {
    if let Some(finding) = without_spread(runs, level, book, sample) {
        return finding;
    }
    if let Some(interval) = rank_interval(sample, runs, level, best) {
        return Ok(found(interval, book, format!("from the ranks of {} seeds", sample.len())));
    }
    let interval = best_of_interval(sample, runs, level, best).ok_or(FEW)?;
    let words = format!(
        "as of normal values: {} seeds, from their ranks it takes {}",
        sample.len(),
        rank_interval_least(runs, level)
    );
    Ok(found(from_zero(interval, book, sample), book, words))
}

pub(super) fn best_by_validation(runs: usize, level: f64, book: f64, sample: &[f64]) -> Finding {
    if let Some(finding) = without_spread(runs, level, book, sample) {
        return finding;
    }
    let any = prediction_interval(sample, level).ok_or(FEW)?;
    let best = best_of_interval(sample, runs, level, Best::Highest).ok_or(FEW)?;
    let interval = Interval { low: any.low, high: best.high };
    Ok(found(from_zero(interval, book, sample), book, format!("from {} seeds", sample.len())))
}

pub(super) fn shape(level: f64, book: f64, sample: &[f64]) -> Finding {
    if let Some(finding) = without_spread(1, level, book, sample) {
        return finding;
    }
    if let Some(interval) = rank_interval(sample, 1, level, Best::Highest) {
        return Ok(found(interval, book, format!("from the ranks of {} seeds", sample.len())));
    }
    // Whole numbers, most of them equal, have a spread below the distance from one to the next. What a seed has shown is
    // no surprise of the book.
    let of_t = from_zero(prediction_interval(sample, level).ok_or(FEW)?, book, sample);
    let interval = Interval {
        low: sample.iter().copied().fold(of_t.low, f64::min),
        high: sample.iter().copied().fold(of_t.high, f64::max),
    };
    Ok(found(interval, book, format!("from {} seeds", sample.len())))
}

pub(super) fn mean_within(at_least: f64, at_most: f64, level: f64, sample: &[f64]) -> Finding {
    let interval = confidence_interval(sample, level).ok_or(FEW)?;
    let fits = interval.low <= at_most && interval.high >= at_least;
    let words = format!("mean {} of {} seeds", significant(mean(sample), 3), sample.len());
    Ok(Found { fits, interval: Some(interval), p: None, words })
}

fn found(interval: Interval, book: f64, words: String) -> Found {
    Found { fits: interval.contains(book), interval: Some(interval), p: None, words }
}

/// Cut at 0 if nothing is negative, as of costs and counts: for the eye, since the book's number is not negative either.
fn from_zero(interval: Interval, book: f64, sample: &[f64]) -> Interval {
    let negative = sample.iter().any(|&value| value < 0.0) || book < 0.0;
    if negative { interval } else { Interval { low: interval.low.max(0.0), ..interval } }
}

/// The finding if all seeds have one value, which leaves an interval no length.
///
/// That n values are equal and the best of k further ones is another has a probability of at most k/(n + k), whatever
/// their distribution: of all n + k at least one differs, and it has to be among the k.
fn without_spread(runs: usize, level: f64, book: f64, sample: &[f64]) -> Option<Finding> {
    let (n, value) = (sample.len(), *sample.first()?);
    if std_dev(sample)? != 0.0 {
        return None;
    }
    let words = format!("all {n} seeds give {}", significant(value, 5));
    let interval = Some(Interval { low: value, high: value });
    if same(value, book) {
        return Some(Ok(Found { fits: true, interval, p: None, words }));
    }
    let p = runs as f64 / (n + runs) as f64;
    Some(if p <= 1.0 - level {
        Ok(Found { fits: false, interval, p: Some(p), words })
    } else {
        Err(format!("{words}, too few to rule out another value"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Evidence, Judgement, Rule, Verdict, judge};
    use super::*;

    const RUN: Rule = Rule::SingleRun { level: 0.95 };
    const LOG: Rule = Rule::SingleRunLog { level: 0.95 };
    const SHAPE: Rule = Rule::Shape { level: 0.95 };
    const BEST: Rule = Rule::BestOf { runs: 3, level: 0.95, best: Best::Highest };
    const CHOSEN: Rule = Rule::BestByValidation { runs: 3, level: 0.95 };

    fn judged(rule: Rule, book: f64, values: &[f64]) -> Judgement {
        judge(rule, Some(book), &Evidence::Seeds { values: values.into(), lost: 0 })
    }

    #[test]
    fn a_single_run_is_judged_by_the_t_interval_from_zero() {
        let judgement = judged(RUN, 0.0, &[1.0, 2.5]);
        let interval = judgement.interval.unwrap();
        assert_eq!((judgement.verdict, interval.low), (Verdict::Inside, 0.0));
        assert_eq!(interval.high, prediction_interval(&[1.0, 2.5], 0.95).unwrap().high);
        assert_eq!(judged(RUN, 18.3, &[1.0, 2.5]).verdict, Verdict::Outside);
        // What can be negative is not cut.
        let judgement = judged(RUN, -3.0, &[-1.0, 2.5, 0.1]);
        assert!(judgement.verdict == Verdict::Inside && judgement.interval.unwrap().low < -3.0);
    }

    #[test]
    fn norms_are_judged_by_their_factors() {
        let norms = [0.005, 0.01, 0.02, 0.011, 0.007];
        let interval = judged(LOG, 0.01, &norms).interval.unwrap();
        assert!(interval.low > 0.0, "{interval:?}");
        let thousandfold = norms.map(|norm| 1000.0 * norm);
        let scaled = judged(LOG, 10.0, &thousandfold).interval.unwrap();
        assert!((scaled.high / interval.high - 1000.0).abs() < 1e-9);
        for (book, values) in [(0.01, [0.01, -0.02]), (0.0, [0.01, 0.02]), (0.01, [0.0, 0.01])] {
            let judgement = judged(LOG, book, &values);
            assert_eq!(judgement.verdict, Verdict::Unknown);
            assert!(judgement.words.ends_with(" has no logarithm"), "{}", judgement.words);
        }
    }

    #[test]
    fn the_best_of_runs_is_judged_by_ranks_if_it_can_be() {
        // Two heaps, the highest of three nearly always in the upper one.
        let heaps: Vec<f64> =
            (0..58).map(|i| if i % 3 == 0 { 67.0 } else { 96.2 } + 0.01 * f64::from(i)).collect();
        let few = judged(BEST, 96.59, &heaps[..57]);
        let words = "as of normal values: 57 seeds, from their ranks it takes 58";
        assert_eq!((few.verdict, few.words.as_str()), (Verdict::Inside, words));
        assert!(few.interval.unwrap().high > 100.0);
        let many = judged(BEST, 96.59, &heaps);
        assert_eq!(many.words, "from the ranks of 58 seeds");
        assert!(many.verdict == Verdict::Inside && many.interval.unwrap().high < 97.0);
        assert_eq!(judged(BEST, 97.0, &heaps).verdict, Verdict::Outside);
        let one = Rule::BestOf { runs: 1, level: 0.95, best: Best::Lowest };
        let (best, run) = (judged(one, 2.0, &[1.0, 2.5, 3.0]), judged(RUN, 2.0, &[1.0, 2.5, 3.0]));
        assert!((best.interval.unwrap().high - run.interval.unwrap().high).abs() < 1e-6);
    }

    #[test]
    fn the_run_that_validation_chooses_is_no_worse_than_any_and_no_better_than_the_best() {
        let seeds = [97.8, 97.86, 97.71];
        let interval = judged(CHOSEN, 97.8, &seeds).interval.unwrap();
        assert_eq!(interval.low, judged(RUN, 97.8, &seeds).interval.unwrap().low);
        assert_eq!(interval.high, judged(BEST, 97.8, &seeds).interval.unwrap().high);
        assert_eq!(judged(CHOSEN, 97.2, &seeds).verdict, Verdict::Outside);
        assert_eq!(judged(CHOSEN, 98.3, &seeds).verdict, Verdict::Inside);
        assert_eq!(judged(CHOSEN, 98.5, &seeds).verdict, Verdict::Outside);
        let one = Rule::BestByValidation { runs: 1, level: 0.95 };
        let (chosen, run) = (judged(one, 97.8, &seeds), judged(RUN, 97.8, &seeds));
        assert!((chosen.interval.unwrap().high - run.interval.unwrap().high).abs() < 1e-6);
    }

    #[test]
    fn a_mean_is_outside_a_range_if_its_interval_is() {
        let rule = Rule::MeanWithin { at_least: 3.0, at_most: 5.0, level: 0.95 };
        let verdict = |values: &[f64]| {
            let evidence = Evidence::Seeds { values: values.into(), lost: 0 };
            judge(rule, None, &evidence).verdict
        };
        assert_eq!(verdict(&[3.9, 4.0, 4.2]), Verdict::Inside);
        // 2.8 ± 0.25 reaches 3, 2.6 ± 0.25 does not; likewise above.
        assert_eq!(verdict(&[2.7, 2.8, 2.9]), Verdict::Inside);
        assert_eq!(verdict(&[2.5, 2.6, 2.7]), Verdict::Outside);
        assert_eq!(verdict(&[5.1, 5.2, 5.3]), Verdict::Inside);
        assert_eq!(verdict(&[5.3, 5.4, 5.5]), Verdict::Outside);
        assert_eq!(verdict(&[4.0]), Verdict::Unknown);
        assert_eq!(verdict(&[4.0, f64::NAN]), Verdict::Unknown);
    }

    #[test]
    fn equal_seeds_rule_out_another_value_only_if_there_are_many() {
        for (rule, enough) in [(SHAPE, 19), (LOG, 19), (BEST, 57), (CHOSEN, 57)] {
            assert_eq!(judged(rule, 3.0, &[3.0; 4]).verdict, Verdict::Inside);
            let few = judged(rule, 4.0, &vec![3.0; enough - 1]);
            let why = format!("all {} seeds give 3, too few to rule out another value", enough - 1);
            assert_eq!((few.verdict, few.words), (Verdict::Unknown, why));
            let many = judged(rule, 4.0, &vec![3.0; enough]);
            assert_eq!((many.verdict, many.p), (Verdict::Outside, Some(0.05)));
        }
        // Equal but for rounding.
        assert_eq!(judged(SHAPE, 0.3, &[0.1 + 0.2; 4]).verdict, Verdict::Inside);
    }

    #[test]
    fn a_shape_that_a_seed_has_is_not_outside() {
        let mut epochs = [3.0; 10];
        epochs[7] = 4.0;
        assert_eq!(judged(RUN, 4.0, &epochs).verdict, Verdict::Outside);
        let judgement = judged(SHAPE, 4.0, &epochs);
        assert_eq!((judgement.verdict, judgement.interval.unwrap().high), (Verdict::Inside, 4.0));
        assert_eq!(judged(SHAPE, 5.0, &epochs).verdict, Verdict::Outside);
        let many: Vec<f64> = (0..100).map(f64::from).collect();
        let interval = judged(SHAPE, 1.0, &many).interval.unwrap();
        assert_eq!((interval.low, interval.high), (1.0, 98.0));
    }

    #[test]
    fn one_seed_or_a_lost_one_tells_nothing() {
        for rule in [RUN, LOG, SHAPE, BEST, CHOSEN] {
            for values in [&[][..], &[3.0], &[3.0, f64::NAN], &[3.0, 4.0, f64::INFINITY]] {
                assert_eq!(judged(rule, 3.0, values).verdict, Verdict::Unknown);
            }
            let evidence = Evidence::Seeds { values: vec![3.0, 4.0], lost: 1 };
            assert_eq!(judge(rule, Some(3.0), &evidence).words, "1 of 3 seeds diverged");
            assert_eq!(judged(rule, 3.5, &[3.0, 4.0]).verdict, Verdict::Inside);
        }
    }
}
