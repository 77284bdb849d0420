//! Trainings and forward passes against the clock. They are here, and in one precision, so that the program that
//! calls them does not compile the kernels a second time.

use super::{Evaluator, MiniBatch, Predictor, Trainer, TrainingSpec, initial_network};
use crate::data::Dataset;
use crate::nn::{Learner, Network, Optimiser, StepConstants, Workspace};
use crate::simd::SimdLevel;
use pulp::{Simd, WithSimd};
use std::ops::Range;
use std::time::{Duration, Instant};

/// The seconds of each epoch in f32, shuffle and gather included, evaluation excluded; and how many images of the
/// test set the network then classifies correctly.
///
/// # Panics
///
/// When the [`TrainingSpec`] does not fit the data set.
pub fn timed_epochs(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> (Vec<f64>, usize) {
    let arch = level.arch();
    let mut trainer = Trainer::<f32>::new(spec, data);
    let mut seconds = Vec::new();
    for _ in 0..spec.epochs {
        let start = Instant::now();
        trainer.epoch(arch, &data.training);
        seconds.push(start.elapsed().as_secs_f64());
    }
    let network = trainer.network();
    (seconds, Evaluator::new(network).evaluate(arch, network, &data.test).correct)
}

/// The seconds until the outputs of an untrained f32 network for all test images are in memory, each of so many times;
/// and how many images it classifies correctly.
///
/// # Panics
///
/// When the [`TrainingSpec`] does not fit the data set.
pub fn timed_forward(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    repeats: usize,
) -> (Vec<f64>, usize) {
    let network = initial_network::<f32>(spec, data);
    let mut predictor = Predictor::new(&network, &data.test);
    let arch = level.arch();
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(predictor.predict(arch, &network));
        start.elapsed().as_secs_f64()
    };
    let seconds = (0..repeats).map(time).collect();
    (seconds, predictor.correct())
}

/// The rounds of [`TimedPasses::measure`] at least, however long they take.
const LEAST_ROUNDS: usize = 10;

/// An untrained f32 network with mini-batches of training images, whose passes are timed.
#[derive(Debug)]
pub struct TimedPasses {
    network: Network<f32>,
    learner: Learner<f32>,
    workspace: Workspace<f32>,
    batches: Vec<MiniBatch<f32>>,
}

/// The seconds of each pass over all mini-batches; the backward one with the step of gradient descent.
#[derive(Debug, Clone, Copy)]
pub struct PassSeconds {
    /// Of the forward passes.
    pub forward: f64,
    /// Of the backward passes.
    pub backward: f64,
}

impl TimedPasses {
    /// With these ranges of the training images as mini-batches.
    ///
    /// # Panics
    ///
    /// When the [`TrainingSpec`] does not fit the data set, or this has not so many images.
    pub fn new(spec: &TrainingSpec, data: &Dataset, batches: &[Range<usize>]) -> Self {
        let network = initial_network(spec, data);
        let largest = batches.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let gather = |range: &Range<usize>| {
            let mut batch = MiniBatch::new(range.len());
            batch.gather(pulp::Scalar::new(), &data.training, range.clone());
            batch
        };
        Self {
            learner: Learner::new(Optimiser::Sgd, 0.0, &network),
            workspace: Workspace::new(&network, largest),
            network,
            batches: batches.iter().map(gather).collect(),
        }
    }

    /// The network.
    pub fn network(&self) -> &Network<f32> {
        &self.network
    }

    /// The shortest times of several rounds.
    ///
    /// A pass of a small mini-batch takes hardly longer than reading the clock, so whole rounds
    /// through all mini-batches are timed: the forward passes alone, then forward and backward
    /// pass by turns as in training. The backward pass is the difference.
    pub fn measure(&mut self, level: SimdLevel, budget: Duration) -> PassSeconds {
        let (start, arch) = (Instant::now(), level.arch());
        let (mut forward, mut step) = (f64::INFINITY, f64::INFINITY);
        for round in 0.. {
            if round >= LEAST_ROUNDS && start.elapsed() > budget {
                break;
            }
            for (backward, shortest) in [(false, &mut forward), (true, &mut step)] {
                let before = Instant::now();
                arch.dispatch(Round { passes: self, backward });
                *shortest = shortest.min(before.elapsed().as_secs_f64());
            }
        }
        PassSeconds { forward, backward: step - forward }
    }
}

/// One round through all mini-batches.
struct Round<'a> {
    passes: &'a mut TimedPasses,
    backward: bool,
}

impl WithSimd for Round<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let TimedPasses { network, learner, workspace, batches } = self.passes;
        for batch in batches {
            workspace.forward(simd, network, batch.input());
            if self.backward {
                workspace.backward(simd, network, batch.desired());
                // A rate so small that the network does not drift while it is measured.
                learner.set_step(StepConstants::plain(1e-12));
                learner.learn(simd, workspace, network, batch.input());
            }
        }
    }
}
