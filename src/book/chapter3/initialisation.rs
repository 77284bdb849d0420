use crate::book::claim::{IS_ABOVE, MOST_RUNS, SINGLE_RUN};
use crate::book::{Arm, Claim, Earlier, Experiment, Kind, Panel, Replay, Run, Trained, presets};
use crate::nn::{Initialiser, dense};
use crate::train::{Metric, TrainingSpec};

/// The two initialisers with 30 hidden neurons.
pub const INIT_30: Experiment = Experiment {
    id: "ch3-init-30",
    title: "Weight initialisation, 30 hidden neurons",
    claim: "Weights drawn from N(0, 1/n_in) bring the network to almost 93 % after its first epoch, \
            those from N(0, 1) to less than 87 %; in the end both are somewhat above 96 %.",
    groups: &["initialisation"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || arms(30),
        claims: &[
            Claim {
                arms: &["old init"],
                quantity: "runs with less than 87 % after their first epoch",
                printed: Some("old init after first epoch, under"),
                rule: MOST_RUNS,
                measure: |run| first_epoch(run, |accuracy| accuracy < 0.87),
                ..Claim::BASE
            },
            Claim {
                arms: &["new init"],
                quantity: "accuracy after the first epoch",
                printed: Some("new init after first epoch"),
                rule: SINGLE_RUN,
                measure: |run| run.first(Metric::ValidationAccuracy),
                ..Claim::BASE
            },
            Claim {
                arms: &["new init"],
                quantity: "runs with more than 96 % in the end",
                printed: Some("final, both, over"),
                rule: MOST_RUNS,
                measure: |run| f64::from(run.last(Metric::ValidationAccuracy) > 0.96),
                ..Claim::BASE
            },
            Claim {
                arms: &["old init"],
                quantity: "runs with more than 96 % in the end",
                printed: Some("final, both, over"),
                rule: MOST_RUNS,
                measure: |run| f64::from(run.last(Metric::ValidationAccuracy) > 0.96),
                ..Claim::BASE
            },
            BEGINS_BETTER,
        ],
        ..TRAINED
    }),
};

/// What both have in common.
const TRAINED: Trained = Trained {
    panels: &[Panel::curves(Metric::ValidationAccuracy, "validation accuracy")],
    claims: &[BEGINS_BETTER],
    replay_note: Some(
        "The author's program seeds its generators with 12345678 once, trains with the new \
         initialiser, draws the large weights and trains again, on the images in the order that the \
         first training left behind. All numbers of correctly classified images must be his.",
    ),
    ..Trained::BASE
};

/// What the book shows without a number.
const BEGINS_BETTER: Claim = Claim {
    arms: &["new init", "old init"],
    quantity: "the new initialiser is above the old one after the first epoch",
    percent: true,
    printed: None,
    rule: IS_ABOVE,
    measure: |run| run.first(Metric::ValidationAccuracy),
    ..Claim::BASE
};

/// Whether something holds of the accuracy after the first epoch.
fn first_epoch(run: &Run, holds: fn(f64) -> bool) -> f64 {
    f64::from(run.at(Metric::ValidationAccuracy, 0).is_some_and(holds))
}

/// The same with 100.
pub const INIT_100: Experiment = Experiment {
    id: "ch3-init-100",
    title: "Weight initialisation, 100 hidden neurons",
    claim: "With 100 hidden neurons the new initialiser begins better too, and is still ahead by a \
            little after 30 epochs.",
    groups: &["initialisation"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || arms(100),
        claims: &[
            BEGINS_BETTER,
            Claim {
                quantity: "the new initialiser is above the old one after the last epoch",
                measure: |run| run.last(Metric::ValidationAccuracy),
                ..BEGINS_BETTER
            },
        ],
        ..TRAINED
    }),
};

fn arms(hidden: usize) -> Vec<Arm> {
    const EPOCHS: usize = 30;
    let arm = |key, label, init, earlier| {
        let spec = TrainingSpec {
            hidden: dense([hidden]),
            init,
            eta: 0.1,
            lambda: 5.0,
            epochs: EPOCHS,
            ..presets::network2()
        };
        Arm { replay: Replay::Exact, earlier, ..Arm::new(key, label, spec) }
    };
    let first = Earlier::default();
    // The set of parameters that precedes every large one is that of the first training.
    let second = Earlier { epochs: EPOCHS, ..first };
    vec![
        arm("new init", "N(0, 1/n_in)", Initialiser::Scaled, first),
        arm("old init", "N(0, 1)", Initialiser::Large, second),
    ]
}
