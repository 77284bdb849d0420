use crate::book::claim::SINGLE_RUN;
use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, Tolerance,
};
use crate::data::{Dataset, Split};
use crate::figure::{Axis, Chart, Figure, LabelAt, Series, Strip, Strips};
use crate::rng::{Purpose, Stream};
use crate::stats::{confidence_interval, mean};

/// Guessing a digit.
pub const RANDOM: Experiment = Experiment {
    id: "ch1-random",
    title: "Random guessing",
    claim: "A random guess hits one image in ten, about.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute: guess, judge: judge_guesses },
};

/// Guessing from how dark an image is.
pub const AVERAGE_DARKNESS: Experiment = Experiment {
    id: "ch1-average-darkness",
    title: "Guessing from how dark an image is",
    claim: "Whoever takes an image for the digit whose training images are, on average, most nearly as dark, is right for \
            2,225 of the 10,000 test images.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute: darkness, judge: judge_darkness },
};

/// The seeds of the guesses.
const SEEDS: u64 = 20;

fn guess(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for seed in 1..=SEEDS {
        let mut stream = Stream::new(seed, Purpose::Demonstration, 0);
        let right = |&&label: &&u8| stream.below(10) == u32::from(label);
        let correct = data.test.labels.iter().filter(right).count();
        let accuracy = correct as f64 / data.test.len() as f64;
        numbers.push("accuracy", Some(seed), 0.0, accuracy);
    }
    numbers
}

fn judge_guesses(numbers: &Numbers) -> Computed {
    let values = numbers.values("accuracy");
    let finding = |row: &'static Reference| {
        let evidence = Evidence::Seeds { values: values.clone(), lost: 0 };
        Finding::of(row, SINGLE_RUN, evidence)
    };
    let interval = confidence_interval(&values, 0.95);
    Computed {
        subtitle: format!(
            "A digit drawn at random for each of the 10,000 test images, {SEEDS} seeds."
        ),
        findings: references_of(RANDOM.id).map(finding).collect(),
        figure: Chart::Strips(Strips {
            title: RANDOM.title.into(),
            value: Axis::linear("test accuracy (%)"),
            strips: vec![Strip {
                label: "guessing".into(),
                points: values.iter().map(|value| 100.0 * value).enumerate().collect(),
                mean: interval.map(|interval| {
                    (100.0 * mean(&values), 100.0 * interval.low, 100.0 * interval.high)
                }),
                ..Strip::default()
            }],
            ..Strips::default()
        }),
    }
}

/// The sums of all pixels of each image, in units of 1/256.
fn sums(split: &Split, pixels: usize) -> Vec<f64> {
    let mut row = vec![0; pixels];
    let sum = |image| {
        split.images.dense_row(image, &mut row);
        row.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / 256.0
    };
    (0..split.len()).map(sum).collect()
}

fn darkness(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    let training = sums(&data.training, data.inputs());
    let mut means = Vec::new();
    for digit in 0..data.classes {
        let is_it = |i: &usize| usize::from(data.training.labels[*i]) == digit;
        let images: Vec<f64> = (0..training.len()).filter(is_it).map(|i| training[i]).collect();
        means.push(mean(&images));
        numbers.push("mean darkness", None, digit as f64, mean(&images));
    }
    let mut correct = vec![0usize; data.classes];
    for (sum, &label) in sums(&data.test, data.inputs()).iter().zip(&data.test.labels) {
        let distance = |digit: &usize| (means[*digit] - sum).abs();
        let nearest = (0..data.classes).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let digit = usize::from(label);
        correct[digit] += usize::from(nearest == Some(digit));
    }
    for (digit, &correct) in correct.iter().enumerate() {
        numbers.push("correct", None, digit as f64, correct as f64);
    }
    numbers.push("images", None, 0.0, data.test.len() as f64);
    numbers
}

fn judge_darkness(numbers: &Numbers) -> Computed {
    let correct: f64 = numbers.values("correct").iter().sum();
    let accuracy = correct / numbers.at("images", 0.0);
    let finding = |row: &'static Reference| {
        let words = "mean darkness of training digit ";
        let digit = row.quantity.strip_prefix(words).and_then(|rest| rest.split(' ').next());
        match digit.and_then(|digit| digit.parse().ok()) {
            // Printed with three decimals.
            Some(digit) => Finding::of(
                row,
                Rule::Within(Tolerance::Absolute(0.0005)),
                Evidence::Computed(numbers.at("mean darkness", digit)),
            ),
            None => Finding::of(row, Rule::Equal, Evidence::Computed(accuracy)),
        }
    };
    Computed {
        subtitle: "The mean sum of the pixels of each digit among the 50,000 training images; the nearest mean is the answer.".into(),
        findings: references_of(AVERAGE_DARKNESS.id).map(finding).collect(),
        figure: Chart::Lines(Figure {
            title: AVERAGE_DARKNESS.title.into(),
            x: Axis::linear("digit").with_range(0.0, 9.0),
            y: Axis::linear("mean sum of the pixels (1 is black)"),
            series: vec![Series {
                label: "training images".into(),
                label_at: LabelAt::Legend,
                points: numbers.points("mean darkness"),
                ..Series::default()
            }],
            ..Figure::default()
        }),
    }
}
