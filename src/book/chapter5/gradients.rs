use crate::book::claim::{MOST_RUNS, SINGLE_RUN_LOG};
use crate::book::{
    Arm, Claim, Experiment, Kind, LayerMetric::BiasGradient, Measured, Panel, Run, Shows, Trained,
    presets,
};
use crate::nn::dense;
use crate::train::Metric::TrainingCost;
use crate::train::TrainingSpec;

/// The gradients of the layers before anything is learnt.
pub const GRADIENTS: Experiment = Experiment {
    id: "ch5-grad-init",
    title: "The gradient vanishes towards the inputs",
    claim: "Before anything is learnt ‖∂C/∂b‖ is 0.07 and 0.31 in the two hidden layers of a network, 0.012, 0.060 and 0.283 in \
            three, and 0.003, 0.017, 0.070 and 0.285 in four: every layer learns several times more slowly than the next \
            one.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            vec![
                Arm::of("ch5-grad-init-2", "2 hidden layers", spec(2, 1)),
                Arm::of("ch5-grad-init-3", "3 hidden layers", spec(3, 1)),
                Arm::of("ch5-grad-init-4", "4 hidden layers", spec(4, 1)),
            ]
        },
        seeds: 20,
        panels: &[Panel::new(
            Shows::Profile { of: BiasGradient, epochs_trained: 0 },
            "‖∂C/∂b‖ before the first epoch",
        )
        .log()],
        claims: &[Claim {
            arms: &["ch5-grad-init-3"],
            quantity: "runs whose ‖∂C/∂b‖ is at least 16 times as large in the third layer as in the first (the book argues with a \
                       chain of single neurons)",
            printed: Some("dC/db1 smaller than dC/db3 by, at least"),
            of: "ch5-vanish-factor",
            rule: MOST_RUNS,
            measure: |run| f64::from(run.last_to_first(BiasGradient, 0) >= 16.0),
            ..Claim::BASE
        }],
        ..TRAINED
    }),
};

/// The course of the gradients in two hidden layers.
pub const SPEED_2: Experiment = Experiment {
    id: "ch5-speed-2",
    title: "The speed of learning of two hidden layers",
    claim: "The first of two hidden layers learns more slowly than the second from the beginning to the end of 500 epochs.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![Arm::of("ch5-speed-2", "2 hidden layers", spec(2, EPOCHS))],
        panels: &[speed("ch5-speed-2")],
        claims: &[
            Claim {
                arms: &["ch5-speed-2"],
                quantity: "least ‖∂C/∂b‖ of layer 1",
                printed: Some("min norm hidden layer 1 (epoch 39)"),
                measure: |run| least(run, 1),
                ..NORM
            },
            Claim {
                arms: &["ch5-speed-2"],
                quantity: "least ‖∂C/∂b‖ of layer 2",
                printed: Some("min norm hidden layer 2 (epoch 53)"),
                measure: |run| least(run, 2),
                ..NORM
            },
            Claim { arms: &["ch5-speed-2"], ..SLOWER },
        ],
        ..TRAINED
    }),
};

/// The same of three.
pub const SPEED_3: Experiment = Experiment {
    id: "ch5-speed-3",
    title: "The speed of learning of three hidden layers",
    claim: "With three hidden layers, too, the earlier layers learn more slowly.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![Arm::of("ch5-speed-3", "3 hidden layers", spec(3, EPOCHS))],
        panels: &[speed("ch5-speed-3")],
        claims: &[
            Claim {
                arms: &["ch5-speed-3"],
                quantity: "least ‖∂C/∂b‖ of layer 1",
                printed: Some("min norm hidden layer 1 (epoch 116)"),
                measure: |run| least(run, 1),
                ..NORM
            },
            Claim { arms: &["ch5-speed-3"], ..SLOWER },
        ],
        ..TRAINED
    }),
};

/// The same of four.
pub const SPEED_4: Experiment = Experiment {
    id: "ch5-speed-4",
    title: "The speed of learning of four hidden layers",
    claim: "With four hidden layers the first learns roughly 100 times more slowly than the last.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || vec![Arm::of("ch5-speed-4", "4 hidden layers", spec(4, EPOCHS))],
        panels: &[speed("ch5-speed-4")],
        claims: &[
            Claim {
                arms: &["ch5-speed-4"],
                quantity: "‖∂C/∂b‖ of the last layer, divided by that of the first, at the start",
                printed: Some("first hidden layer slower than last by"),
                measure: |run| run.last_to_first(BiasGradient, 0),
                ..NORM
            },
            Claim { arms: &["ch5-speed-4"], ..SLOWER },
        ],
        ..TRAINED
    }),
};

/// The book's row 499 stands before the 500th epoch, which changes nothing that it shows.
const EPOCHS: usize = 499;

const TRAINED: Trained =
    Trained { monitors: &[TrainingCost], monitor_every: 10, monitor_layers: true, ..Trained::BASE };

const NORM: Claim = Claim { rule: SINGLE_RUN_LOG, ..Claim::BASE };

const SLOWER: Claim = Claim {
    quantity: "runs whose first layer learns more slowly throughout",
    rule: MOST_RUNS,
    measure: is_slower,
    ..Claim::BASE
};

const fn speed(arm: &'static str) -> Panel {
    Panel::new(Shows::Layers { of: BiasGradient, arm }, "speed of learning ‖∂C/∂b‖").log()
}

/// The least gradient of a layer, of every tenth epoch.
fn least(run: &Run, layer: usize) -> f64 {
    run.best(Measured::Layer(BiasGradient, layer))
}

/// Whether the gradient of the first layer is below that of the last hidden one wherever they were measured.
fn is_slower(run: &Run) -> f64 {
    let of = |layer| run.values(Measured::Layer(BiasGradient, layer));
    let (first, last) = (of(1), of(run.layers() - 1));
    f64::from(first.iter().zip(&last).all(|(first, last)| first < last))
}

/// Batch gradient descent on 1,000 images.
fn spec(layers: usize, epochs: usize) -> TrainingSpec {
    TrainingSpec {
        train_size: Some(1000),
        batch_size: 1000,
        hidden: dense(vec![30; layers]),
        eta: 0.1,
        lambda: 5.0,
        epochs,
        ..presets::network2()
    }
}
