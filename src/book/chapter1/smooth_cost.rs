use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance, presets,
};
use crate::data::{Dataset, Split};
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series};
use crate::nn::{Gradient, Network, Workspace, dense};
use crate::rng::{Purpose, Stream};
use crate::simd::SimdLevel;
use crate::train::{Evaluation, Evaluator, MiniBatch, Trainer, TrainingSpec};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Why a cost is learnt by, and not the number of images that are recognised.
pub const SMOOTH_COST: Experiment = Experiment {
    id: "ch1-smooth-cost",
    title: "The number of correct images is no smooth function of the weights, and the cost is",
    claim: "Most small changes of the weights and biases leave the number of images that are recognised as it is, so that it does \
            not say which change is for the better. The quadratic cost does: it is smooth, every change changes it, and its \
            slope is the gradient.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const IMAGES: usize = 1000;
/// The points to each side of the weights as they are.
const SIDE: i32 = 200;
/// The steps between neighbouring points, the second one a hundred times as close.
const STEP: f64 = 1e-3;
const CLOSE_STEP: f64 = 1e-5;
const RANDOM: usize = 20;
/// The distances for which slopes are taken by differences.
const DISTANCES: [f64; 8] = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8];
const SEED: u64 = 0;

/// A value for every parameter: biases and weights layer by layer, neuron by neuron.
type Values = Vec<f64>;

/// The weights and biases of a layer in the order of [`Values`]: the neuron, and the input, which a bias does not have.
fn places(network: &Network<f64>) -> impl Iterator<Item = (usize, usize, Option<usize>)> {
    network.layers().iter().enumerate().flat_map(|(l, layer)| {
        let inputs = layer.n_in();
        (0..layer.n_out()).flat_map(move |j| (0..=inputs).map(move |k| (l, j, k.checked_sub(1))))
    })
}

/// The network some way along a direction.
fn moved(network: &Network<f64>, direction: &[f64], distance: f64) -> Network<f64> {
    let mut moved = network.clone();
    for ((l, j, k), d) in places(network).zip(direction).filter(|(_, d)| **d != 0.0) {
        let layer = &mut moved.layers_mut()[l];
        match k {
            None => layer.biases_mut()[j] += distance * d,
            Some(k) => layer.set_weight(j, k, layer.weight(j, k) + distance * d),
        }
    }
    moved
}

/// The sum of the gradients of all images of a split.
struct Backpropagation<'a> {
    network: &'a mut Network<f64>,
    split: &'a Split,
}

impl WithSimd for Backpropagation<'_> {
    type Output = Gradient<f64>;
    fn with_simd<S: Simd>(self, simd: S) -> Gradient<f64> {
        let Self { network, split } = self;
        let mut gradient = Gradient::zeros(network);
        let mut workspace = Workspace::new(network, split.len());
        let mut batch = MiniBatch::new(split.len());
        batch.gather(simd, split, 0..split.len());
        workspace.forward(simd, network, batch.input());
        workspace.backward(simd, network, batch.labels());
        workspace.add_gradient(simd, batch.input(), &mut gradient);
        gradient
    }
}

/// ∂C/∂w and ∂C/∂b, the mean over the images.
fn gradient(network: &Network<f64>, split: &Split) -> Values {
    let mut copy = network.clone();
    let arch = SimdLevel::best().arch();
    let sum = arch.dispatch(Backpropagation { network: &mut copy, split });
    let of = |(l, j, k): (usize, usize, Option<usize>)| match k {
        None => sum.biases(l)[j],
        Some(k) => sum.weight(l, j, k),
    };
    places(network).map(|place| of(place) / split.len() as f64).collect()
}

fn length(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// The directions, each of length 1, by name: the parameter that matters most, the gradient, and random ones.
fn directions(gradient: &[f64]) -> Vec<(String, Values)> {
    let largest = |a: &(usize, &f64), b: &(usize, &f64)| a.1.abs().total_cmp(&b.1.abs());
    let steepest = gradient.iter().enumerate().max_by(largest).map_or(0, |(i, _)| i);
    let mut one = vec![0.0; gradient.len()];
    one[steepest] = 1.0;
    let normed = |values: Values| -> Values {
        let length = length(&values);
        values.into_iter().map(|x| x / length).collect()
    };
    let mut directions = vec![(ONE.into(), one), (GRADIENT.into(), normed(gradient.to_vec()))];
    let mut stream = Stream::new(SEED, Purpose::Demonstration, 0);
    for i in 1..=RANDOM {
        let random = gradient.iter().map(|_| stream.gaussian()).collect();
        directions.push((random_name(i), normed(random)));
    }
    directions
}

const ONE: &str = "one parameter";
const GRADIENT: &str = "the gradient";
/// The directions that are drawn.
const DRAWN: [&str; 3] = [GRADIENT, ONE, "random direction 1"];

fn random_name(i: usize) -> String {
    format!("random direction {i}")
}

/// All of them.
fn names() -> impl Iterator<Item = String> {
    [ONE.into(), GRADIENT.into()].into_iter().chain((1..=RANDOM).map(random_name))
}

fn compute(data: &Dataset) -> Numbers {
    let spec = TrainingSpec { hidden: dense([30]), eta: 3.0, seed: SEED, ..presets::network() };
    let arch = SimdLevel::best().arch();
    let mut trainer = Trainer::<f64>::new(&spec, data);
    trainer.epoch(arch, &data.training);
    along(&trainer.into_network(), &data.training.first(IMAGES))
}

/// The numbers of a network on some images.
fn along(network: &Network<f64>, split: &Split) -> Numbers {
    let arch = SimdLevel::best().arch();
    let gradient = gradient(network, split);
    let of_direction = |(name, direction): (String, Values)| {
        let mut numbers = Numbers::default();
        let mut evaluator = Evaluator::new(network);
        let mut at = |t: f64| evaluator.evaluate(arch, &moved(network, &direction, t), split);
        let mut push = |series: &str, x: f64, value: f64| {
            numbers.push(format!("{name}: {series}"), None, x, value);
        };
        let drawn = DRAWN.contains(&name.as_str());
        for (step, close) in [(STEP, ""), (CLOSE_STEP, ", close")] {
            if !drawn && step != STEP {
                continue;
            }
            let places: Vec<f64> = (-SIDE..=SIDE).map(|i| f64::from(i) * step).collect();
            let found: Vec<Evaluation> = places.iter().map(|&t| at(t)).collect();
            if step == STEP {
                let (correct, cost) = unchanged(&found);
                push("steps", 0.0, (found.len() - 1) as f64);
                push("steps without a change of correct", 0.0, correct as f64);
                push("steps without a change of the cost", 0.0, cost as f64);
            }
            // All random directions are alike.
            for (&t, Evaluation { cost, correct, .. }) in places.iter().zip(found).filter(|_| drawn)
            {
                push(&format!("correct{close}"), t, correct as f64);
                push(&format!("cost{close}"), t, cost);
            }
        }
        push("slope", 0.0, gradient.iter().zip(&direction).map(|(g, d)| g * d).sum());
        for h in DISTANCES {
            let (after, before) = (at(h), at(-h));
            push("difference of the cost", h, (after.cost - before.cost) / (2.0 * h));
            let images = after.correct as f64 - before.correct as f64;
            push("difference of correct", h, images / (2.0 * h));
        }
        numbers
    };
    let all: Vec<Numbers> = directions(&gradient).into_par_iter().map(of_direction).collect();
    all.into_iter().collect()
}

/// In how many steps between neighbours the number of correct images stays what it is, and in how many the cost.
fn unchanged(found: &[Evaluation]) -> (usize, usize) {
    let count = |same: fn(&Evaluation, &Evaluation) -> bool| {
        found.windows(2).filter(|pair| same(&pair[0], &pair[1])).count()
    };
    (count(|a, b| a.correct == b.correct), count(|a, b| a.cost == b.cost))
}

/// The distance at which differences of the cost are compared with its gradient.
const COMPARED: f64 = 1e-5;
/// That at which the number of correct images is.
const LEAST: f64 = 1e-8;

fn judge(numbers: &Numbers) -> Computed {
    let sum = |series: &str| -> f64 {
        names().map(|name| numbers.at(&format!("{name}: {series}"), 0.0)).sum()
    };
    let all = sum("steps");
    let same = sum("steps without a change of correct");
    let error = |name: &String, h: f64| {
        let slope = numbers.at(&format!("{name}: slope"), 0.0);
        let difference = numbers.at(&format!("{name}: difference of the cost"), h);
        (difference / slope - 1.0).abs()
    };
    let largest = |h: f64| {
        let errors = names().map(|name| error(&name, h));
        errors.fold(0.0, |a: f64, b| if b > a || b.is_nan() { b } else { a })
    };
    let blind = |name: &String| {
        numbers.at(&format!("{name}: difference of correct"), LEAST) == 0.0
            && numbers.at(&format!("{name}: slope"), 0.0) != 0.0
    };
    let directions = names().count();
    let findings = vec![
        Finding::new(
            format!("steps of {STEP} that leave the number of correct images as it is"),
            Rule::Share { at_least: 0.95, at_most: 1.0, level: 0.95 },
            None,
            Evidence::Counts { holds: same as usize, of: all as usize },
        ),
        Finding::new(
            format!("steps of {STEP} that leave the cost as it is, of {all}"),
            Rule::Equal,
            Some(0.0),
            Evidence::Computed(sum("steps without a change of the cost")),
        ),
        Finding::new(
            format!(
                "largest relative error of (C(h) − C(−h))/2h as the slope, h = {COMPARED:e}, {directions} directions"
            ),
            Rule::Within(Tolerance::Absolute(1e-4)),
            Some(0.0),
            Evidence::Computed(largest(COMPARED)),
        ),
        Finding::new(
            format!(
                "directions, of {directions}, in which the cost has a slope and the number of correct images none (h = {LEAST:e})"
            ),
            Rule::Equal,
            Some(directions as f64),
            Evidence::Computed(names().filter(blind).count() as f64),
        ),
    ];
    Computed {
        subtitle: format!(
            "784-30-10, quadratic cost, η = 3, mini-batch 10, seed {SEED}, after one epoch, in f64; the first {IMAGES} training \
             images. {} points along the parameter with the largest derivative, the gradient, and {RANDOM} random directions, all of \
             length 1.",
            2 * SIDE + 1
        ),
        findings,
        figure: Chart::Panels(figure(numbers)),
    }
}

fn figure(numbers: &Numbers) -> Panels {
    // One image more and less, so that a line that does not change can be told from the edge.
    let correct = DRAWN.iter().flat_map(|name| numbers.values(&format!("{name}: correct")));
    let (least, most) =
        correct.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), n| (low.min(n), high.max(n)));
    let images = Axis::linear("correct images").with_range(least - 1.0, most + 1.0);
    let panel = |title: &str, series: &str, y: Axis| {
        let line = |(colour, name): (usize, &&str)| Series {
            label: if colour == 2 { "a random direction".into() } else { (*name).into() },
            label_at: LabelAt::Legend,
            colour,
            points: numbers.points(&format!("{name}: {series}")),
            marker: Marker::NONE,
            ..Series::default()
        };
        Figure {
            title: title.into(),
            x: Axis::linear("distance from the trained weights"),
            y,
            series: DRAWN.iter().enumerate().map(line).collect(),
            ..Figure::default()
        }
    };
    Panels {
        title: SMOOTH_COST.title.into(),
        subtitle: Some(
            "Along three lines through the weights of a network after one epoch.".into(),
        ),
        panels: vec![
            panel("correct images, of 1,000", "correct", images.clone()),
            panel("the same, 100 times as close", "correct, close", images),
            panel("quadratic cost", "cost", Axis::linear("cost")),
            panel("the same, 100 times as close", "cost, close", Axis::linear("cost")),
        ],
        ranges: Ranges::Own,
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SparseRows;
    use crate::nn::textbook::Textbook;
    use crate::nn::{Architecture, Cost, Output};

    fn small() -> (Network<f64>, Split) {
        let architecture = Architecture::dense(
            &[3, 4, 2],
            crate::nn::Activation::Sigmoid,
            Output::Sigmoid,
            Cost::Quadratic,
        );
        let mut network = Network::zeros(architecture);
        let mut stream = Stream::new(7, Purpose::Demonstration, 0);
        let direction: Values = places(&network).map(|_| stream.gaussian()).collect();
        network = moved(&network, &direction, 1.0);
        let pixels = [10, 200, 30, 255, 0, 90, 128, 64, 0, 5, 250, 33];
        let split: Split = (SparseRows::from_dense(&pixels, 3), vec![0, 1, 1, 0]).into();
        (network, split)
    }

    #[test]
    fn the_gradient_is_the_mean_of_the_textbooks() {
        let (network, split) = small();
        let textbook = Textbook::from_network(&network);
        let mut mean = vec![0.0; places(&network).count()];
        for i in 0..split.len() {
            let mut pixels = [0; 3];
            split.images.dense_row(i, &mut pixels);
            let x = pixels.map(|pixel| f64::from(pixel) / 256.0);
            let nabla = textbook.backpropagate(&x, usize::from(split.labels[i]));
            for (mean, (l, j, k)) in mean.iter_mut().zip(places(&network)) {
                *mean += k.map_or(nabla.biases[l][j], |k| nabla.weights[l][j][k]) / 4.0;
            }
        }
        for (ours, textbook) in gradient(&network, &split).iter().zip(&mean) {
            assert!((ours - textbook).abs() < 1e-14);
        }
    }

    #[test]
    fn every_direction_has_length_1_and_the_network_moves_by_it() {
        let (network, split) = small();
        let directions = directions(&gradient(&network, &split));
        assert_eq!(directions.len(), RANDOM + 2);
        for (_, direction) in &directions {
            assert!((length(direction) - 1.0).abs() < 1e-12);
            let there = moved(&network, direction, 0.5);
            let [a, b] = [&network, &there].map(Textbook::from_network);
            let off = |x: &f64, y: &f64| (x - y).powi(2);
            let weights = a.weights.iter().flatten().flatten();
            let weights: f64 =
                weights.zip(b.weights.iter().flatten().flatten()).map(|(x, y)| off(x, y)).sum();
            let biases = a.biases.iter().flatten().zip(b.biases.iter().flatten());
            let biases: f64 = biases.map(|(x, y)| off(x, y)).sum();
            assert!(((weights + biases).sqrt() - 0.5).abs() < 1e-12);
        }
    }

    #[test]
    fn steps_that_change_nothing_are_counted() {
        let found = [(5, 0.5), (5, 0.4), (6, 0.4), (6, 0.3), (6, 0.2)];
        let found = found.map(|(correct, cost)| Evaluation { correct, cost, squared_error: 0.0 });
        assert_eq!(unchanged(&found), (3, 1));
    }
}
