//! Chapter 1: using neural nets to recognise handwritten digits.

mod baseline;
mod gates;
mod gradient_step;
mod guessing;
mod learning_rates;
mod no_hidden;
mod outputs;
mod smooth_cost;
mod smooth_neuron;
mod stuck;
mod svm;
mod valley;

use super::{Chapter, Run};
use crate::train::Metric;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter1",
    title: "Chapter 1: using neural nets to recognise handwritten digits",
    experiments: &[
        gates::GATES,
        smooth_neuron::SMOOTH_NEURON,
        smooth_cost::SMOOTH_COST,
        valley::VALLEY,
        gradient_step::GRADIENT_STEP,
        baseline::BASELINE_30,
        baseline::BASELINE_100,
        stuck::STUCK,
        learning_rates::LEARNING_RATES,
        no_hidden::NO_HIDDEN,
        outputs::OUTPUTS,
        guessing::RANDOM,
        guessing::AVERAGE_DARKNESS,
        svm::SVM_DEFAULT,
    ],
};

/// The accuracy on the test images in the end.
fn last_test(run: &Run) -> f64 {
    run.last(Metric::TestAccuracy)
}

/// Whether a digit or more is hardly ever recognised: 1 or 0. Each is a tenth of the images, and the others are recognised
/// well enough, with hidden neurons, that nothing else brings the accuracy below 90 %.
fn is_stuck(run: &Run) -> f64 {
    f64::from(last_test(run) < 0.9)
}
