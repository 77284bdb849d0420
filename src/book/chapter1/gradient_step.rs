use crate::book::claim::MOST_RUNS;
use crate::book::{
    Arm, Claim, Experiment, Kind, LayerMetric, Measured, Panel, Relation, Response, Rule, Run,
    Shows, Trained, presets,
};
use crate::figure::Scale;
use crate::train::Metric::TrainingCost;
use crate::train::{Precision, TrainingSpec};

/// What the gradient promises of a step, and what the step brings.
pub const GRADIENT_STEP: Experiment = Experiment {
    id: "ch1-gradient-step",
    title: "What the gradient promises: ΔC ≈ −η‖∇C‖²",
    claim: "A step −η∇C changes the cost by about −η‖∇C‖², so that it falls (equations 9 and 10), if η is small: the \
            ratio of the two goes to 1 as η goes to 0, by an error in proportion to η. If η is large, the step overshoots, \
            and the cost may rise.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        seeds: 6,
        monitors: &[TrainingCost],
        monitor_start: true,
        monitor_layers: true,
        panels: &[
            Panel::new(
                Shows::Response(Response {
                    axis: "learning rate η",
                    scale: Scale::Log10,
                    at: |spec| spec.eta,
                    line: |_| "",
                    measure: ratio,
                    is_fraction: false,
                    recorded: None,
                }),
                "ΔC / (−η‖∇C‖²) of the first step",
            ),
            Panel::curves(TrainingCost, "cost after each step")
                .log()
                .of_arms(&["0.001", "0.1", "1", "10", "31.6"]),
        ],
        claims: &[
            Claim {
                arms: &["0.001"],
                quantity: "runs with a ratio within 1 % of 1 at η = 0.001",
                rule: MOST_RUNS,
                measure: |run| f64::from((ratio(run) - 1.0).abs() < 0.01),
                ..Claim::BASE
            },
            Claim {
                arms: &["0.01", "0.001"],
                ours: true,
                quantity: "error of the ratio at η = 0.01, divided by that at 0.001",
                says: Some(10.0),
                across: Some(|runs| (1.0 - ratio(runs[0])) / (1.0 - ratio(runs[1]))),
                ..Claim::BASE
            },
            Claim {
                arms: &["0.001", "0.01", "0.1", "1", "10"],
                ours: true,
                quantity: "the ratio falls as η grows",
                rule: Rule::Order { steps: &[Relation::Above; 4], level: 0.95 },
                measure: ratio,
                ..Claim::BASE
            },
            Claim {
                arms: &["31.6"],
                quantity: "runs whose cost rises in the first step at η = 31.6",
                rule: MOST_RUNS,
                measure: |run| f64::from(ratio(run) < 0.0),
                ..Claim::BASE
            },
        ],
        ..Trained::BASE
    }),
};

/// ΔC of the first step, divided by −η‖∇C‖².
fn ratio(run: &Run) -> f64 {
    let squared = |of| {
        let norms = (1..=run.layers()).map(|layer| run.at(Measured::Layer(of, layer), 0));
        norms.map(|norm| norm.unwrap_or(f64::NAN).powi(2)).sum::<f64>()
    };
    let squared = squared(LayerMetric::BiasGradient) + squared(LayerMetric::WeightGradient);
    let change = run.first(TrainingCost) - run.start(TrainingCost);
    change / (-run.first(Measured::Eta) * squared)
}

fn arms() -> Vec<Arm> {
    let arm = |(key, label, eta)| {
        let spec = TrainingSpec {
            train_size: Some(1000),
            batch_size: 1000,
            eta,
            epochs: 20,
            precision: Precision::F64,
            ..presets::network2()
        };
        Arm::new(key, label, spec)
    };
    [
        ("0.001", "η = 0.001", 0.001),
        ("0.00316", "η = 0.00316", 0.00316),
        ("0.01", "η = 0.01", 0.01),
        ("0.0316", "η = 0.0316", 0.0316),
        ("0.1", "η = 0.1", 0.1),
        ("0.316", "η = 0.316", 0.316),
        ("1", "η = 1", 1.0),
        ("3.16", "η = 3.16", 3.16),
        ("10", "η = 10", 10.0),
        ("31.6", "η = 31.6", 31.6),
    ]
    .map(arm)
    .into()
}
