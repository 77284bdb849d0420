use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Relation, Rule, Tolerance, presets,
};
use crate::data::{Dataset, Split};
use crate::figure::{Axis, Chart, Figure, Key, Mark, Panels, Ranges, Series};
use crate::nn::textbook::Textbook;
use crate::nn::{Activation, BiasInitialiser, Cost, Initialiser, Output, dense};
use crate::simd::SimdLevel;
use crate::stats::{confidence_interval, mean};
use crate::train::{TrainingSpec, initial_network, train};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// How many activations of rectifiers are zero, and what that saves.
pub const RELU_ZEROS: Experiment = Experiment {
    id: "ch5-relu-zeros",
    title: "The zeros of rectified linear neurons save work",
    claim: "About half of a rectifier's activations are exactly 0, and more with training; a sigmoid's never are. What is \
            multiplied by them need not be: for a single image half of the work on hidden layers and more. But weights are \
            worth loading for all images of a mini-batch together, and hardly any are left out by ten images. So nablab skips \
            zeros with mini-batches of one image, with the same bits. (The book praises these neurons for learning fast; the zeros \
            are this project's own claim.)",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

const SEEDS: u64 = 5;
const EPOCHS: usize = 5;
const HIDDEN: usize = 2;
/// The test images that are looked at.
const IMAGES: usize = 500;
/// The sizes of mini-batches that a row of weights may be left out by; divisors of [`IMAGES`].
const BATCHES: [usize; 8] = [1, 2, 4, 5, 10, 20, 50, 100];
/// The products of a step, and the factors of each that may be zero.
const PRODUCTS: [(&str, bool, bool); 3] = [
    // z = w a
    ("weighted inputs", true, false),
    // δ = wᵀ δ f′(z), where f′ is 0 with a
    ("errors", true, true),
    // ∂C/∂w = a δᵀ
    ("gradient", true, true),
];

fn spec(activation: Activation, seed: u64) -> TrainingSpec {
    TrainingSpec {
        hidden: dense([100; HIDDEN]),
        activation: activation.into(),
        output: Output::Softmax,
        cost: Cost::LogLikelihood,
        init: Initialiser::He,
        bias_init: BiasInitialiser::Zero,
        eta: 0.05,
        epochs: EPOCHS,
        monitor_layers: true,
        seed,
        ..presets::network2()
    }
}

/// Whether the activation of every hidden neuron is zero: image by image, layer by layer.
fn zeros(network: &Textbook, images: &Split) -> Vec<Vec<Vec<bool>>> {
    let mut pixels = vec![0; images.images.columns()];
    let of_image = |image| {
        images.images.dense_row(image, &mut pixels);
        let x: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 256.0).collect();
        let (_, activations) = network.feed_forward(&x);
        let hidden = &activations[1..activations.len() - 1];
        hidden.iter().map(|a| a.iter().map(|&a| a == 0.0).collect()).collect()
    };
    (0..images.len()).map(of_image).collect()
}

fn share(of: impl Iterator<Item = bool>) -> f64 {
    let (mut holds, mut all) = (0, 0);
    of.for_each(|is| {
        holds += usize::from(is);
        all += 1;
    });
    holds as f64 / all as f64
}

/// The share of rows of weights out of a layer's neurons that a mini-batch does not need, as the neuron is zero for all its
/// images.
fn left_out(zeros: &[Vec<Vec<bool>>], layer: usize, batch: usize) -> f64 {
    share(zeros.chunks_exact(batch).flat_map(|images| {
        let neurons = images[0][layer].len();
        (0..neurons).map(move |k| images.iter().all(|image| image[layer][k]))
    }))
}

/// The share of a product's multiply-adds, image by image, that have a zero factor: an activation before the
/// weights, or the error of a neuron after them, which is zero if its activation is. The outputs all have errors.
fn idle(zeros: &[Vec<Vec<bool>>], outputs: usize, (before, after): (bool, bool)) -> f64 {
    let (mut idle, mut all) = (0, 0);
    for image in zeros {
        for (l, a) in image.iter().enumerate() {
            let next = image.get(l + 1);
            let after_layer = next.map_or(outputs, Vec::len);
            let count = |zeros: &Vec<bool>| zeros.iter().filter(|&&zero| zero).count();
            let rows = a.len() - if before { count(a) } else { 0 };
            let columns = after_layer - if after { next.map_or(0, count) } else { 0 };
            all += a.len() * after_layer;
            idle += a.len() * after_layer - rows * columns;
        }
    }
    idle as f64 / all as f64
}

fn zeros_in(activation: Activation, layer: usize) -> String {
    format!("{}: zeros in hidden layer {layer}", activation.name())
}

fn rows_left_out(layer: usize) -> String {
    format!("rows left out after hidden layer {layer}")
}

fn compute(data: &Dataset) -> Numbers {
    let images = data.test.first(IMAGES);
    let of_seed = |seed: u64| {
        let mut numbers = Numbers::default();
        let mut push =
            |series: &str, x: usize, value| numbers.push(series, Some(seed), x as f64, value);
        for activation in [Activation::Relu, Activation::Sigmoid] {
            let spec = spec(activation, seed);
            let go_on = &mut |_: &_| ControlFlow::Continue(());
            let outcome = train(&spec, data, SimdLevel::best(), go_on).expect("a valid training");
            let network = outcome.model.network::<f32>();
            let after = zeros(&Textbook::from_network(&network), &images);
            if activation == Activation::Relu {
                for record in &outcome.history.layers {
                    // Where the derivative is 0, the activation is.
                    if let Some(zero) = record.saturated {
                        push(&zeros_in(activation, record.layer), record.epochs_trained, zero);
                    }
                }
                for layer in 0..HIDDEN {
                    for batch in BATCHES {
                        let rows = left_out(&after, layer, batch);
                        push(&rows_left_out(layer + 1), batch, rows);
                    }
                }
                for (product, before_weights, after_weights) in PRODUCTS {
                    let outputs = network.architecture().outputs();
                    push(product, 0, idle(&after, outputs, (before_weights, after_weights)));
                }
            } else {
                let before = Textbook::from_network(&initial_network::<f32>(&spec, data));
                for (epochs, zeros) in [(0, zeros(&before, &images)), (EPOCHS, after)] {
                    for layer in 0..HIDDEN {
                        push(&zeros_in(activation, layer + 1), epochs, left_out(&zeros, layer, 1));
                    }
                }
            }
        }
        numbers
    };
    let all: Vec<Numbers> = (1..=SEEDS).into_par_iter().map(of_seed).collect();
    all.into_iter().collect()
}

/// The values of all seeds at an x.
fn seeds(numbers: &Numbers, series: &str, x: usize) -> Vec<f64> {
    numbers
        .series(series)
        .filter(|number| number.x == x as f64)
        .map(|number| number.value)
        .collect()
}

/// The means of the seeds with their intervals.
fn line(numbers: &Numbers, name: &str, series: &str, colour: usize) -> Series {
    let mut line = Series { label: name.into(), colour, ..Series::default() };
    let mut places: Vec<f64> = numbers.series(series).map(|number| number.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    for x in places {
        let values: Vec<f64> = seeds(numbers, series, x as usize);
        let percent: Vec<f64> = values.iter().map(|share| 100.0 * share).collect();
        line.points.push((x, mean(&percent)));
        if let Some(interval) = confidence_interval(&percent, 0.95) {
            line.band.push((x, interval.low, interval.high));
        }
    }
    line
}

fn findings(numbers: &Numbers) -> Vec<Finding> {
    let ours = |arm: &str, quantity: String, rule, book, evidence| {
        let found = Finding::new(quantity, rule, book, evidence);
        Finding { arm: arm.into(), ours: true, percent: true, ..found }
    };
    let relu = |layer, epochs| seeds(numbers, &zeros_in(Activation::Relu, layer), epochs);
    // Of a share of each seed: whether it is in a range, seed by seed.
    let in_range = |quantity: String, values: Vec<f64>, low: f64, high: f64| {
        let holds = values.iter().filter(|&&value| low <= value && value <= high).count();
        let rule = Rule::Share { at_least: 1.0, at_most: 1.0, level: 0.95 };
        let evidence = Evidence::Counts { holds, of: values.len() };
        Finding { percent: false, ..ours("ReLU", quantity, rule, None, evidence) }
    };
    let mut findings = Vec::new();
    for layer in 1..=HIDDEN {
        findings.push(ours(
            "ReLU",
            format!("activations of hidden layer {layer} that are 0 before training"),
            Rule::Within(Tolerance::Absolute(0.05)),
            Some(0.5),
            Evidence::Computed(mean(&relu(layer, 0))),
        ));
    }
    for layer in 1..=HIDDEN {
        findings.push(ours(
            "ReLU",
            format!(
                "the same after {EPOCHS} epochs and before: more after them, hidden layer {layer}"
            ),
            Rule::Order { steps: &[Relation::Above], level: 0.95 },
            None,
            Evidence::Arms(vec![relu(layer, EPOCHS), relu(layer, 0)]),
        ));
    }
    let sigmoid = (1..=HIDDEN).flat_map(|layer| {
        [0, EPOCHS]
            .map(|epochs| mean(&seeds(numbers, &zeros_in(Activation::Sigmoid, layer), epochs)))
    });
    findings.push(ours(
        "sigmoid",
        "activations that are 0, at most".into(),
        Rule::Equal,
        Some(0.0),
        Evidence::Computed(sigmoid.fold(0.0, f64::max)),
    ));
    for ((product, ..), least) in PRODUCTS.iter().zip([0.5, 0.7, 0.7]) {
        findings.push(in_range(
            format!(
                "networks in which at least {:.0} % of the multiply-adds of the {product} behind hidden layers have a zero factor",
                100.0 * least
            ),
            seeds(numbers, product, 0),
            least,
            1.0,
        ));
    }
    for layer in 1..=HIDDEN {
        findings.push(in_range(
            format!(
                "networks in which ten images together need at least 80 % of the rows of weights out of hidden layer {layer}"
            ),
            seeds(numbers, &rows_left_out(layer), 10),
            0.0,
            0.2,
        ));
    }
    findings
}

fn judge(numbers: &Numbers) -> Computed {
    let key = || {
        vec![
            Key::new(Mark::Line, format!("mean of {SEEDS} seeds")),
            Key::new(Mark::Band, "95 % interval of the mean"),
        ]
    };
    let sigmoid = line(numbers, "sigmoid, both layers", &zeros_in(Activation::Sigmoid, 1), 2);
    let of_layers = |series: fn(usize) -> String| {
        (1..=HIDDEN).map(move |layer| {
            line(numbers, &format!("ReLU, hidden layer {layer}"), &series(layer), layer - 1)
        })
    };
    let panels = vec![
        Figure {
            title: "activations exactly 0 (%)".into(),
            x: Axis::linear("epochs of training"),
            y: Axis::linear("share (%)").with_range(0.0, 80.0),
            series: of_layers(|layer| zeros_in(Activation::Relu, layer)).chain([sigmoid]).collect(),
            key: key(),
            ..Figure::default()
        },
        Figure {
            title: "rows of weights no image needs (%)".into(),
            x: Axis::log10("images in a mini-batch"),
            y: Axis::linear("share (%)").with_range(0.0, 80.0),
            series: of_layers(rows_left_out).collect(),
            ..Figure::default()
        },
    ];
    let percent = |product: &str| 100.0 * mean(&seeds(numbers, product, 0));
    let [z, errors, gradient] = PRODUCTS.map(|(product, ..)| percent(product));
    Computed {
        subtitle: format!(
            "784-100-100-10, He's weights, softmax, η = 0.05, mini-batches of 10, {SEEDS} seeds; zeros by epoch on 1,000 training \
             images, work on {IMAGES} test images after {EPOCHS} epochs: of the multiply-adds behind hidden layers {z:.0} % \
             (weighted inputs), {errors:.0} % (errors) and {gradient:.0} % (gradient) have a zero factor. {MEASURED}"
        ),
        findings: findings(numbers),
        figure: Chart::Panels(Panels {
            title: RELU_ZEROS.title.into(),
            subtitle: Some(format!(
                "784-100-100-10, {SEEDS} seeds; on the right after {EPOCHS} epochs."
            )),
            panels,
            ranges: Ranges::Own,
            note: Some(MEASURED.into()),
        }),
    }
}

/// How much it saves, as measured when it was made: no finding depends on the clock.
const MEASURED: &str = "Measured once (AMD EPYC, Zen 3, AVX2, shared; f32; CPU time of whole steps with batch 1, medians of interleaved pairs): \
                        skipping zeros saves 5 % with one hidden layer of 100 neurons, 21 to 28 % with two, 39 % with three, 41 to \
                        43 % with two of 800. Sigmoid neurons would pay 13 to 17 % for it. With two and more images a \
                        product that skips took 0.8 to 2.2 times as long as one that shares what it loads.";

#[cfg(test)]
mod tests {
    use super::*;

    fn image(layers: &[&[u8]]) -> Vec<Vec<bool>> {
        layers.iter().map(|layer| layer.iter().map(|&a| a == 0).collect()).collect()
    }

    #[test]
    fn a_row_is_left_out_if_no_image_needs_it() {
        let images = [[0, 0, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]];
        let images: Vec<_> = images.iter().map(|a| image(&[a])).collect();
        assert_eq!(left_out(&images, 0, 1), 12.0 / 16.0);
        assert_eq!(left_out(&images, 0, 2), (2.0 + 3.0) / 8.0);
        assert_eq!(left_out(&images, 0, 4), 1.0 / 4.0);
    }

    #[test]
    fn multiply_adds_with_a_zero_factor_are_those_that_the_loops_find() {
        let mut stream = crate::rng::Stream::new(1, crate::rng::Purpose::Demonstration, 0);
        let mut layer = |n| (0..n).map(|_| u8::from(stream.below(2) == 1)).collect::<Vec<u8>>();
        let images: Vec<_> = (0..20).map(|_| image(&[&layer(7), &layer(5)])).collect();
        for (before, after) in [(true, false), (false, true), (true, true)] {
            let (mut idle_ones, mut all) = (0, 0);
            for image in &images {
                for k in 0..7 {
                    for j in 0..5 {
                        all += 1;
                        idle_ones += i32::from(before && image[0][k] || after && image[1][j]);
                    }
                }
                for &zero in &image[1] {
                    all += 3;
                    idle_ones += 3 * i32::from(before && zero);
                }
            }
            assert_eq!(idle(&images, 3, (before, after)), f64::from(idle_ones) / f64::from(all));
        }
    }

    #[test]
    fn what_the_layers_record_as_saturated_are_the_zeros() {
        let mut data = Dataset::mnist().unwrap();
        data.training = data.training.first(100).into();
        let spec = TrainingSpec { epochs: 1, ..spec(Activation::Relu, 1) };
        let go_on = &mut |_: &_| ControlFlow::Continue(());
        let outcome = train(&spec, &data, SimdLevel::best(), go_on).unwrap();
        let textbook = Textbook::from_network(&outcome.model.network::<f32>());
        let zeros = zeros(&textbook, &data.training);
        for layer in 0..HIDDEN {
            let after = |record: &&crate::train::LayerRecord| {
                (record.epochs_trained, record.layer) == (1, layer + 1)
            };
            let record = outcome.history.layers.iter().find(after).unwrap();
            // An activation may be within rounding of 0.
            assert!((record.saturated.unwrap() - left_out(&zeros, layer, 1)).abs() < 1e-3);
        }
    }
}
