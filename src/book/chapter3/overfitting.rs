use crate::book::claim::{MOST_RUNS, SHAPE, SINGLE_RUN};
use crate::book::{
    Arm, Claim, Experiment, Kind, Measured, Panel, Replay, Rule, Run, Shows, Trained, presets,
};
use crate::nn::Initialiser;
use crate::train::Metric::{self, TestAccuracy, TestCost, TrainingAccuracy, TrainingCost};
use crate::train::TrainingSpec;

/// What the four experiments share.
const TRAINED: Trained = Trained {
    monitors: &[TestCost, TestAccuracy, TrainingCost, TrainingAccuracy],
    panels: &[
        panel(TrainingCost, "training cost", 0),
        panel(TestAccuracy, "test accuracy", 0),
        panel(TestCost, "test cost", 0),
        panel(TrainingAccuracy, "training accuracy", 0),
    ],
    ..Trained::BASE
};

/// The groups of all four.
const GROUPS: &[&str] = &["overfitting"];

const fn panel(metric: Metric, label: &'static str, from: usize) -> Panel {
    Panel::new(Shows::Curves { of: Measured::Metric(metric), from }, label)
}

/// A claim on the only arm.
const fn claim(
    quantity: &'static str,
    printed: &'static str,
    rule: Rule,
    measure: fn(&Run) -> f64,
) -> Claim {
    Claim { quantity, printed: Some(printed), rule, measure, ..Claim::BASE }
}

/// How much better the best accuracy on the training images is than that on the test images.
fn gap(run: &Run) -> f64 {
    run.best(TrainingAccuracy) - run.best(TestAccuracy)
}

/// The first epoch whose test accuracy is within 0.1 % of the best one.
fn stops_improving(run: &Run) -> f64 {
    let best = run.best(TestAccuracy);
    let reached = run.points(TestAccuracy).iter().find(|(_, accuracy)| *accuracy > best - 0.001);
    reached.map_or(f64::NAN, |&(epoch, _)| epoch as f64)
}

/// The best test accuracy of the first 200 epochs.
fn first_200(run: &Run) -> f64 {
    let first = run.points(TestAccuracy).iter().filter(|(epoch, _)| *epoch < 200);
    first.map(|&(_, accuracy)| accuracy).fold(f64::NAN, f64::max)
}

/// Overfitting on the first 1,000 images.
pub const OVERFIT_1000: Experiment = Experiment {
    id: "ch3-overfit-1000",
    title: "Overfitting 1,000 images",
    claim: "Trained on 1,000 images only, a network of 30 hidden neurons learns them by heart, while \
            its accuracy on the test images stops improving at about epoch 280, just above 82 %, and \
            its cost on them is best at about epoch 15.",
    groups: GROUPS,
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![arm(Some(1000), 0.0, 400, Replay::Exact)],
        panels: &[
            panel(TrainingCost, "training cost from epoch 200 on", 200),
            panel(TestAccuracy, "test accuracy from epoch 200 on", 200),
            panel(TestCost, "test cost", 0),
            panel(TrainingAccuracy, "training accuracy", 0),
        ],
        claims: &[
            claim("weights and biases", "parameters 30 hidden", Rule::Equal, |run| {
                run.parameters as f64
            }),
            claim("best test accuracy", "peak test accuracy", SINGLE_RUN, |run| {
                run.best(TestAccuracy)
            }),
            claim(
                "best test accuracy of the first 200 epochs",
                "test accuracy in first 200 epochs",
                SINGLE_RUN,
                first_200,
            ),
            claim(
                "first epoch within 0.1 % of the best test accuracy",
                "epoch where accuracy stops improving",
                SHAPE,
                stops_improving,
            ),
            claim("epoch of the least test cost", "epoch of best test cost", SHAPE, |run| {
                run.best_epoch(TestCost)
            }),
            claim("least test cost", "test cost min (epoch 14)", SINGLE_RUN, |run| {
                run.best(TestCost)
            }),
            claim("last training accuracy", "final training accuracy", SHAPE, |run| {
                run.last(TrainingAccuracy)
            }),
            claim("best training less best test accuracy", "train-test gap", SINGLE_RUN, gap),
        ],
        replay_note: EXACT_NOTE,
        ..TRAINED
    }),
};

const EXACT_NOTE: Option<&str> = Some(
    "The author's program seeds NumPy's and Python's generators with 12345678. Training on few \
     images forgets rounding differences instead of amplifying them: all recorded costs must \
     equal ours to a relative 1e-12, and all numbers of images exactly.",
);

/// Hardly any overfitting on all images.
pub const OVERFIT_FULL: Experiment = Experiment {
    id: "ch3-overfit-full",
    title: "Less overfitting with 50,000 images",
    claim: "Trained on all 50,000 images, the same network overfits much less: best training \
            accuracy 97.86 %, best test accuracy 95.33 %.",
    groups: GROUPS,
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let near = Replay::Near { costs: &[(2, 1e-9)], images: 0.0 };
            vec![arm(None, 0.0, 30, near)]
        },
        claims: &[
            claim("best training accuracy", "best training accuracy", SINGLE_RUN, |run| {
                run.best(TrainingAccuracy)
            }),
            claim("best test accuracy", "best test accuracy", SINGLE_RUN, |run| {
                run.best(TestAccuracy)
            }),
            claim("best training less best test accuracy", "gap", SINGLE_RUN, gap),
            claim("least test cost", "test cost min (epoch 19)", SINGLE_RUN, |run| {
                run.best(TestCost)
            }),
        ],
        replay_note: Some(
            "The author's program seeds its generators with 12345678. Without regularisation the \
             weights grow large, and training amplifies rounding differences: the first two epochs \
             are replayed to a relative 1e-9; from then on his run is one more random run, to be \
             judged by the spread of the seeds.",
        ),
        ..TRAINED
    }),
};

/// L2 regularisation against the overfitting of 1,000 images.
pub const L2_1000: Experiment = Experiment {
    id: "ch3-l2-1000",
    title: "L2 regularisation with 1,000 images",
    claim: "With λ = 0.1 the accuracy of the network trained on 1,000 images keeps rising for all \
            400 epochs, to a peak of 87.1 %.",
    groups: GROUPS,
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![arm(Some(1000), 0.1, 400, Replay::Exact)],
        claims: &[
            claim("best test accuracy", "peak test accuracy", SINGLE_RUN, |run| {
                run.best(TestAccuracy)
            }),
            claim("least test cost", "test cost min (epoch 391)", SINGLE_RUN, |run| {
                run.best(TestCost)
            }),
            Claim {
                quantity: "runs whose test accuracy is best in the last 100 of the 400 epochs",
                rule: MOST_RUNS,
                measure: |run| f64::from(run.best_epoch(TestAccuracy) >= 300.0),
                ..Claim::BASE
            },
        ],
        replay_note: EXACT_NOTE,
        ..TRAINED
    }),
};

/// L2 regularisation with all images.
pub const L2_FULL_30: Experiment = Experiment {
    id: "ch3-l2-full-30",
    title: "L2 regularisation with 50,000 images",
    claim: "With λ = 5.0 the network trained on all 50,000 images reaches 96.49 % on the test \
            images, and its training accuracy is less than a percent higher.",
    groups: GROUPS,
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let near = Replay::Near { costs: &[(10, 1e-7), (30, 1e-4)], images: 3.0 };
            vec![arm(None, 5.0, 30, near)]
        },
        claims: &[
            claim("best test accuracy", "test accuracy", SINGLE_RUN, |run| run.best(TestAccuracy)),
            claim(
                "runs whose best training accuracy is less than 1 % above their best test accuracy",
                "train-test gap, under",
                MOST_RUNS,
                |run| f64::from(gap(run) < 0.01),
            ),
            claim("least test cost", "test cost min (epoch 25)", SINGLE_RUN, |run| {
                run.best(TestCost)
            }),
        ],
        replay_note: Some(
            "The author's program seeds its generators with 12345678. At η = 0.5 training amplifies \
             rounding differences slowly: costs must equal the recorded ones to a relative 1e-7 in \
             the first ten epochs and to 1e-4 until the end, and numbers of images to within 3.",
        ),
        ..TRAINED
    }),
};

/// 784-30-10, cross-entropy, large weights, η = 0.5, mini-batches of 10.
fn arm(train_size: Option<usize>, lambda: f64, epochs: usize, replay: Replay) -> Arm {
    let label = if lambda == 0.0 { "unregularised" } else { "regularised" };
    let spec = TrainingSpec {
        train_size,
        init: Initialiser::Large,
        eta: 0.5,
        lambda,
        epochs,
        ..presets::network2()
    };
    Arm { replay, ..Arm::new("", label, spec) }
}
