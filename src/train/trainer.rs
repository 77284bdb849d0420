use super::epoch::train_epoch;
use super::{Descent, MiniBatch, Randomness, TrainingSpec};
use crate::data::{Dataset, Split};
use crate::nn::{Network, Workspace};
use crate::rng::{Purpose, Stream};
use crate::simd::Real;
use pulp::Arch;

/// A training in progress: the network, the random numbers, and the memory of a step.
#[derive(Debug)]
pub struct Trainer<T: Real> {
    network: Network<T>,
    randomness: Randomness,
    order: Vec<u32>,
    descent: Descent,
    dropout: Stream,
    workspace: Workspace<T>,
    batch: MiniBatch<T>,
}

impl<T: Real> Trainer<T> {
    /// The training `spec` on `data` before its first epoch.
    ///
    /// # Panics
    ///
    /// When the specification was not [validated](TrainingSpec::validate).
    pub fn new(spec: &TrainingSpec, data: &Dataset) -> Self {
        let mut randomness = Randomness::new(spec, data);
        // In this order: the author's generators draw the network first.
        let network = draw_network(spec, data, &mut randomness);
        let order = randomness.initial_order(data.training.len());
        let dropout = Stream::new(spec.seed, Purpose::Dropout, 0);
        let workspace = Workspace::for_training(&network, spec.batch_size);
        let (descent, batch) = (spec.descent(), MiniBatch::new());
        Self { network, randomness, order, descent, dropout, workspace, batch }
    }

    /// The network as trained so far.
    pub fn network(&self) -> &Network<T> {
        &self.network
    }

    /// Shuffles, then trains for one epoch on `split`, the training images of the data that the
    /// trainer was made for.
    ///
    /// # Panics
    ///
    /// When `split` has fewer images than those, or other inputs or classes.
    pub fn epoch(&mut self, arch: Arch, split: &Split) {
        let Self { network, randomness, order, descent, dropout, workspace, batch } = self;
        randomness.shuffle(order);
        train_epoch(arch, network, split, order, *descent, dropout, workspace, batch);
    }
}

/// The network with which the training of `spec` begins.
///
/// # Panics
///
/// When the specification was not [validated](TrainingSpec::validate).
pub fn initial_network<T: Real>(spec: &TrainingSpec, data: &Dataset) -> Network<T> {
    draw_network(spec, data, &mut Randomness::new(spec, data))
}

fn draw_network<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    randomness: &mut Randomness,
) -> Network<T> {
    let architecture = spec.architecture(data);
    Network::random(architecture, spec.initialiser, spec.bias_initialiser, randomness)
}
