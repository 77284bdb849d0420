use crate::book::reference::references;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Rule};
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
    kind: Kind::Computed(compute),
};

fn compute(data: &Dataset) -> Computed {
    let sets: [(&str, &Split); 3] =
        [("training", &data.training), ("validation", &data.validation), ("test", &data.test)];
    let counts = sets.map(|(name, split)| (name, counts(split, data.classes)));
    let mut findings = Vec::new();
    for row in references().iter().filter(|row| row.id == CLASS_COUNTS.id) {
        let ours = counts.iter().find_map(|(name, counts)| {
            let digit = row.quantity.strip_prefix(&format!("{name} images of digit "))?;
            counts.get(digit.parse::<usize>().ok()?)
        });
        let ours = Evidence::Computed(ours.map_or(f64::NAN, |&count| count as f64));
        findings.push(Finding::new(row.quantity.clone(), Rule::Equal, row.number(), ours));
    }
    let series = counts.iter().enumerate().map(|(colour, (name, counts))| {
        let all: usize = counts.iter().sum();
        let share = |&count: &usize| 100.0 * count as f64 / all as f64;
        Series {
            label: format!("{all} {name} images"),
            label_at: LabelAt::Legend,
            colour,
            points: counts.iter().enumerate().map(|(i, n)| (i as f64, share(n))).collect(),
            ..Series::default()
        }
    });
    Computed {
        subtitle: "The labels of MNIST, as the book splits it, counted.".into(),
        findings,
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
