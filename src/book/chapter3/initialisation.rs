use crate::book::experiment::Earlier;
use crate::book::{Against, Arm, Experiment, Replay};
use crate::nn::Initialiser;
use crate::train::{Metric, TrainingSpec};

/// The two initialisers with 30 hidden neurons.
pub const INIT_30: Experiment = Experiment {
    id: "ch3-init-30",
    title: "Weight initialisation, 30 hidden neurons",
    claim: "Weights drawn from N(0, 1/n_in) bring the network to almost 93 % after its first epoch, \
            those from N(0, 1) to less than 87 %; in the end both are somewhat above 96 %.",
    takes: "5 seconds",
    arms: || arms(30),
    seeded: false,
    metric: Metric::ValidationAccuracy,
    monitors: &[Metric::ValidationAccuracy],
    against: Against::Epoch,
    axis: "validation accuracy",
    behaviours: &[],
    replay_note: Some(
        "The author's program seeds its generators with 12345678 once, trains with the new \
         initialiser, draws the large weights and trains again, on the images in the order that the \
         first training left behind. All numbers of correctly classified images must be his.",
    ),
};

/// The same with 100.
pub const INIT_100: Experiment = Experiment {
    id: "ch3-init-100",
    title: "Weight initialisation, 100 hidden neurons",
    claim: "With 100 hidden neurons the new initialiser begins better too, and after 30 epochs the \
            two do not quite meet.",
    takes: "10 seconds",
    arms: || arms(100),
    ..INIT_30
};

fn arms(hidden: usize) -> Vec<Arm> {
    const EPOCHS: usize = 30;
    let arm = |key, label, initialiser, earlier| Arm {
        key,
        label,
        spec: TrainingSpec {
            hidden: vec![hidden],
            initialiser,
            eta: 0.1,
            lambda: 5.0,
            epochs: EPOCHS,
            ..TrainingSpec::default()
        },
        replay: Replay::Exact,
        earlier,
    };
    let first = Earlier::default();
    // The set of parameters that precedes every large one is that of the first training.
    let second = Earlier { epochs: EPOCHS, ..first };
    vec![
        arm("new init", "N(0, 1/n_in)", Initialiser::Scaled, first),
        arm("old init", "N(0, 1)", Initialiser::Large, second),
    ]
}
