use crate::book::{
    Against, Arm, Claim, Earlier, Experiment, Kind, Panel, Relation, Replay, Rule, Trained, presets,
};
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
    kind: Kind::Trained(Trained {
        arms,
        monitors: &[Metric::ValidationAccuracy],
        // Only the end is of interest.
        monitor_every: MOST_EPOCHS,
        panels: &[Panel {
            metric: Metric::ValidationAccuracy,
            label: "validation accuracy",
            from: 0,
        }],
        against: Against::TrainSize,
        claims: &[Claim {
            arms: &[
                "n=50000", "n=20000", "n=10000", "n=5000", "n=2000", "n=1000", "n=500", "n=200",
                "n=100",
            ],
            quantity: "every larger training set gives a better accuracy",
            printed: None,
            rule: Rule::Order { steps: &[Relation::Above; 8], level: 0.95 },
            measure: |run| run.last(Metric::ValidationAccuracy),
        }],
        replay_note: Some(
            "The author's program seeds its generators with 12345678 once and draws one network after \
         another, smallest training set first. Trainings on few images forget rounding differences \
         and must end with his number of correctly classified images; those on 20,000 and 50,000 \
         images amplify them, and may end with a few more or fewer.",
        ),
    }),
};

/// The images that every network is trained on in all, again and again.
const IMAGES: usize = 1_500_000;
/// The epochs of the smallest training set.
const MOST_EPOCHS: usize = IMAGES / 100;

/// (key, label, images).
const SIZES: [(&str, &str, usize); 9] = [
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

fn arms() -> Vec<Arm> {
    let mut earlier = Earlier::default();
    let arm = |(key, label, images): (&'static str, &'static str, usize)| {
        let epochs = IMAGES / images;
        let arm = Arm {
            key,
            label,
            spec: TrainingSpec {
                train_size: Some(images),
                init: Initialiser::Large,
                eta: 0.5,
                lambda: images as f64 * 0.0001,
                epochs,
                ..presets::network2()
            },
            replay: Replay::Exact,
            earlier,
        };
        earlier.networks += 1;
        // Every training shuffles a list of its own, at one number an image but the first.
        earlier.draws += epochs * (images - 1);
        arm
    };
    SIZES.map(arm).into()
}
