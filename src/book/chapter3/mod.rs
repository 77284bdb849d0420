//! Chapter 3: improving the way neural networks learn.

mod initialisation;
mod learning_rates;
mod overfitting;
mod train_size;

use super::Experiment;

/// In the order of the chapter.
pub static EXPERIMENTS: [Experiment; 8] = [
    overfitting::OVERFIT_1000,
    overfitting::OVERFIT_FULL,
    overfitting::L2_1000,
    overfitting::L2_FULL_30,
    train_size::TRAIN_SIZE,
    initialisation::INIT_30,
    initialisation::INIT_100,
    learning_rates::LEARNING_RATES,
];
