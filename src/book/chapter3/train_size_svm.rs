use super::train_size::SIZES;
use crate::baselines::svm::{Svm, SvmSettings};
use crate::book::reference::{Reference, references_of};
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, references};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Key, Mark, Series, Stroke};

/// The support vector machine, which needs more images.
pub const TRAIN_SIZE_SVM: Experiment = Experiment {
    id: "ch3-train-size-svm",
    title: "The size of the training set: a support vector machine",
    claim: "A support vector machine as it comes, trained on the same first images of the training set, is worse than the network \
            at every size; with 50,000 images it is better, at 94.48 %, than the network with 5,000. Better data may do more than \
            a better algorithm.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (.., size) in SIZES {
        let training = data.training.first(size);
        let settings = SvmSettings::of_libsvm(data.inputs());
        let svm = Svm::train(&training.images, &training.labels, settings)
            .expect("the first hundred images are of several digits");
        let answers = svm.predict(&data.validation.images);
        let right = answers.iter().zip(&data.validation.labels).filter(|(a, b)| a == b).count();
        numbers.push("validation correct", None, size as f64, right as f64);
        numbers.push("support vectors", None, size as f64, svm.support_vectors() as f64);
    }
    numbers.push("validation images", None, 0.0, data.validation.len() as f64);
    numbers
}

/// The training images of a number of the table: `n=5000`, `at 50000`.
fn size(row: &Reference) -> Option<f64> {
    let (_, size) = row.quantity.split_once("n=").or_else(|| row.quantity.split_once("at "))?;
    size.split(' ').next()?.parse().ok()
}

/// The accuracies that the author recorded, in percent, by the number of training images.
fn recorded(id: &str) -> Vec<(f64, f64)> {
    let of_figure =
        references().iter().filter(|row| row.id == id && row.source.starts_with("json:"));
    of_figure.filter_map(|row| Some((size(row)?, row.number()?))).collect()
}

fn judge(numbers: &Numbers) -> Computed {
    let images = numbers.at("validation images", 0.0);
    let ours: Vec<(f64, f64)> = numbers
        .points("validation correct")
        .into_iter()
        .map(|(size, correct)| (size, 100.0 * correct / images))
        .collect();
    let at = |wanted: f64| {
        ours.iter().find(|(size, _)| *size == wanted).map_or(f64::NAN, |(_, percent)| *percent)
    };
    let finding = |row: &'static Reference| {
        // Divided as the book's percentages are, to have the same bits.
        let accuracy = at(size(row).unwrap_or(f64::NAN)) / 100.0;
        Finding::of(row, Rule::Equal, Evidence::Computed(accuracy))
    };
    let network = recorded("ch3-train-size");
    let worse = network.iter().filter(|(size, percent)| at(*size) < *percent).count();
    let fifth = network.iter().find(|(size, _)| *size == 5_000.0).map_or(f64::NAN, |point| point.1);
    let statements = [
        ("sizes at which it is worse than the book's network, of 9", 9.0, worse as f64),
        (
            "whether with 50,000 images it is better than the book's network with 5,000",
            1.0,
            f64::from(at(50_000.0) > fifth),
        ),
    ];
    let statement = |(quantity, book, ours): (&str, f64, f64)| {
        Finding::new(quantity.into(), Rule::Equal, Some(book), Evidence::Computed(ours))
    };
    let line = |label: &str, colour, style, points| Series {
        label: label.into(),
        colour,
        style,
        points,
        ..Series::default()
    };
    Computed {
        subtitle: "Trained on the first images of the training set with C = 1, γ = 1/784 and ε = 0.001, as LIBSVM does; the \
                   accuracy on the 10,000 validation images."
            .into(),
        findings: references_of(TRAIN_SIZE_SVM.id)
            .map(finding)
            .chain(statements.map(statement))
            .collect(),
        figure: Chart::Lines(Figure {
            title: TRAIN_SIZE_SVM.title.into(),
            x: Axis::log10("training images"),
            y: Axis::linear("validation accuracy (%)").with_range(20.0, 100.0),
            series: vec![
                line("network (book)", 0, Stroke::Dashed, network),
                line("SVM (ours)", 1, Stroke::Solid, ours.clone()),
                line("SVM (book)", 6, Stroke::Dashed, recorded(TRAIN_SIZE_SVM.id)),
            ],
            key: vec![Key::new(Mark::Dashed, "recorded by the book's author")],
            ..Figure::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_author_recorded_both_at_all_sizes() {
        let sizes = |id| recorded(id).into_iter().map(|(size, _)| size).collect::<Vec<_>>();
        let ours = SIZES.map(|(.., size)| size as f64);
        assert_eq!(sizes("ch3-train-size"), ours);
        assert_eq!(sizes(TRAIN_SIZE_SVM.id), ours);
        for row in references_of(TRAIN_SIZE_SVM.id) {
            assert!(size(row).is_some(), "{}", row.quantity);
        }
    }
}
