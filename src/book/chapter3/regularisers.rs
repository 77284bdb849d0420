use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Run, Shows, Trained, presets};
use crate::nn::{Initialiser, dense};
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};
use crate::train::TrainingSpec;

/// L2 regularisation of the larger network.
pub const L2_100: Experiment = Experiment {
    id: "ch3-l2-100",
    title: "L2 regularisation with 100 hidden neurons",
    claim: "With λ = 5 the network of 100 hidden neurons recognises 97.92 % of the validation images after 30 epochs, and \
            98.04 % with η = 0.1 and 60 epochs.",
    groups: &["overfitting"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = |init, eta, epochs| TrainingSpec {
                hidden: dense([100]),
                init,
                eta,
                lambda: 5.0,
                epochs,
                ..presets::network2()
            };
            vec![
                Arm::of("ch3-l2-100", "η = 0.5, N(0, 1)", spec(Initialiser::Large, 0.5, 30)),
                Arm::of("ch3-l2-100-tuned", "η = 0.1, N(0, 1)", spec(Initialiser::Large, 0.1, 60)),
                Arm::new("scaled", "η = 0.1, N(0, 1/n_in)", spec(Initialiser::Scaled, 0.1, 60)),
            ]
        },
        seeds: 5,
        panels: &[Panel::curves(ValidationAccuracy, "validation accuracy")],
        claims: &[
            Claim {
                arms: &["ch3-l2-100"],
                quantity: "best validation accuracy",
                printed: Some("validation accuracy"),
                measure: best,
                ..Claim::BASE
            },
            Claim {
                arms: &["ch3-l2-100-tuned"],
                quantity: "best validation accuracy",
                printed: Some("validation accuracy"),
                measure: best,
                ..Claim::BASE
            },
            Claim {
                arms: &["scaled"],
                quantity: "best validation accuracy, the book's other initialiser",
                says: Some(0.9804),
                percent: true,
                measure: best,
                ..Claim::BASE
            },
        ],
        remark: "The book does not say with which initialiser it reached 98.04 %, nor whether its numbers are those of the last or \
                 the best epoch; here they are the best.",
        ..Trained::BASE
    }),
};

/// L1 regularisation.
pub const L1: Experiment = Experiment {
    id: "ch3-l1",
    title: "L1 regularisation",
    claim: "A problem of the book asks for a λ with which L1 regularisation beats none. λ = 1 does.",
    groups: &["overfitting"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm =
                |(key, label, l1)| Arm::new(key, label, TrainingSpec { l1, ..presets::network2() });
            [
                ("0", "λ = 0", 0.0),
                ("0.1", "λ = 0.1", 0.1),
                ("1", "λ = 1", 1.0),
                ("5", "λ = 5", 5.0),
                ("20", "λ = 20", 20.0),
            ]
            .map(arm)
            .into()
        },
        panels: &[Panel::new(
            Shows::Strips { measure: last, is_fraction: true },
            "validation accuracy in the end",
        )],
        claims: &[
            Claim {
                arms: &["1", "0"],
                ours: true,
                quantity: "λ = 1 is better than none",
                ..BETTER
            },
            Claim {
                arms: &["1", "20"], ours: true, quantity: "λ = 1 is better than 20", ..BETTER
            },
        ],
        ..Trained::BASE
    }),
};

/// Dropout of the larger networks.
pub const DROPOUT: Experiment = Experiment {
    id: "ch3-dropout",
    title: "Dropout",
    claim: "Hinton and others, whom the book quotes, raised 98.4 to 98.7 % with dropout and a limit to the length of the \
            weight vectors, in networks of 800 neurons and more trained for many epochs.",
    groups: &["overfitting"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec =
                TrainingSpec { hidden: dense([800]), eta: 0.1, epochs: 60, ..presets::network2() };
            let dropout =
                TrainingSpec { dropout: 0.5.into(), max_norm: Some(4.0), eta: 0.5, ..spec.clone() };
            vec![
                Arm::new("plain", "plain, η = 0.1", spec),
                Arm::new("dropout", "dropout, max-norm 4, η = 0.5", dropout),
            ]
        },
        seeds: 3,
        monitors: &[TestAccuracy],
        panels: &[Panel::curves(TestAccuracy, "test accuracy")],
        claims: &[
            Claim {
                arms: &["plain"],
                ours: true,
                quantity: "best test accuracy, beside that of other people's program",
                says: Some(0.984),
                percent: true,
                measure: |run| run.best(TestAccuracy),
                ..Claim::BASE
            },
            Claim {
                arms: &["dropout"],
                ours: true,
                quantity: "best test accuracy, beside that of other people's program",
                says: Some(0.987),
                percent: true,
                measure: |run| run.best(TestAccuracy),
                ..Claim::BASE
            },
            Claim {
                arms: &["dropout", "plain"],
                ours: true,
                quantity: "dropout is better",
                percent: true,
                rule: IS_ABOVE,
                measure: |run| run.best(TestAccuracy),
                ..Claim::BASE
            },
        ],
        remark: "With dropout a larger η, 0.5 instead of 0.1, is what a limit to the weights is there for.",
        ..Trained::BASE
    }),
};

const BETTER: Claim = Claim { percent: true, rule: IS_ABOVE, measure: last, ..Claim::BASE };

fn best(run: &Run) -> f64 {
    run.best(ValidationAccuracy)
}

fn last(run: &Run) -> f64 {
    run.last(ValidationAccuracy)
}
