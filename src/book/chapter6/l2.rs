use super::{TWO_CONVOLUTIONS, chosen, layers};
use crate::book::{Arm, Claim, Experiment, Kind, Panel, Rule, Run, Shows, Trained, presets};
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};
use crate::train::TrainingSpec;

/// Weight decay for the network of two convolutional layers with sigmoid neurons.
pub const L2: Experiment = Experiment {
    id: "ch6-dbl-conv-l2",
    title: "Weight decay for two convolutional layers with sigmoid neurons",
    claim: "The author's program tries weight decay for this network, too, and says that it does not help much: the book leaves it \
            out.",
    groups: &["convolution"],
    long: true,
    kind: Kind::Trained(Trained {
        arms: || {
            let arm = |(key, label, lambda)| {
                let hidden = layers(TWO_CONVOLUTIONS);
                let spec = TrainingSpec { hidden, lambda, epochs: 20, ..presets::network3() };
                Arm::new(key, label, spec)
            };
            [
                ("0", "λ = 0", 0.0),
                ("0.01", "λ = 0.01", 0.01),
                ("1", "λ = 1", 1.0),
                ("100", "λ = 100", 100.0),
            ]
            .map(arm)
            .into()
        },
        seeds: 3,
        monitors: &[ValidationAccuracy, TestAccuracy],
        panels: &[Panel::new(
            Shows::Strips { measure: chosen, is_fraction: true },
            "test accuracy at the best validation accuracy",
        )],
        claims: &[Claim {
            arms: &["0", "0.01", "1", "100"],
            quantity: "the best λ gains at most 0.2 % over none",
            percent: true,
            rule: Rule::MeanWithin { at_least: -1.0, at_most: 0.002, level: 0.95 },
            across: Some(gain),
            ..Claim::BASE
        }],
        remark: "The author's program divides λ by the number of mini-batches, ours by that of the images: 0.001, 0.1 and 10 of its \
                 λ from 0.00001 to 100, and a third of its 60 epochs. What is much was said beforehand: 0.2 %, less than \
                 the second convolutional layer gains. The best of three λ gains something by chance alone.",
        ..Trained::BASE
    }),
};

/// What the best λ adds to the test accuracy without any, which is that of the first run.
fn gain(runs: &[&Run]) -> f64 {
    let best = runs[1..].iter().map(|run| chosen(run)).fold(f64::NEG_INFINITY, f64::max);
    best - chosen(runs[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_is_that_of_the_best_lambda_over_the_first() {
        let run =
            |accuracy: f64| Run::of(ValidationAccuracy, &[accuracy]).and(TestAccuracy, &[accuracy]);
        let runs = [run(0.95), run(0.9), run(0.96), run(0.2)];
        assert!((gain(&runs.each_ref()) - 0.01).abs() < 1e-12);
        assert!((gain(&[&runs[2], &runs[1]]) + 0.06).abs() < 1e-12, "a loss");
    }
}
