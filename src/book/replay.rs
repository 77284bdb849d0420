//! How far the author's own runs can be replayed.

#[cfg(doc)]
use crate::train::TrainingSpec;

/// The random numbers that the author's program had used up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earlier {
    /// See [`TrainingSpec::earlier_networks`].
    pub networks: usize,
    /// See [`TrainingSpec::earlier_epochs`].
    pub epochs: usize,
    /// See [`TrainingSpec::earlier_draws`].
    pub draws: usize,
}

/// How far the author's run of an arm can be replayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replay {
    /// To the last digits: costs to a relative 1e-12, numbers of images exactly.
    Exact,
    /// With rounding differences that grow: costs up to each of some epochs (exclusive) to a relative
    /// difference, numbers of images as long to within a number. What comes later is not judged.
    Near {
        /// (epoch, relative difference), epochs ascending.
        costs: &'static [(usize, f64)],
        /// Images.
        images: f64,
    },
    /// Only its beginning: training amplifies rounding differences to order 1, so that the rest is
    /// one more random run.
    Chaotic,
}

impl Replay {
    /// How far a replayed value may be off at an epoch; `None` where it is not judged.
    pub(super) fn allows(self, epoch: usize) -> Option<Allowed> {
        match self {
            Self::Exact => Some(Allowed { relative: 1e-12, images: 0.0 }),
            Self::Near { costs, images } => {
                let &(_, relative) = costs.iter().find(|&&(end, _)| epoch < end)?;
                Some(Allowed { relative, images })
            }
            Self::Chaotic => None,
        }
    }

    /// Whether some epochs of a training cannot be replayed, and need seeds to be judged by.
    pub(super) fn needs_seeds(self, epochs: usize) -> bool {
        epochs > 0 && self.allows(epochs - 1).is_none()
    }
}

/// The largest differences between a replayed value and the author's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowed {
    /// Of costs, relative.
    pub relative: f64,
    /// Of numbers of images.
    pub images: f64,
}
