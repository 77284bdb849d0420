//! What a careful reader asks of a ranking, in sentences.

use super::normalised::small_is_better;
use super::pairs::DRAWS;
use super::{LeaveOut, Normalise, PostHoc, Ranking};
use crate::report::words::p_equals;
use crate::results::runs::Lost;

/// The caption. `bold` is how the best are marked: "Bold", or a character.
pub(super) fn caption(ranking: &Ranking, bold: &str) -> Vec<String> {
    let mut lines = vec![what(ranking), seeds(ranking)];
    lines.extend(dropped(ranking));
    lines.push(friedman(ranking));
    lines.extend(post_hoc(ranking, bold));
    lines.extend(practical(ranking));
    lines.extend(lost(ranking));
    lines.extend(overall(ranking));
    lines.extend(ranking.assumed.clone());
    lines
}

/// The sentences that a figure of the ranks needs.
pub(super) fn of_figure(ranking: &Ranking) -> String {
    let lines = [friedman(ranking)].into_iter().chain(lost(ranking)).chain(few(ranking));
    lines.collect::<Vec<_>>().join(" ")
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn what(ranking: &Ranking) -> String {
    let Ranking { measure, scores, request, .. } = ranking;
    let conditions = request.conditions.iter();
    let conditions: Vec<String> = conditions
        .map(|(name, values)| format!("{} = {}", name.replace('_', " "), values.join(" or ")))
        .collect();
    let only = match conditions.is_empty() {
        true => String::new(),
        false => format!(", for {}", conditions.join(" and ")),
    };
    let unit = if measure.is_percentage() { ", in percent" } else { "" };
    format!(
        "{} on {} by their {}{unit}{only}: the average of their ranks on the data sets, from 1, the best; equal scores \
         share the mean of their ranks. {}",
        count(scores.methods.len(), "method"),
        count(scores.data_sets.len(), "data set"),
        measure.words(),
        measure.direction()
    )
}

fn seeds(ranking: &Ranking) -> String {
    let words = match ranking.scores.seeds() {
        (1, 1) => "A score is a single run".into(),
        (a, b) if a == b => format!("A score is the mean over {b} runs"),
        (a, b) => format!("A score is the mean over {a} to {b} runs"),
    };
    let differing = &ranking.scores.differing;
    match differing.is_empty() {
        true => format!("{words}."),
        false => {
            let names: Vec<String> = differing.iter().map(|name| name.replace('_', " ")).collect();
            format!("{words}, which may differ in {}.", names.join(" and "))
        }
    }
}

fn dropped(ranking: &Ranking) -> Option<String> {
    let dropped = &ranking.scores.dropped;
    let (one, several) = match ranking.request.drop_incomplete? {
        LeaveOut::Methods => ("method", "methods have no value on some data set"),
        LeaveOut::Data => ("data set", "data sets lack a value of some method"),
    };
    match dropped.as_slice() {
        [] => None,
        [only] if one == "method" => {
            Some(format!("Left out: {only}, which has no value on some data set."))
        }
        [only] => Some(format!("Left out: {only}, on which some method has no value.")),
        names => Some(format!("Left out: {}; these {several}.", names.join(", "))),
    }
}

/// Whether there is any difference.
fn friedman(ranking: &Ranking) -> String {
    let test = &ranking.friedman;
    let (k, n) = (test.methods, test.data_sets);
    if k == 2 {
        return "Of two methods there is only one pair to test.".into();
    }
    let says = match ranking.any_differ() {
        true => "says that the methods differ",
        false => "does not show that the methods differ, and so none are told apart",
    };
    let ties = match (test.chi2 - test.chi2_uncorrected).abs() > 0.005 {
        true => format!(", corrected for ties (without: {:.2})", test.chi2_uncorrected),
        false => String::new(),
    };
    let f = match test.f.is_finite() {
        true => {
            format!("F = {:.2} with {} and {} degrees of freedom", test.f, k - 1, (k - 1) * (n - 1))
        }
        false => "one order on all data sets".into(),
    };
    format!(
        "Friedman's test {says}: χ² = {:.2} with {} degrees of freedom{ties}, {}; after Iman and Davenport {f}, {}. It \
         takes the data sets to be independent of each other.",
        test.chi2,
        k - 1,
        p_equals(test.chi2_p),
        p_equals(test.f_p)
    )
}

/// Which methods are told apart, and how.
fn post_hoc(ranking: &Ranking, bold: &str) -> Vec<String> {
    let (alpha, pairs) = (ranking.request.alpha, ranking.pairs.len());
    let all = match pairs {
        1 => String::new(),
        n => format!(", corrected by Holm for all {n} pairs,"),
    };
    let apart = format!("cannot tell them apart at the level {alpha}");
    let mut lines = vec![match (ranking.request.post_hoc(), ranking.critical_difference) {
        (PostHoc::Nemenyi, _) if !ranking.any_differ() => {
            "So all methods share a letter. p is that of Nemenyi's test.".into()
        }
        (PostHoc::WilcoxonHolm, _) if !ranking.any_differ() => {
            "So all methods share a letter. p is that of Wilcoxon's exact signed-rank test of their scores.".into()
        }
        (PostHoc::Nemenyi, Some(cd)) => format!(
            "Methods share a letter if Nemenyi's test {apart}: their average ranks differ by less than CD = {cd:.2}."
        ),
        _ => format!(
            "Methods share a letter if Wilcoxon's exact signed-rank test of their scores{all} {apart}."
        ),
    }];
    let name = &ranking.scores.methods[ranking.reference];
    lines.push(match (ranking.request.post_hoc(), &ranking.request.baseline) {
        (PostHoc::WilcoxonHolm, Some(_)) if pairs > 1 => format!(
            "p compares with {name}, and is corrected by Holm for the {} comparisons with it.",
            ranking.scores.methods.len() - 1
        ),
        (_, _) if pairs > 1 => {
            format!("p compares with {name}, and is corrected for all {pairs} pairs.")
        }
        _ => format!("p compares with {name}."),
    });
    lines.push(format!("{bold} marks the best average rank and those not told apart from it."));
    lines.extend(few(ranking));
    lines
}

/// What too few data sets cannot show.
fn few(ranking: &Ranking) -> Option<String> {
    let n = ranking.scores.data_sets.len();
    let (smallest, alpha) = (ranking.smallest_p(), ranking.request.alpha);
    if smallest >= alpha {
        let test = match ranking.request.post_hoc() {
            PostHoc::Nemenyi => "Nemenyi's test",
            PostHoc::WilcoxonHolm => "Wilcoxon's test",
        };
        return Some(format!(
            "With {n} data sets {test} cannot tell any methods apart, whatever their scores: its smallest p is {}.",
            crate::text::significant(smallest, 2)
        ));
    }
    (n < 10 && ranking.request.post_hoc() == PostHoc::Nemenyi).then(|| {
        format!(
            "With only {n} data sets the distributions of χ², F and Nemenyi's test are rough approximations; from about 10 \
             data sets on they are good."
        )
    })
}

fn practical(ranking: &Ranking) -> Option<String> {
    let rope = ranking.request.rope?;
    let width = match ranking.measure.is_percentage() {
        true => {
            let points = (100.0 * rope * 1e9).round() / 1e9;
            let noun = if points == 1.0 { "point" } else { "points" };
            format!("{points} {noun} ({rope} in the file)")
        }
        false => format!("{rope}"),
    };
    let name = &ranking.scores.methods[ranking.reference];
    Some(format!(
        "P(better), P(equal) and P(worse) compare with {name} by the Bayesian signed-rank test ({DRAWS} draws, seed {}); \
         scores that differ by at most {width} are practically equal.",
        ranking.request.seed
    ))
}

/// How many runs have no value, and what follows.
fn lost(ranking: &Ranking) -> Option<String> {
    let lost: Lost = ranking.scores.lost();
    lost.any().then(|| {
        let words = lost.words(ranking.scores.runs()).replace("trainings", "runs");
        format!(
            "{words}; on a data set with such a run a method is ranked behind all that have none, and alike those that \
             have, and there is no mean."
        )
    })
}

fn overall(ranking: &Ranking) -> Option<String> {
    ranking.overall.as_ref()?;
    let request = &ranking.request;
    let scale = match &request.normalise {
        None => "as they are in the file".into(),
        Some(Normalise::MinMax) => {
            "from 0 to 1, the worst and the best run on each data set".into()
        }
        Some(Normalise::Between(low, high)) => {
            format!("from 0 to 1, {low} and {high} on each data set")
        }
    };
    let gap = match super::normalised::aggregates(ranking).len() {
        4 => " The optimality gap is by how much runs fall short of 1 on average.",
        _ => "",
    };
    let small = if small_is_better(ranking) { " Small ones are better." } else { "" };
    let lost = match ranking.scores.lost().any() {
        true => " A run without a value counts as 0, or as the worst of its data set below that.",
        false => "",
    };
    Some(format!(
        "All runs: scores {scale}; the interquartile mean is that of the middle half of all runs, mean and median are of the \
         means of the data sets.{gap}{small}{lost} Intervals are 95 % percentile intervals of the bootstrap, stratified by \
         data set ({} resamples, seed {}): they say what other seeds would do, and nothing of other data sets.",
        request.resamples, request.seed
    ))
}
