use crate::book::claim::IS_ABOVE;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, presets};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Shape, Stroke};
use crate::nn::dense;
use crate::nn::textbook::{Textbook, sigmoid_prime};
use crate::simd::SimdLevel;
use crate::stats::{median, rank_correlation};
use crate::train::{Trainer, TrainingSpec};
use rayon::prelude::*;

/// Which weights learn slowly.
pub const SLOW_WEIGHT: Experiment = Experiment {
    id: "ch2-slow-weight",
    title: "Which weights learn slowly",
    claim: "∂C/∂w = a_in δ_out: a weight learns slowly if the neuron that it comes from is hardly active, and also if the one that \
            it leads to is saturated, since δ has the factor σ′(z).",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const SEEDS: u64 = 5;
const IMAGES: usize = 1000;
const HIDDEN: usize = 30;
const OUTPUTS: usize = 10;
/// The points of seed 1 that are drawn: every so many weights and images.
const DRAWN: usize = 400;
/// What is smaller is not drawn.
const LEAST: f64 = 1e-8;
/// An input below this is hardly active, a neuron whose σ′ is below it saturated.
const LOW: f64 = 0.01;

/// What a gradient is in proportion to.
const FACTORS: [&str; 2] = ["a_in", "σ′(z_out)"];

/// A weight from a hidden to an output neuron, on one image.
#[derive(Debug, Clone, Copy)]
struct Point {
    a_in: f64,
    slope_out: f64,
    /// |∂C/∂w|
    gradient: f64,
}

fn points(textbook: &Textbook, x: &[f64], label: usize) -> Vec<Point> {
    let (zs, activations) = textbook.feed_forward(x);
    let nabla = textbook.backpropagate(x, label);
    let last = zs.len() - 1;
    let weights = nabla.weights[last].iter().zip(&zs[last]);
    let of_output = |(gradients, &z): (&Vec<f64>, &f64)| -> Vec<Point> {
        let inputs = gradients.iter().zip(&activations[last]);
        let point = |(gradient, &a_in): (&f64, &f64)| Point {
            a_in,
            slope_out: sigmoid_prime(z),
            gradient: gradient.abs(),
        };
        inputs.map(point).collect()
    };
    weights.flat_map(of_output).collect()
}

fn compute(data: &Dataset) -> Numbers {
    let of_seed = |seed: u64| {
        let spec = TrainingSpec { hidden: dense([HIDDEN]), eta: 3.0, seed, ..presets::network() };
        let mut trainer = Trainer::<f64>::new(&spec, data);
        trainer.epoch(SimdLevel::best().arch(), &data.training);
        let textbook = Textbook::from_network(trainer.network());
        let mut pixels = vec![0; data.inputs()];
        let mut all = Vec::new();
        for image in 0..IMAGES {
            data.training.images.dense_row(image, &mut pixels);
            let x: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 256.0).collect();
            all.extend(points(&textbook, &x, usize::from(data.training.labels[image])));
        }
        numbers_of(seed, &all)
    };
    let all: Vec<Numbers> = (1..=SEEDS).into_par_iter().map(of_seed).collect();
    all.into_iter().collect()
}

fn numbers_of(seed: u64, points: &[Point]) -> Numbers {
    let mut numbers = Numbers::default();
    let gradient: Vec<f64> = points.iter().map(|p| p.gradient).collect();
    for name in FACTORS {
        let of = |p: &Point| if name == FACTORS[0] { p.a_in } else { p.slope_out };
        let factor: Vec<f64> = points.iter().map(of).collect();
        let correlation = rank_correlation(&factor, &gradient).unwrap_or(f64::NAN);
        numbers.push(format!("rank correlation with {name}"), Some(seed), 0.0, correlation);
        let log_median = |is_low: bool| {
            let of_part = points.iter().filter(|p| (of(p) < LOW) == is_low);
            libm::log10(median(&of_part.map(|p| p.gradient).collect::<Vec<_>>()))
        };
        for (part, is_low) in [("low", true), ("not low", false)] {
            let series = format!("log₁₀ of the median, {name} {part}");
            numbers.push(series, Some(seed), 0.0, log_median(is_low));
        }
        // Prime to the number of weights, so that all of them come up.
        let every = points.len() / DRAWN + 1;
        if seed == 1 {
            for point in points.iter().step_by(every) {
                numbers.push(format!("points, {name}"), Some(seed), of(point), point.gradient);
            }
        }
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings = Vec::new();
    for name in FACTORS {
        let correlations = numbers.values(&format!("rank correlation with {name}"));
        let zeros = vec![0.0; correlations.len()];
        findings.push(Finding::new(
            format!("rank correlation of |∂C/∂w| with {name}: above 0"),
            IS_ABOVE,
            None,
            Evidence::Arms(vec![correlations, zeros]),
        ));
        let of = |part: &str| numbers.values(&format!("log₁₀ of the median, {name} {part}"));
        findings.push(Finding::new(
            format!(
                "log₁₀ of the median |∂C/∂w|: of weights with {name} ≥ {LOW} above those below"
            ),
            IS_ABOVE,
            None,
            Evidence::Arms(vec![of("not low"), of("low")]),
        ));
    }
    // |a − y| is at most 1.
    let drawn = numbers.points("points, a_in").into_iter();
    let drawn: Vec<_> = drawn.zip(numbers.points("points, σ′(z_out)")).collect();
    let below = drawn.iter().filter(|((a, gradient), (slope, _))| *gradient <= a * slope).count();
    findings.push(Finding {
        ours: true,
        ..Finding::new(
            format!("points drawn, of {}, that are at most a_in σ′(z_out), the largest |∂C/∂w| there can be", drawn.len()),
            Rule::Equal,
            Some(drawn.len() as f64),
            Evidence::Computed(if drawn.is_empty() { f64::NAN } else { below as f64 }),
        )
    });
    Computed {
        subtitle: format!(
            "784-{HIDDEN}-{OUTPUTS}, quadratic cost, η = 3, after one epoch; the {} weights between the hidden and the output layer on \
             each of the first {IMAGES} training images, by the textbook's loops in f64; {SEEDS} seeds.",
            HIDDEN * OUTPUTS
        ),
        findings,
        figure: Chart::Panels(figure(numbers)),
    }
}

fn figure(numbers: &Numbers) -> Panels {
    let panel = |name: &str, whose: &str, most: f64| {
        let points = numbers.points(&format!("points, {name}"));
        let dots = points.into_iter().flat_map(|(x, y)| [(x, y), (x, f64::NAN)]);
        Figure {
            title: format!("against {name}"),
            x: Axis::log10(format!("{name} of the neuron {whose}")).with_range(LEAST, 1.0),
            y: Axis::log10("|∂C/∂w|").with_range(1e-14, 1.0),
            series: vec![
                Series {
                    label: "a weight on an image".into(),
                    label_at: LabelAt::Hidden,
                    points: dots.collect(),
                    marker: Marker::new(Shape::Circle, 1.6),
                    ..Series::default()
                },
                Series {
                    label: "the largest there can be".into(),
                    label_at: LabelAt::Legend,
                    colour: 4,
                    points: vec![(LEAST, most * LEAST), (1.0, most)],
                    marker: Marker::NONE,
                    style: Stroke::Dashed,
                    ..Series::default()
                },
            ],
            ..Figure::default()
        }
    };
    Panels {
        title: SLOW_WEIGHT.title.into(),
        subtitle: Some(format!("|∂C/∂w| of {DRAWN} weights to output neurons, each on one image.")),
        panels: vec![
            // σ′ is at most 1/4, and a_in at most 1.
            panel("a_in", "before the weight", 0.25),
            panel("σ′(z_out)", "after the weight", 1.0),
        ],
        ranges: Ranges::Own,
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, Architecture, Cost, Output, Targets};

    #[test]
    fn a_gradient_is_the_product_of_its_factors() {
        let architecture =
            Architecture::dense(&[1, 2, 2], Activation::Sigmoid, Output::Sigmoid, Cost::Quadratic);
        let textbook = Textbook {
            truncation: usize::MAX,
            biases: vec![vec![0.1, -0.2], vec![0.3, -2.0]],
            weights: vec![vec![vec![0.5], vec![-0.4]], vec![vec![0.6, -0.9], vec![1.5, 0.2]]],
            shapes: architecture.layers(),
            activations: vec![Activation::Sigmoid],
            output: Output::Sigmoid,
            cost: Cost::Quadratic,
            targets: Targets::OneHot,
            kept: vec![vec![1.0; 2]],
        };
        let points = points(&textbook, &[0.7], 1);
        assert_eq!(points.len(), 4);
        let (_, activations) = textbook.feed_forward(&[0.7]);
        for (i, point) in points.iter().enumerate() {
            let (j, k) = (i / 2, i % 2);
            let (a, out) = (activations[1][k], activations[2][j]);
            let y = if j == 1 { 1.0 } else { 0.0 };
            assert!((point.gradient - a * (out - y).abs() * out * (1.0 - out)).abs() < 1e-15);
            assert!((point.slope_out - out * (1.0 - out)).abs() < 1e-15 && point.a_in == a);
        }
    }

    #[test]
    fn parts_are_told_apart_by_their_own_quantity() {
        let point = |a_in, slope_out, gradient| Point { a_in, slope_out, gradient };
        let points = [point(0.001, 0.2, 1e-4), point(0.9, 0.001, 1e-3), point(0.8, 0.2, 1e-1)];
        let numbers = numbers_of(2, &points);
        let of = |series: &str| numbers.at(series, 0.0);
        assert!((of("log₁₀ of the median, a_in low") - -4.0).abs() < 1e-12);
        assert!((of("log₁₀ of the median, a_in not low") - -2.0).abs() < 1.0);
        assert!((of("log₁₀ of the median, σ′(z_out) low") - -3.0).abs() < 1e-12);
        assert!(of("rank correlation with a_in") > 0.0);
    }
}
