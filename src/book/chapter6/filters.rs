use super::dbl_conv;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule};
use crate::data::Dataset;
use crate::figure::{Chart, Picture, Pictures};
use crate::nn::Weights;
use crate::rng::{Purpose, Stream};
use crate::simd::SimdLevel;
use crate::text::significant;
use crate::train::{TrainingSpec, train};
use std::ops::ControlFlow;

/// The weights of the first layer as pictures.
pub const FILTERS: Experiment = Experiment {
    id: "ch6-fig-filters",
    title: "What the feature maps of the first layer look for",
    claim: "The weights of the 20 maps of the first layer, 5 x 5 each, are not random: many have regions of large and of small \
            weights that lie together.",
    groups: &["convolution"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// Training beyond these epochs changes the pictures little.
const EPOCHS: usize = 5;
/// The side of a map's weights.
const SIDE: usize = 5;
/// The pictures of the book's figure stand in four rows of five.
const COLUMNS: usize = 5;
/// How often the weights of every map are shuffled, to see what chance does.
const SHUFFLES: u64 = 999;

fn spec() -> TrainingSpec {
    TrainingSpec { epochs: EPOCHS, ..dbl_conv::relu() }
}

/// The weights under the kernel of every map, row by row from the upper left.
fn filters(weights: &Weights<f32>) -> Vec<Vec<f64>> {
    let filter = |map| (0..weights.n_in()).map(|k| f64::from(weights.weight(map, k))).collect();
    (0..weights.n_out()).map(filter).collect()
}

/// How alike neighbours are: the correlation of weights of a map beside or above one another, each less the mean of its
/// map. Of weights in random order it is −1/24 on average.
fn likeness(filters: &[Vec<f64>]) -> f64 {
    let (mut products, mut pairs, mut squares, mut weights) = (0.0, 0.0, 0.0, 0.0);
    for filter in filters {
        let mean = filter.iter().sum::<f64>() / filter.len() as f64;
        let at = |row: usize, column: usize| filter[row * SIDE + column] - mean;
        for row in 0..SIDE {
            for column in 0..SIDE {
                let here = at(row, column);
                squares += here * here;
                weights += 1.0;
                if column + 1 < SIDE {
                    products += here * at(row, column + 1);
                    pairs += 1.0;
                }
                if row + 1 < SIDE {
                    products += here * at(row + 1, column);
                    pairs += 1.0;
                }
            }
        }
    }
    (products / pairs) / (squares / weights)
}

fn map(number: usize) -> String {
    format!("map {number}")
}

fn compute(data: &Dataset) -> Numbers {
    let go_on = &mut |_: &_| ControlFlow::Continue(());
    let outcome = train(&spec(), data, SimdLevel::best(), go_on).expect("settings that make sense");
    let mut filters = filters(&outcome.model.network().layers()[0]);
    let mut numbers = Numbers::default();
    for (number, filter) in (1..).zip(&filters) {
        for (place, &weight) in filter.iter().enumerate() {
            numbers.push(map(number), Some(spec().seed), place as f64, weight);
        }
    }
    numbers.push("likeness", None, 0.0, likeness(&filters));
    let mut stream = Stream::new(1, Purpose::Demonstration, 0);
    for shuffle in 1..=SHUFFLES {
        filters.iter_mut().for_each(|filter| stream.shuffle(filter));
        numbers.push("likeness of shuffled weights", Some(shuffle), 0.0, likeness(&filters));
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let ours = numbers.at("likeness", 0.0);
    let shuffled = numbers.values("likeness of shuffled weights");
    let most = shuffled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let structure = Finding::new(
        format!(
            "whether neighbouring weights are more alike (correlation {}) than in all of {} shuffles of every map (at most {})",
            significant(ours, 2),
            shuffled.len(),
            significant(most, 2)
        ),
        Rule::Equal,
        Some(1.0),
        Evidence::Computed(f64::from(ours > most)),
    );
    let maps = (1..).map(|number| (number, numbers.values(&map(number))));
    let maps: Vec<(usize, Vec<f64>)> =
        maps.take_while(|(_, weights)| !weights.is_empty()).collect();
    let all = || maps.iter().flat_map(|(_, weights)| weights.iter().copied());
    let (low, high) =
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let picture = |(number, weights): &(usize, Vec<f64>)| Picture {
        shades: weights.iter().map(|weight| (weight - low) / (high - low)).collect(),
        caption: number.to_string(),
    };
    let trained = format!(
        "The network of two convolutional layers with rectified linear neurons after {EPOCHS} epochs, seed {}.",
        spec().seed
    );
    Computed {
        subtitle: format!("{trained} The book draws a network of its vote, trained for 40."),
        findings: vec![structure],
        figure: Chart::Pictures(Pictures {
            title: FILTERS.title.into(),
            subtitle: Some(trained),
            width: SIDE,
            columns: COLUMNS,
            pictures: maps.iter().map(picture).collect(),
            note: Some(format!(
                "A darker square is a larger weight, from {} to {} in all maps.",
                significant(low, 2),
                significant(high, 2)
            )),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Network;

    #[test]
    fn filters_are_read_row_by_row() {
        let data = Dataset::mnist().unwrap();
        let mut network = Network::<f32>::zeros(spec().architecture(&data));
        // The weight of map 3 in row 1, column 4, as convolutions number them.
        network.layers_mut()[0].set_weight(3, 9, 0.5);
        let filters = filters(&network.layers()[0]);
        assert_eq!((filters.len(), filters[3].len()), (20, 25));
        assert_eq!(filters[3][SIDE + 4], 0.5);
        assert_eq!(filters.iter().flatten().filter(|&&weight| weight != 0.0).count(), 1);
    }

    #[test]
    fn neighbours_are_alike_in_halves_and_not_in_a_chequerboard() {
        let picture = |dark: fn(usize) -> bool| -> Vec<f64> {
            (0..SIDE * SIDE).map(|place| f64::from(dark(place))).collect()
        };
        assert!(likeness(&[picture(|place| place < 10)]) > 0.5);
        assert!(likeness(&[picture(|place| place % 2 == 0)]) < -0.9);
    }

    #[test]
    fn random_weights_are_as_alike_as_chance_has_it() {
        let mut stream = Stream::new(7, Purpose::Weights, 0);
        let maps = (0..4000).map(|_| (0..25).map(|_| stream.gaussian()).collect());
        let likeness = likeness(&maps.collect::<Vec<_>>());
        // A standard error of 0.004.
        assert!((likeness + 1.0 / 24.0).abs() < 0.015, "{likeness}");
    }

    #[test]
    fn all_maps_are_drawn_and_the_darkest_is_the_largest() {
        let mut numbers = Numbers::default();
        for number in 1..=20 {
            (0..25)
                .for_each(|k| numbers.push(map(number), None, f64::from(k), f64::from(k) - 30.0));
        }
        numbers.push("likeness", None, 0.0, 0.4);
        numbers.push("likeness of shuffled weights", None, 0.0, 0.1);
        let Chart::Pictures(figure) = judge(&numbers).figure else { panic!("pictures") };
        assert_eq!(figure.pictures.len(), 20);
        assert_eq!((figure.pictures[19].shades[0], figure.pictures[19].shades[24]), (0.0, 1.0));
        assert_eq!(figure.pictures[19].caption, "20");
    }
}
