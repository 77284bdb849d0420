use super::expanded;
use crate::book::reference::{reference, references_of};
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance,
};
use crate::data::Dataset;
use crate::figure::{Chart, Picture, Pictures};
use crate::simd::SimdLevel;
use crate::train::Metric::{self, TestAccuracy, ValidationAccuracy};
use crate::train::{Monitors, TrainingSpec, assess, train};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Five networks that vote.
pub const ENSEMBLE: Experiment = Experiment {
    id: "ch6-ensemble",
    title: "Five networks vote",
    claim: "Five networks of two convolutional and two dense layers, trained with dropout on moved images and each right for about \
            99.60 % of the test images, vote: 9,967 of 10,000 are right then, 99.67 %, and the 33 others are hard for people, too.",
    groups: &["convolution"],
    long: true,
    kind: Kind::Networks { specs, train: keep, unite, judge },
};

const NETWORKS: u64 = 5;
/// The rows and columns of an image.
const SIDE: usize = 28;
/// The pictures in a row of the book's figure.
const COLUMNS: usize = 8;

// What is kept of a network, with its seed: these two metrics by epoch, and by test image, of those that it gets wrong
// after the last epoch, its answer.
const METRICS: [Metric; 2] = [ValidationAccuracy, TestAccuracy];
const WRONG: &str = "wrong answer";

// What the vote adds, by test image, of those that it gets wrong: its answer and the class; and the pixels of each.
const VOTE: &str = "wrong vote";
const LABEL: &str = "class";
const IMAGES: &str = "test images";

fn pixels(image: usize) -> String {
    format!("pixels of image {image}")
}

fn specs() -> Vec<TrainingSpec> {
    let monitors = Monitors::from_iter(METRICS);
    (1..=NETWORKS).map(|seed| TrainingSpec { seed, monitors, ..expanded::dropout() }).collect()
}

fn keep(data: &Dataset, spec: &TrainingSpec) -> Numbers {
    let (level, go_on) = (SimdLevel::best(), &mut |_: &_| ControlFlow::Continue(()));
    let outcome = train(spec, data, level, go_on).expect("settings that make sense");
    let (mut numbers, seed) = (Numbers::default(), Some(spec.seed));
    for metric in METRICS {
        for record in &outcome.history.epochs {
            let value = record.metrics[metric].unwrap_or(f64::NAN);
            numbers.push(metric.column(), seed, record.epoch as f64, value);
        }
    }
    for (image, result) in assess(&outcome.model, &data.test, level).images.iter().enumerate() {
        if result.predicted != result.label {
            numbers.push(WRONG, seed, image as f64, result.predicted as f64);
        }
    }
    numbers
}

/// The answer that most networks give; of several such ones the lowest class.
fn plurality(answers: &[usize]) -> Option<usize> {
    let votes = |class| answers.iter().filter(|&&answer| answer == class).count();
    answers.iter().copied().max_by_key(|&class| (votes(class), Reverse(class)))
}

fn unite(data: &Dataset, kept: &[Numbers]) -> Numbers {
    let mut numbers: Numbers = kept.iter().cloned().collect();
    numbers.push(IMAGES, None, 0.0, data.test.len() as f64);
    let of_network = |kept: &Numbers| -> BTreeMap<usize, usize> {
        kept.series(WRONG).map(|wrong| (wrong.x as usize, wrong.value as usize)).collect()
    };
    let wrong: Vec<BTreeMap<usize, usize>> = kept.iter().map(of_network).collect();
    // All networks are right for the others.
    let doubtful: BTreeSet<usize> = wrong.iter().flat_map(|wrong| wrong.keys().copied()).collect();
    let mut row = vec![0; data.inputs()];
    for image in doubtful {
        let label = usize::from(data.test.labels[image]);
        let answers = wrong.iter().map(|wrong| wrong.get(&image).copied().unwrap_or(label));
        let answers: Vec<usize> = answers.collect();
        let Some(vote) = plurality(&answers).filter(|&vote| vote != label) else { continue };
        numbers.push(VOTE, None, image as f64, vote as f64);
        numbers.push(LABEL, None, image as f64, label as f64);
        data.test.images.dense_row(image, &mut row);
        for (place, &pixel) in row.iter().enumerate().filter(|(_, pixel)| **pixel > 0) {
            numbers.push(pixels(image), None, place as f64, f64::from(pixel));
        }
    }
    numbers
}

/// The values of a series of one network, by epoch.
fn of_seed<'a>(numbers: &'a Numbers, series: &'a str, seed: u64) -> impl Iterator<Item = f64> + 'a {
    numbers.series(series).filter(move |n| n.seed == Some(seed)).map(|n| n.value)
}

/// The test accuracy of a network in the last epoch with its best validation accuracy.
fn chosen(numbers: &Numbers, seed: u64) -> f64 {
    let of = |metric: Metric| of_seed(numbers, metric.column(), seed);
    let epochs = of(ValidationAccuracy).zip(of(TestAccuracy));
    // Of equal ones this is the last.
    epochs.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(f64::NAN, |(_, test)| test)
}

fn judge(numbers: &Numbers) -> Computed {
    let images = numbers.at(IMAGES, 0.0);
    let votes = numbers.points(VOTE);
    let errors = votes.len() as f64 / images;
    // Of networks as good as these two votes of five differ by about five images, and one of the book's is all there is.
    let near = Rule::Within(Tolerance::Absolute(0.001));
    let finding = |row: &'static Reference| {
        let ours = if row.quantity == "errors" { errors } else { 1.0 - errors };
        Finding::of(row, near, Evidence::Computed(ours))
    };
    let values: Vec<f64> = (1..=NETWORKS).map(|seed| chosen(numbers, seed)).collect();
    let single = reference("ch6-dropout", "test accuracy").map(|row| {
        let rule = Rule::BestByValidation { runs: 3, level: 0.95 };
        let of_networks = Finding::of(row, rule, Evidence::Seeds { values, lost: 0 });
        let quantity = "test accuracy of a network at its best validation accuracy".into();
        Finding { quantity, ..of_networks }
    });
    let wrong = (1..=NETWORKS).map(|seed| of_seed(numbers, WRONG, seed).count());
    let wrong: Vec<usize> = wrong.collect();
    let better = Finding::new(
        "whether the vote is right for more images than each of its networks after the last epoch"
            .into(),
        Rule::Equal,
        Some(1.0),
        Evidence::Computed(f64::from(wrong.iter().all(|&wrong| wrong > votes.len()))),
    );
    let picture = |&(image, vote): &(f64, f64)| {
        let mut shades = vec![0.0; SIDE * SIDE];
        for (place, pixel) in numbers.points(&pixels(image as usize)) {
            shades[place as usize] = pixel / 255.0;
        }
        Picture { shades, caption: format!("{} → {vote}", numbers.at(LABEL, image)) }
    };
    let all: Vec<String> = wrong.iter().map(usize::to_string).collect();
    Computed {
        subtitle: format!(
            "Networks 784-20c5p2-40c5p2-1000-1000-10 of seeds 1 to {NETWORKS}, trained for 40 epochs of 250,000 images with dropout; of \
             {images} test images they get {} wrong. The most frequent answer is the vote, of equally frequent ones the lowest \
             class. Which five networks these are moves the vote by a few images, so that the book's may differ by 10.",
            all.join(", ")
        ),
        findings: references_of(ENSEMBLE.id).map(finding).chain(single).chain([better]).collect(),
        figure: Chart::Pictures(Pictures {
            title: format!("The {} test images that five networks vote wrong", votes.len()),
            subtitle: Some("Below: the digit it is → the digit they take it for.".into()),
            width: SIDE,
            columns: COLUMNS,
            pictures: votes.iter().map(picture).collect(),
            note: Some(format!("{} of {images} are right.", images - votes.len() as f64)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_answer_is_the_vote_and_the_lowest_of_several() {
        for (answers, vote) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[9, 4, 9, 4, 9], Some(9)),
            (&[9, 4, 9, 4, 0], Some(4)),
            (&[5, 3, 8, 1, 2], Some(1)),
            (&[1, 8, 8], Some(8)),
        ] {
            assert_eq!(plurality(answers), vote, "{answers:?}");
        }
    }

    /// Networks of which each gets some test images wrong, and always in the same way.
    fn kept(data: &Dataset, wrong: &[&[usize]]) -> Vec<Numbers> {
        let network = |(seed, images): (u64, &&[usize])| {
            let mut numbers = Numbers::default();
            for &image in *images {
                let answer = (data.test.labels[image] + 1) % 10;
                numbers.push(WRONG, Some(seed), image as f64, f64::from(answer));
            }
            for (epoch, [validation, test]) in
                [[0.9, 0.80], [0.95, 0.85], [0.95, 0.84]].iter().enumerate()
            {
                numbers.push(ValidationAccuracy.column(), Some(seed), epoch as f64, *validation);
                numbers.push(TestAccuracy.column(), Some(seed), epoch as f64, *test);
            }
            numbers
        };
        (1..).zip(wrong).map(network).collect()
    }

    #[test]
    fn an_image_is_wrong_if_most_networks_say_so() {
        let data = Dataset::mnist().unwrap();
        let kept = kept(&data, &[&[3, 5], &[3, 8], &[3, 8], &[5], &[9]]);
        let numbers = unite(&data, &kept);
        assert_eq!(numbers.points(VOTE), [(3.0, f64::from((data.test.labels[3] + 1) % 10))]);
        assert_eq!(numbers.at(LABEL, 3.0), f64::from(data.test.labels[3]));
        assert_eq!(chosen(&numbers, 2), 0.84);
        let computed = judge(&numbers);
        let [accuracy, correct, errors, single, better] = &computed.findings[..] else {
            panic!("{}", computed.findings.len())
        };
        for of_vote in [accuracy, correct] {
            assert_eq!(of_vote.evidence, Evidence::Computed(0.9999));
        }
        assert_eq!(errors.evidence, Evidence::Computed(0.0001));
        assert!(matches!(&single.evidence, Evidence::Seeds { values, .. } if *values == [0.84; 5]));
        // Two networks have as few errors.
        assert_eq!(better.evidence, Evidence::Computed(0.0));
        let Chart::Pictures(figure) = computed.figure else { panic!("pictures") };
        let label = data.test.labels[3];
        assert_eq!(figure.pictures[0].caption, format!("{label} → {}", (label + 1) % 10));
        let mut row = vec![0; SIDE * SIDE];
        data.test.images.dense_row(3, &mut row);
        let dark = |shades: &[f64]| shades.iter().filter(|&&shade| shade > 0.0).count();
        assert_eq!(
            dark(&figure.pictures[0].shades),
            row.iter().filter(|&&pixel| pixel > 0).count()
        );
    }
}
