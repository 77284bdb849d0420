//! Chapter 3: improving the way neural networks learn.

mod initialisation;
mod learning_rates;
mod overfitting;
mod train_size;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter3",
    title: "Chapter 3: improving the way neural networks learn",
    experiments: &[
        overfitting::OVERFIT_1000,
        overfitting::OVERFIT_FULL,
        overfitting::L2_1000,
        overfitting::L2_FULL_30,
        train_size::TRAIN_SIZE,
        initialisation::INIT_30,
        initialisation::INIT_100,
        learning_rates::LEARNING_RATES,
    ],
};
