use crate::book::claim::MOST_RUNS;
use crate::book::{
    Arm, Claim, Experiment, Kind, Measured, Panel, Response, Rule, Run, Shows, Tolerance, Trained,
    presets,
};
use crate::figure::Scale;
use crate::nn::{Activation, Cost, Initialiser};
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// Where the best learning rate moves.
pub const BEST_ETA: Experiment = Experiment {
    id: "ch3-eta-heuristic",
    title: "Where the best learning rate moves",
    claim: "From the quadratic cost to the cross-entropy, divide η by 6: the mean of σ′ = σ(1 − σ) over all outputs from 0 \
            to 1 is 1/6. The best η also depends on the size of the mini-batch and on the activation.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        seeds: 6,
        monitor_every: EPOCHS,
        panels: &[Panel::new(
            Shows::Response(Response {
                axis: "learning rate η",
                scale: Scale::Log10,
                at: |spec| spec.eta,
                line,
                measure: last,
                is_fraction: true,
                recorded: None,
            }),
            "validation accuracy after 3 epochs",
        )
        .within(0.85, 0.97)],
        claims: &[
            Claim {
                arms: &["cross-entropy 0.01"],
                quantity: "∫ σ(1 − σ) dσ from 0 to 1",
                printed: Some("integral of s(1-s)"),
                rule: Rule::Within(Tolerance::Absolute(1e-9)),
                measure: |_| mean_slope(),
                ..Claim::BASE
            },
            Claim {
                arms: &QUADRATIC_AND_CROSS_ENTROPY,
                quantity: "best η of the quadratic cost, divided by that of the cross-entropy",
                says: Some(6.0),
                rule: Rule::SingleRunLog { level: 0.95 },
                across: Some(factor),
                ..Claim::BASE
            },
            Claim {
                arms: &BATCH_100_AND_10,
                ours: true,
                quantity: "runs in which mini-batches of 100 want a larger η than those of 10",
                rule: MOST_RUNS,
                across: Some(|runs| f64::from(factor(runs) > 1.0)),
                ..Claim::BASE
            },
            Claim {
                arms: &TANH_AND_SIGMOID,
                ours: true,
                quantity: "runs in which tanh wants a smaller η than sigmoid",
                rule: MOST_RUNS,
                across: Some(|runs| f64::from(factor(runs) < 1.0)),
                ..Claim::BASE
            },
            Claim {
                arms: &RELU_AND_SIGMOID,
                ours: true,
                quantity: "runs in which ReLU wants a smaller η than sigmoid",
                rule: MOST_RUNS,
                across: Some(|runs| f64::from(factor(runs) < 1.0)),
                ..Claim::BASE
            },
        ],
        remark: "The best of 13 learning rates, each 1.8 times the one before, so that a factor of 6 cannot be told from 5.6.",
        ..Trained::BASE
    }),
};

const EPOCHS: usize = 3;

/// The learning rates, four to a factor of ten.
const ETAS: [f64; 13] =
    [0.01, 0.0178, 0.0316, 0.0562, 0.1, 0.178, 0.316, 0.562, 1.0, 1.78, 3.16, 5.62, 10.0];

/// The keys of one line of arms.
macro_rules! keys {
    ($($line:literal),+) => {
        [$(
            concat!($line, " 0.01"), concat!($line, " 0.0178"), concat!($line, " 0.0316"),
            concat!($line, " 0.0562"), concat!($line, " 0.1"), concat!($line, " 0.178"),
            concat!($line, " 0.316"), concat!($line, " 0.562"), concat!($line, " 1"),
            concat!($line, " 1.78"), concat!($line, " 3.16"), concat!($line, " 5.62"),
            concat!($line, " 10"),
        )+]
    };
}

const KEYS: [&str; 65] = keys!("cross-entropy", "quadratic", "m=100", "tanh", "relu");
const QUADRATIC_AND_CROSS_ENTROPY: [&str; 26] = keys!("quadratic", "cross-entropy");
const BATCH_100_AND_10: [&str; 26] = keys!("m=100", "cross-entropy");
const TANH_AND_SIGMOID: [&str; 26] = keys!("tanh", "cross-entropy");
const RELU_AND_SIGMOID: [&str; 26] = keys!("relu", "cross-entropy");

fn last(run: &Run) -> f64 {
    run.last(ValidationAccuracy)
}

/// The best η of the first half of the runs, divided by that of the second.
fn factor(runs: &[&Run]) -> f64 {
    let best = |runs: &[&Run]| {
        let best = runs.iter().max_by(|a, b| last(a).total_cmp(&last(b)));
        best.map_or(f64::NAN, |run| run.first(Measured::Eta))
    };
    let (first, second) = runs.split_at(runs.len() / 2);
    best(first) / best(second)
}

/// ∫ σ(1 − σ) dσ from 0 to 1, by Simpson's rule, which is exact for it.
fn mean_slope() -> f64 {
    let slope = |s: f64| s * (1.0 - s);
    (slope(0.0) + 4.0 * slope(0.5) + slope(1.0)) / 6.0
}

fn line(spec: &TrainingSpec) -> &'static str {
    match (spec.activation.of(0), spec.cost, spec.batch_size) {
        (Activation::Tanh, ..) => "tanh",
        (Activation::Relu, ..) => "ReLU",
        (_, Cost::Quadratic, _) => "quadratic cost",
        (_, _, 100) => "mini-batches of 100",
        _ => "sigmoid, cross-entropy, m = 10",
    }
}

fn arms() -> Vec<Arm> {
    let base = presets::network2();
    let lines = [
        base.clone(),
        TrainingSpec { cost: Cost::Quadratic, ..base.clone() },
        TrainingSpec { batch_size: 100, ..base.clone() },
        TrainingSpec { activation: Activation::Tanh.into(), ..base.clone() },
        TrainingSpec { activation: Activation::Relu.into(), init: Initialiser::He, ..base },
    ];
    let arm = |(i, key): (usize, &'static str)| {
        let (line, eta) = (&lines[i / ETAS.len()], ETAS[i % ETAS.len()]);
        Arm::new(key, key, TrainingSpec { eta, epochs: EPOCHS, ..line.clone() })
    };
    KEYS.into_iter().enumerate().map(arm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_names_its_learning_rate() {
        for arm in arms() {
            let (line, eta) = arm.key.rsplit_once(' ').unwrap();
            assert_eq!(eta.parse::<f64>().unwrap(), arm.spec.eta, "{line}");
        }
        assert!((mean_slope() - 1.0 / 6.0).abs() < 1e-15);
    }
}
