//! Chapter 3: improving the way neural networks learn.

mod best_eta;
mod costs;
mod early_stopping;
mod eta_threshold;
mod expansion;
mod hyper;
mod init_theory;
mod initialisation;
mod learning_rates;
mod overfitting;
mod polyfit;
mod regularisers;
mod saturation;
mod schedules;
mod softmax_demo;
mod techniques;
mod train_size;
mod train_size_svm;
mod weight_decay;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter3",
    title: "Chapter 3: improving the way neural networks learn",
    experiments: &[
        saturation::SATURATION,
        costs::COSTS,
        best_eta::BEST_ETA,
        softmax_demo::SOFTMAX_DEMO,
        techniques::SOFTMAX,
        overfitting::OVERFIT_1000,
        overfitting::OVERFIT_FULL,
        overfitting::L2_1000,
        overfitting::L2_FULL_30,
        regularisers::L2_100,
        polyfit::POLYFIT,
        regularisers::L1,
        regularisers::DROPOUT,
        train_size::TRAIN_SIZE,
        train_size_svm::TRAIN_SIZE_SVM,
        expansion::EXPAND,
        init_theory::INIT_THEORY,
        initialisation::INIT_30,
        initialisation::INIT_100,
        weight_decay::WEIGHT_DECAY,
        hyper::HYPER,
        hyper::ZERO_ONE,
        eta_threshold::ETA_THRESHOLD,
        learning_rates::LEARNING_RATES,
        schedules::ETA_SWITCH,
        schedules::LR_SCHEDULE,
        early_stopping::EARLY_STOPPING,
        techniques::MINI_BATCH,
        techniques::MOMENTUM,
    ],
};
