//! Differences from the baseline, and what may be the best.
//!
//! The stars, for rows that differ from the baseline, and the marks, for rows that may be the best of their column, are
//! two families of tests of the same runs: each gets half of the 5 % that a table may be wrong about anything. Of two
//! rows both are the same comparison, which then has all of it.

use super::cell::interval;
use super::{Ablation, Cell, Request, Standing, TestKind};
use crate::results::runs::Direction;
use crate::stats::{
    Beats, Differences, Interval, Selection, Shared, detectable_effect, effect_size, holm, mean,
    probability_of_improvement, resampled_t_test, resampled_t_test_above, runs_needed, sign_above,
    sign_test, smallest_p_exact, std_dev, wilcoxon_above, wilcoxon_signed_rank,
};

/// The fewest pairs that a p value is given for. An exact test of fewer cannot reach 0.05, and whether
/// the differences of so few are normal nobody can tell.
pub const MIN_PAIRS: usize = 6;

/// How often a table may be wrong about anything.
pub(in crate::report) const ALPHA: f64 = 0.05;

/// How surely a difference is to be found that is called detectable.
pub(in crate::report) const POWER: f64 = 0.8;

/// What the stars and the marks of a table are judged by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// A p value below this, after Holm's correction, has a star.
    pub stars: f64,
    /// What all marks together may be wrong with.
    pub marks: f64,
    /// The levels of the comparisons behind the marks; none if there are none.
    pub selection: Option<Selection>,
}

impl Default for Levels {
    fn default() -> Self {
        Self { stars: ALPHA, marks: ALPHA, selection: None }
    }
}

/// A cell minus the cell of the baseline in the same column, seed by seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The number of seeds that both have.
    pub n: usize,
    /// The mean difference.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// The p value after Holm's correction; none with too few seeds, or if a t test has no spread to judge by.
    pub p: Option<f64>,
    /// Whether there are enough seeds, and the difference is the same for all: it leaves a t test nothing to judge by.
    pub unjudged: bool,
    /// The probability that a run is better than one of the baseline, if it is known which values are better.
    pub p_better: Option<f64>,
    /// Hedges' g of the differences.
    pub effect: Option<f64>,
    /// The true difference that a t test of so many pairs with this spread finds with 80 %, at the level of a single one
    /// of all comparisons with the baseline.
    pub detectable: Option<f64>,
    /// The pairs of which such a test would find this difference with 80 %, if it and its spread were the true ones.
    pub pairs_needed: Option<usize>,
}

impl Difference {
    /// Whether it has a star.
    pub fn is_starred(&self, levels: Levels) -> bool {
        self.p.is_some_and(|p| p < levels.stars)
    }
}

/// Fills in the comparisons of a table.
pub(super) fn compare(ablation: &mut Ablation) {
    let comparisons = all_pairs(ablation);
    // Known before any number is looked at.
    let rows: Vec<usize> = (0..ablation.columns.len())
        .map(|column| {
            let of_column = comparisons.iter().filter(|pair| pair.column == column);
            let mut rows: Vec<usize> = of_column.flat_map(|pair| pair.rows).collect();
            rows.sort_unstable();
            rows.dedup();
            rows.len()
        })
        .collect();
    let share = share(ablation);
    let selection = Selection::new(&rows, share);
    let request = &ablation.request;
    let reaches = |pair: &Pair| can_reach(request, pair.differences.len(), selection.gate);
    if comparisons.iter().any(reaches) {
        ablation.levels = Levels { stars: share, marks: share, selection: Some(selection) };
        mark_best(ablation, &comparisons, selection);
    }
    if let Some(baseline) = ablation.baseline {
        versus(ablation, baseline);
    }
}

fn versus(ablation: &mut Ablation, baseline: usize) {
    let request = ablation.request.clone();
    let better = ablation.measure.better;
    let mut places = Vec::new();
    let mut tests = Vec::new();
    for column in 0..ablation.columns.len() {
        for row in (0..ablation.rows.len()).filter(|&row| row != baseline) {
            let (Some(cell), Some(base)) =
                (&ablation.cells[row][column], &ablation.cells[baseline][column])
            else {
                continue;
            };
            let Some(differences) = differences(cell, base) else {
                continue;
            };
            let turned = |cell: &Cell| match better {
                Direction::Lower => cell.values().iter().map(|v| -v).collect(),
                _ => cell.values(),
            };
            let difference = Difference {
                n: differences.len(),
                mean: mean(&differences),
                interval: interval(request.interval, &differences, ablation.facts.shared),
                p: None,
                unjudged: needs_spread(&request, &differences),
                p_better: match better {
                    Direction::Unknown => None,
                    _ => Some(probability_of_improvement(&turned(cell), &turned(base))),
                },
                effect: effect_size(&differences),
                detectable: None,
                pairs_needed: None,
            };
            places.push((row, column));
            tests.push(differences);
            if let Some(cell) = &mut ablation.cells[row][column] {
                cell.versus = Some(difference);
            }
        }
    }
    let (shared, level) = (ablation.facts.shared, ablation.levels.stars);
    let each = level / tests.len().max(1) as f64;
    let raw: Vec<Option<f64>> = tests.iter().map(|d| p(&request, d, each, shared)).collect();
    let corrected = correct(&raw);
    ablation.comparisons = corrected.iter().flatten().count();
    for (((row, column), p), differences) in places.into_iter().zip(corrected).zip(&tests) {
        let cell = ablation.cells[row][column].as_mut();
        if let Some(difference) = cell.and_then(|cell| cell.versus.as_mut()) {
            difference.p = p;
            (difference.detectable, difference.pairs_needed) =
                could_show(differences, each, shared);
        }
    }
}

/// What a t test at a level could have shown of some differences, and how many it would take to show theirs; both by the
/// noncentral t distribution.
fn could_show(
    differences: &Differences,
    level: f64,
    shared: Shared,
) -> (Option<f64>, Option<usize>) {
    let n = differences.len();
    let Some(s) = std_dev(differences).filter(|&s| s > 0.0 && s.is_finite()) else {
        return (None, None);
    };
    // The standard error of runs that share training data is larger by this.
    let wider = shared.error(n) * (n as f64).sqrt();
    let detectable = detectable_effect(n, level, POWER) * s * wider;
    let needed = shared.is_none().then(|| runs_needed(mean(differences) / s, level, POWER));
    // Fewer are not tested.
    (Some(detectable), needed.flatten().map(|needed| needed.max(MIN_PAIRS)))
}

/// What the marks of a table may be wrong with, if there are any: of two rows marks and stars are one comparison.
pub(super) fn share(ablation: &Ablation) -> f64 {
    if ablation.rows.len() > 2 { ALPHA / 2.0 } else { ALPHA }
}

/// The most pairs that two rows of a column have.
pub(super) fn most_pairs(ablation: &Ablation) -> usize {
    let pairs = all_pairs(ablation);
    pairs.iter().map(|pair| pair.differences.len()).max().unwrap_or(0)
}

/// More rows are not compared each with each: that would be a hundred thousand tests.
pub(super) const MOST_ROWS: usize = 500;
/// Nor are so many differences taken, which would take seconds.
const MOST_DIFFERENCES: usize = 20_000_000;

/// Two rows of a column.
struct Pair {
    column: usize,
    rows: [usize; 2],
    /// Those of the first from the second, as far as larger values are better.
    differences: Differences,
}

/// Whether there are too many rows, or too many seeds in them, to compare each with each.
pub(super) fn too_many(ablation: &Ablation) -> bool {
    let rows = ablation.rows.len();
    let seeds: usize =
        ablation.cells.iter().flatten().flatten().map(|cell| cell.sample.len()).sum();
    // A seed of a row meets that of every other one, and each pair counts once.
    rows > MOST_ROWS
        || seeds.saturating_mul(rows.saturating_sub(1)) / 2 > MOST_DIFFERENCES && rows > 2
}

/// All pairs of rows of a column that can be compared; none where nothing is marked.
fn all_pairs(ablation: &Ablation) -> Vec<Pair> {
    if too_many(ablation) || ablation.measure.better == Direction::Unknown {
        return Vec::new();
    }
    let rows = ablation.rows.len();
    let places = (0..ablation.columns.len()).flat_map(|column| {
        (0..rows).flat_map(move |a| (a + 1..rows).map(move |b| (column, [a, b])))
    });
    let pair = |(column, rows): (usize, [usize; 2])| {
        let [one, other] = rows.map(|row| ablation.cells[row][column].as_ref());
        let (one, other) = match ablation.measure.better {
            Direction::Lower => (other?, one?),
            _ => (one?, other?),
        };
        Some(Pair { column, rows, differences: differences(one, other)? })
    };
    places.filter_map(pair).collect()
}

/// Marks the cells of each column that may be the best: those that no other beats.
fn mark_best(ablation: &mut Ablation, pairs: &[Pair], selection: Selection) {
    let (request, shared) = (&ablation.request, ablation.facts.shared);
    let mut beats = Vec::new();
    for Pair { column, rows: [a, b], differences } in pairs {
        if !can_reach(request, differences.len(), selection.each) {
            continue;
        }
        let turned: Vec<f64> = differences.iter().map(|d| -d).collect();
        let turned = Differences::exact(&turned);
        for (winner, loser, differences) in [(a, b, differences), (b, a, &turned)] {
            if let Some(p) = p_above(request, differences, shared) {
                beats.push(Beats { column: *column, winner: *winner, loser: *loser, p });
            }
        }
    }
    let out = selection.ruled_out(&beats);
    for column in 0..ablation.columns.len() {
        let Some((best, _)) = ablation.best_of(column) else {
            continue;
        };
        let of_best = |pair: &&Pair| pair.column == column && pair.rows.contains(&best);
        let mut standings = vec![(best, Standing::Best)];
        for pair in pairs.iter().filter(of_best) {
            let other = pair.rows[usize::from(pair.rows[0] == best)];
            let tested = beats.iter().any(|beats| {
                beats.column == column && [beats.winner, beats.loser] == [best, other]
            });
            match (needs_spread(request, &pair.differences), tested) {
                (true, _) => standings.push((other, Standing::Constant)),
                (false, true) => standings.push((other, Standing::Tied)),
                (false, false) => {}
            }
        }
        let any = beats.iter().any(|beats| beats.column == column);
        for (row, standing) in standings {
            if let Some(cell) = &mut ablation.cells[row][column] {
                cell.standing = standing;
            }
        }
        for beats in out.iter().filter(|beats| beats.column == column) {
            if let Some(cell) = &mut ablation.cells[beats.loser][column] {
                cell.beaten_by = Some(beats.winner);
                if beats.loser != best {
                    cell.standing = Standing::Worse;
                }
            }
        }
        // Without a test nothing can be told from the best, and a mark everywhere says nothing.
        for cell in ablation.cells.iter_mut().filter_map(|row| row[column].as_mut()) {
            let behind =
                matches!(cell.standing, Standing::Worse | Standing::Constant | Standing::Lost);
            cell.best = any && !behind && cell.beaten_by.is_none();
        }
    }
}

/// The differences seed by seed; none if a seed of either was lost, as the others would flatter.
fn differences(cell: &Cell, base: &Cell) -> Option<Differences> {
    let differences = Differences::between(pairs(cell, base));
    (!differences.is_empty()).then_some(differences)
}

/// The values of the seeds that both have; none if a seed of either was lost.
fn pairs<'a>(cell: &'a Cell, base: &'a Cell) -> impl Iterator<Item = (f64, f64)> + 'a {
    let lost = cell.lost.any() || base.lost.any();
    let of = |seed: usize| {
        let found = base.sample.binary_search_by_key(&seed, |&(seed, _)| seed).ok()?;
        Some(base.sample[found].1)
    };
    let sample = if lost { &[][..] } else { &cell.sample };
    sample.iter().filter_map(move |&(seed, value)| Some((value, of(seed)?)))
}

/// Whether the test has enough differences, and cannot judge them because all are equal.
fn needs_spread(request: &Request, differences: &Differences) -> bool {
    request.test == TestKind::T && differences.len() >= MIN_PAIRS && differences.are_constant()
}

/// Whether so many differences can be judged at a level: enough to be judged at all, and so many that an exact test
/// can come below it.
fn can_reach(request: &Request, n: usize, level: f64) -> bool {
    n >= MIN_PAIRS
        && match request.test {
            TestKind::T => true,
            TestKind::Wilcoxon | TestKind::Sign => smallest_p_exact(n) / 2.0 <= level,
        }
}

/// The two-sided p value of some differences, if they can be judged at a level; none by a t test where all are equal.
fn p(request: &Request, differences: &Differences, level: f64, shared: Shared) -> Option<f64> {
    // Half of it on either side.
    if !can_reach(request, differences.len(), level / 2.0) {
        return None;
    }
    let test = match request.test {
        TestKind::T => resampled_t_test(differences, shared),
        TestKind::Wilcoxon => wilcoxon_signed_rank(differences),
        TestKind::Sign => sign_test(differences),
    };
    test.map(|test| test.p).filter(|p| !p.is_nan())
}

/// The one-sided p value of some differences being positive; none by a t test where all are equal.
fn p_above(request: &Request, differences: &Differences, shared: Shared) -> Option<f64> {
    let test = match request.test {
        TestKind::T if differences.are_constant() => None,
        TestKind::T => resampled_t_test_above(differences, 0.0, shared),
        TestKind::Wilcoxon => wilcoxon_above(differences),
        TestKind::Sign => sign_above(differences),
    };
    test.map(|test| test.p).filter(|p| !p.is_nan())
}

/// Some p values, corrected together.
fn correct(raw: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut corrected = holm(&raw.iter().flatten().copied().collect::<Vec<_>>()).into_iter();
    raw.iter().map(|p| p.and_then(|_| corrected.next())).collect()
}
