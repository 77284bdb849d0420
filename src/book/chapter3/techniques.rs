use crate::book::claim::IS_ABOVE;
use crate::book::{
    Arm, Claim, Experiment, Kind, Panel, Relation, Rule, Run, Shows, Trained, presets,
};
use crate::nn::{Cost, Output};
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// Momentum.
pub const MOMENTUM: Experiment = Experiment {
    id: "ch3-momentum",
    title: "Momentum",
    claim: "Momentum lets the steps build up speed: with a small η a μ above 0 learns faster, and a μ near 1 overshoots.",
    groups: &["techniques"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, momentum)| {
                let spec = TrainingSpec { eta: 0.05, momentum, epochs: 10, ..presets::network2() };
                Arm::new(key, label, spec)
            };
            [
                ("0", "μ = 0", 0.0),
                ("0.5", "μ = 0.5", 0.5),
                ("0.9", "μ = 0.9", 0.9),
                ("0.99", "μ = 0.99", 0.99),
            ]
            .map(arm)
            .into()
        },
        panels: &[Panel::curves(ValidationAccuracy, "validation accuracy")],
        claims: &[
            Claim {
                arms: &["0.5", "0"],
                ours: true,
                quantity: "μ = 0.5 is better than 0 after 10 epochs",
                ..BETTER
            },
            Claim {
                arms: &["0", "0.99"],
                ours: true,
                quantity: "μ = 0.99 is worse than 0",
                ..BETTER
            },
        ],
        ..Trained::BASE
    }),
};

/// Softmax and log-likelihood beside sigmoid and cross-entropy.
pub const SOFTMAX: Experiment = Experiment {
    id: "ch3-softmax",
    title: "Softmax with log-likelihood beside sigmoid with cross-entropy",
    claim: "A softmax output layer with the log-likelihood cost and a sigmoid one with the cross-entropy work about equally \
            well.",
    groups: &["techniques"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let sigmoid = TrainingSpec { eta: 0.1, lambda: 5.0, ..presets::network2() };
            let softmax = TrainingSpec {
                cost: Cost::LogLikelihood,
                output: Output::Softmax,
                ..sigmoid.clone()
            };
            vec![
                Arm::new("sigmoid", "sigmoid, cross-entropy", sigmoid),
                Arm::new("softmax", "softmax, log-likelihood", softmax),
            ]
        },
        panels: &[Panel::curves(ValidationAccuracy, "validation accuracy")],
        claims: &[Claim {
            arms: &["softmax", "sigmoid"],
            ours: true,
            quantity: "they end within half a percent of each other",
            rule: Rule::Order { steps: &[Relation::Alike { within: 0.005 }], level: 0.95 },
            ..BETTER
        }],
        ..Trained::BASE
    }),
};

/// The size of mini-batches against the clock.
pub const MINI_BATCH: Experiment = Experiment {
    id: "ch3-minibatch",
    title: "The size of the mini-batch against the clock",
    claim: "Small mini-batches learn more from an image, large ones compute faster: which size is best is told by accuracy against \
            seconds, with η in proportion to the size.",
    groups: &["techniques"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, batch_size, eta)| {
                let spec = TrainingSpec {
                    batch_size,
                    eta,
                    lambda: 5.0,
                    epochs: 20,
                    ..presets::network2()
                };
                Arm::new(key, label, spec)
            };
            [
                ("1", "m = 1, η = 0.025", 1, 0.025),
                ("10", "m = 10, η = 0.25", 10, 0.25),
                ("100", "m = 100, η = 2.5", 100, 2.5),
                ("1000", "m = 1000, η = 2.5", 1000, 2.5),
            ]
            .map(arm)
            .into()
        },
        seeds: 5,
        panels: &[Panel::new(Shows::Seconds(ValidationAccuracy), "validation accuracy")
            .within(0.85, 0.975)],
        claims: &[Claim {
            arms: &["10", "1000"],
            ours: true,
            quantity: "after 20 epochs m = 10 is above m = 1000",
            ..BETTER
        }],
        remark: "η grows in proportion to m, as the book advises, but for m = 1000: there the 25 that would follow does not learn, \
                 and 10 hardly. Seconds are those of this run on its machine, and the one thing measured that is not the same \
                 everywhere.",
        ..Trained::BASE
    }),
};

const BETTER: Claim = Claim { percent: true, rule: IS_ABOVE, measure: last, ..Claim::BASE };

fn last(run: &Run) -> f64 {
    run.last(ValidationAccuracy)
}
