use crate::book::{Arm, Claim, Experiment, Kind, Panel, Relation, Rule, Run, Trained, presets};
use crate::nn::dense;
use crate::train::Metric::TestAccuracy;
use crate::train::TrainingSpec;

/// Distorted images as further training images.
pub const EXPAND: Experiment = Experiment {
    id: "ch3-expand",
    title: "Distorted training images",
    claim: "Simard, Steinkraus and Platt, whom the book quotes, raised 98.4 to 98.9 % with rotated, moved and skewed training \
            images, and to 99.3 % with elastic distortions, in a network of 800 hidden neurons.",
    groups: &["overfitting"],
    long: true,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, expansion): (_, _, Option<&str>)| {
                let expansion = expansion.map(|text| text.parse().expect("a kind of distortion"));
                let spec = TrainingSpec {
                    hidden: dense([800]),
                    eta: 0.1,
                    epochs: 60,
                    expansion,
                    ..presets::network2()
                };
                Arm::new(key, label, spec)
            };
            [
                ("plain", "plain", None),
                ("rotations", "rotations", Some("rotations:epoch")),
                ("elastic", "elastic", Some("elastic:epoch")),
            ]
            .map(arm)
            .into()
        },
        seeds: 3,
        monitors: &[TestAccuracy],
        panels: &[Panel::curves(TestAccuracy, "test accuracy")],
        claims: &[
            Claim { arms: &["plain"], says: Some(0.984), ..BEST },
            Claim { arms: &["rotations"], says: Some(0.989), ..BEST },
            Claim { arms: &["elastic"], says: Some(0.993), ..BEST },
            Claim {
                arms: &["elastic", "rotations", "plain"],
                ours: true,
                quantity: "elastic distortions are better than rotations, and these than none",
                percent: true,
                rule: Rule::Order { steps: &[Relation::Above; 2], level: 0.95 },
                measure: best,
                ..Claim::BASE
            },
        ],
        remark: "The numbers are those of other people's programs: they also moved and skewed the images, and let η fall.",
        ..Trained::BASE
    }),
};

const BEST: Claim = Claim {
    ours: true,
    quantity: "best test accuracy, beside that of other people's program",
    percent: true,
    measure: best,
    ..Claim::BASE
};

fn best(run: &Run) -> f64 {
    run.best(TestAccuracy)
}
