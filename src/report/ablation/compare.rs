//! Differences from the baseline, and what is best.

use super::cell::interval;
use super::{Ablation, Cell, Request, Standing, TestKind};
use crate::report::runs::Direction;
use crate::stats::{
    Differences, Interval, effect_size, holm, mean, paired_t_test, probability_of_improvement,
    sign_test, smallest_p_exact, wilcoxon_signed_rank,
};

/// The fewest pairs that a p value is given for. An exact test of fewer cannot reach 0.05, and whether
/// the differences of so few are normal nobody can tell.
pub const MIN_PAIRS: usize = 6;

/// Below this a difference counts as told apart.
pub(super) const ALPHA: f64 = 0.05;

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
}

/// Fills in the comparisons of a table.
pub(super) fn compare(ablation: &mut Ablation) {
    if let Some(baseline) = ablation.baseline {
        versus(ablation, baseline);
    }
    mark_best(ablation);
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
                interval: interval(request.interval, &differences),
                p: None,
                unjudged: needs_spread(&request, &differences),
                p_better: match better {
                    Direction::Unknown => None,
                    _ => Some(probability_of_improvement(&turned(cell), &turned(base))),
                },
                effect: effect_size(&differences),
            };
            places.push((row, column));
            tests.push(differences);
            if let Some(cell) = &mut ablation.cells[row][column] {
                cell.versus = Some(difference);
            }
        }
    }
    let corrected = test_all(&request, &tests);
    ablation.comparisons[0] = corrected.iter().flatten().count();
    for ((row, column), p) in places.into_iter().zip(corrected) {
        let cell = ablation.cells[row][column].as_mut();
        if let Some(difference) = cell.and_then(|cell| cell.versus.as_mut()) {
            difference.p = p;
        }
    }
}

/// More rows are not compared each with each: that would be a hundred thousand tests.
pub(super) const MOST_ROWS: usize = 500;

/// A test of two rows of a column.
struct Pair {
    column: usize,
    rows: [usize; 2],
    /// The mean difference of the first from the second.
    mean: f64,
    /// Whether all differences are the same, which leaves the test nothing to judge by.
    unjudged: bool,
}

/// Marks the best cell of each column, and those that all pairwise tests together cannot tell from it:
/// comparing with the best alone would forget that it was chosen for being best.
fn mark_best(ablation: &mut Ablation) {
    let rows = ablation.rows.len();
    if rows > MOST_ROWS || ablation.measure.better == Direction::Unknown {
        return;
    }
    let (mut pairs, mut tests) = (Vec::new(), Vec::new());
    for column in 0..ablation.columns.len() {
        for a in 0..rows {
            for b in a + 1..rows {
                let (Some(one), Some(other)) =
                    (&ablation.cells[a][column], &ablation.cells[b][column])
                else {
                    continue;
                };
                if let Some(differences) = differences(one, other) {
                    let unjudged = needs_spread(&ablation.request, &differences);
                    pairs.push(Pair { column, rows: [a, b], mean: mean(&differences), unjudged });
                    tests.push(differences);
                }
            }
        }
    }
    let corrected = test_all(&ablation.request, &tests);
    ablation.comparisons[1] = corrected.iter().flatten().count();
    for column in 0..ablation.columns.len() {
        let Some((best, _)) = ablation.best_of(column) else {
            continue;
        };
        let of_best = |pair: &&Pair| pair.column == column && pair.rows.contains(&best);
        let tested = pairs.iter().zip(&corrected).filter(|(pair, _)| of_best(pair));
        let tested: Vec<(&Pair, f64)> = tested.filter_map(|(pair, &p)| Some((pair, p?))).collect();
        let mut standings = vec![(best, Standing::Best)];
        for &(pair, p) in &tested {
            let [a, b] = pair.rows;
            let (other, lead) = if a == best { (b, pair.mean) } else { (a, -pair.mean) };
            // Where not all seeds are common to both, the difference may say otherwise than the means.
            let worse = p < ALPHA && ablation.measure.is_better(lead, 0.0);
            standings.push((other, if worse { Standing::Worse } else { Standing::Tied }));
        }
        for pair in pairs.iter().filter(|pair| of_best(pair) && pair.unjudged) {
            let other = pair.rows[usize::from(pair.rows[0] == best)];
            standings.push((other, Standing::Constant));
        }
        for (row, standing) in standings {
            if let Some(cell) = &mut ablation.cells[row][column] {
                cell.standing = standing;
            }
        }
        // Without a test nothing can be told from the best, and bold everywhere says nothing.
        let any = !tested.is_empty();
        for cell in ablation.cells.iter_mut().filter_map(|row| row[column].as_mut()) {
            let behind =
                matches!(cell.standing, Standing::Worse | Standing::Constant | Standing::Lost);
            cell.best = any && !behind;
        }
    }
}

/// The differences seed by seed; none if a seed of either was lost, as the others would flatter.
fn differences(cell: &Cell, base: &Cell) -> Option<Differences> {
    if cell.lost.any() || base.lost.any() {
        return None;
    }
    let of = |seed: usize| {
        let found = base.sample.binary_search_by_key(&seed, |&(seed, _)| seed).ok()?;
        Some(base.sample[found].1)
    };
    let pairs = cell.sample.iter().filter_map(|&(seed, value)| Some((value, of(seed)?)));
    let differences = Differences::between(pairs);
    (!differences.is_empty()).then_some(differences)
}

/// Whether the test has enough differences, and cannot judge them because all are equal.
fn needs_spread(request: &Request, differences: &Differences) -> bool {
    request.test == TestKind::T && differences.len() >= MIN_PAIRS && differences.are_constant()
}

/// The p values of some differences, corrected together; none where there are too few pairs, and none by a t test
/// where all differences are equal.
fn test_all(request: &Request, tests: &[Differences]) -> Vec<Option<f64>> {
    let enough = |n: usize| match request.test {
        TestKind::T => n >= MIN_PAIRS,
        // Holm's first step asks for the most.
        TestKind::Wilcoxon | TestKind::Sign => {
            n >= MIN_PAIRS && smallest_p_exact(n) <= ALPHA / tests.len() as f64
        }
    };
    let test = match request.test {
        TestKind::T => paired_t_test,
        TestKind::Wilcoxon => wilcoxon_signed_rank,
        TestKind::Sign => sign_test,
    };
    let p = |differences: &Differences| {
        let result = if enough(differences.len()) { test(differences) } else { None };
        result.map(|test| test.p).filter(|p| !p.is_nan())
    };
    let raw: Vec<Option<f64>> = tests.iter().map(p).collect();
    let mut corrected = holm(&raw.iter().flatten().copied().collect::<Vec<_>>()).into_iter();
    raw.into_iter().map(|p| p.and_then(|_| corrected.next())).collect()
}
