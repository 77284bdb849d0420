use super::epoch::Steps;
use super::{MiniBatch, Randomised, Randomness, TrainingSpec};
use crate::data::{Dataset, Split};
use crate::nn::{Learner, LearnerSnapshot, Network, StepConstants, Workspace};
use crate::rng::{Purpose, Stream};
use crate::simd::Real;
use pulp::Arch;
use std::ops::Range;

/// A training in progress: the network, the random numbers, and the memory of a step.
#[derive(Debug)]
pub struct Trainer<T: Real> {
    network: Network<T>,
    learner: Learner<T>,
    randomness: Randomness,
    order: Vec<u32>,
    step: StepConstants,
    dropout: Stream,
    workspace: Workspace<T>,
    batch: MiniBatch<T>,
}

impl<T: Real> Trainer<T> {
    /// The training `spec` on `data` before its first epoch.
    ///
    /// # Panics
    ///
    /// When the specification was not [validated](TrainingSpec::validate), or the data not
    /// [selected](TrainingSpec::select).
    pub fn new(spec: &TrainingSpec, data: &Dataset) -> Self {
        let mut randomness = Randomness::new(spec, data);
        // In this order: the author's generators draw the network first.
        let network = draw_network(spec, data, &mut randomness);
        Self::with(spec, data, randomness, network)
    }

    /// The same beginning with `network`, so that no parameters are drawn.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn from_network(spec: &TrainingSpec, data: &Dataset, network: Network<T>) -> Self {
        Self::with(spec, data, Randomness::new(spec, data), network)
    }

    /// The same after so many epochs: with the network, the memory of the optimiser and the place in the stream of dropout as
    /// they were then.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub(super) fn resumed(
        spec: &TrainingSpec,
        data: &Dataset,
        network: Network<T>,
        learner: &LearnerSnapshot,
        (epochs, dropout): (usize, u64),
    ) -> Option<Self> {
        let mut randomness = Randomness::new(spec, data);
        if spec.start.is_none() {
            // The author's generators draw the network first.
            draw_network::<T>(spec, data, &mut randomness);
        }
        let mut trainer = Self::with(spec, data, randomness, network);
        (0..epochs).for_each(|_| trainer.shuffle());
        trainer.dropout.go_to(dropout);
        trainer.learner.restore(learner).then_some(trainer)
    }

    /// What the optimiser remembers, and how many words of the stream of dropout have been drawn.
    pub(super) fn memory(&self) -> (LearnerSnapshot, u64) {
        (self.learner.snapshot(), self.dropout.position())
    }

    fn with(
        spec: &TrainingSpec,
        data: &Dataset,
        mut randomness: Randomness,
        network: Network<T>,
    ) -> Self {
        let order = randomness.initial_order(data.training.len());
        let step = spec.step(data.training.len());
        let mut learner = Learner::new(spec.optimiser, spec.momentum, &network);
        learner.set_step(step);
        let mut workspace = Workspace::for_training(&network, spec.batch_size, spec.dropout_by);
        if let Some(steps) = spec.truncation {
            workspace.truncate(steps);
        }
        Self {
            learner,
            step,
            dropout: Stream::new(spec.seed_of(Randomised::Dropout), Purpose::Dropout, 0),
            workspace,
            batch: MiniBatch::new(spec.batch_size),
            network,
            randomness,
            order,
        }
    }

    /// The network as trained so far.
    pub fn network(&self) -> &Network<T> {
        &self.network
    }

    /// The network as trained so far, to be changed between two steps. An optimiser that remembers earlier gradients
    /// does not learn of it.
    pub fn network_mut(&mut self) -> &mut Network<T> {
        &mut self.network
    }

    /// The network as trained so far; nothing else is kept.
    pub fn into_network(self) -> Network<T> {
        self.network
    }

    /// Sets the learning rate η of the steps to come.
    pub fn set_learning_rate(&mut self, eta: f64) {
        self.step.eta = eta;
        self.learner.set_step(self.step);
    }

    /// Shuffles if the specification says so, then trains for one epoch on `split`, the training images of the data that the
    /// trainer was made for.
    ///
    /// # Panics
    ///
    /// When `split` has fewer images than those, or other inputs or classes.
    pub fn epoch(&mut self, arch: Arch, split: &Split) {
        self.shuffle();
        self.steps(arch, split, 0..self.mini_batches());
    }

    /// The beginning of an epoch, whose [`steps`](Self::steps) are yet to come: shuffles the order of the images, where
    /// that is to be [shuffled](super::Order) anew.
    pub fn shuffle(&mut self) {
        self.randomness.next_order(&mut self.order);
    }

    /// The images of the epoch in their order, mini-batch by mini-batch, to be changed; the next
    /// [`shuffle`](Self::shuffle) begins with the order that it finds.
    pub fn order_mut(&mut self) -> &mut [u32] {
        &mut self.order
    }

    /// The number of mini-batches, and so of steps, of an epoch.
    pub fn mini_batches(&self) -> usize {
        self.order.len().div_ceil(self.workspace.capacity())
    }

    /// The same, and returns the network as it was before the last mini-batch.
    pub(super) fn epoch_but_last(&mut self, arch: Arch, split: &Split) -> Network<T> {
        self.shuffle();
        let last = self.mini_batches() - 1;
        self.steps(arch, split, 0..last);
        let before = self.network.clone();
        self.steps(arch, split, last..last + 1);
        before
    }

    /// Every number that is kept from one step to the next, or was made in the last one.
    #[cfg(test)]
    pub(super) fn stored_numbers(&self) -> Vec<(&'static str, &[T])> {
        let network = self.network.stored_numbers().into_iter();
        let learner = self.learner.stored_numbers().into_iter();
        network.chain(learner).chain(self.workspace.stored_numbers()).collect()
    }

    /// Trains on some mini-batches of the epoch, a step for each.
    ///
    /// # Panics
    ///
    /// As [`epoch`](Self::epoch), and if there are not so many.
    pub fn steps(&mut self, arch: Arch, split: &Split, mini_batches: Range<usize>) {
        let batch_size = self.workspace.capacity();
        let end = (mini_batches.end * batch_size).min(self.order.len());
        let places = mini_batches.start * batch_size..end;
        arch.dispatch(Steps {
            network: &mut self.network,
            learner: &mut self.learner,
            split,
            order: &self.order[places],
            batch_size,
            dropout: &mut self.dropout,
            workspace: &mut self.workspace,
            batch: &mut self.batch,
        });
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
    let mut network = Network::random(architecture, spec.init, spec.bias_init, randomness);
    network.start_recurrence(spec.recurrent_init, spec.forget_bias);
    network
}
