//! Chapter 6: deep learning.

mod conv;
mod dbl_conv;
mod ensemble;
mod expanded;
mod filters;
mod l2;
mod params;
mod shallow;

use super::{Chapter, Claim, Rule, Run};
use crate::nn::LayerKind;
use crate::train::Metric::{TestAccuracy, ValidationAccuracy};

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter6",
    title: "Chapter 6: deep learning",
    experiments: &[
        params::PARAMS,
        shallow::SHALLOW,
        conv::CONV,
        dbl_conv::DBL_CONV,
        l2::L2,
        expanded::EXPANDED_100,
        expanded::EXPANDED_300,
        expanded::EXPANDED_1000,
        expanded::DBL_FC_100,
        expanded::DBL_FC_300,
        expanded::DBL_FC_1000,
        expanded::DROPOUT,
        ensemble::ENSEMBLE,
        filters::FILTERS,
    ],
};

/// The number of a network of the chapter: validation chooses the epoch, and the best of three runs.
const ACCURACY: Claim = Claim {
    quantity: "test accuracy at the best validation accuracy, of three runs",
    printed: Some("test accuracy"),
    rule: Rule::BestByValidation { runs: 3, level: 0.95 },
    measure: chosen,
    ..Claim::BASE
};

/// The test accuracy of the epoch that validation chooses.
fn chosen(run: &Run) -> f64 {
    run.at_best(TestAccuracy, ValidationAccuracy)
}

/// The chapter's network of two convolutional layers and one of 100 neurons.
const TWO_CONVOLUTIONS: &str = "20c5p2x40c5p2x100";

/// Hidden layers as on the command line: `20c5p2x100`.
///
/// # Panics
///
/// When they cannot be read.
fn layers(text: &str) -> Vec<LayerKind> {
    LayerKind::list(text).expect("layers")
}
