use super::build::target;
use crate::book::slope::best_line;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Relation, Rule, Tolerance,
};
use crate::data::{Dataset, NumberRows, Split};
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Stroke};
use crate::nn::{Activation, Cost, Optimiser, Output, Targets, dense};
use crate::simd::SimdLevel;
use crate::stats::mean;
use crate::text::significant;
use crate::train::{Metric, Model, Monitors, Schedule, TrainingSpec, train};
use clap::ValueEnum;
use rayon::prelude::*;
use std::ops::ControlFlow;

/// The function of the challenge, learnt.
pub const LEARNT: Experiment = Experiment {
    id: "ch4-train",
    title: "The same function learnt by gradient descent",
    claim: "What can be built by hand can be learnt: with more hidden neurons a network comes nearer to the function, whatever \
            the activation, as long as it is not linear. With the identity it stays at the best straight line, however many \
            neurons there are.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const WIDTHS: [usize; 4] = [3, 5, 10, 50];
const SEEDS: u64 = 10;
/// The points of the function that are learnt, from 0 to 1.
const POINTS: usize = 1000;
/// Every how many of them are drawn.
const DRAWN: usize = 5;
const EPOCHS: usize = 1000;

/// All that gradient descent can train.
fn activations() -> impl Iterator<Item = Activation> {
    Activation::value_variants().iter().copied().filter(|&f| f != Activation::Step)
}

fn x(point: usize) -> f64 {
    point as f64 / (POINTS - 1) as f64
}

/// The points of the function. All of them are learnt, since what is asked is what a network can express.
fn points() -> Dataset {
    let x: Vec<f64> = (0..POINTS).map(x).collect();
    let y = x.iter().copied().map(target).collect();
    let training = Split::of_numbers(NumberRows::new(x, 1, y, 1));
    let none = || training.range(0..0).into();
    Dataset {
        name: "the function of the challenge".into(),
        image_rows: 1,
        image_columns: 1,
        image_channels: 1,
        classes: 0,
        class_names: Vec::new(),
        first_label: 0,
        notes: Vec::new(),
        scale: None,
        validation: none(),
        test: none(),
        training: training.into(),
        sha256: Default::default(),
    }
}

fn spec(activation: Activation, width: usize, seed: u64) -> TrainingSpec {
    TrainingSpec {
        hidden: dense([width]),
        activation: activation.into(),
        output: Output::Identity,
        cost: Cost::Quadratic,
        targets: Targets::Numbers,
        optimiser: Optimiser::Adam,
        eta: 0.01,
        schedule: Schedule::Cosine,
        batch_size: 20,
        epochs: EPOCHS,
        seed,
        monitors: Monitors::from_iter([Metric::TrainingMse]),
        monitor_every: EPOCHS,
        ..TrainingSpec::default()
    }
}

/// The root of the mean squared error after the last epoch, NaN for a training that diverged, and the network.
fn learn(data: &Dataset, spec: &TrainingSpec) -> (f64, Model) {
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let outcome = train(spec, data, SimdLevel::best(), go_on).expect("settings that make sense");
    let mse = outcome.history.last(Metric::TrainingMse).unwrap_or(f64::NAN);
    (if mse.is_finite() { mse.sqrt() } else { f64::NAN }, outcome.model)
}

fn compute(_: &Dataset) -> Numbers {
    let data = points();
    let cells: Vec<(Activation, usize, u64)> = activations()
        .flat_map(|f| WIDTHS.map(|width| (f, width)))
        .flat_map(|(f, width)| (1..=SEEDS).map(move |seed| (f, width, seed)))
        .collect();
    let of_cell = |&(activation, width, seed): &(Activation, usize, u64)| {
        let mut numbers = Numbers::default();
        let (error, model) = learn(&data, &spec(activation, width, seed));
        numbers.push(error_of(activation), Some(seed), width as f64, error);
        if seed == 1 {
            let answers = model.outputs_of(&data.training, SimdLevel::best());
            for point in (0..POINTS).step_by(DRAWN) {
                let name = curve_of(activation, width);
                numbers.push(name, Some(seed), x(point), answers[point]);
            }
        }
        numbers
    };
    let of_cells: Vec<Numbers> = cells.par_iter().map(of_cell).collect();
    let mut numbers: Numbers = of_cells.into_iter().collect();
    let all: Vec<(f64, f64)> = (0..POINTS).map(|point| (x(point), target(x(point)))).collect();
    let (slope, intercept) = best_line(&all);
    let off = all.iter().map(|(x, y)| (slope * x + intercept - y).powi(2)).sum::<f64>();
    numbers.push("error of the best line", None, 0.0, (off / POINTS as f64).sqrt());
    for (x, y) in all.into_iter().step_by(DRAWN) {
        numbers.push("wanted", None, x, y);
    }
    numbers
}

fn error_of(activation: Activation) -> String {
    format!("error, {}", activation.name())
}

fn curve_of(activation: Activation, width: usize) -> String {
    format!("{}, {width} neurons", activation.name())
}

/// The errors of an activation with as many neurons, by seed.
fn errors(numbers: &Numbers, activation: Activation, width: usize) -> Vec<f64> {
    let name = error_of(activation);
    let of_width = numbers.series(&name).filter(|number| number.x == width as f64);
    of_width.map(|number| number.value).collect()
}

fn judge(numbers: &Numbers) -> Computed {
    const FALLS: Rule = Rule::Order { steps: &[Relation::Above; WIDTHS.len() - 1], level: 0.95 };
    const BETTER: Rule = Rule::Order { steps: &[Relation::Above], level: 0.95 };
    let widest = WIDTHS[WIDTHS.len() - 1];
    let line = numbers.at("error of the best line", 0.0);
    let mut findings = Vec::new();
    let mut add = |arm: String, quantity: &str, rule, book, evidence| {
        let finding = Finding::new(quantity.into(), rule, book, evidence);
        findings.push(Finding { arm, ours: true, ..finding });
    };
    let identity = WIDTHS.map(|width| errors(numbers, Activation::Identity, width));
    let above = identity.iter().flatten().map(|error| error / line - 1.0);
    let (least, most) = above.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
        (low.min(x), if x.is_nan() { f64::NAN } else { high.max(x) })
    });
    let within = |tolerance| Rule::Within(Tolerance::Absolute(tolerance));
    let quantity = "how far the error is above that of the best line, of its part: the largest of all widths and seeds";
    add("identity".into(), quantity, within(0.02), Some(0.0), Evidence::Computed(most));
    // In f32, and nothing is better than the best.
    let quantity = "the same: the smallest";
    add("identity".into(), quantity, within(1e-4), Some(0.0), Evidence::Computed(least.min(0.0)));
    for activation in activations().filter(|&f| f != Activation::Identity) {
        let arms = WIDTHS.map(|width| errors(numbers, activation, width)).into();
        let arm = format!("{}: 3, 5, 10, 50 neurons", activation.name());
        add(arm, "the error falls with the width", FALLS, None, Evidence::Arms(arms));
        let arms = vec![
            errors(numbers, Activation::Identity, widest),
            errors(numbers, activation, widest),
        ];
        let arm = format!("identity, {}: {widest} neurons", activation.name());
        add(arm, "the identity's error is larger", BETTER, None, Evidence::Arms(arms));
    }
    Computed {
        subtitle: format!(
            "One input, a hidden layer, a linear output; {POINTS} points of f from 0 to 1, quadratic cost, Adam with η = 0.01 and a cosine schedule, \
             mini-batches of 20, {EPOCHS} epochs, {SEEDS} seeds."
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: LEARNT.title.into(),
            subtitle: Some(
                "The curves are of seed 1; above them the root mean squared errors with 3, 10 and 50 hidden neurons, means of ten \
                 seeds."
                    .into(),
            ),
            panels: activations().map(|activation| curves_panel(numbers, activation)).collect(),
            ranges: Ranges::Shared,
            note: None,
        }),
    }
}

/// The widths whose curves are drawn, and their colours.
const DRAWN_WIDTHS: [(usize, usize); 3] = [(3, 2), (10, 3), (50, 0)];

/// The function, and what networks of three widths have made of it.
fn curves_panel(numbers: &Numbers, activation: Activation) -> Figure {
    let line = |label: String, points, colour, style| Series {
        label,
        label_at: LabelAt::Legend,
        colour,
        points,
        marker: Marker::NONE,
        style,
        ..Series::default()
    };
    let mut series = vec![line("wanted".into(), numbers.points("wanted"), 1, Stroke::Dashed)];
    let mut means = Vec::new();
    for (width, colour) in DRAWN_WIDTHS {
        means.push(significant(mean(&errors(numbers, activation, width)), 2));
        let points = numbers.points(&curve_of(activation, width));
        series.push(line(format!("{width} neurons"), points, colour, Stroke::Solid));
    }
    Figure {
        title: format!("{}: {}", activation.name(), means.join(", ")),
        x: Axis::linear("input x").with_range(0.0, 1.0),
        y: Axis::linear("f(x)"),
        series,
        ..Figure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_line_is_the_best() {
        let data: Vec<(f64, f64)> = (0..POINTS).map(|p| (x(p), target(x(p)))).collect();
        let (slope, intercept) = best_line(&data);
        let off = |slope: f64, intercept: f64| {
            data.iter().map(|(x, y)| (slope * x + intercept - y).powi(2)).sum::<f64>()
        };
        let best = off(slope, intercept);
        assert!(((best / POINTS as f64).sqrt() - 0.141).abs() < 0.0005);
        for (a, b) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
            assert!(off(slope + a, intercept + b) > best);
        }
    }

    #[test]
    fn a_network_without_bends_is_a_line() {
        let data = points();
        let spec = TrainingSpec { epochs: 2, monitor_every: 1, ..spec(Activation::Identity, 5, 1) };
        let (_, model) = learn(&data, &spec);
        let answers = model.outputs_of(&data.training, SimdLevel::best());
        let middle = f64::midpoint(answers[0], answers[998]);
        assert!((answers[499] - middle).abs() < 1e-5);
    }
}
