//! Chapter 4: a visual proof that neural nets can compute any function.

mod activations;
mod build;
mod learnt;
mod linear_depth;
mod neurons;
mod no_activation;
mod step;
mod tower;
mod windows;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter4",
    title: "Chapter 4: a visual proof that neural nets can compute any function",
    experiments: &[
        step::STEP,
        build::BUILD,
        tower::TOWER,
        activations::ACTIVATIONS,
        windows::WINDOWS,
        no_activation::NO_ACTIVATION,
        linear_depth::LINEAR_DEPTH,
        learnt::LEARNT,
    ],
};
