//! Scores of different data sets on one scale, and what they are worth together.

use super::{Normalise, Ranking, RankingError};
use crate::results::runs::{Direction, Runs};
use crate::stats::{Aggregate, Interval, shares_above, stratified_bootstrap};

/// What all runs of a method are worth together.
#[derive(Debug, Clone, PartialEq)]
pub struct Overall {
    /// The aggregates, each with a 95 % percentile interval of the stratified bootstrap.
    pub aggregates: Vec<(Aggregate, f64, Interval)>,
    /// The performance profile; empty if none was asked for.
    pub profile: Vec<Profile>,
}

/// A point of a performance profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// The score τ.
    pub threshold: f64,
    /// The share of runs that are better.
    pub share: f64,
    /// Its 95 % percentile interval.
    pub interval: Interval,
}

/// The points of a profile.
const POINTS: usize = 101;
/// How far a profile begins before the worst run, in parts of the range.
const MARGIN: f64 = 0.02;
const LEVEL: f64 = 0.95;

/// The scores of all runs: of a method, of a data set, of a run.
pub(super) type Normalised = Vec<Vec<Vec<f64>>>;

/// The aggregates that there are: without a common scale nothing says what an optimal score is.
pub(super) fn aggregates(ranking: &Ranking) -> Vec<Aggregate> {
    let optimum = ranking.request.normalise.is_some()
        || ranking.measure.is_percentage() && ranking.measure.better == Direction::Higher;
    let mut aggregates = vec![Aggregate::Iqm, Aggregate::Mean, Aggregate::Median];
    aggregates.extend(optimum.then_some(Aggregate::OptimalityGap));
    aggregates
}

/// Whether small scores are better: with a scale of their own they are turned.
pub(super) fn small_is_better(ranking: &Ranking) -> bool {
    ranking.request.normalise.is_none() && ranking.measure.better == Direction::Lower
}

/// The scores of all runs, on a common scale if one was asked for.
pub(super) fn normalised(runs: &Runs, ranking: &Ranking) -> Result<Normalised, RankingError> {
    let scores = &ranking.scores;
    for (method, line) in scores.methods.iter().zip(&scores.scores) {
        let first = line[0].runs.len();
        if let Some(other) = line.iter().position(|score| score.runs.len() != first) {
            return Err(RankingError::Uneven {
                method: method.clone(),
                data: scores.data_sets[0].clone(),
                one: first,
                elsewhere: scores.data_sets[other].clone(),
                other: line[other].runs.len(),
            });
        }
    }
    let mut normalised = vec![Vec::new(); scores.methods.len()];
    for (data, data_name) in scores.data_sets.iter().enumerate() {
        let scale = match &ranking.request.normalise {
            None => None,
            Some(normalise) => Some(scale(runs, ranking, normalise, data)?),
        };
        let of_run = |value: f64| scale.map_or(value, |(low, high)| (value - low) / (high - low));
        let on_data: Vec<Vec<f64>> = scores
            .scores
            .iter()
            .map(|line| line[data].values.iter().map(|&value| of_run(value)).collect())
            .collect();
        // A run that came to nothing is not better than any that came to something.
        let worst = on_data.iter().flatten().copied().fold(0.0, f64::min);
        for (method, mut values) in on_data.into_iter().enumerate() {
            let score = &scores.scores[method][data];
            if score.lost.any() && scale.is_none() {
                return Err(RankingError::Lost {
                    lost: score.lost.words(score.runs.len()),
                    method: scores.methods[method].clone(),
                    data: data_name.clone(),
                });
            }
            values.extend(std::iter::repeat_n(worst, score.lost.count()));
            normalised[method].push(values);
        }
    }
    Ok(normalised)
}

/// Which scores of a data set become 0 and 1.
fn scale(
    runs: &Runs,
    ranking: &Ranking,
    normalise: &Normalise,
    data: usize,
) -> Result<(f64, f64), RankingError> {
    let name = &ranking.scores.data_sets[data];
    let lower = ranking.measure.better == Direction::Lower;
    match normalise {
        Normalise::MinMax => {
            let of_data = ranking.scores.scores.iter().flat_map(|line| &line[data].values).copied();
            let least = of_data.clone().fold(f64::INFINITY, f64::min);
            let most = of_data.fold(f64::NEG_INFINITY, f64::max);
            if least >= most {
                return Err(RankingError::Normalise(format!(
                    "all runs on {name} have the same score, so that min-max leaves no scale there"
                )));
            }
            Ok(if lower { (most, least) } else { (least, most) })
        }
        Normalise::Between(low, high) => {
            let (low, high) = (end(runs, ranking, low, data)?, end(runs, ranking, high, data)?);
            let rises = if lower { low > high } else { low < high };
            if !rises || !(high - low).is_finite() {
                return Err(RankingError::Normalise(format!(
                    "on {name} the score {high}, which is to become 1, is not better than {low}, which is to become 0"
                )));
            }
            Ok((low, high))
        }
    }
}

/// An end of the scale of a data set: a number, or what all its runs have in a column.
fn end(runs: &Runs, ranking: &Ranking, text: &str, data: usize) -> Result<f64, RankingError> {
    if let Ok(number) = text.parse::<f64>() {
        return Ok(number);
    }
    let name = &ranking.scores.data_sets[data];
    let wrong = |what: String| Err(RankingError::Normalise(what));
    let of_data = ranking.scores.scores.iter().flat_map(|line| &line[data].runs);
    let cells: Option<Vec<&str>> = of_data.map(|&run| runs.cell(run, text)).collect();
    let Some(cells) = cells else {
        return wrong(format!("a run on {name} has no value in a column '{text}'"));
    };
    let first = cells.first().copied().unwrap_or_default();
    if let Some(other) = cells.iter().find(|cell| **cell != first) {
        return wrong(format!(
            "column '{text}' has several values on {name}, among them {first} and {other}; expected one a data set"
        ));
    }
    match first.trim().parse::<f64>() {
        Ok(number) => Ok(number),
        Err(_) => wrong(format!("'{first}' in column '{text}' is not a number")),
    }
}

/// Aggregates and profiles of all methods.
pub(super) fn overall(ranking: &Ranking, normalised: &Normalised) -> Vec<Overall> {
    let kinds = aggregates(ranking);
    // Of costs the share below a threshold counts.
    let sign = if small_is_better(ranking) { -1.0 } else { 1.0 };
    let all = || normalised.iter().flatten().flatten().copied();
    let ends = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    // From a little before the worst run to the best one, or the other way round.
    let place = |i: usize| {
        (i as f64 * (1.0 + MARGIN) / (POINTS - 1) as f64) - if sign > 0.0 { MARGIN } else { 0.0 }
    };
    let thresholds: Vec<f64> = match ranking.request.profiles {
        true => (0..POINTS).map(|i| ends.0 + (ends.1 - ends.0) * place(i)).collect(),
        false => Vec::new(),
    };
    let turned_thresholds: Vec<f64> = thresholds.iter().map(|t| sign * t).collect();
    let of_method = |scores: &Vec<Vec<f64>>| {
        let statistics = |scores: &[Vec<f64>]| -> Vec<f64> {
            let turned: Vec<Vec<f64>> = match sign < 0.0 && !thresholds.is_empty() {
                true => scores.iter().map(|runs| runs.iter().map(|x| -x).collect()).collect(),
                false => Vec::new(),
            };
            let of = if turned.is_empty() { scores } else { &turned };
            let points = kinds.iter().map(|kind| kind.of(scores));
            points.chain(shares_above(of, &turned_thresholds)).collect()
        };
        let points = statistics(scores);
        let request = &ranking.request;
        let intervals =
            stratified_bootstrap(scores, statistics, LEVEL, request.resamples, request.seed);
        let mut both = points.into_iter().zip(intervals);
        let aggregates = kinds.iter().zip(both.by_ref());
        let aggregates = aggregates.map(|(&kind, (point, interval))| (kind, point, interval));
        Overall {
            aggregates: aggregates.collect(),
            profile: thresholds
                .iter()
                .zip(both)
                .map(|(&threshold, (share, interval))| Profile { threshold, share, interval })
                .collect(),
        }
    };
    normalised.iter().map(of_method).collect()
}
