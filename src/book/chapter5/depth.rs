use crate::book::claim::IS_ABOVE;
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Run, Shows, Trained, presets};
use crate::nn::dense;
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// More hidden layers of sigmoid neurons.
pub const DEPTH: Experiment = Experiment {
    id: "ch5-depth",
    title: "More than two hidden layers do not help",
    claim: "With one to four hidden layers of 30 sigmoid neurons the network recognises 96.48, 96.90, 96.57 and 96.53 % of the \
            validation images: a second layer helps a little, a third and a fourth do not.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(id, label, layers)| {
                let spec = TrainingSpec {
                    hidden: dense(vec![30; layers]),
                    eta: 0.1,
                    lambda: 5.0,
                    ..presets::network2()
                };
                Arm::of(id, label, spec)
            };
            [
                ("ch5-depth-1", "1 hidden layer", 1),
                ("ch5-depth-2", "2 hidden layers", 2),
                ("ch5-depth-3", "3 hidden layers", 3),
                ("ch5-depth-4", "4 hidden layers", 4),
            ]
            .map(arm)
            .into()
        },
        panels: &[Panel::new(
            Shows::Strips { measure: best, is_fraction: true },
            "best validation accuracy",
        )],
        claims: &[
            Claim { arms: &["ch5-depth-1"], ..ACCURACY },
            Claim { arms: &["ch5-depth-2"], ..ACCURACY },
            Claim { arms: &["ch5-depth-3"], ..ACCURACY },
            Claim { arms: &["ch5-depth-4"], ..ACCURACY },
            Claim {
                arms: &["ch5-depth-2", "ch5-depth-1"],
                quantity: "a second hidden layer helps",
                ..ORDER
            },
            Claim {
                arms: &["ch5-depth-2", "ch5-depth-4"],
                quantity: "four hidden layers are worse than two",
                ..ORDER
            },
        ],
        remark: "The book does not say whether its numbers are those of the last or the best epoch; here they are the best. After \
                 the last epoch 96.57 % would be inside.",
        ..Trained::BASE
    }),
};

const ACCURACY: Claim = Claim {
    quantity: "best validation accuracy",
    printed: Some("validation accuracy"),
    measure: best,
    ..Claim::BASE
};

const ORDER: Claim = Claim { percent: true, rule: IS_ABOVE, measure: best, ..Claim::BASE };

fn best(run: &Run) -> f64 {
    run.best(ValidationAccuracy)
}
