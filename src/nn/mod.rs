//! What a network is: architecture, activations, costs, initialisers, parameters; the forward and
//! the backward pass (the book's BP1–BP4) of a whole mini-batch at once.
//!
//! [`textbook`] says the same in scalar f64, to be read beside chapter 2; it is the oracle of the
//! tests.

mod activation;
mod architecture;
#[cfg(test)]
#[path = "tests/backpropagation.rs"]
mod backpropagation;
mod cost;
mod dropout;
mod gemm_path;
mod gradient;
mod init;
mod input;
mod layers;
mod learner;
mod network;
mod nonzero;
#[cfg(test)]
pub(crate) mod normal;
mod optimiser;
mod pass;
mod per_layer;
mod recurrence;
mod sequence;
mod snapshot;
#[cfg(test)]
mod stored;
mod targets;
pub mod textbook;
mod vector;
mod weights;
mod workspace;

pub use activation::{Activation, Output};
pub use architecture::{Architecture, LayerSpec};
pub use cost::{Cost, Pairing};
pub use dropout::DropoutBy;
pub use gemm_path::GemmPath;
pub use gradient::Gradient;
pub use init::{BiasInitialiser, Initialiser, ParameterSource};
pub use input::{Form, Input};
pub use layers::{ImageShape, LayerKind, LayerShape, RecurrentShape, ShapeError, Unit, dense};
pub use learner::{Learner, StepConstants};
pub use network::Network;
pub use optimiser::Optimiser;
pub use per_layer::PerLayer;
pub use recurrence::RecurrentInitialiser;
pub use sequence::Sequence;
pub use snapshot::{LayerSnapshot, LearnerSnapshot};
pub use targets::{Desired, Targets};
pub use weights::Weights;
pub use workspace::Workspace;
