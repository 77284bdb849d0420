use super::{ACCURACY, chosen, layers};
use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Trained, presets};
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};
use crate::train::TrainingSpec;

/// A convolutional layer before the dense one, and instead of it.
pub const CONV: Experiment = Experiment {
    id: "ch6-conv",
    title: "A convolutional layer, with and without the dense layer after it",
    claim: "20 feature maps of 5 x 5 pixels and 2 x 2 max-pooling before the 100 hidden neurons raise 97.80 to 98.78 %. An \
            exercise asks what becomes of it without the 100 neurons.",
    groups: &["convolution"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = |text| TrainingSpec { hidden: layers(text), ..presets::network3() };
            vec![
                Arm::of("ch6-conv", "with 100 dense neurons", spec("20c5p2x100")),
                Arm::new("omit-fc", "without them", spec("20c5p2")),
            ]
        },
        seeds: 3,
        monitors: &[ValidationAccuracy, TestAccuracy],
        panels: &[
            Panel::curves(ValidationAccuracy, "validation accuracy").within(0.95, 1.0),
            Panel::curves(TestAccuracy, "test accuracy").within(0.95, 1.0),
        ],
        claims: &[
            Claim { arms: &["ch6-conv"], ..ACCURACY },
            Claim {
                arms: &["ch6-conv", "omit-fc"],
                ours: true,
                quantity: "the dense layer helps",
                percent: true,
                rule: IS_ABOVE,
                measure: chosen,
                ..Claim::BASE
            },
        ],
        remark: "The author's program fills a convolution with weights of a variance of 1 over filters · 5 · 5 / (2 · 2) = 125, as \
                 ours does. The book gives no number for the network without the dense layer.",
        ..Trained::BASE
    }),
};
