use crate::book::claim::IS_ABOVE;
use crate::book::{
    Arm, Claim, Experiment, Kind, LayerMetric::BiasGradient, Panel, Relation, Response, Rule, Run,
    Shows, Trained, presets,
};
use crate::figure::Scale;
use crate::nn::{Activation, Initialiser, dense};
use crate::train::Metric::ValidationAccuracy;
use crate::train::TrainingSpec;

/// ReLU and tanh beside the sigmoid at every depth.
pub const ACTIVATIONS: Experiment = Experiment {
    id: "ch5-relu",
    title: "Which activation lets the gradient reach the first layer",
    claim: "The gradient of sigmoid neurons vanishes from layer to layer, since σ′ is at most 1/4. That of tanh neurons, whose \
            slope reaches 1, hardly does, and that of rectified linear ones with weights that suit them (He) not at all. \
            (The book tells of rectified neurons in chapter 6; the numbers are this project's own.)",
    groups: &["gradients"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        seeds: 5,
        monitor_every: 30,
        monitor_layers: true,
        panels: &[
            Panel::new(
                Shows::Response(Response { measure: ratio, is_fraction: false, ..BY_DEPTH }),
                "‖∂C/∂b‖, last hidden layer : first",
            )
            .log(),
            Panel::new(
                Shows::Response(Response { measure: last, ..BY_DEPTH }),
                "validation accuracy",
            ),
        ],
        claims: &[
            Claim {
                arms: &["sigmoid 4", "tanh 4", "relu 4"],
                ours: true,
                quantity: "with four hidden layers the gradient vanishes most with sigmoid, least with ReLU (log₁₀ of ‖∂C/∂b‖, last \
                           hidden layer : first, before learning)",
                rule: Rule::Order { steps: &[Relation::Above; 2], level: 0.95 },
                measure: |run| libm::log10(ratio(run)),
                ..Claim::BASE
            },
            Claim {
                arms: &["relu 4", "sigmoid 4"],
                ours: true,
                quantity: "with four hidden layers ReLU is more accurate than sigmoid",
                percent: true,
                rule: IS_ABOVE,
                measure: last,
                ..Claim::BASE
            },
            Claim {
                arms: &["tanh 4", "sigmoid 4"],
                ours: true,
                quantity: "with four hidden layers tanh is more accurate than sigmoid",
                percent: true,
                rule: IS_ABOVE,
                measure: last,
                ..Claim::BASE
            },
        ],
        ..Trained::BASE
    }),
};

const BY_DEPTH: Response = Response {
    axis: "hidden layers",
    scale: Scale::Linear,
    at: |spec| spec.hidden.len() as f64,
    line: |spec| match spec.activation.of(0) {
        Activation::Tanh => "tanh, N(0, 1/n_in)",
        Activation::Relu => "ReLU, N(0, 2/n_in)",
        _ => "sigmoid, N(0, 1/n_in)",
    },
    measure: last,
    is_fraction: true,
    recorded: None,
};

fn ratio(run: &Run) -> f64 {
    run.last_to_first(BiasGradient, 0)
}

fn last(run: &Run) -> f64 {
    run.last(ValidationAccuracy)
}

fn arms() -> Vec<Arm> {
    let arm = |key: &'static str| {
        let (name, layers) = key.split_once(' ').expect("an activation and a depth");
        let (activation, init) = match name {
            "tanh" => (Activation::Tanh, Initialiser::Scaled),
            "relu" => (Activation::Relu, Initialiser::He),
            _ => (Activation::Sigmoid, Initialiser::Scaled),
        };
        let spec = TrainingSpec {
            hidden: dense(vec![30; layers.parse().expect("a depth")]),
            activation: activation.into(),
            init,
            eta: 0.1,
            lambda: 5.0,
            ..presets::network2()
        };
        Arm::new(key, key, spec)
    };
    [
        "sigmoid 1",
        "sigmoid 2",
        "sigmoid 3",
        "sigmoid 4",
        "tanh 1",
        "tanh 2",
        "tanh 3",
        "tanh 4",
        "relu 1",
        "relu 2",
        "relu 3",
        "relu 4",
    ]
    .map(arm)
    .into()
}
