//! What the numbers say of the edge: statements of ours, each of which the seeds could have refuted.

use super::arms::{
    ACTIVATIONS, BATCHES, FULL_BATCH, NO_DECAY, QUADRATIC, REFERENCE, SEEDS, SINGLE,
};
use super::growth::{self, GROWN, PREDICTED, REVERSED};
use super::measure::{edge_of, exponent_of, mini_sharpness_of, sharpness_of};
use crate::book::claim::IS_ABOVE;
use crate::book::{Evidence, Finding, Numbers, Relation, Rule};

/// What holds for nearly all runs: five seeds refute it if it holds for two of them.
const NEARLY_ALL: Rule = Rule::Share { at_least: 0.9, at_most: 1.0, level: 0.95 };

/// That each of three arms is above the next.
const FALLING_3: Rule = Rule::Order { steps: &[Relation::Above; 2], level: 0.95 };
/// The same of five.
const FALLING_5: Rule = Rule::Order { steps: &[Relation::Above; 4], level: 0.95 };

/// That two arms are alike, in logarithms: by a tenth.
const WITHIN_A_TENTH: Rule = Rule::Order { steps: &[Relation::Alike { within: 0.1 }], level: 0.95 };

pub fn findings(numbers: &Numbers) -> Vec<Finding> {
    let edges = |arm: &str| of_seeds(numbers, &edge_of(arm), 0.0);
    let exponents = |eta: f64| of_seeds(numbers, &exponent_of(REFERENCE), eta);
    let logarithms = |arm: &str| edges(arm).into_iter().map(libm::log).collect::<Vec<_>>();
    let whole = |arm: &str| at_edge(numbers, arm, &sharpness_of(arm));
    let mini = |arm: &str| at_edge(numbers, arm, &mini_sharpness_of(arm));
    let distances = |eta: f64, epochs: usize| {
        let step = (epochs * growth::EPOCH) as f64;
        of_seeds(numbers, &growth::series(REVERSED, "f64", eta), step)
    };
    let descending =
        |of: &dyn Fn(&str) -> Vec<f64>| BATCHES.iter().rev().map(|arm| of(arm)).collect();
    vec![
        share(
            "runs at η = 0.25 in which reversed mini-batches have changed the weights by less than 1e-13 after three epochs",
            &distances(0.25, 3),
            |distance| distance < 1e-13,
        ),
        share(
            "runs at η = 1 in which they have changed them by more than 1 % after one epoch",
            &distances(1.0, 1),
            |distance| distance > 1e-2,
        ),
        order(
            "by what ln ‖Δw‖ grows between reversed mini-batches and by the exponent, the same 600 steps at η = 1",
            Rule::Order { steps: &[Relation::Alike { within: 1.0 }], level: 0.95 },
            vec![of_seeds(numbers, GROWN, 1.0), of_seeds(numbers, PREDICTED, 1.0)],
        ),
        order(
            "the exponent falls from η = 2 over 1 to 0.5",
            FALLING_3,
            [2.0, 1.0, 0.5].map(exponents).into(),
        ),
        share("runs whose edge is between η = 0.5 and 1", &edges(REFERENCE), |edge| {
            0.5 < edge && edge < 1.0
        }),
        order(
            "the edge falls with the mini-batch: 100, 30, 10, 3, 1 images",
            FALLING_5,
            descending(&edges),
        ),
        order(
            "ln of the edge divided by the mini-batch, of 1 and of 10 images, within 0.1",
            WITHIN_A_TENTH,
            vec![
                logarithms(BATCHES[0]),
                logarithms(REFERENCE).iter().map(|edge| edge - libm::log(10.0)).collect(),
            ],
        ),
        order(
            "ln of the edge in f32 and in f64, within 0.1",
            WITHIN_A_TENTH,
            vec![logarithms(SINGLE), logarithms(REFERENCE)],
        ),
        order(
            "the edge with the quadratic cost is above that with the cross-entropy",
            IS_ABOVE,
            vec![edges(QUADRATIC), edges(REFERENCE)],
        ),
        order(
            "the edge with λ = 5 is above that without",
            IS_ABOVE,
            vec![edges(REFERENCE), edges(NO_DECAY)],
        ),
        order(
            "the edge with sigmoid neurons is above that with tanh",
            IS_ABOVE,
            vec![edges(REFERENCE), edges(ACTIVATIONS[0])],
        ),
        share(
            "runs of full-batch gradient descent that are beyond the edge of stability, sharpness · η/2 ≥ 1, at their edge",
            &whole(FULL_BATCH),
            |ratio| ratio >= 1.0,
        ),
        share(
            "runs with mini-batches of 10 whose cost has less than half of that sharpness at their edge",
            &whole(REFERENCE),
            |ratio| ratio < 0.5,
        ),
        order(
            "mean sharpness of mini-batches · η/2 at the edge falls with them: 100, 30, 10, 3, 1 images",
            FALLING_5,
            descending(&mini),
        ),
    ]
}

/// What was not found, as there is no edge to measure it at, neither holds nor fails.
fn share(quantity: &str, values: &[f64], holds: impl Fn(f64) -> bool) -> Finding {
    let found = values.iter().filter(|value| value.is_finite());
    let holds = found.clone().filter(|&&value| holds(value)).count();
    ours(quantity, NEARLY_ALL, Evidence::Counts { holds, of: found.count() })
}

fn order(quantity: &str, rule: Rule, arms: Vec<Vec<f64>>) -> Finding {
    ours(quantity, rule, Evidence::Arms(arms))
}

fn ours(quantity: &str, rule: Rule, evidence: Evidence) -> Finding {
    Finding { ours: true, ..Finding::new(quantity.into(), rule, None, evidence) }
}

/// The values of a series at an x, by seed; NaN where there is none.
pub fn of_seeds(numbers: &Numbers, series: &str, x: f64) -> Vec<f64> {
    let of = |seed: u64| {
        let mut all = numbers.series(series);
        all.find(|n| n.seed == Some(seed) && n.x == x).map_or(f64::NAN, |n| n.value)
    };
    (1..=SEEDS).map(of).collect()
}

/// A sharpness · η/2 at the edge of each seed: between the learning rates next to it, in the logarithm of η.
pub fn at_edge(numbers: &Numbers, arm: &str, series: &str) -> Vec<f64> {
    let edges = of_seeds(numbers, &edge_of(arm), 0.0);
    let of = |(seed, edge): (u64, f64)| {
        let of_seed = numbers.series(series).filter(|n| n.seed == Some(seed));
        let mut points: Vec<(f64, f64)> =
            of_seed.filter(|n| n.value.is_finite()).map(|n| (n.x, n.value)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let around = points.windows(2).find(|pair| pair[0].0 <= edge && edge <= pair[1].0);
        let Some(&[low, high]) = around else { return f64::NAN };
        let part = libm::log(edge / low.0) / libm::log(high.0 / low.0);
        0.5 * edge * (low.1 + part * (high.1 - low.1))
    };
    (1..).zip(edges).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::arms::ARMS;
    use super::super::figure;
    use super::*;
    use crate::book::Verdict;
    use crate::figure::Theme;

    /// Numbers as they would be if everything that we say were true, but for the edge of the reference.
    fn numbers(reference: f64) -> Numbers {
        let mut numbers = Numbers::default();
        for seed in 1..=SEEDS {
            // Of mini-batches of 1, 3, …, 100 images; those of all other arms.
            let by_batch = |arm: &str, values: [f64; 5], other: f64| {
                let place = BATCHES.iter().position(|batch| *batch == arm);
                // Seeds that do not all differ alike: a difference without spread is not tested.
                let spread = if place == Some(0) { -0.01 } else { 0.01 };
                (1.0 + spread * (seed as f64 - 3.0)) * place.map_or(other, |place| values[place])
            };
            for arm in &ARMS {
                let other = match arm.key {
                    SINGLE => reference,
                    QUADRATIC | FULL_BATCH => 3.0,
                    _ => 0.2,
                };
                let edge = by_batch(arm.key, [0.06, 0.18, reference, 1.1, 2.5], other);
                let whole = if arm.key == FULL_BATCH { 1.3 } else { 0.1 };
                let mini = by_batch(arm.key, [0.1, 0.35, 0.7, 0.9, 1.2], 1.0);
                numbers.push(edge_of(arm.key), Some(seed), 0.0, edge);
                for &eta in arm.etas {
                    let exponent = 1.0 + 8.0 * libm::log(eta / edge);
                    numbers.push(exponent_of(arm.key), Some(seed), eta, exponent);
                    // Such that it is what it is said to be at the edge, whatever η.
                    numbers.push(sharpness_of(arm.key), Some(seed), eta, 2.0 * whole / edge);
                    numbers.push(mini_sharpness_of(arm.key), Some(seed), eta, 2.0 * mini / edge);
                }
            }
            for eta in growth::ETAS {
                for (step, distance) in [(5000.0, 1e-15), (15000.0, 2e-15)] {
                    let distance = if eta < 1.0 { distance } else { 0.2 };
                    for precision in ["f64", "f32"] {
                        let series = growth::series(REVERSED, precision, eta);
                        numbers.push(series, Some(seed), step, distance);
                    }
                }
            }
            numbers.push(GROWN, Some(seed), 1.0, 10.0 + 0.1 * seed as f64);
            numbers.push(PREDICTED, Some(seed), 1.0, 10.1 + 0.11 * seed as f64);
        }
        numbers
    }

    #[test]
    fn every_statement_can_hold_and_that_on_the_edge_can_fail() {
        let true_ones = findings(&numbers(0.6));
        for finding in &true_ones {
            let words = (&finding.quantity, &finding.judgement);
            assert_eq!(finding.verdict(), Verdict::Inside, "{words:?}");
            assert!(finding.ours);
        }
        let moved = findings(&numbers(1.4));
        let outside: Vec<&str> = moved
            .iter()
            .filter(|finding| finding.verdict() == Verdict::Outside)
            .map(|finding| finding.quantity.as_str())
            .collect();
        // Its edge is above that of 30 images, too, and more than ten times that of a single one.
        assert!(outside.len() == 3 && outside[0].contains("between η = 0.5 and 1"), "{outside:?}");
    }

    #[test]
    fn a_sharpness_is_taken_at_the_edge() {
        let numbers = numbers(0.6);
        let [first, .., last] = at_edge(&numbers, REFERENCE, &mini_sharpness_of(REFERENCE))[..]
        else {
            panic!("no seeds")
        };
        assert!((first - 0.7 * 0.98).abs() < 1e-12 && (last - 0.7 * 1.02).abs() < 1e-12);
    }

    #[test]
    fn the_figure_shows_every_arm() {
        let svg = figure::figure(&numbers(0.6)).to_svg_in(Theme::Light);
        for arm in &ARMS {
            let label = arm.key.trim_start_matches("batch ");
            assert!(svg.contains(label) || arm.key == FULL_BATCH, "{label}");
        }
        // The edge of the reference with its interval.
        assert!(svg.contains(">0.600<") && svg.contains(">±0.012<"));
    }
}
