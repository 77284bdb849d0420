use super::{is_stuck, last_test};
use crate::book::claim::IS_ABOVE;
use crate::book::{
    Arm, Claim, Experiment, Kind, LayerMetric, Measured, Panel, Rule, Run, Shows, Trained, presets,
};
use crate::nn::{Cost, Initialiser, dense};
use crate::train::{Metric, TrainingSpec};

/// Why some networks leave a digit unlearnt.
pub const STUCK: Experiment = Experiment {
    id: "ch1-stuck",
    title: "An output neuron that starts saturated learns nothing",
    claim: "With the quadratic cost an output neuron learns in proportion to σ′(z), which is nearly 0 where N(0, 1) \
            weights put z far from 0: such a digit may stay unlearnt. The cross-entropy has no factor σ′(z), and \
            N(0, 1/n_in) weights no large z: with either every digit is learnt.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        seeds: 40,
        monitors: &[Metric::TestAccuracy],
        monitor_every: EPOCHS,
        monitor_layers: true,
        panels: &[Panel::new(
            Shows::Strips { measure: last_test, is_fraction: true },
            "test accuracy after 5 epochs",
        )],
        claims: &[
            Claim {
                arms: &["quadratic"],
                quantity: "runs with a digit unlearnt",
                rule: Rule::Share { at_least: 0.5, at_most: 1.0, level: 0.95 },
                ..STUCK_RUNS
            },
            Claim {
                arms: &["cross-entropy"],
                quantity: "runs with a digit unlearnt",
                ..STUCK_RUNS
            },
            Claim { arms: &["scaled"], quantity: "runs with a digit unlearnt", ..STUCK_RUNS },
            Claim {
                arms: &["quadratic", "cross-entropy"],
                quantity: "more runs with the quadratic cost than with the cross-entropy",
                percent: true,
                rule: IS_ABOVE,
                ..STUCK_RUNS
            },
            Claim {
                arms: &["quadratic", "scaled"],
                quantity: "more runs with N(0, 1) weights than with N(0, 1/n_in)",
                percent: true,
                rule: IS_ABOVE,
                ..STUCK_RUNS
            },
            Claim {
                ours: true,
                arms: &["cross-entropy", "quadratic"],
                quantity: "before learning, ‖∂C/∂b‖ of the output layer is larger with the cross-entropy, weights and images \
                           being the same (logarithms)",
                rule: IS_ABOVE,
                measure: |run| libm::log10(output_gradient(run)),
                ..Claim::BASE
            },
            Claim {
                ours: true,
                arms: &["quadratic", "cross-entropy"],
                quantity: "runs in which it is less than a quarter with the quadratic cost, as σ′ is at most 1/4",
                rule: Rule::Share { at_least: 0.9, at_most: 1.0, level: 0.95 },
                across: Some(|runs| {
                    f64::from(output_gradient(runs[0]) < 0.25 * output_gradient(runs[1]))
                }),
                ..Claim::BASE
            },
        ],
        ..Trained::BASE
    }),
};

const EPOCHS: usize = 5;

/// ‖∂C/∂b‖ of the output layer before the first epoch.
fn output_gradient(run: &Run) -> f64 {
    let layer = Measured::Layer(LayerMetric::BiasGradient, run.layers());
    run.at(layer, 0).unwrap_or(f64::NAN)
}

const STUCK_RUNS: Claim = Claim {
    ours: true,
    rule: Rule::Share { at_least: 0.0, at_most: 0.01, level: 0.95 },
    measure: is_stuck,
    ..Claim::BASE
};

fn arms() -> Vec<Arm> {
    let spec = |cost, init, eta| TrainingSpec {
        hidden: dense([100]),
        cost,
        init,
        eta,
        epochs: EPOCHS,
        ..presets::network()
    };
    vec![
        Arm::new(
            "quadratic",
            "quadratic cost, N(0, 1) weights",
            spec(Cost::Quadratic, Initialiser::Large, 3.0),
        ),
        Arm::new(
            "cross-entropy",
            "cross-entropy, N(0, 1) weights",
            spec(Cost::CrossEntropy, Initialiser::Large, 0.5),
        ),
        Arm::new(
            "scaled",
            "quadratic cost, N(0, 1/n_in) weights",
            spec(Cost::Quadratic, Initialiser::Scaled, 3.0),
        ),
    ]
}
