use super::{GROUP, IDENTITY, LSTM, ORTHOGONAL};
use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Run, Shows, Trained};
use crate::nn::Sequence;
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};
use crate::train::TrainingSpec;

/// Digits row by row.
pub const DIGITS: Experiment = Experiment {
    id: "rnn-digits",
    title: "Digits read row by row",
    claim: "A recurrent network can read a digit as a sequence: 28 steps of a row each. LSTM units read it better than plain \
            recurrent neurons, and take longer to train.",
    groups: GROUP,
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = |net: super::Net, eta| TrainingSpec { eta, epochs: 5, ..net.spec(64) };
            vec![
                Arm::new("tanh", "tanh", spec(ORTHOGONAL, 0.05)),
                Arm::new("relu", IDENTITY.name, spec(IDENTITY, 0.02)),
                Arm::new("lstm", LSTM.name, spec(LSTM, 0.2)),
            ]
        },
        seeds: 5,
        monitors: &[ValidationAccuracy, TestAccuracy],
        panels: PANELS,
        claims: CLAIMS,
        remark: REMARK,
        ..Trained::BASE
    }),
};

/// Digits pixel by pixel.
pub const DIGITS_PIXELS: Experiment = Experiment {
    id: "rnn-digits-pixels",
    title: "Digits read pixel by pixel",
    claim: "Read pixel by pixel a digit is a sequence of 784 steps, too long for a plain recurrent network to learn from; LSTM units \
            and rectifiers that begin as the identity learn more of it (Le, Jaitly and Hinton, 2015).",
    groups: GROUP,
    long: true,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = |net: super::Net, eta| TrainingSpec {
                eta,
                epochs: 3,
                batch_size: 20,
                sequence: Sequence::Pixels,
                ..net.spec(64)
            };
            vec![
                Arm::new("tanh", "tanh", spec(ORTHOGONAL, 0.05)),
                Arm::new("relu", IDENTITY.name, spec(IDENTITY, 0.02)),
                Arm::new("lstm", LSTM.name, spec(LSTM, 0.2)),
            ]
        },
        seeds: 3,
        monitors: &[ValidationAccuracy, TestAccuracy],
        panels: PANELS,
        claims: CLAIMS,
        remark: REMARK,
        ..Trained::BASE
    }),
};

const REMARK: &str = "64 neurons or units, no biases to begin with but 1 of the forget gates, tanh with orthogonal feedback, gradients no \
                      longer than 1; each kind has a learning rate of its own, chosen beforehand by validation accuracy with another seed.";

const PANELS: &[Panel] = &[
    Panel::curves(ValidationAccuracy, "validation accuracy"),
    Panel::new(Shows::Seconds(ValidationAccuracy), "validation accuracy"),
];

fn last(run: &Run) -> f64 {
    run.values(TestAccuracy).last().copied().unwrap_or(f64::NAN)
}

const CLAIMS: &[Claim] = &[
    Claim {
        arms: &["lstm", "tanh"],
        ours: true,
        quantity: "last test accuracy: LSTM above tanh",
        percent: true,
        rule: IS_ABOVE,
        measure: last,
        ..Claim::BASE
    },
    Claim {
        arms: &["relu", "tanh"],
        ours: true,
        quantity: "last test accuracy: rectifiers from the identity above tanh",
        percent: true,
        rule: IS_ABOVE,
        measure: last,
        ..Claim::BASE
    },
];
