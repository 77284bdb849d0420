use super::ImageShape;
use crate::rng::{Purpose, Stream};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How an image, or whatever has rows and columns, becomes a sequence for recurrent layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sequence {
    /// A row a time step: 28 steps of 28 inputs
    #[default]
    Rows,
    /// A pixel a time step, row by row: 784 steps of one input
    Pixels,
    /// A pixel a time step, in an order that is random, and the same for all images, seeds and trainings
    Permuted,
}

impl Sequence {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Pixels => "pixels",
            Self::Permuted => "permuted",
        }
    }

    /// The time steps, and the inputs at each of them.
    pub fn steps(self, image: ImageShape) -> [usize; 2] {
        match self {
            Self::Rows => [image.rows, image.columns * image.channels],
            Self::Pixels | Self::Permuted => [image.rows * image.columns, image.channels],
        }
    }

    /// The time step at which each part of an image is seen, of `steps`.
    pub(super) fn order(self, steps: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..steps as u32).collect();
        if self == Self::Permuted {
            Stream::new(0, Purpose::Permutation, 0).shuffle(&mut order);
        }
        order
    }
}
