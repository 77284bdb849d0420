//! Chapter 5: why deep neural networks are hard to train.

mod activations;
mod chain;
mod components;
mod depth;
mod factors;
mod gradients;
mod relu_zeros;

use super::Chapter;

/// Its experiments, in the order of the chapter.
pub static CHAPTER: Chapter = Chapter {
    name: "chapter5",
    title: "Chapter 5: why deep neural networks are hard to train",
    experiments: &[
        depth::DEPTH,
        chain::CHAIN,
        factors::FACTORS,
        components::COMPONENTS,
        gradients::GRADIENTS,
        gradients::SPEED_2,
        gradients::SPEED_3,
        gradients::SPEED_4,
        activations::ACTIVATIONS,
        relu_zeros::RELU_ZEROS,
    ],
};
