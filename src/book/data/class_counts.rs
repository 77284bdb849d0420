use crate::book::reference::references_of;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule};
use crate::data::{Dataset, Split};
use crate::figure::{Axis, Chart, Figure, LabelAt, Series};

/// How many images there are of each digit.
pub const CLASS_COUNTS: Experiment = Experiment {
    id: "data-class-counts",
    title: "How many images there are of each digit",
    claim: "The digits are not equally frequent: of the 10,000 test images 1,135 are ones and 892 \
            fives. A network that always gives one answer gets such a number right, which is how the \
            book's trainings that learn nothing are known.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The sets, in the words of the table of the book's numbers.
const SETS: [&str; 3] = ["training", "validation", "test"];

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (set, split) in SETS.into_iter().zip([&data.training, &data.validation, &data.test]) {
        for (digit, count) in counts(split, data.classes).into_iter().enumerate() {
            numbers.push(set, None, digit as f64, count as f64);
        }
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let rows = references_of(CLASS_COUNTS.id);
    let finding = |row: &'static Reference| {
        let ours = SETS.iter().find_map(|set| {
            let digit = row.quantity.strip_prefix(&format!("{set} images of digit "))?;
            Some(numbers.at(set, digit.parse().ok()?))
        });
        Finding::of(row, Rule::Equal, Evidence::Computed(ours.unwrap_or(f64::NAN)))
    };
    let series = SETS.into_iter().enumerate().map(|(colour, set)| {
        let all: f64 = numbers.values(set).iter().sum();
        let share = |(digit, count): (f64, f64)| (digit, 100.0 * count / all);
        Series {
            label: format!("{all} {set} images"),
            label_at: LabelAt::Legend,
            colour,
            points: numbers.points(set).into_iter().map(share).collect(),
            ..Series::default()
        }
    });
    Computed {
        subtitle: "The labels of MNIST, as the book splits it, counted.".into(),
        findings: rows.map(finding).collect(),
        figure: Chart::Lines(Figure {
            title: CLASS_COUNTS.title.into(),
            x: Axis { range: Some((0.0, 9.0)), ..Axis::linear("digit") },
            y: Axis::linear("share of the images (%)"),
            series: series.collect(),
            ..Figure::default()
        }),
    }
}

/// The images of each class.
fn counts(split: &Split, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for &label in &split.labels {
        counts[usize::from(label)] += 1;
    }
    counts
}
