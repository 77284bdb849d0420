//! Chapter 4: a visual proof that neural nets can compute any function.

mod build;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter4",
    title: "Chapter 4: a visual proof that neural nets can compute any function",
    experiments: &[build::BUILD],
};
