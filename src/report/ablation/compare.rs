//! Differences from the baseline, and what is best.

use super::cell::interval;
use super::{Ablation, Cell, Request, Standing, TestKind};
use crate::results::runs::Direction;
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
    let raw: Vec<Option<f64>> = tests.iter().map(|d| p(&request, d, tests.len())).collect();
    let corrected = correct(&raw);
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
/// Nor are so many differences taken, which would take seconds.
const MOST_DIFFERENCES: usize = 20_000_000;

/// A test of two rows of a column.
struct Pair {
    column: usize,
    rows: [usize; 2],
    /// The mean difference of the first from the second.
    mean: f64,
    /// Whether all differences are the same, which leaves the test nothing to judge by.
    unjudged: bool,
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

/// Marks the best cell of each column, and those that all pairwise tests together cannot tell from it:
/// comparing with the best alone would forget that it was chosen for being best.
fn mark_best(ablation: &mut Ablation) {
    if too_many(ablation) || ablation.measure.better == Direction::Unknown {
        return;
    }
    let rows = ablation.rows.len();
    let places = (0..ablation.columns.len()).flat_map(|column| {
        (0..rows).flat_map(move |a| (a + 1..rows).map(move |b| (column, [a, b])))
    });
    let cells = |(column, [a, b]): (usize, [usize; 2])| {
        Some((ablation.cells[a][column].as_ref()?, ablation.cells[b][column].as_ref()?))
    };
    let comparable: Vec<(usize, [usize; 2])> = places
        .filter(|&place| {
            cells(place).is_some_and(|(one, other)| pairs(one, other).next().is_some())
        })
        .collect();
    let (mut tested, mut raw) = (Vec::new(), Vec::new());
    for &(column, rows) in &comparable {
        let Some(differences) = cells((column, rows)).and_then(|(a, b)| differences(a, b)) else {
            continue;
        };
        raw.push(p(&ablation.request, &differences, comparable.len()));
        let unjudged = needs_spread(&ablation.request, &differences);
        tested.push(Pair { column, rows, mean: mean(&differences), unjudged });
    }
    let (pairs, corrected) = (tested, correct(&raw));
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

/// The p value of some differences, one of so many `comparisons`; none where there are too few pairs, and none by a t
/// test where all differences are equal.
fn p(request: &Request, differences: &Differences, comparisons: usize) -> Option<f64> {
    let n = differences.len();
    let enough = n >= MIN_PAIRS
        && match request.test {
            TestKind::T => true,
            // Holm's first step asks for the most.
            TestKind::Wilcoxon | TestKind::Sign => {
                smallest_p_exact(n) <= ALPHA / comparisons as f64
            }
        };
    let test = match request.test {
        TestKind::T => paired_t_test,
        TestKind::Wilcoxon => wilcoxon_signed_rank,
        TestKind::Sign => sign_test,
    };
    let result = if enough { test(differences) } else { None };
    result.map(|test| test.p).filter(|p| !p.is_nan())
}

/// Some p values, corrected together.
fn correct(raw: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut corrected = holm(&raw.iter().flatten().copied().collect::<Vec<_>>()).into_iter();
    raw.iter().map(|p| p.and_then(|_| corrected.next())).collect()
}
