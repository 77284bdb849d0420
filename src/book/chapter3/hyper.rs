use crate::book::claim::IS_ABOVE;
use crate::book::data::shares;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Rule, Run, Tolerance, Trained, presets};
use crate::nn::dense;
use crate::train::Metric::ValidationAccuracy;
use crate::train::{Precision, TrainingSpec};

/// The book's walk from bad hyper-parameters to better ones.
pub const HYPER: Experiment = Experiment {
    id: "ch3-hyper",
    title: "Five steps from bad hyper-parameters to better ones",
    claim: "With η = 10 and λ = 1000 nothing is learnt. A network without hidden neurons, 1,000 training and 100 validation \
            images show it at once; λ = 20 helps a little, η = 100 is worse, η = 1 is better.",
    groups: &["hyper-parameters"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        panels: &[Panel::curves(ValidationAccuracy, "validation accuracy")],
        claims: &[
            Claim {
                arms: &["ch3-hyper-3", "ch3-hyper-1"],
                quantity: "the third step is better than the first, in the first epoch",
                ..BETTER
            },
            Claim {
                arms: &["ch3-hyper-3", "ch3-hyper-4"],
                quantity: "the third step, η = 10, is better than the fourth, η = 100",
                ..BETTER
            },
            Claim {
                arms: &["ch3-hyper-5", "ch3-hyper-3"],
                quantity: "the fifth step, η = 1, is better than the third, η = 10",
                ..BETTER
            },
        ],
        remark: "Every number that the book prints for the first network is the number of validation images of some digit, \
                 and 10 of the first 100 are zeros: every image got the same answer. The second network's weights grow \
                 ninefold, with changing signs, in each step of the first epoch, and overflow in the fourth.",
        ..Trained::BASE
    }),
};

/// Only two digits, to have an answer at once.
pub const ZERO_ONE: Experiment = Experiment {
    id: "ch3-hyper-zero-one",
    title: "Only zeros and ones",
    claim: "To tell only zeros from ones leaves 80 % of the images away, and so gives an answer several times sooner.",
    groups: &["hyper-parameters"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, hidden): (_, _, &[usize])| {
                let spec = TrainingSpec {
                    classes: vec![0, 1],
                    hidden: dense(hidden.iter().copied()),
                    epochs: 5,
                    ..presets::network2()
                };
                Arm::new(key, label, spec)
            };
            [
                ("none", "no hidden neurons", &[][..]),
                ("10", "10 hidden neurons", &[10]),
                ("20", "20 hidden neurons", &[20]),
            ]
            .map(arm)
            .into()
        },
        panels: &[Panel::curves(ValidationAccuracy, "validation accuracy")],
        claims: &[Claim {
            arms: &["none"],
            quantity: "part of the training images that is left away",
            printed: Some("data reduction"),
            of: "ch3-hyper-zero-one",
            rule: Rule::Within(Tolerance::Absolute(0.015)),
            measure: |run| 1.0 - run.images as f64 / ALL,
            ..Claim::BASE
        }],
        ..Trained::BASE
    }),
};

/// The training images of all digits.
const ALL: f64 = 50_000.0;

const BETTER: Claim = Claim { percent: true, rule: IS_ABOVE, measure: first, ..Claim::BASE };

fn first(run: &Run) -> f64 {
    run.first(ValidationAccuracy)
}

fn arms() -> Vec<Arm> {
    let whole = TrainingSpec { eta: 10.0, lambda: 1000.0, ..presets::network2() };
    // In f32 the numbers of the second network overflow before its first epoch is over.
    let small = |eta, lambda| TrainingSpec {
        train_size: Some(1000),
        validation_size: Some(100),
        hidden: Vec::new(),
        eta,
        lambda,
        precision: Precision::F64,
        ..presets::network2()
    };
    let chance = |shares, arm| Arm { rule: Rule::Chance { shares, level: 0.95 }, ..arm };
    vec![
        chance(
            shares::VALIDATION,
            Arm::of("ch3-hyper-1", "30 hidden, all images, η = 10, λ = 1000", whole),
        ),
        chance(
            shares::VALIDATION_100,
            Arm::of("ch3-hyper-2", "η = 10, λ = 1000", small(10.0, 1000.0)),
        ),
        Arm::of("ch3-hyper-3", "η = 10, λ = 20", small(10.0, 20.0)),
        chance(
            shares::VALIDATION_100,
            Arm::of("ch3-hyper-4", "η = 100, λ = 20", small(100.0, 20.0)),
        ),
        Arm::of("ch3-hyper-5", "η = 1, λ = 20", small(1.0, 20.0)),
    ]
}
