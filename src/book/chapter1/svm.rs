use crate::baselines::svm::{Svm, SvmSettings};
use crate::book::reference::{reference, references_of};
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule};
use crate::data::Dataset;
use crate::figure::{Chart, Colours, HeatCell, Heatmap};

/// A support vector machine as it comes.
pub const SVM_DEFAULT: Experiment = Experiment {
    id: "ch1-svm-default",
    title: "A support vector machine as it comes",
    claim: "A support vector machine that nobody has tuned, trained on the 50,000 training images, is right for 9,435 of the \
            10,000 test images: far better than guessing from how dark an image is, and nearly as good as the network of 30 \
            hidden neurons.",
    groups: &[],
    long: false,
    kind: Kind::Computed { compute, judge },
};

fn compute(data: &Dataset) -> Numbers {
    let settings = SvmSettings::of_libsvm(data.inputs());
    let svm = Svm::train(&data.training.images, &data.training.labels, settings)
        .expect("the training images are of several digits");
    let mut counts = vec![vec![0usize; data.classes]; data.classes];
    for (label, answer) in data.test.labels.iter().zip(svm.predict(&data.test.images)) {
        counts[usize::from(*label)][usize::from(answer)] += 1;
    }
    let mut numbers = Numbers::default();
    for (digit, answers) in counts.iter().enumerate() {
        for (answer, &count) in answers.iter().enumerate() {
            numbers.push(answers_to(digit), None, answer as f64, count as f64);
        }
    }
    numbers.push("support vectors", None, 0.0, svm.support_vectors() as f64);
    numbers.push("training images", None, 0.0, data.training.len() as f64);
    numbers
}

/// The series of how often each answer is given to the images of a digit.
fn answers_to(digit: usize) -> String {
    format!("answers to {digit}")
}

/// The digits of the figure.
const DIGITS: usize = 10;

fn judge(numbers: &Numbers) -> Computed {
    let answers: Vec<Vec<f64>> = (0..DIGITS).map(|d| numbers.values(&answers_to(d))).collect();
    let count =
        |digit: usize, answer: usize| answers[digit].get(answer).copied().unwrap_or(f64::NAN);
    let images: f64 = answers.iter().flatten().sum();
    let accuracy = (0..DIGITS).map(|digit| count(digit, digit)).sum::<f64>() / images;
    let finding =
        |row: &'static Reference| Finding::of(row, Rule::Equal, Evidence::Computed(accuracy));
    // Beside what the book's other programs get right.
    let beside = |id: &str, quantity: &str| {
        reference(id, quantity).and_then(Reference::fraction).unwrap_or(f64::NAN)
    };
    let between = beside("ch1-average-darkness", "test correct") < accuracy
        && accuracy < beside("ch1-baseline-30", "peak test accuracy (epoch 28)");
    let order = Finding::new(
        "whether it lies between the book's darkness and its network of 30 hidden neurons".into(),
        Rule::Equal,
        Some(1.0),
        Evidence::Computed(f64::from(between)),
    );
    let cell = |digit: usize, answer: usize| {
        let count = count(digit, answer);
        let of_digit: f64 = answers[digit].iter().sum();
        let detail = format!("{count} of the {of_digit} images of {digit} are taken for {answer}");
        match digit == answer {
            // In the colours of the errors all else would be equal.
            true => HeatCell {
                text: vec![format!("{:.1} %", 100.0 * count / of_digit)],
                detail,
                ..HeatCell::default()
            },
            false => HeatCell {
                value: Some(count),
                text: if count > 0.0 { vec![count.to_string()] } else { Vec::new() },
                detail,
                ..HeatCell::default()
            },
        }
    };
    let names = || (0..DIGITS).map(|digit| digit.to_string()).collect();
    let vectors = numbers.at("support vectors", 0.0);
    let training = numbers.at("training images", 0.0);
    Computed {
        subtitle: format!(
            "Support vector machines with the kernel exp(−‖x − y‖²/784), C = 1 and ε = 0.001, one for each pair of digits, trained \
             on {training} images as LIBSVM does; {vectors} of them are support vectors of some pair. The pairs vote."
        ),
        findings: references_of(SVM_DEFAULT.id).map(finding).chain([order]).collect(),
        figure: Chart::Heatmap(Heatmap {
            title: SVM_DEFAULT.title.into(),
            subtitle: Some(format!(
                "{} of {images} test images right: of each digit the share, and what the others are taken for.",
                accuracy * images
            )),
            x_label: "answer".into(),
            x: names(),
            y_label: "digit".into(),
            y: names(),
            cells: (0..DIGITS).map(|d| (0..DIGITS).map(|a| cell(d, a)).collect()).collect(),
            scale_label: "wrong answers".into(),
            colours: Colours::default(),
            note: Some(format!(
                "{training} training images, {vectors} of them support vectors (C = 1, γ = 1/784)."
            )),
        }),
    }
}
