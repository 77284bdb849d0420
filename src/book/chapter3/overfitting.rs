use crate::book::experiment::Earlier;
use crate::book::{Against, Arm, Experiment, Replay};
use crate::nn::Initialiser;
use crate::train::{Metric, TrainingSpec};

const ALL_FOUR: &[Metric] =
    &[Metric::TestCost, Metric::TestAccuracy, Metric::TrainingCost, Metric::TrainingAccuracy];

/// What the four experiments share.
const BASE: Experiment = Experiment {
    id: "",
    title: "",
    claim: "",
    takes: "",
    arms: Vec::new,
    seeded: false,
    metric: Metric::TestAccuracy,
    monitors: ALL_FOUR,
    against: Against::Epoch,
    axis: "test accuracy",
    behaviours: &[],
    replay_note: None,
};

/// Overfitting on the first 1,000 images.
pub const OVERFIT_1000: Experiment = Experiment {
    id: "ch3-overfit-1000",
    title: "Overfitting 1,000 images",
    claim: "Trained on 1,000 images only, a network of 30 hidden neurons learns them by heart, while \
            its accuracy on the test images stops improving at about epoch 280, just above 82 %, and \
            its cost on them is best at about epoch 15.",
    takes: "5 seconds",
    arms: || vec![arm(Some(1000), 0.0, 400, Replay::Exact)],
    replay_note: Some(
        "The author's program seeds NumPy's and Python's generators with 12345678. Training on few \
         images forgets rounding differences instead of amplifying them: all recorded costs must \
         equal ours to a relative 1e-12, and all numbers of images exactly.",
    ),
    ..BASE
};

/// Hardly any overfitting on all images.
pub const OVERFIT_FULL: Experiment = Experiment {
    id: "ch3-overfit-full",
    title: "Less overfitting with 50,000 images",
    claim: "Trained on all 50,000 images, the same network overfits much less: best training \
            accuracy 97.86 %, best test accuracy 95.33 %.",
    takes: "15 seconds on 2 cores",
    arms: || {
        let near = Replay::Near { costs: &[(2, 1e-9)], images: 0.0 };
        vec![arm(None, 0.0, 30, near)]
    },
    replay_note: Some(
        "The author's program seeds its generators with 12345678. Without regularisation the \
         weights grow large, and training amplifies rounding differences: the first two epochs are \
         replayed to a relative 1e-9; from then on his run is one more random run, to be judged by \
         the spread of the seeds.",
    ),
    ..BASE
};

/// L2 regularisation against the overfitting of 1,000 images.
pub const L2_1000: Experiment = Experiment {
    id: "ch3-l2-1000",
    title: "L2 regularisation with 1,000 images",
    claim: "With λ = 0.1 the accuracy of the network trained on 1,000 images keeps rising for all \
            400 epochs, to a peak of 87.1 %.",
    takes: "5 seconds",
    arms: || vec![arm(Some(1000), 0.1, 400, Replay::Exact)],
    replay_note: OVERFIT_1000.replay_note,
    ..BASE
};

/// L2 regularisation with all images.
pub const L2_FULL_30: Experiment = Experiment {
    id: "ch3-l2-full-30",
    title: "L2 regularisation with 50,000 images",
    claim: "With λ = 5.0 the network trained on all 50,000 images reaches 96.49 % on the test \
            images, and its training accuracy is less than a percent higher.",
    takes: "5 seconds",
    arms: || {
        let near = Replay::Near { costs: &[(10, 1e-7), (30, 1e-4)], images: 3.0 };
        vec![arm(None, 5.0, 30, near)]
    },
    replay_note: Some(
        "The author's program seeds its generators with 12345678. At η = 0.5 training amplifies \
         rounding differences slowly: costs must equal the recorded ones to a relative 1e-7 in the \
         first ten epochs and to 1e-4 until the end, and numbers of images to within 3.",
    ),
    ..BASE
};

/// 784-30-10, cross-entropy, large weights, η = 0.5, mini-batches of 10.
fn arm(train_size: Option<usize>, lambda: f64, epochs: usize, replay: Replay) -> Arm {
    Arm {
        key: "",
        label: if lambda == 0.0 { "unregularised" } else { "regularised" },
        spec: TrainingSpec {
            train_size,
            initialiser: Initialiser::Large,
            eta: 0.5,
            lambda,
            epochs,
            ..TrainingSpec::default()
        },
        replay,
        earlier: Earlier::default(),
    }
}
