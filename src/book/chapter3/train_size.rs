use crate::book::{
    Arm, Claim, Earlier, Experiment, Kind, Panel, Relation, Replay, Response, Rule, Run, Shows,
    Trained, presets,
};
use crate::figure::Scale;
use crate::nn::Initialiser;
use crate::train::{Metric, TrainingSpec};

/// More training images are better than anything else.
pub const TRAIN_SIZE: Experiment = Experiment {
    id: "ch3-train-size",
    title: "The size of the training set",
    claim: "The accuracy on the validation images rises with the number of training images, from \
            69 % with 100 to 96 % with 50,000, each trained on 1,500,000 images in all, and still \
            rises at the end.",
    groups: &[],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        // Only the end is of interest.
        monitor_every: MOST_EPOCHS,
        panels: &[Panel::new(
            Shows::Response(Response {
                axis: "training images",
                scale: Scale::Log10,
                at: |spec| spec.train_size.map_or(f64::NAN, |size| size as f64),
                line: |_| "",
                measure: last,
                is_fraction: true,
                recorded: Some(Metric::ValidationAccuracy),
            }),
            "validation accuracy",
        )],
        claims: &[
            Claim {
                arms: &["n=5000"],
                quantity: "validation accuracy in the end",
                printed: Some("NN validation accuracy at 5000"),
                measure: last,
                ..Claim::BASE
            },
            Claim {
                arms: &[
                    "n=50000", "n=20000", "n=10000", "n=5000", "n=2000", "n=1000", "n=500",
                    "n=200", "n=100",
                ],
                quantity: "every larger training set gives a better accuracy",
                percent: true,
                rule: Rule::Order { steps: &[Relation::Above; 8], level: 0.95 },
                measure: last,
                ..Claim::BASE
            },
        ],
        replay_note: Some(
            "The author's program seeds its generators with 12345678 once and draws one network after \
         another, smallest training set first. Trainings on few images forget rounding differences \
         and must end with his number of correctly classified images; those on 20,000 and 50,000 \
         images amplify them, and may end with a few more or fewer.",
        ),
        ..Trained::BASE
    }),
};

/// The images that every network is trained on in all, again and again.
const IMAGES: usize = 1_500_000;
/// The epochs of the smallest training set.
const MOST_EPOCHS: usize = IMAGES / 100;

/// (key, label, images).
pub(super) const SIZES: [(&str, &str, usize); 9] = [
    ("n=100", "100 images", 100),
    ("n=200", "200 images", 200),
    ("n=500", "500 images", 500),
    ("n=1000", "1,000 images", 1_000),
    ("n=2000", "2,000 images", 2_000),
    ("n=5000", "5,000 images", 5_000),
    ("n=10000", "10,000 images", 10_000),
    ("n=20000", "20,000 images", 20_000),
    ("n=50000", "50,000 images", 50_000),
];

fn last(run: &Run) -> f64 {
    run.last(Metric::ValidationAccuracy)
}

fn arms() -> Vec<Arm> {
    let mut earlier = Earlier::default();
    let arm = |(key, label, images): (&'static str, &'static str, usize)| {
        let epochs = IMAGES / images;
        let spec = TrainingSpec {
            train_size: Some(images),
            init: Initialiser::Large,
            eta: 0.5,
            lambda: images as f64 * 0.0001,
            epochs,
            ..presets::network2()
        };
        let arm = Arm { replay: Replay::Exact, earlier, ..Arm::new(key, label, spec) };
        earlier.networks += 1;
        // Every training shuffles a list of its own, at one number an image but the first.
        earlier.draws += epochs * (images - 1);
        arm
    };
    SIZES.map(arm).into()
}
