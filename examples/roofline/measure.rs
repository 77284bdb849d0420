use crate::work::BatchCounts;
use nablab::data::Dataset;
use nablab::nn::{LayerKind, LayerShape, Learner, Network, Optimiser, StepConstants, Workspace};
use nablab::train::{MiniBatch, TrainingSpec, initial_network};
use pulp::{Arch, Simd, WithSimd};
use std::time::{Duration, Instant};

/// The images that small mini-batches are taken from: so many that the weights of all inputs are in
/// use, and no image can be learnt by heart by the branch predictor.
const IMAGES: usize = 100;

/// The rounds at least, however long they take.
const LEAST_ROUNDS: usize = 10;

/// A network with real digits in mini-batches.
pub struct Subject {
    network: Network<f32>,
    learner: Learner<f32>,
    workspace: Workspace<f32>,
    batches: Vec<MiniBatch<f32>>,
    /// What is in each mini-batch.
    pub counts: Vec<BatchCounts>,
}

/// The time of each pass over all mini-batches.
#[derive(Debug, Clone, Copy)]
pub struct Seconds {
    pub forward: f64,
    pub backward: f64,
}

impl Subject {
    /// With the hidden layers `hidden`, such as `20c5p2x100`.
    pub fn new(data: &Dataset, hidden: &str, batch_size: usize) -> Self {
        let hidden = LayerKind::list(hidden).expect("hidden layers");
        let spec = TrainingSpec { hidden, ..TrainingSpec::default() };
        let network = initial_network(&spec, data);
        let workspace = Workspace::new(&network, batch_size);
        let ranges =
            (0..(IMAGES / batch_size).max(1)).map(|i| i * batch_size..(i + 1) * batch_size);
        let gather = |range| {
            let mut batch = MiniBatch::new(batch_size);
            batch.gather(pulp::Scalar::new(), &data.training, range);
            batch
        };
        Self {
            learner: Learner::new(Optimiser::Sgd, 0.0, &network),
            network,
            workspace,
            batches: ranges.clone().map(gather).collect(),
            counts: ranges.map(|range| BatchCounts::of(&data.training.images, range)).collect(),
        }
    }

    /// The layers after the inputs.
    pub fn shapes(&self) -> &[LayerShape] {
        self.network.shapes()
    }

    /// The layers, inputs first: `784-30-10`.
    pub fn name(&self) -> String {
        self.network.architecture().name()
    }

    /// The shortest times of several rounds.
    ///
    /// A pass of a small mini-batch takes hardly longer than reading the clock, so whole rounds
    /// through all mini-batches are timed: the forward passes alone, then forward and backward
    /// pass by turns as in training. The backward pass is the difference.
    pub fn measure(&mut self, arch: Arch, budget: Duration) -> Seconds {
        let start = Instant::now();
        let (mut forward, mut step) = (f64::INFINITY, f64::INFINITY);
        for round in 0.. {
            if round >= LEAST_ROUNDS && start.elapsed() > budget {
                break;
            }
            for (backward, shortest) in [(false, &mut forward), (true, &mut step)] {
                let before = Instant::now();
                arch.dispatch(Passes { subject: self, backward });
                *shortest = shortest.min(before.elapsed().as_secs_f64());
            }
        }
        Seconds { forward, backward: step - forward }
    }
}

/// One round through all mini-batches.
struct Passes<'a> {
    subject: &'a mut Subject,
    backward: bool,
}

impl WithSimd for Passes<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Subject { network, learner, workspace, batches, .. } = self.subject;
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
