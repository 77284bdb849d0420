use super::ACCURACY;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Trained, presets};
use crate::nn::dense;
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};
use crate::train::TrainingSpec;

/// The network that the convolutional ones are compared with.
pub const SHALLOW: Experiment = Experiment {
    id: "ch6-shallow",
    title: "100 hidden neurons and softmax, to begin with",
    claim: "A network of 100 hidden sigmoid neurons and a softmax layer recognises 97.80 % of the test images in the epoch, and in \
            the one of three runs, that recognise most validation images.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = TrainingSpec { hidden: dense([100]), ..presets::network3() };
            vec![Arm::of("ch6-shallow", "100 hidden neurons", spec)]
        },
        monitors: &[ValidationAccuracy, TestAccuracy],
        panels: &[
            Panel::curves(ValidationAccuracy, "validation accuracy"),
            Panel::curves(TestAccuracy, "test accuracy"),
        ],
        claims: &[Claim { arms: &["ch6-shallow"], ..ACCURACY }],
        ..Trained::BASE
    }),
};
