use crate::book::claim::IS_ABOVE;
use crate::book::{
    Arm, Claim, Experiment, Kind, Panel, Relation, Rule, Run, Shows, Trained, presets,
};
use crate::nn::{Activation, dense};
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// Hidden layers without activations.
pub const LINEAR_DEPTH: Experiment = Experiment {
    id: "ch4-linear-depth",
    title: "Without activations depth does not help",
    claim: "A network of linear neurons is one layer, however many it has, and classifies like one: about 92 % of the validation \
            images with none, one or two hidden layers. One hidden layer of 30 sigmoid neurons, trained in the same way, \
            reaches 96 %. (The book only asks what linear neurons compute; the numbers are this project's own.)",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |key, label, hidden: &[usize], activation: Activation| {
                let (hidden, activation) = (dense(hidden.iter().copied()), activation.into());
                let spec = TrainingSpec { hidden, activation, ..spec() };
                Arm::new(key, label, spec)
            };
            vec![
                arm("none", "no hidden layer", &[], Activation::Identity),
                arm("identity 1", "30, linear", &[30], Activation::Identity),
                arm("identity 2", "30 and 30, linear", &[30, 30], Activation::Identity),
                arm("sigmoid 1", "30, sigmoid", &[30], Activation::Sigmoid),
            ]
        },
        panels: &[Panel::new(
            Shows::Strips { measure: best, is_fraction: true },
            "best validation accuracy",
        )],
        claims: &[
            Claim {
                arms: &["none", "identity 1", "identity 2"],
                quantity: "one linear hidden layer, and a second one, change the best accuracy by less than a point each",
                rule: Rule::Order { steps: &[Relation::Alike { within: 0.01 }; 2], level: 0.95 },
                ..OURS
            },
            Claim {
                arms: &["sigmoid 1", "none"],
                quantity: "sigmoid neurons are better than no hidden layer",
                rule: IS_ABOVE,
                ..OURS
            },
            Claim {
                arms: &["none", "identity 2"],
                quantity: "two linear hidden layers are worse than none",
                rule: IS_ABOVE,
                ..OURS
            },
        ],
        ..Trained::BASE
    }),
};

const OURS: Claim = Claim { ours: true, percent: true, measure: best, ..Claim::BASE };

fn best(run: &Run) -> f64 {
    run.best(ValidationAccuracy)
}

fn spec() -> TrainingSpec {
    TrainingSpec { eta: 0.05, epochs: 15, ..presets::network2() }
}
