use super::{GROUP, IDENTITY, LSTM, Net, TANH, line, ours, seeds};
use crate::book::slope::best_line;
use crate::book::{Computed, Evidence, Experiment, Kind, Numbers, Relation, Rule};
use crate::data::{DataOptions, Dataset};
use crate::figure::{Axis, Chart, Figure, Key, LabelAt, Mark, Panels, Ranges};
use crate::nn::{Activation, Initialiser};
use crate::simd::SimdLevel;
use crate::train::{TrainingSpec, initial_network, lag_norms};
use rayon::prelude::*;
use std::path::Path;

/// The gradient by lag.
pub const VANISHING: Experiment = Experiment {
    id: "rnn-vanishing",
    title: "The gradient of a recurrent network by lag",
    claim: "Recurrent networks have an unstable gradient as deep ones do, only more so, since it goes back through every time step; \
            LSTM units were made against that (chapter 6). ‖∂C/∂a_t‖ falls exponentially with the lag, with sigmoid neurons by a \
            factor of 4 a step and more; with rectifiers that begin as the identity it hardly falls.",
    groups: GROUP,
    long: false,
    kind: Kind::Computed { compute, judge },
};

const UNITS: usize = 64;
const SEEDS: u64 = 10;
/// The training sequences that the norms are means over.
const SEQUENCES: usize = 500;
/// What they are: random bits, since digits begin with blank rows, where a rectifier without a bias has no slope.
const TASK: &str = "first-bit:50";

const SIGMOID: Net = Net { name: "sigmoid", activation: Activation::Sigmoid, ..TANH };
const RELU: Net = Net { name: "ReLU", activation: Activation::Relu, ..TANH };
const NETS: [Net; 5] = [SIGMOID, TANH, RELU, IDENTITY, LSTM];

fn spec(net: &Net, seed: u64) -> TrainingSpec {
    TrainingSpec { init: Initialiser::Scaled, seed, ..net.spec(UNITS) }
}

/// The slope of log₁₀ of the norm against the lag, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (x, y.log10())).collect();
    best_line(&logs).0
}

fn compute(_: &Dataset) -> Numbers {
    let data =
        &Dataset::open(Path::new(TASK), &DataOptions::default()).expect("a task that there is");
    let of_seed = |seed: u64| {
        let mut numbers = Numbers::default();
        for net in &NETS {
            let network = initial_network::<f64>(&spec(net, seed), data);
            let norms = lag_norms(SimdLevel::best().arch(), &network, &data.training, SEQUENCES);
            let last = norms[0].len() - 1;
            let by_lag: Vec<(f64, f64)> =
                (0..=last).map(|lag| (lag as f64, norms[0][last - lag])).collect();
            for &(lag, norm) in &by_lag {
                numbers.push(net.name, Some(seed), lag, norm / by_lag[0].1);
            }
            numbers.push(format!("{}: slope", net.name), Some(seed), 0.0, slope(&by_lag));
        }
        numbers
    };
    let all: Vec<Numbers> = (1..=SEEDS).into_par_iter().map(of_seed).collect();
    all.into_iter().collect()
}

fn judge(numbers: &Numbers) -> Computed {
    let slopes = |net: &Net| seeds(numbers, &format!("{}: slope", net.name), 0.0);
    let within = |at_least, at_most| Rule::MeanWithin { at_least, at_most, level: 0.95 };
    let slope_of = |net: &Net, quantity: &str, rule| {
        ours(net.name, quantity, rule, None, Evidence::Seeds { values: slopes(net), lost: 0 })
    };
    const ABOVE: Rule = Rule::Order { steps: &[Relation::Above, Relation::Above], level: 0.95 };
    let findings = vec![
        slope_of(
            &SIGMOID,
            "slope of log₁₀ ‖∂C/∂a‖, a step: −0.6, a quarter, or steeper",
            within(-2.0, -0.6),
        ),
        slope_of(&IDENTITY, "slope: flat within 0.02", within(-0.02, 0.02)),
        ours(
            "LSTM; tanh; sigmoid",
            "slope: flatter in each than in the next",
            ABOVE,
            None,
            Evidence::Arms(vec![slopes(&LSTM), slopes(&TANH), slopes(&SIGMOID)]),
        ),
        ours(
            "ReLU from the identity; ReLU; sigmoid",
            "slope: flatter in each than in the next",
            ABOVE,
            None,
            Evidence::Arms(vec![slopes(&IDENTITY), slopes(&RELU), slopes(&SIGMOID)]),
        ),
    ];
    let series = NETS.iter().zip([0, 1, 2, 3, 4]).map(|(net, colour)| {
        let mut series = line(numbers, (net.name, net.name), colour, f64::log10);
        series.points.iter_mut().for_each(|point| point.1 = 10f64.powf(point.1));
        for (_, low, high) in &mut series.band {
            (*low, *high) = (10f64.powf(*low), 10f64.powf(*high));
        }
        series.label_at = LabelAt::Legend;
        series
    });
    Computed {
        subtitle: format!(
            "{UNITS} neurons or units before training, sequences of 50 random bits each lighting one of two inputs, softmax; N(0, 1/n) weights \
             from the inputs, no biases but 1 of forget gates, feedback of N(0, 1/n), of the LSTM orthogonal; means over \
             {SEQUENCES} training sequences, {SEEDS} seeds, f64. (Digits begin with blank rows, where a rectifier without a bias has no slope.)"
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: VANISHING.title.into(),
            subtitle: Some(format!("{UNITS} units before training, sequences of random bits.")),
            panels: vec![Figure {
                title: "‖∂C/∂a‖ so many steps back : at the last step".into(),
                x: Axis::linear("lag (time steps)"),
                y: Axis::log10("ratio"),
                series: series.collect(),
                key: vec![Key::new(Mark::Band, format!("95 % interval of {SEEDS} seeds"))],
                ..Figure::default()
            }],
            ranges: Ranges::Own,
            note: Some("Geometric means over the seeds.".into()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_powers_is_their_exponent() {
        let points: Vec<(f64, f64)> =
            (0..9).map(|x| (f64::from(x), 3.0 * 0.25f64.powi(x))).collect();
        assert!((slope(&points) - 0.25f64.log10()).abs() < 1e-12);
    }
}
