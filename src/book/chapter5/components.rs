use crate::book::claim::SINGLE_RUN;
use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, judge, presets,
};
use crate::data::Dataset;
use crate::figure::{
    Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Panels, Ranges, Series, Shape,
};
use crate::nn::dense;
use crate::nn::textbook::Textbook;
use crate::stats::mean;
use crate::train::{TrainingSpec, initial_network};
use rayon::prelude::*;

/// The gradient of single neurons before anything is learnt.
pub const COMPONENTS: Experiment = Experiment {
    id: "ch5-fig-initial-gradient",
    title: "The gradient of single neurons before anything is learnt",
    claim: "Of a network with two hidden layers of 30 neurons, the components of ∂C/∂b are mostly larger in the second hidden \
            layer than in the first; the book draws those of six neurons of each.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge: findings },
};

const SEEDS: u64 = 20;
/// The neurons that the book draws.
const NEURONS: usize = 6;
/// The images that the gradient is the mean of.
const IMAGES: usize = 1000;

fn series(layer: usize, neuron: usize) -> String {
    format!("layer {layer} neuron {neuron}")
}

fn compute(data: &Dataset) -> Numbers {
    let of_seed = |seed: u64| {
        let spec = TrainingSpec { hidden: dense([30, 30]), seed, ..presets::network2() };
        let textbook = Textbook::from_network(&initial_network::<f64>(&spec, data));
        let mut sums = [[0.0; NEURONS]; 2];
        let mut pixels = vec![0; data.inputs()];
        for image in 0..IMAGES {
            data.training.images.dense_row(image, &mut pixels);
            let x: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel) / 256.0).collect();
            let label = usize::from(data.training.labels[image]);
            let nabla = textbook.backpropagate(&x, label);
            for (sums, biases) in sums.iter_mut().zip(&nabla.biases) {
                sums.iter_mut().zip(biases).for_each(|(sum, b)| *sum += b);
            }
        }
        let mut numbers = Numbers::default();
        for (layer, sums) in sums.iter().enumerate() {
            for (neuron, sum) in sums.iter().enumerate() {
                let name = series(layer + 1, neuron + 1);
                numbers.push(name, Some(seed), (neuron + 1) as f64, sum / IMAGES as f64);
            }
        }
        numbers
    };
    let all: Vec<Numbers> = (1..=SEEDS).into_par_iter().map(of_seed).collect();
    all.into_iter().collect()
}

/// Of a row such as `mean dC/db hidden layer 2 neuron 5` the layer and the neuron.
fn place(row: &Reference) -> Option<(usize, usize)> {
    let rest = row.quantity.strip_prefix("mean dC/db hidden layer ")?;
    let (layer, neuron) = rest.split_once(" neuron ")?;
    Some((layer.parse().ok()?, neuron.parse().ok()?))
}

fn findings(numbers: &Numbers) -> Computed {
    let rows = || references_of(COMPONENTS.id);
    let finding = |row: &'static Reference| {
        let (layer, neuron) = place(row)?;
        let values = numbers.values(&series(layer, neuron));
        Some(Finding::of(row, SINGLE_RUN, Evidence::Seeds { values, lost: 0 }))
    };
    let panel = |layer: usize| {
        let mut ours = Series {
            label: format!("mean of {SEEDS} seeds"),
            label_at: LabelAt::Hidden,
            ..Series::default()
        };
        for neuron in 1..=NEURONS {
            let values = numbers.values(&series(layer, neuron));
            let x = neuron as f64;
            ours.points.extend([(x, mean(&values)), (x, f64::NAN)]);
            let evidence = Evidence::Seeds { values, lost: 0 };
            if let Some(band) = judge(SINGLE_RUN, Some(0.0), &evidence).interval {
                ours.band.push((x, band.low, band.high));
            }
        }
        let of_layer = |row: &&Reference| place(row).is_some_and(|(l, _)| l == layer);
        let point = |row: &Reference| Some((place(row)?.1 as f64, row.number()?));
        let book = rows().filter(of_layer).filter_map(point);
        Figure {
            title: format!("hidden layer {layer}"),
            x: Axis::linear("neuron"),
            y: Axis::linear("∂C/∂b, mean over 1,000 images"),
            series: vec![
                ours,
                Series {
                    label: "the book's network".into(),
                    label_at: LabelAt::Hidden,
                    colour: 1,
                    points: book.flat_map(|(x, y)| [(x, y), (x, f64::NAN)]).collect(),
                    marker: Marker::new(Shape::Triangle, 4.5),
                    ..Series::default()
                },
            ],
            key: vec![
                Key::new(Mark::Point(Shape::Circle), format!("mean of {SEEDS} seeds")),
                Key::new(Mark::Band, "95 % of single networks"),
                Key::new(Mark::Point(Shape::Triangle), "the book's network"),
            ],
            ..Figure::default()
        }
    };
    Computed {
        subtitle: format!(
            "784-30-30-10, N(0, 1/n_in) weights, cross-entropy: the mean of ∂C/∂b over the first {IMAGES} training images; \
             {SEEDS} seeds, by the textbook's loops in f64."
        ),
        findings: rows().filter_map(finding).collect(),
        figure: Chart::Panels(Panels {
            title: COMPONENTS.title.into(),
            subtitle: Some("Six neurons of each hidden layer.".into()),
            panels: vec![panel(1), panel(2)],
            ranges: Ranges::Shared,
            note: None,
        }),
    }
}
