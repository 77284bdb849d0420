use super::{GROUP, Net, TANH, line, ours};
use crate::book::claim::IS_ABOVE;
use crate::book::{Computed, Evidence, Experiment, Kind, Numbers};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Key, Mark, Panels, Ranges};
use crate::nn::{Activation, RecurrentInitialiser};
use crate::simd::SimdLevel;
use crate::train::{Metric, TrainingSpec, train};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// With and without a limit for the gradient.
pub const CLIPPING: Experiment = Experiment {
    id: "rnn-clipping",
    title: "Gradient clipping and the learning rate",
    claim: "Where the gradient of a recurrent network explodes, one step can undo all that was learnt. If longer gradients are \
            shortened (clipped), higher learning rates can be used (Pascanu, Mikolov and Bengio, 2013).",
    groups: GROUP,
    long: false,
    kind: Kind::Computed { compute, judge },
};

const UNITS: usize = 64;
const SEEDS: u64 = 8;
const IMAGES: usize = 5_000;
const EPOCHS: usize = 2;
/// The longest gradient.
const LIMIT: f64 = 1.0;
/// Learning rates: three a decade.
const RATES: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];
/// Validation accuracy below which nothing has been learnt that is worth it.
const LEARNT: f64 = 0.5;

const RELU: Net = Net {
    name: "ReLU",
    activation: Activation::Relu,
    init: RecurrentInitialiser::Identity,
    ..TANH
};
const WAYS: [(&str, Option<f64>); 2] = [("without", None), ("with clipping", Some(LIMIT))];

fn compute(data: &Dataset) -> Numbers {
    let cases: Vec<(usize, u64, f64)> = (0..WAYS.len())
        .flat_map(|way| (1..=SEEDS).flat_map(move |seed| RATES.map(|eta| (way, seed, eta))))
        .collect();
    let trained = cases.into_par_iter().map(|(way, seed, eta)| {
        let spec = TrainingSpec {
            train_size: Some(IMAGES),
            validation_size: Some(2_000),
            clip_norm: WAYS[way].1,
            eta,
            epochs: EPOCHS,
            monitors: [Metric::ValidationAccuracy].into_iter().collect(),
            seed,
            ..RELU.spec(UNITS)
        };
        let go_on = &mut |_: &_| ControlFlow::Continue(());
        let outcome = train(&spec, data, SimdLevel::best(), go_on).expect("a valid training");
        let accuracy = outcome.history.last(Metric::ValidationAccuracy).unwrap_or(0.0);
        (way, seed, eta, if accuracy.is_finite() { accuracy } else { 0.0 })
    });
    let trained: Vec<_> = trained.collect();
    let mut numbers = Numbers::default();
    for (way, seed, eta, accuracy) in trained {
        numbers.push(WAYS[way].0, Some(seed), eta, accuracy);
    }
    numbers
}

/// log₁₀ of the highest learning rate with which a seed has learnt, below the first at which it has not after it did.
fn highest(numbers: &Numbers, way: &str, seed: u64) -> f64 {
    let of_seed = numbers.series(way).filter(|number| number.seed == Some(seed));
    let learnt: Vec<(f64, bool)> = of_seed.map(|n| (n.x, n.value >= LEARNT)).collect();
    let from = learnt.iter().skip_while(|(_, learnt)| !learnt);
    from.take_while(|(_, learnt)| *learnt).last().map_or(f64::NAN, |(eta, _)| eta.log10())
}

fn judge(numbers: &Numbers) -> Computed {
    let highest = |way: usize| -> Vec<f64> {
        (1..=SEEDS).map(|seed| highest(numbers, WAYS[way].0, seed)).collect()
    };
    let findings = vec![ours(
        "with clipping; without",
        "log₁₀ of the highest learning rate that learns: higher with clipping",
        IS_ABOVE,
        None,
        Evidence::Arms(vec![highest(1), highest(0)]),
    )];
    let series = WAYS.iter().zip([1, 0]);
    let series =
        series.map(|((name, _), colour)| line(numbers, (name, name), colour, |a| 100.0 * a));
    Computed {
        subtitle: format!(
            "{UNITS} rectifiers that begin as the identity, digits row by row, {IMAGES} training images, mini-batches of 10, {EPOCHS} epochs, \
             {SEEDS} seeds, f32; gradients no longer than {LIMIT}, or as they are. Learnt: {:.0} % of 2,000 validation images.",
            100.0 * LEARNT
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: CLIPPING.title.into(),
            subtitle: Some(format!(
                "{UNITS} rectifiers, digits row by row, {EPOCHS} epochs of {IMAGES} images."
            )),
            panels: vec![Figure {
                title: "validation accuracy (%)".into(),
                x: Axis::log10("learning rate η"),
                y: Axis::linear("accuracy (%)").with_range(0.0, 100.0),
                series: series.collect(),
                key: vec![Key::new(Mark::Band, format!("95 % interval of {SEEDS} seeds"))],
                ..Figure::default()
            }],
            ranges: Ranges::Own,
            note: Some("A training that diverges counts as 0 %.".into()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_rate_is_the_last_before_the_first_failure() {
        let mut numbers = Numbers::default();
        for (eta, accuracy) in [(0.01, 0.2), (0.1, 0.9), (1.0, 0.8), (10.0, 0.1), (100.0, 0.9)] {
            numbers.push("with", Some(1), eta, accuracy);
        }
        assert_eq!(highest(&numbers, "with", 1), 0.0);
        assert!(highest(&numbers, "with", 2).is_nan());
    }
}
