//! Chapter 2: how the backpropagation algorithm works.

mod check;
mod passes;
mod slow_weight;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter2",
    title: "Chapter 2: how the backpropagation algorithm works",
    experiments: &[check::CHECK, slow_weight::SLOW_WEIGHT, passes::PASSES],
};
