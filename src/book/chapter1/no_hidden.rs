use super::last_test;
use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Rule, Trained, presets};
use crate::nn::{Cost, Initialiser};
use crate::train::{Metric, TrainingSpec};

/// A network of two layers.
pub const NO_HIDDEN: Experiment = Experiment {
    id: "ch1-no-hidden",
    title: "No hidden layer",
    claim: "An exercise of the book asks what a network of two layers reaches, and gives no number: here 91.6 % with the quadratic \
            cost in the runs that leave no digit unlearnt, fewer than half of them, and 89.4 % with the cross-entropy, which \
            leaves none.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        monitors: &[Metric::TestAccuracy],
        panels: &[Panel::curves(Metric::TestAccuracy, "test accuracy").runs_only()],
        claims: &[
            Claim {
                arms: &["quadratic"],
                ours: true,
                quantity: "runs with a digit unlearnt",
                rule: Rule::Share { at_least: 0.5, at_most: 1.0, level: 0.95 },
                // Without hidden neurons a network that knows all digits may end just below 90 %.
                measure: |run| f64::from(last_test(run) < 0.86),
                ..Claim::BASE
            },
            Claim {
                arms: &["cross-entropy", "quadratic"],
                ours: true,
                quantity: "the cross-entropy ends above the quadratic cost",
                percent: true,
                rule: IS_ABOVE,
                measure: last_test,
                ..Claim::BASE
            },
        ],
        ..Trained::BASE
    }),
};

fn arms() -> Vec<Arm> {
    let spec = |cost, init, eta| TrainingSpec {
        hidden: Vec::new(),
        cost,
        init,
        eta,
        ..presets::network()
    };
    vec![
        Arm::new(
            "quadratic",
            "quadratic cost, η = 3",
            spec(Cost::Quadratic, Initialiser::Large, 3.0),
        ),
        Arm::new(
            "cross-entropy",
            "cross-entropy, η = 0.5",
            spec(Cost::CrossEntropy, Initialiser::Large, 0.5),
        ),
    ]
}
