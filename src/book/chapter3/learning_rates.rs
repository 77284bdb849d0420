use crate::book::claim::SINGLE_RUN;
use crate::book::{Arm, Claim, Earlier, Experiment, Kind, Panel, Replay, Trained, presets};
use crate::train::{Metric, TrainingSpec};

/// How the learning rate shapes the course of the training cost.
pub const LEARNING_RATES: Experiment = Experiment {
    id: "ch3-learning-rates",
    title: "Three learning rates",
    claim: "The learning rate decides the course of training. With η = 0.025 the training cost \
            falls smoothly until the last epoch; with η = 0.25 it falls faster and is nearly \
            saturated after about 20 epochs; with η = 2.5 it oscillates from the start, because \
            the steps overshoot the valley that they descend.",
    groups: &["learning-rates"],
    long: false,
    kind: Kind::Trained(Trained {
        arms,
        monitors: &[Metric::TrainingCost, Metric::ValidationAccuracy],
        panels: &[Panel::curves(
            Metric::TrainingCost,
            "training cost (cross-entropy + L2 penalty)",
        )],
        claims: &[
            Claim {
                arms: &["eta=0.025"],
                quantity: "epochs in which the cost rose (of 29)",
                printed: None,
                rule: SINGLE_RUN,
                measure: |run| rises(&run.values(Metric::TrainingCost)),
                ..Claim::BASE
            },
            Claim {
                arms: &["eta=0.25"],
                quantity: "epochs until 95 % of the fall was done (book: its estimate; its curve: 16)",
                printed: Some("eta=0.25 near saturation after"),
                rule: SINGLE_RUN,
                measure: |run| saturation_epoch(&run.values(Metric::TrainingCost)),
                ..Claim::BASE
            },
            Claim {
                arms: &["eta=2.5"],
                quantity: "epochs in which the cost rose (of 29)",
                printed: None,
                rule: SINGLE_RUN,
                measure: |run| rises(&run.values(Metric::TrainingCost)),
                ..Claim::BASE
            },
            Claim {
                arms: &["eta=2.5"],
                quantity: "mean rise in such an epoch",
                printed: None,
                rule: SINGLE_RUN,
                measure: |run| mean_rise(&run.values(Metric::TrainingCost)),
                ..Claim::BASE
            },
        ],
        replay_note: Some(
            "The author's program seeds NumPy's and Python's generators with 12345678 once and trains \
         the three arms one after another. The arms η = 0.025 and 0.25 are replayed from his \
         random numbers in f64 and must equal his recorded costs to a relative 1e-12. The arm \
         η = 2.5 cannot be replayed by anyone: there training amplifies a rounding difference of \
         1e-16, such as adding the images of one mini-batch in another order makes, to order 1 \
         within about 200 of its 150,000 steps. It starts from the author's exact weights and \
         mini-batches, and is then one more run to be judged by the spread of the seeds.",
        ),
        ..Trained::BASE
    }),
};

fn arms() -> Vec<Arm> {
    const EPOCHS: usize = 30;
    let arm = |position, key, label, eta, replay| {
        let spec = TrainingSpec { eta, lambda: 5.0, epochs: EPOCHS, ..presets::network2() };
        let earlier = Earlier { networks: position, epochs: position * EPOCHS, draws: 0 };
        Arm { replay, earlier, ..Arm::new(key, label, spec) }
    };
    vec![
        arm(0, "eta=0.025", "η = 0.025", 0.025, Replay::Exact),
        arm(1, "eta=0.25", "η = 0.25", 0.25, Replay::Exact),
        arm(2, "eta=2.5", "η = 2.5", 2.5, Replay::Chaotic),
    ]
}

/// The number of epochs after which the value was higher than before.
fn rises(curve: &[f64]) -> f64 {
    curve.windows(2).filter(|pair| pair[1] > pair[0]).count() as f64
}

/// The mean size of a rise; 0 if there was none.
fn mean_rise(curve: &[f64]) -> f64 {
    let rises: Vec<f64> =
        curve.windows(2).map(|pair| pair[1] - pair[0]).filter(|&rise| rise > 0.0).collect();
    if rises.is_empty() { 0.0 } else { rises.iter().sum::<f64>() / rises.len() as f64 }
}

/// The first epoch at which 95 % of the way from the first value to the lowest was gone.
fn saturation_epoch(curve: &[f64]) -> f64 {
    let lowest = curve.iter().copied().fold(f64::INFINITY, f64::min);
    let threshold = curve[0] - 0.95 * (curve[0] - lowest);
    let reached = curve.iter().position(|&value| value <= threshold);
    reached.map_or(f64::NAN, |epoch| epoch as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaviours_are_measured() {
        let curve = [1.0, 0.5, 0.6, 0.2, 0.0, 0.2];
        assert_eq!(rises(&curve), 2.0);
        assert!((mean_rise(&curve) - 0.15).abs() < 1e-15);
        assert_eq!(saturation_epoch(&curve), 4.0);
        assert_eq!(mean_rise(&[2.0, 1.0]), 0.0);
    }
}
