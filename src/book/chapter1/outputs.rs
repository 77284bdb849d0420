use super::last_test;
use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Trained, presets};
use crate::nn::Targets;
use crate::train::{Metric, TrainingSpec};

/// Ten outputs or four.
pub const OUTPUTS: Experiment = Experiment {
    id: "ch1-10-vs-4-outputs",
    title: "Ten outputs or four",
    claim: "Four outputs could name ten digits in binary; ten outputs, one a digit, are said to be learnt more easily. (The book \
            gives no number.)",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            // The cross-entropy, with which no digit is left unlearnt, so that only the outputs differ.
            let spec = |targets| TrainingSpec { targets, ..presets::network2() };
            vec![
                Arm::new("one-hot", "10 outputs", spec(Targets::OneHot)),
                Arm::new("binary", "4 outputs", spec(Targets::Binary)),
            ]
        },
        monitors: &[Metric::TestAccuracy],
        panels: &[Panel::curves(Metric::TestAccuracy, "test accuracy")],
        claims: &[Claim {
            arms: &["one-hot", "binary"],
            quantity: "ten outputs end more accurate than four",
            percent: true,
            rule: IS_ABOVE,
            measure: last_test,
            ..Claim::BASE
        }],
        ..Trained::BASE
    }),
};
