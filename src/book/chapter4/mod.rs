//! Chapter 4: a visual proof that neural nets can compute any function.

mod build;
mod linear_depth;
mod no_activation;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter4",
    title: "Chapter 4: a visual proof that neural nets can compute any function",
    experiments: &[build::BUILD, no_activation::NO_ACTIVATION, linear_depth::LINEAR_DEPTH],
};
