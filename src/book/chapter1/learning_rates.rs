use super::last_test;
use crate::book::claim::IS_ABOVE;
use crate::book::data::shares;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Rule, Trained, presets};
use crate::nn::dense;
use crate::train::{Metric, TrainingSpec};

/// Learning rates over five orders of magnitude.
pub const LEARNING_RATES: Experiment = Experiment {
    id: "ch1-learning-rates",
    title: "Learning rates from 0.001 to 100",
    claim: "With η = 0.001 the network of 100 hidden neurons learns very slowly, from 11.39 to 21.42 % in 30 epochs; \
            with 0.01 it is better, and better still with 1.0 and 3.0; with η = 100 it is no better than guessing.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        seeds: 6,
        monitors: &[Metric::TestAccuracy],
        panels: &[Panel::curves(Metric::TestAccuracy, "test accuracy").runs_only()],
        claims: &[
            Claim {
                arms: &["eta=0.01", "ch1-eta-0.001"],
                quantity: "η = 0.01 is better than 0.001",
                ..BETTER
            },
            Claim {
                arms: &["eta=0.1", "eta=0.01"],
                ours: true,
                quantity: "η = 0.1 is better than 0.01",
                ..BETTER
            },
            Claim {
                arms: &["eta=1", "eta=0.01"], quantity: "η = 1 is better than 0.01", ..BETTER
            },
            Claim {
                arms: &["eta=3", "eta=0.01"], quantity: "η = 3 is better than 0.01", ..BETTER
            },
            Claim {
                arms: &["eta=3", "ch1-eta-100"],
                quantity: "η = 3 is better than 100, with 30 hidden neurons",
                ..BETTER
            },
        ],
        remark: "The numbers of the book for η = 100 are numbers of images of one digit among the test images: every \
                 image got the same answer. Which digit it is, is luck.",
        ..Trained::BASE
    }),
};

const BETTER: Claim = Claim { percent: true, rule: IS_ABOVE, measure: last_test, ..Claim::BASE };

fn arms() -> Vec<Arm> {
    let spec = |hidden, eta| TrainingSpec { hidden: dense([hidden]), eta, ..presets::network() };
    let chance = Rule::Chance { shares: shares::TEST, level: 0.95 };
    vec![
        Arm::of("ch1-eta-0.001", "η = 0.001", spec(100, 0.001)),
        Arm::new("eta=0.01", "η = 0.01", spec(100, 0.01)),
        Arm::new("eta=0.1", "η = 0.1", spec(100, 0.1)),
        Arm::new("eta=1", "η = 1", spec(100, 1.0)),
        Arm::new("eta=3", "η = 3", spec(100, 3.0)),
        Arm { rule: chance, ..Arm::of("ch1-eta-100", "η = 100, 30 neurons", spec(30, 100.0)) },
    ]
}
