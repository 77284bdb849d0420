use crate::book::sigmoid::sigmoid;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance, presets,
};
use crate::data::{Dataset, Split};
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Stroke,
};
use crate::nn::textbook::Textbook;
use crate::nn::{Activation, Architecture, Cost, Network, Output, dense};
use crate::simd::SimdLevel;
use crate::train::{Precision, Predictor, TrainingSpec, train};
use std::ops::ControlFlow;

/// What hidden layers are without activations.
pub const NO_ACTIVATION: Experiment = Experiment {
    id: "ch4-no-activation",
    title: "Without activations all layers are one",
    claim: "If the hidden neurons answer with their weighted input itself, the layers are one linear map: a single layer, whose \
            weights are the product of the layers' weight matrices, gives the same outputs. Between two images every output \
            moves along a straight line. With sigmoid neurons it does not, and no single layer is the same. (The book asks \
            its reader why linear neurons cannot compute any function; the numbers are this project's own.)",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The test images that the network and the single layer are compared on.
const IMAGES: usize = 1000;
/// What the weighted outputs of two equal maps differ by at most: rounding.
const ROUNDING: f64 = 1e-12;
/// A difference of weighted outputs that is none of rounding: σ of it is 0.525 instead of 0.5.
const CLEAR: f64 = 0.1;
/// Where on the line through two images it is measured: 0 is the first one, 1 the second.
const ALONG: std::ops::RangeInclusive<i32> = -50..=150;

type Matrix = Vec<Vec<f64>>;

/// w a + b.
fn weighted(w: &Matrix, b: &[f64], a: &[f64]) -> Vec<f64> {
    let neuron = |(w, b): (&Vec<f64>, &f64)| w.iter().zip(a).map(|(w, a)| w * a).sum::<f64>() + b;
    w.iter().zip(b).map(neuron).collect()
}

/// The weighted inputs of the output layer.
fn weighted_outputs(network: &Textbook, x: &[f64], activation: fn(f64) -> f64) -> Vec<f64> {
    let mut layers = network.weights.iter().zip(&network.biases);
    let first = layers.next().map_or_else(Vec::new, |(w, b)| weighted(w, b, x));
    layers.fold(first, |z, (w, b)| {
        let a: Vec<f64> = z.into_iter().map(activation).collect();
        weighted(w, b, &a)
    })
}

/// The weights and biases of the one layer that all layers of a network without activations are: W = W³ W² W¹ and
/// b = W³ (W² b¹ + b²) + b³.
fn one_layer(network: &Textbook) -> (Matrix, Vec<f64>) {
    let (mut weights, mut biases) = (network.weights[0].clone(), network.biases[0].clone());
    for (w, b) in network.weights.iter().zip(&network.biases).skip(1) {
        biases = weighted(w, b, &biases);
        let column = |row: &[f64], k: usize| row.iter().zip(&weights).map(|(w, v)| w * v[k]).sum();
        let row = |row: &Vec<f64>| (0..weights[0].len()).map(|k| column(row, k)).collect();
        weights = w.iter().map(row).collect();
    }
    (weights, biases)
}

/// The network of some layers whose outputs are their weighted inputs.
fn network(weights: &[Matrix], biases: &[Vec<f64>], of: &Architecture) -> Network<f64> {
    let inputs = weights[0][0].len();
    let sizes: Vec<usize> = std::iter::once(inputs).chain(biases.iter().map(Vec::len)).collect();
    let activation = of.hidden[0].activation;
    let architecture = Architecture::dense(&sizes, activation, Output::Identity, Cost::Quadratic);
    let mut network = Network::zeros(architecture);
    for (layer, (w, b)) in network.layers_mut().iter_mut().zip(weights.iter().zip(biases)) {
        layer.biases_mut().copy_from_slice(b);
        for (j, row) in w.iter().enumerate() {
            row.iter().enumerate().for_each(|(k, &w)| layer.set_weight(j, k, w));
        }
    }
    network
}

/// The outputs of a network, image by image.
fn outputs(network: &Network<f64>, images: &Split) -> Matrix {
    let mut predictor = Predictor::new(network, images);
    let outputs = predictor.predict(SimdLevel::best().arch(), network);
    outputs.chunks(network.architecture().outputs()).map(<[f64]>::to_vec).collect()
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn answer(outputs: &[f64]) -> Option<usize> {
    (0..outputs.len()).max_by(|&i, &j| outputs[i].total_cmp(&outputs[j]))
}

/// The points (1 − t) x + t y.
fn between(x: &[f64], y: &[f64], t: f64) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| (1.0 - t) * x + t * y).collect()
}

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for digit in 0..2 {
        numbers.push("digit", None, digit as f64, f64::from(data.test.labels[digit]));
    }
    for activation in [Activation::Identity, Activation::Sigmoid] {
        of_network(activation, data, &mut numbers);
    }
    numbers
}

/// What is measured of a network after an epoch.
fn of_network(activation: Activation, data: &Dataset, numbers: &mut Numbers) {
    let spec = TrainingSpec {
        hidden: dense([30, 30]),
        activation: activation.into(),
        eta: 0.05,
        epochs: 1,
        precision: Precision::F64,
        ..presets::network2()
    };
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let outcome = train(&spec, data, SimdLevel::best(), go_on).expect("a valid specification");
    let trained = outcome.model.network::<f64>();
    let textbook = Textbook::from_network(&trained);
    let (w, b) = one_layer(&textbook);
    let images = data.test.first(IMAGES);
    let deep = network(&textbook.weights, &textbook.biases, trained.architecture());
    let deep = outputs(&deep, &images);
    let single =
        network(std::slice::from_ref(&w), std::slice::from_ref(&b), trained.architecture());
    let single = outputs(&single, &images);
    let name = activation.name();
    let mut push = |what: &str, x, value| numbers.push(format!("{name}: {what}"), None, x, value);
    let pairs = || deep.iter().zip(&single);
    let difference = pairs().map(|(a, b)| largest_difference(a, b)).fold(0.0, f64::max);
    push("largest difference", 0.0, difference);
    let others = pairs().filter(|(a, b)| answer(a) != answer(b)).count();
    push("other answers", 0.0, others as f64);

    let function = if activation == Activation::Identity { |z| z } else { sigmoid };
    let z = |x: &[f64]| weighted_outputs(&textbook, x, function);
    let pixels: Matrix = (0..images.len())
        .map(|image| {
            let mut row = vec![0; data.inputs()];
            images.images.dense_row(image, &mut row);
            row.into_iter().map(|pixel| f64::from(pixel) / 256.0).collect()
        })
        .collect();
    // A linear map has the mean of its values in the middle of any two points.
    let off = |pair: &[Vec<f64>]| {
        let mean = between(&z(&pair[0]), &z(&pair[1]), 0.5);
        largest_difference(&z(&between(&pair[0], &pair[1], 0.5)), &mean)
    };
    let off: Vec<f64> = pixels.windows(2).map(off).collect();
    push("middles", 0.0, off.len() as f64);
    for limit in [ROUNDING, CLEAR] {
        push("middles off by more", limit, off.iter().filter(|&&off| off > limit).count() as f64);
    }
    let ends = [z(&pixels[0]), z(&pixels[1])];
    for i in ALONG {
        let t = f64::from(i) / 100.0;
        let point = between(&pixels[0], &pixels[1], t);
        // With activations the single layer that answers both images alike.
        let line = match activation {
            Activation::Identity => weighted(&w, &b, &point),
            _ => between(&ends[0], &ends[1], t),
        };
        let here = z(&point);
        for (place, &label) in images.labels[..2].iter().enumerate() {
            push(&format!("output {place}"), t, here[usize::from(label)]);
            push(&format!("one layer {place}"), t, line[usize::from(label)]);
        }
    }
}

fn judge(numbers: &Numbers) -> Computed {
    let of = |series: &str| numbers.at(series, 0.0);
    let number = |quantity: &str, rule, ours| {
        let found = Finding::new(quantity.into(), rule, Some(0.0), Evidence::Computed(ours));
        Finding { arm: "identity".into(), ours: true, ..found }
    };
    let middles = |name: &str, limit, (at_least, at_most)| {
        let off = numbers.at(&format!("{name}: middles off by more"), limit);
        let [holds, of] = [off, of(&format!("{name}: middles"))].map(|count| count as usize);
        let quantity = format!(
            "pairs of images in whose middle the weighted outputs differ from their mean by more than {limit:?}"
        );
        let rule = Rule::Share { at_least, at_most, level: 0.95 };
        let found = Finding::new(quantity, rule, None, Evidence::Counts { holds, of });
        Finding { arm: name.into(), ours: true, ..found }
    };
    let findings = vec![
        number(
            "largest difference of a weighted output from that of the product matrix",
            Rule::Within(Tolerance::Absolute(ROUNDING)),
            of("identity: largest difference"),
        ),
        number("images classified in another way", Rule::Equal, of("identity: other answers")),
        middles("identity", ROUNDING, (0.0, 0.0)),
        middles("sigmoid", CLEAR, (0.5, 1.0)),
    ];
    let panel = |title: &str, name: &str| {
        let line = |(place, layers, style): (usize, &str, Stroke)| Series {
            label: format!("output {}", numbers.at("digit", place as f64)),
            label_at: LabelAt::Legend,
            colour: place,
            points: numbers.points(&format!("{name}: {layers} {place}")),
            marker: Marker::NONE,
            style,
            ..Series::default()
        };
        Figure {
            title: title.into(),
            x: Axis::linear(format!(
                "from a {} (at 0) to a {} (at 1)",
                numbers.at("digit", 0.0),
                numbers.at("digit", 1.0)
            ))
            .with_range(-0.5, 1.5),
            y: Axis::linear("weighted output z"),
            series: [
                (0, "output", Stroke::Solid),
                (1, "output", Stroke::Solid),
                (0, "one layer", Stroke::Dashed),
                (1, "one layer", Stroke::Dashed),
            ]
            .map(line)
            .into(),
            key: vec![
                Key::new(Mark::Line, "two hidden layers"),
                Key::new(Mark::Dashed, "a single layer"),
            ],
            ..Figure::default()
        }
    };
    Computed {
        subtitle: format!(
            "784-30-30-10, an epoch of training (η = 0.05, seed 1, f64); the first {IMAGES} test images, and the middles of each \
             two that follow each other. Sigmoid neurons: {} of the {IMAGES} images are classified in another way by the product \
             of their weight matrices.",
            of("sigmoid: other answers")
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: NO_ACTIVATION.title.into(),
            subtitle: Some("Two weighted outputs on the line through two test images.".into()),
            panels: vec![
                panel("without activations", "identity"),
                panel("with sigmoid neurons", "sigmoid"),
            ],
            ranges: Ranges::Shared,
            note: Some(
                "Without activations the single layer is the product of the three weight matrices; with them it is the one that \
                 has the same outputs at both images."
                    .into(),
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    fn random(sizes: &[usize]) -> Textbook {
        let mut stream = Stream::new(3, Purpose::Demonstration, 0);
        let architecture =
            Architecture::dense(sizes, Activation::Sigmoid, Output::Sigmoid, Cost::Quadratic);
        let mut textbook = Textbook::from_network(&Network::<f64>::zeros(architecture));
        textbook.weights.iter_mut().flatten().flatten().for_each(|w| *w = stream.gaussian());
        textbook.biases.iter_mut().flatten().for_each(|b| *b = stream.gaussian());
        textbook
    }

    #[test]
    fn the_product_is_the_network_without_activations_and_not_with_them() {
        for sizes in [&[5, 3][..], &[5, 4, 3], &[5, 7, 2, 3]] {
            let textbook = random(sizes);
            let (w, b) = one_layer(&textbook);
            for x in [[0.0; 5], [1.0, -2.0, 0.5, 0.0, 3.0]] {
                let layer = weighted(&w, &b, &x);
                let deep = weighted_outputs(&textbook, &x, |z| z);
                assert!(largest_difference(&layer, &deep) < 1e-12, "{sizes:?}");
                let deep = weighted_outputs(&textbook, &x, sigmoid);
                assert_eq!(largest_difference(&layer, &deep) < 0.1, sizes.len() == 2);
                let (z, _) = textbook.feed_forward(&x);
                assert!(largest_difference(&deep, z.last().unwrap()) < 1e-12);
            }
        }
    }
}
