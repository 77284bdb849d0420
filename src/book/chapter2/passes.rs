use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance, presets,
};
use crate::data::{Dataset, Split};
use crate::figure::{Axis, Chart, Figure, LabelAt, Marker, Panels, Ranges, Series, Stroke};
use crate::nn::textbook::Textbook;
use crate::nn::{
    DropoutBy, Form, Gradient, Learner, Network, Optimiser, StepConstants, Workspace, dense,
};
use crate::simd::SimdLevel;
use crate::text::significant;
use crate::train::{MiniBatch, TrainingSpec, initial_network};
use pulp::{Simd, WithSimd};
use std::time::Instant;

/// What a gradient costs.
pub const PASSES: Experiment = Experiment {
    id: "ch2-gradient-cost",
    title: "What a gradient costs, in forward passes",
    claim: "By finite differences the gradient of a network of 1,000,000 weights takes 1,000,001 forward passes of every image; by \
            backpropagation it takes about as much as two. (A whole mini-batch at once is about twice as fast as its images one \
            after another, on the book's machine.)",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// A network of a million weights.
const MILLION: [usize; 2] = [1000, 1000];
/// A network for which the passes are counted.
const COUNTED: [usize; 3] = [784, 3, 10];
/// The hidden neurons of the networks 784-…-10 that are timed; the last one has a million weights.
const WIDTHS: [usize; 5] = [10, 30, 100, 300, 1260];
/// The hidden neurons of chapter 1's network.
const BOOK: usize = 30;
/// The mini-batches that are timed.
const BATCHES: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];
/// The size that the book has.
const BATCH: usize = 10;
const IMAGES: usize = 1000;
const REPEATS: usize = 15;

/// The seconds of a gradient by size of the mini-batch, of images with all their pixels, and of those pixels that are not 0.
const DENSE: &str = "seconds of a gradient, all pixels";
const SPARSE: &str = "seconds of a gradient, without zeros";
/// Those of backpropagation, counted and not timed, by weights.
const IN_PASSES: &str = "multiply-adds of backpropagation, in forward passes";
/// Those by the clock.
const FORWARD: &str = "seconds of a forward pass";
const WHOLE: &str = "seconds of backpropagation and the step";
const DEEP: &str = "the same, many layers";

fn weights(sizes: &[usize]) -> usize {
    sizes.windows(2).map(|pair| pair[0] * pair[1]).sum()
}

/// The multiply-adds with weights of a forward pass, one a weight; and of backpropagation, that pass included: BP2 takes one a
/// weight but for those of the first layer, and BP4 one a weight.
fn multiply_adds(sizes: &[usize]) -> (usize, usize) {
    let forward = weights(sizes);
    let bp2 = weights(&sizes[1..]);
    (forward, forward + bp2 + forward)
}

fn passes_of_backpropagation(sizes: &[usize]) -> f64 {
    let (forward, all) = multiply_adds(sizes);
    all as f64 / forward as f64
}

/// The passes that equation 46 takes for all weights: one for C(w), which serves all, and one for each C(w + ε e).
fn passes_of_differences(sizes: &[usize]) -> usize {
    weights(sizes) + 1
}

/// ∂C/∂w of all weights, layer by layer and neuron by neuron, by equation 46.
fn differences(
    network: &Textbook,
    epsilon: f64,
    mut cost: impl FnMut(&Textbook) -> f64,
) -> Vec<f64> {
    let before = cost(network);
    let mut changed = network.clone();
    let mut slopes = Vec::new();
    for l in 0..network.weights.len() {
        for j in 0..network.weights[l].len() {
            for k in 0..network.weights[l][j].len() {
                changed.weights[l][j][k] += epsilon;
                slopes.push((cost(&changed) - before) / epsilon);
                changed.weights[l][j][k] = network.weights[l][j][k];
            }
        }
    }
    slopes
}

/// Passes over some images, mini-batch by mini-batch.
struct Passes<'a> {
    network: &'a mut Network<f32>,
    batches: &'a [MiniBatch<f32>],
    workspace: &'a mut Workspace<f32>,
    /// What follows the forward pass.
    then: Then<'a>,
}

enum Then<'a> {
    Nothing,
    /// The backward pass and the step of gradient descent.
    Learn(&'a mut Learner<f32>),
    /// The backward pass and the sum of the gradients.
    Add(&'a mut Gradient<f32>),
}

impl WithSimd for Passes<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { network, batches, workspace, mut then } = self;
        for batch in batches {
            let input = batch.input();
            workspace.forward(simd, network, input);
            if matches!(then, Then::Nothing) {
                continue;
            }
            workspace.backward(simd, network, batch.labels());
            match &mut then {
                Then::Nothing => {}
                Then::Learn(learner) => learner.learn(simd, workspace, network, input),
                Then::Add(gradient) => workspace.add_gradient(simd, input, gradient),
            }
        }
    }
}

struct Gather<'a> {
    split: &'a Split,
    size: usize,
    form: Form,
}

impl WithSimd for Gather<'_> {
    type Output = Vec<MiniBatch<f32>>;
    fn with_simd<S: Simd>(self, simd: S) -> Vec<MiniBatch<f32>> {
        let Self { split, size, form } = self;
        let starts = (0..split.len()).step_by(size);
        let batch = |start: usize| {
            let mut batch = MiniBatch::in_form(size, form);
            batch.gather(simd, split, start..(start + size).min(split.len()));
            batch
        };
        starts.map(batch).collect()
    }
}

fn gathered(split: &Split, size: usize, form: Form) -> Vec<MiniBatch<f32>> {
    SimdLevel::best().arch().dispatch(Gather { split, size, form })
}

fn network(data: &Dataset, hidden: usize) -> Network<f32> {
    initial_network(&TrainingSpec { hidden: dense([hidden]), ..presets::network() }, data)
}

/// What the machine can do: whatever else it does only takes longer.
fn least(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The seconds that something takes, an image.
fn seconds_an_image(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() / IMAGES as f64
}

/// The least of the seconds an image of a forward pass, and of that with backpropagation and the step, one after the other.
fn time_of_passes(data: &Dataset, split: &Split, hidden: usize) -> [f64; 2] {
    let arch = SimdLevel::best().arch();
    let mut network = network(data, hidden);
    let mut learner = Learner::new(Optimiser::Sgd, 0.0, &network);
    // So small that the network does not drift while it is timed.
    learner.set_step(StepConstants::plain(1e-9));
    let mut workspace = Workspace::for_training(&network, BATCH, DropoutBy::Batch);
    let batches = gathered(split, BATCH, Form::Sparse);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..REPEATS {
        for (learns, times) in [false, true].into_iter().zip(&mut times) {
            let then = if learns { Then::Learn(&mut learner) } else { Then::Nothing };
            let (network, workspace) = (&mut network, &mut workspace);
            let passes = Passes { network, batches: &batches, workspace, then };
            times.push(seconds_an_image(|| arch.dispatch(passes)));
        }
    }
    times.map(|times| least(&times))
}

/// The least of the seconds an image of the gradient's sum, by size of the mini-batch; in turns, so that what else the machine
/// does meets all of them.
fn time_of_batches(data: &Dataset, split: &Split, form: Form) -> Vec<f64> {
    let arch = SimdLevel::best().arch();
    let mut network = network(data, BOOK);
    let mut gradient = Gradient::zeros(&network);
    let batches = BATCHES.map(|size| gathered(split, size, form));
    let mut workspaces =
        BATCHES.map(|size| Workspace::for_training(&network, size, DropoutBy::Batch));
    let mut times = vec![Vec::new(); BATCHES.len()];
    for _ in 0..REPEATS {
        for ((batches, workspace), times) in batches.iter().zip(&mut workspaces).zip(&mut times) {
            let then = Then::Add(&mut gradient);
            let passes = Passes { network: &mut network, batches, workspace, then };
            times.push(seconds_an_image(|| arch.dispatch(passes)));
        }
    }
    times.iter().map(|times| least(times)).collect()
}

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    let mut push = |series: &str, x: f64, value: f64| numbers.push(series, None, x, value);
    push("passes of differences", weights(&MILLION) as f64, passes_of_differences(&MILLION) as f64);

    let spec = TrainingSpec { hidden: dense([COUNTED[1]]), ..presets::network() };
    let textbook = Textbook::from_network(&initial_network::<f64>(&spec, data));
    let mut pixels = vec![0; data.inputs()];
    data.training.images.dense_row(0, &mut pixels);
    let x: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 256.0).collect();
    let label = usize::from(data.training.labels[0]);
    let mut counted = 0;
    let slopes = differences(&textbook, 1e-6, |network| {
        counted += 1;
        network.cost_of(&x, label)
    });
    let nabla = textbook.backpropagate(&x, label);
    let exact = nabla.weights.iter().flatten().flatten();
    let off: f64 = exact.clone().zip(&slopes).map(|(g, slope)| (g - slope).powi(2)).sum();
    let size: f64 = exact.map(|g| g * g).sum();
    push("counted passes", weights(&COUNTED) as f64, f64::from(counted));
    push("error of the counted", weights(&COUNTED) as f64, (off / size).sqrt());

    let deep: Vec<usize> = [784].into_iter().chain([100; 20]).chain([10]).collect();
    push(DEEP, 0.0, passes_of_backpropagation(&deep));
    let split = data.training.first(IMAGES);
    for hidden in WIDTHS {
        let sizes = [784, hidden, 10];
        let x = weights(&sizes) as f64;
        push(IN_PASSES, x, passes_of_backpropagation(&sizes));
        let [forward, whole] = time_of_passes(data, &split, hidden);
        push(FORWARD, x, forward);
        push(WHOLE, x, whole);
    }
    for (form, series) in [(Form::Dense, DENSE), (Form::Sparse, SPARSE)] {
        for (size, seconds) in BATCHES.into_iter().zip(time_of_batches(data, &split, form)) {
            push(series, size as f64, seconds);
        }
    }
    numbers
}

fn of_row(row: &'static Reference, numbers: &Numbers) -> Finding {
    let (rule, ours) = match row.unit.as_str() {
        "passes per example" => {
            (Rule::Equal, numbers.at("passes of differences", weights(&MILLION) as f64))
        }
        // "About": a quarter more or less.
        _ => (
            Rule::Within(Tolerance::Relative(0.25)),
            numbers.at(IN_PASSES, weights(&[784, BOOK, 10]) as f64),
        ),
    };
    Finding::of(row, rule, Evidence::Computed(ours))
}

/// The time of backpropagation in forward passes, by weights.
fn by_the_clock(numbers: &Numbers) -> Vec<(f64, f64)> {
    let pairs = numbers.points(FORWARD).into_iter().zip(numbers.points(WHOLE));
    pairs.map(|((n, forward), (_, whole))| (n, whole / forward)).collect()
}

/// How many times as fast a mini-batch is as its images one after another.
fn speedup(numbers: &Numbers, series: &str, size: usize) -> f64 {
    let seconds = |size: usize| numbers.at(series, size as f64);
    seconds(1) / seconds(size)
}

fn judge(numbers: &Numbers) -> Computed {
    let rows = references_of("ch2-finite-difference");
    let mut findings: Vec<Finding> = rows.map(|row| of_row(row, numbers)).collect();
    let mut ours = |quantity: String, rule, wanted: f64, value: f64| {
        let evidence = Evidence::Computed(value);
        findings
            .push(Finding { ours: true, ..Finding::new(quantity, rule, Some(wanted), evidence) });
    };
    let small = weights(&COUNTED);
    let shape = COUNTED.map(|n| n.to_string()).join("-");
    ours(
        format!("forward passes counted while {small} weights are differentiated ({shape})"),
        Rule::Equal,
        (small + 1) as f64,
        numbers.at("counted passes", small as f64),
    );
    ours(
        "relative difference of that gradient from backpropagation's".into(),
        Rule::Within(Tolerance::Absolute(1e-4)),
        0.0,
        numbers.at("error of the counted", small as f64),
    );
    ours(
        "multiply-adds of backpropagation in forward passes, 20 hidden layers of 100 (at most 3)"
            .into(),
        Rule::Within(Tolerance::Absolute(0.5)),
        2.5,
        numbers.at(DEEP, 0.0),
    );
    let timed = by_the_clock(numbers);
    let ends = timed.iter().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), &(_, ratio)| {
        (low.min(ratio), high.max(ratio))
    });
    Computed {
        subtitle: format!(
            "Passes are counted: the multiply-adds of backpropagation are those of its forward pass, of BP2 in all layers but \
             the first, and of BP4. Times are ours, in f32 on one thread, of the first {IMAGES} training images in mini-batches of \
             {BATCH}, the least of {REPEATS}; they change from run to run and from machine to machine, and nothing is judged by them. By \
             the clock, and with the step, backpropagation took {} to {} forward passes; the gradient of 784-{BOOK}-10 by passes of \
             {BATCH} images was {} times as fast as by passes of one with all pixels, and {} times without those that are 0.",
            significant(ends.0, 2),
            significant(ends.1, 2),
            significant(speedup(numbers, DENSE, BATCH), 2),
            significant(speedup(numbers, SPARSE, BATCH), 2)
        ),
        findings,
        figure: Chart::Panels(figure(numbers)),
    }
}

fn figure(numbers: &Numbers) -> Panels {
    let line = |label: &str, colour: usize, style: Stroke, points: Vec<(f64, f64)>| Series {
        label: label.into(),
        label_at: LabelAt::Legend,
        colour,
        points,
        style,
        marker: if style == Stroke::Dashed { Marker::NONE } else { Marker::default() },
        ..Series::default()
    };
    let forward = numbers.points(FORWARD);
    let by_differences = forward.iter().map(|&(n, t)| (n, t * (n + 1.0))).collect();
    let count = |(n, _): &(f64, f64)| (*n, n + 1.0);
    let counts = forward.iter().map(count).collect();
    let gain = |series: &str| -> Vec<(f64, f64)> {
        BATCHES.map(|size| (size as f64, speedup(numbers, series, size))).into()
    };
    Panels {
        title: PASSES.title.into(),
        subtitle: Some(
            "784-n-10, one image; and the gain of passes of several images, 784-30-10, in seconds."
                .into(),
        ),
        panels: vec![
            Figure {
                title: "counted in passes".into(),
                x: Axis::log10("weights"),
                y: Axis::log10("forward passes").with_range(1.0, 2e6),
                series: vec![
                    line("finite differences", 1, Stroke::Solid, counts),
                    line("backpropagation", 0, Stroke::Solid, numbers.points(IN_PASSES)),
                ],
                ..Figure::default()
            },
            Figure {
                title: "by the clock".into(),
                x: Axis::log10("weights"),
                y: Axis::log10("seconds an image"),
                series: vec![
                    line("finite differences", 1, Stroke::Solid, by_differences),
                    line("backpropagation", 0, Stroke::Solid, numbers.points(WHOLE)),
                    line("one forward pass", 2, Stroke::Solid, forward),
                ],
                ..Figure::default()
            },
            Figure {
                title: "gain of a mini-batch".into(),
                x: Axis::log10("images in a mini-batch"),
                y: Axis::linear("times as fast as one by one").with_range(0.0, 4.0),
                series: vec![
                    line("all pixels", 3, Stroke::Solid, gain(DENSE)),
                    line("without zeros", 4, Stroke::Solid, gain(SPARSE)),
                    line("the book's", 6, Stroke::Dashed, vec![(1.0, 2.0), (100.0, 2.0)]),
                ],
                ..Figure::default()
            },
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
    fn multiply_adds_are_counted_by_hand() {
        // Forward 2·3 + 3·4 = 18, BP2 only through 3·4, BP4 18 again.
        assert_eq!(multiply_adds(&[2, 3, 4]), (18, 48));
        assert_eq!(multiply_adds(&[5, 3]), (15, 30));
        // Of many equal layers nearly all have BP2.
        let deep = passes_of_backpropagation(&[100; 1000]);
        assert!((2.99..3.0).contains(&deep), "{deep}");
        assert_eq!(weights(&[784, WIDTHS[4], 10]).div_euclid(1000), 1000);
    }

    #[test]
    fn differences_take_one_pass_a_weight_and_one_more() {
        let architecture =
            Architecture::dense(&[3, 2, 1], Activation::Sigmoid, Output::Sigmoid, Cost::Quadratic);
        let textbook = Textbook {
            truncation: usize::MAX,
            biases: vec![vec![0.1, -0.2], vec![0.3]],
            weights: vec![vec![vec![0.5, -0.4, 0.2], vec![1.0, 0.7, -0.3]], vec![vec![0.6, -0.9]]],
            shapes: architecture.layers(),
            activations: vec![Activation::Sigmoid],
            output: Output::Sigmoid,
            cost: Cost::Quadratic,
            targets: Targets::OneHot,
            kept: vec![vec![1.0; 2]],
        };
        let x = [0.3, 0.9, 0.5];
        let mut count = 0;
        let slopes = differences(&textbook, 1e-6, |network| {
            count += 1;
            network.cost_of(&x, 0)
        });
        assert_eq!(count, passes_of_differences(&[3, 2, 1]));
        let nabla = textbook.backpropagate(&x, 0);
        for (slope, exact) in slopes.iter().zip(nabla.weights.iter().flatten().flatten()) {
            assert!((slope - exact).abs() < 1e-6);
        }
    }
}
