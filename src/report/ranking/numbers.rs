//! A ranking as CSV: numbers in full, empty where there is none.

use super::document::{mean_score, versus};
use super::{Ranking, groups};
use crate::input::CsvReader;
use crate::report::csv_text::{number, written};
use crate::stats::Aggregate;
use std::path::Path;

const PROFILE: [&str; 5] = ["method", "threshold", "share", "ci_low", "ci_high"];

/// The table: a row a method, or a row a pair of methods if all pairs were asked for.
pub(super) fn table(ranking: &Ranking, safe: bool) -> String {
    written(if ranking.request.all_pairs { pairs(ranking) } else { methods(ranking) }, safe)
}

/// Whether a file begins as the CSV of a ranking does.
pub fn is_ranking_numbers(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let first = head.lines().next().unwrap_or_default();
    first.contains("average_rank,data_sets,runs,mean,p,") || first.starts_with("method_a,method_b,")
}

/// The performance profiles, a row a point.
pub(super) fn profiles(ranking: &Ranking) -> String {
    let mut rows = vec![PROFILE.map(String::from).to_vec()];
    for (method, overall) in ranking.scores.methods.iter().zip(ranking.overall.iter().flatten()) {
        for point in &overall.profile {
            let numbers = [point.threshold, point.share, point.interval.low, point.interval.high];
            let numbers = numbers.map(|value| number(Some(value)));
            rows.push([method.clone()].into_iter().chain(numbers).collect());
        }
    }
    written(rows, false)
}

/// Whether a file holds performance profiles, and may be replaced by others.
pub fn is_profile_numbers(path: &Path) -> bool {
    let reader = CsvReader::open(path, &csv::ReaderBuilder::new());
    let header = reader.ok().and_then(|mut reader| reader.headers().ok().cloned());
    header.is_some_and(|header| header.iter().eq(PROFILE))
}

fn methods(ranking: &Ranking) -> Vec<Vec<String>> {
    let scores = &ranking.scores;
    let mut header: Vec<String> = scores.by.clone();
    let fixed = [
        "average_rank",
        "data_sets",
        "runs",
        "mean",
        "p",
        "told_apart",
        "groups",
        "diverged",
        "missed",
    ];
    header.extend(fixed.map(String::from));
    let practical = ranking.request.rope.is_some();
    if practical {
        header.extend(["p_better", "p_equal", "p_worse"].map(String::from));
    }
    let of_all = ranking.overall.as_ref();
    for (kind, ..) in of_all.iter().flat_map(|all| &all[0].aggregates) {
        let name = match kind {
            Aggregate::Iqm => "iqm",
            Aggregate::Mean => "overall_mean",
            Aggregate::Median => "overall_median",
            Aggregate::OptimalityGap => "optimality_gap",
        };
        header.extend([name.into(), format!("{name}_low"), format!("{name}_high")]);
    }
    let letters = groups::letters(scores.methods.len(), &ranking.groups);
    let mut rows = vec![header];
    for (method, key) in scores.raw_methods.iter().enumerate() {
        let line = &scores.scores[method];
        let apart = method != ranking.reference && ranking.told_apart(method, ranking.reference);
        let mut row = key.clone();
        row.extend([
            number(Some(ranking.friedman.average_ranks[method])),
            scores.data_sets.len().to_string(),
            line.iter().map(|score| score.runs.len()).sum::<usize>().to_string(),
            number(mean_score(ranking, method)),
            number(ranking.p[method]),
            apart.to_string(),
            letters[method].clone(),
            line.iter().map(|score| score.lost.diverged).sum::<usize>().to_string(),
            line.iter().map(|score| score.lost.missed).sum::<usize>().to_string(),
        ]);
        if practical {
            let of = versus(ranking, method, ranking.reference);
            row.extend(
                [of.map(|of| of.better), of.map(|of| of.equal), of.map(|of| of.worse)].map(number),
            );
        }
        for (_, point, interval) in of_all.iter().flat_map(|all| &all[method].aggregates) {
            row.extend([*point, interval.low, interval.high].map(|value| number(Some(value))));
        }
        rows.push(row);
    }
    rows
}

fn pairs(ranking: &Ranking) -> Vec<Vec<String>> {
    let header = [
        "method_a",
        "method_b",
        "rank_difference",
        "p",
        "told_apart",
        "p_better",
        "p_equal",
        "p_worse",
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for pair in &ranking.pairs {
        let practical = pair.practical;
        let name = |method: usize| ranking.scores.methods[method].clone();
        rows.push(vec![
            name(pair.a),
            name(pair.b),
            number(Some(pair.rank_difference)),
            number(Some(pair.p)),
            ranking.told_apart(pair.a, pair.b).to_string(),
            number(practical.map(|of| of.better)),
            number(practical.map(|of| of.equal)),
            number(practical.map(|of| of.worse)),
        ]);
    }
    rows
}
