use crate::book::claim::MOST_RUNS;
use crate::book::{
    Arm, Claim, Experiment, Kind, LayerMetric, Measured, Panel, Run, Shows, Trained, presets,
};
use crate::nn::Initialiser;
use crate::train::TrainingSpec;

/// How weight decay makes the new initialiser of the old one.
pub const WEIGHT_DECAY: Experiment = Experiment {
    id: "ch3-weight-decay",
    title: "Weight decay makes up for large initial weights",
    claim: "With L2 regularisation large initial weights decay by a factor of exp(−ηλ/m) an epoch, 0.951 with η = 0.1, λ = 5 and \
            m = 10, which dominates the first epochs (a problem of the book).",
    groups: &["initialisation"],
    long: false,
    kind: Kind::Trained(Trained {
        arms: || {
            let spec = |lambda| TrainingSpec {
                init: Initialiser::Large,
                eta: 0.1,
                lambda,
                epochs: 60,
                ..presets::network2()
            };
            vec![Arm::new("lambda=5", "λ = 5", spec(5.0)), Arm::new("lambda=0", "λ = 0", spec(0.0))]
        },
        seeds: 6,
        monitor_layers: true,
        panels: &[
            Panel::new(
                Shows::Layers { of: LayerMetric::Weights, arm: "lambda=5" },
                "‖w‖ with λ = 5",
            )
            .log(),
            Panel::new(
                Shows::Layers { of: LayerMetric::Weights, arm: "lambda=0" },
                "‖w‖ with λ = 0",
            )
            .log(),
        ],
        claims: &[
            Claim {
                arms: &["lambda=5"],
                quantity: "runs whose ‖w¹‖ falls by a factor of 0.951 ± 0.002 in each of the first five epochs",
                rule: MOST_RUNS,
                measure: |run| {
                    let decays = (0..5).map(|epoch| factor(run, epoch));
                    f64::from(decays.into_iter().all(|f| (f - DECAY).abs() < 0.002))
                },
                ..Claim::BASE
            },
            Claim {
                arms: &["lambda=0"],
                ours: true,
                quantity: "runs whose ‖w¹‖ changes by less than 1 % in the first epoch without regularisation",
                rule: MOST_RUNS,
                measure: |run| f64::from((factor(run, 0) - 1.0).abs() < 0.01),
                ..Claim::BASE
            },
            Claim {
                arms: &["lambda=5"],
                ours: true,
                quantity: "runs whose ‖w²‖ grows in the first epoch all the same",
                rule: MOST_RUNS,
                measure: |run| {
                    let of = |epochs| run.at(Measured::Layer(LayerMetric::Weights, 2), epochs);
                    f64::from(of(1) > of(0))
                },
                ..Claim::BASE
            },
        ],
        remark: "The book expects the decay to end near weights of 1/√n. Ours of the first layer level off near 0.2, those of the \
                 output layer grow to 2: learning holds them there.",
        ..Trained::BASE
    }),
};

/// exp(−ηλ/m).
const DECAY: f64 = 0.951_229_424_500_714;

/// By which factor ‖w¹‖ changes in an epoch.
fn factor(run: &Run, epoch: usize) -> f64 {
    let of = |epochs| run.at(Measured::Layer(LayerMetric::Weights, 1), epochs);
    of(epoch + 1).zip(of(epoch)).map_or(f64::NAN, |(after, before)| after / before)
}
