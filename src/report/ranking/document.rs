//! The table in words and rounded numbers.

use super::{PostHoc, Ranking, caption, groups};
use crate::report::ablation::{Document, Entry, Sheet};
use crate::report::words::p_value;
use crate::stats::{Aggregate, Practical, mean};

pub(super) fn document(ranking: &Ranking, bold: &str) -> Document {
    let mut sheets = vec![main(ranking)];
    sheets.extend(overall(ranking));
    if ranking.request.all_pairs {
        sheets.extend(pairs(ranking));
    }
    Document { name: "ranking".into(), caption: caption::caption(ranking, bold), sheets }
}

/// How scores are rounded: percent or not, and to how many decimals.
#[derive(Clone, Copy)]
pub(super) struct Rounding {
    factor: f64,
    decimals: usize,
}

impl Rounding {
    /// Percentages to two decimals, others to four digits of the largest.
    pub(super) fn of(ranking: &Ranking) -> Self {
        if ranking.measure.is_percentage() {
            return Self { factor: 100.0, decimals: 2 };
        }
        let scores = ranking.scores.scores.iter().flatten().filter_map(|score| score.mean());
        Self::of_numbers(scores)
    }

    /// Of scores that the runs are normalised to, or of those of the file.
    pub(super) fn of_overall(ranking: &Ranking) -> Self {
        match ranking.request.normalise {
            Some(_) => Self { factor: 1.0, decimals: 3 },
            None => Self::of(ranking),
        }
    }

    fn of_numbers(numbers: impl Iterator<Item = f64>) -> Self {
        let largest = numbers.map(f64::abs).filter(|x| x.is_finite()).fold(0.0, f64::max);
        let digits = if largest > 0.0 { 3.0 - largest.log10().floor() } else { 0.0 };
        Self { factor: 1.0, decimals: digits.clamp(0.0, 15.0) as usize }
    }

    pub(super) fn number(self, value: f64) -> String {
        decimal(self.factor * value, self.decimals)
    }
}

fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // Not −0.00.
    match text.trim_start_matches(['-', '0', '.']).is_empty() {
        true => text.trim_start_matches('-').into(),
        false => text.replace('-', "−"),
    }
}

/// The mean of the scores of a method over all data sets.
pub(super) fn mean_score(ranking: &Ranking, method: usize) -> Option<f64> {
    let scores = ranking.scores.scores[method].iter().map(|score| score.mean());
    scores.collect::<Option<Vec<f64>>>().map(|scores| mean(&scores))
}

fn number(text: String, best: bool) -> Entry {
    Entry::Measured { mean: text, half: None, best, differs: false }
}

/// What the p values of the table are called.
pub(super) fn p_heading(ranking: &Ranking) -> &'static str {
    match ranking.request.post_hoc() {
        PostHoc::Nemenyi => "p (Nemenyi)",
        PostHoc::WilcoxonHolm if ranking.pairs.len() == 1 => "p (Wilcoxon)",
        PostHoc::WilcoxonHolm => "p (Holm)",
    }
}

/// A line a method: its average rank and mean, how it stands to the reference, its groups.
fn main(ranking: &Ranking) -> Sheet {
    let scores = &ranking.scores;
    let rounding = Rounding::of(ranking);
    let lost = scores.lost().any();
    let practical = ranking.request.rope.is_some();
    let mut columns = vec![
        ("method".to_string(), true),
        ("average rank".into(), false),
        (format!("mean {}", ranking.measure.heading()), false),
    ];
    if lost {
        columns.push((scores.lost().word().into(), false));
    }
    columns.push((p_heading(ranking).into(), false));
    if practical {
        columns.extend(["P(better)", "P(equal)", "P(worse)"].map(|name| (name.into(), false)));
    }
    columns.push(("group".into(), true));
    let letters = groups::letters(scores.methods.len(), &ranking.groups);
    let mut rows = Vec::new();
    for (method, name) in scores.methods.iter().enumerate() {
        let among_best = method == 0 || !ranking.told_apart(method, 0);
        let mut row = vec![Entry::Words(name.clone())];
        row.push(number(decimal(ranking.friedman.average_ranks[method], 2), among_best));
        row.push(match mean_score(ranking, method) {
            Some(mean) => number(rounding.number(mean), false),
            None => Entry::Words("–".into()),
        });
        let reference = method == ranking.reference;
        let word = if ranking.request.baseline.is_some() { "baseline" } else { "best" };
        if lost {
            let line = &scores.scores[method];
            let of: usize = line.iter().map(|score| score.runs.len()).sum();
            let count: usize = line.iter().map(|score| score.lost.count()).sum();
            row.push(Entry::Words(format!("{count}/{of}")));
        }
        row.push(Entry::Words(match ranking.p[method] {
            _ if reference => word.into(),
            Some(value) => p_value(value),
            None => "–".into(),
        }));
        if practical {
            let of = versus(ranking, method, ranking.reference);
            let words = |p: fn(&Practical) -> f64| {
                Entry::Words(of.as_ref().map_or("–".into(), |of| format!("{:.2}", p(of))))
            };
            row.extend([words(|of| of.better), words(|of| of.equal), words(|of| of.worse)]);
        }
        row.push(Entry::Words(letters[method].clone()));
        rows.push(row);
    }
    Sheet { heading: Some("Ranks".into()), columns, rows }
}

/// How a method stands to another.
pub(super) fn versus(ranking: &Ranking, method: usize, other: usize) -> Option<Practical> {
    let practical = ranking.pair(method, other)?.practical?;
    let Practical { better, equal, worse } = practical;
    Some(if method < other { practical } else { Practical { better: worse, equal, worse: better } })
}

pub(super) fn aggregate_name(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Iqm => "interquartile mean",
        Aggregate::Mean => "mean",
        Aggregate::Median => "median",
        Aggregate::OptimalityGap => "optimality gap",
    }
}

/// What all runs are worth together.
fn overall(ranking: &Ranking) -> Option<Sheet> {
    let overall = ranking.overall.as_ref()?;
    let rounding = Rounding::of_overall(ranking);
    let mut columns = vec![("method".to_string(), true)];
    let kinds = overall.first()?.aggregates.iter();
    columns.extend(kinds.map(|(kind, ..)| (aggregate_name(*kind).to_string(), false)));
    let row = |(name, overall): (&String, &super::Overall)| {
        let cells = overall.aggregates.iter().map(|(_, point, interval)| {
            let [point, low, high] =
                [*point, interval.low, interval.high].map(|x| rounding.number(x));
            Entry::Words(format!("{point} [{low}, {high}]"))
        });
        [Entry::Words(name.clone())].into_iter().chain(cells).collect()
    };
    let rows = ranking.scores.methods.iter().zip(overall).map(row).collect();
    let scale = match ranking.request.normalise {
        Some(_) => "All runs, normalised".into(),
        None => format!("All runs, {}", ranking.measure.heading()),
    };
    Some(Sheet { heading: Some(format!("{scale}, with 95 % intervals")), columns, rows })
}

/// The tests of all pairs: those of a method and the ones after it.
fn pairs(ranking: &Ranking) -> Vec<Sheet> {
    let methods = &ranking.scores.methods;
    let sheet = |heading: String, cell: &dyn Fn(usize, usize) -> String| {
        let mut columns = vec![("method".to_string(), true)];
        columns.extend(methods[1..].iter().map(|name| (name.clone(), false)));
        let row = |a: usize| {
            let cells = (1..methods.len()).map(|b| {
                Entry::Words(match b > a {
                    true => cell(a, b),
                    false => String::new(),
                })
            });
            [Entry::Words(methods[a].clone())].into_iter().chain(cells).collect()
        };
        let rows = (0..methods.len() - 1).map(row).collect();
        Sheet { heading: Some(heading), columns, rows }
    };
    let tests = sheet(format!("All pairs, {}", p_heading(ranking)), &|a, b| {
        ranking.pair(a, b).map_or("–".into(), |pair| p_value(pair.p))
    });
    let practical = ranking.request.rope.is_some().then(|| {
        let heading = "P(the row is better), P(equal), P(the column is better)".to_string();
        sheet(heading, &|a, b| match versus(ranking, a, b) {
            Some(of) => format!("{:.2}, {:.2}, {:.2}", of.better, of.equal, of.worse),
            None => "–".into(),
        })
    });
    [tests].into_iter().chain(practical).collect()
}
