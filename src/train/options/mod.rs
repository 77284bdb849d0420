//! The hyper-parameters of a training as options of a command line: the names, the values and what
//! they mean, for `train`, and for every axis of a sweep.

mod optional;
mod per_layer;
mod widths;

use super::{Generator, Metric, Monitors, Precision, Schedule, TrainingSpec};
use crate::data::{Dataset, Expansion};
use crate::nn::{Activation, BiasInitialiser, Cost, Initialiser, Optimiser, Output, PerLayer};
use clap::Args;
use optional::{Classes, Optional, output};
use per_layer::{activations, probabilities};
use widths::{BatchSize, Hidden};

// The headings of --help.
const DATA: &str = "Data";
const NETWORK: &str = "Network";
const LEARNING: &str = "Learning";
const REGULARISATION: &str = "Regularisation";

/// Everything that decides the result of a training, apart from the data.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Classes to keep, numbered anew in this order: 0+1, or all
    #[arg(long, value_name = "LABELS", default_value = "all", help_heading = DATA)]
    classes: Classes,
    /// Training images, the first N of them, or all
    #[arg(long, value_name = "N", default_value = "all", help_heading = DATA)]
    train_size: Optional<usize>,
    /// Distorted training images: shifts by a pixel in four directions, rotations within ±15°, or
    /// elastic (σ = 4, α = 34); :COPIES of each image join the originals (4 if left out), or with
    /// :epoch every epoch distorts the images anew
    #[arg(long, value_name = "KIND[:COPIES|:epoch]", default_value = "none", help_heading = DATA)]
    expand: Optional<Expansion>,
    /// Widths of the hidden layers: 30, 100x30, or none
    #[arg(long, value_name = "WIDTHS", default_value = "30", help_heading = NETWORK)]
    hidden: Hidden,
    /// Activation of the hidden layers, one for all or one a layer (relu+relu+tanh): identity,
    /// sigmoid, tanh, relu, leaky-relu, elu, gelu, silu, softplus (step, the perceptron, cannot be
    /// trained)
    #[arg(long, value_name = "NAMES", default_value = "sigmoid", value_parser = activations, help_heading = NETWORK)]
    activation: PerLayer<Activation>,
    /// Probability p with which a mini-batch drops a hidden neuron, one for all or one a layer
    /// (0.2+0.5); evaluation multiplies the weights that leave it by 1 − p
    #[arg(long, value_name = "p", default_value = "0", value_parser = probabilities, help_heading = REGULARISATION)]
    dropout: PerLayer<f64>,
    /// Activation of the output layer: sigmoid, softmax, identity, tanh; auto is softmax for
    /// log-likelihood, else sigmoid
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = output, help_heading = NETWORK)]
    output: Optional<Output>,
    /// Cost C that training reduces
    #[arg(long, value_enum, default_value_t = Cost::CrossEntropy, help_heading = NETWORK)]
    cost: Cost,
    /// Initial weights
    #[arg(long, value_enum, default_value_t = Initialiser::Scaled, help_heading = NETWORK)]
    init: Initialiser,
    /// Initial biases
    #[arg(long, value_enum, default_value_t = BiasInitialiser::Normal, help_heading = NETWORK)]
    bias_init: BiasInitialiser,
    /// How a step follows from the gradient ∇C
    #[arg(long, alias = "optimizer", value_enum, default_value_t = Optimiser::Sgd, help_heading = LEARNING)]
    optimiser: Optimiser,
    /// Learning rate η of the first epoch, above 0; auto is 0.5, with adam and rmsprop 0.001
    #[arg(long, value_name = "η", default_value = "auto", help_heading = LEARNING)]
    eta: Optional<f64>,
    /// How η changes from epoch to epoch: constant; step:F:K, times F every K epochs;
    /// exponential:F, times F every epoch; cosine, down to 0; 1/t:K, η/(1 + t/K); plateau:N:D:L,
    /// divided by D after N epochs without a better validation accuracy, until η/L
    #[arg(long, value_name = "SCHEDULE", default_value = "constant", help_heading = LEARNING)]
    schedule: Schedule,
    /// Momentum coefficient μ of sgd and nesterov, 0 for none
    #[arg(long, value_name = "μ", default_value_t = 0.0, help_heading = LEARNING)]
    momentum: f64,
    /// Images m in a mini-batch, 1 for online learning, or full for all training images at once
    #[arg(long, value_name = "m", default_value = "10", help_heading = LEARNING)]
    batch_size: BatchSize,
    /// L2 regularisation parameter λ (weight decay), 0 or above; divided by the size n of the training
    /// set
    #[arg(long, value_name = "λ", default_value_t = 0.0, help_heading = REGULARISATION)]
    lambda: f64,
    /// L1 regularisation parameter λ, 0 or above; divided by n as well
    #[arg(long, value_name = "λ", default_value_t = 0.0, help_heading = REGULARISATION)]
    l1: f64,
    /// Longest vector of weights into a hidden neuron, or none; longer ones are shortened after
    /// every step
    #[arg(long, value_name = "LENGTH", default_value = "none", help_heading = REGULARISATION)]
    max_norm: Optional<f64>,
    /// Stop after N epochs without a better validation accuracy, and keep the best epoch's weights;
    /// or none
    #[arg(long, value_name = "N", default_value = "none", help_heading = REGULARISATION)]
    early_stop: Optional<usize>,
    /// Passes over the training set
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = LEARNING)]
    epochs: usize,
    /// Floating-point arithmetic; f32 if not given, or that of the network of train --load
    #[arg(long, value_enum)]
    pub precision: Option<Precision>,
    /// Random number generators
    #[arg(long, value_enum, default_value_t = Generator::Chacha8)]
    rng: Generator,
    /// Seed of the random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// What is watched of a training. It changes no result.
#[derive(Debug, Clone, Args)]
pub struct MonitorOptions {
    /// What to compute after every epoch, separated by commas [default:
    /// validation-accuracy,test-accuracy]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "METRICS")]
    pub monitor: Vec<Metric>,
    /// Compute it after every K epochs, and after the last one
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub monitor_every: usize,
    /// Measure every layer too: norms of gradients (chapter 5) and weights, saturated and dead
    /// neurons, size of the updates; in layers.csv
    #[arg(long)]
    pub monitor_layers: bool,
}

impl MonitorOptions {
    /// The metrics to compute: those asked for, or the accuracies of the sets that `data` has.
    pub fn metrics(&self, data: &Dataset) -> Monitors {
        if !self.monitor.is_empty() {
            return self.monitor.iter().copied().collect();
        }
        let default = [Metric::ValidationAccuracy, Metric::TestAccuracy];
        default.into_iter().filter(|metric| !metric.split(data).is_empty()).collect()
    }
}

impl Options {
    /// Sets the seed, without the detour over a text.
    pub(crate) fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    /// The training that they describe, on `data`. It may be senseless: see
    /// [`TrainingSpec::validate`].
    pub fn spec(&self, monitors: &MonitorOptions, data: &Dataset) -> TrainingSpec {
        let mut spec = TrainingSpec {
            classes: self.classes.0.clone(),
            train_size: self.train_size.0,
            expansion: self.expand.0,
            hidden: self.hidden.0.clone(),
            activation: self.activation.clone(),
            dropout: self.dropout.clone(),
            output: self.output.0.unwrap_or_else(|| self.cost.output()),
            cost: self.cost,
            start: None,
            initialiser: self.init,
            bias_initialiser: self.bias_init,
            optimiser: self.optimiser,
            eta: self.eta.0.unwrap_or(match self.optimiser {
                Optimiser::Sgd | Optimiser::Nesterov => 0.5,
                Optimiser::Adam | Optimiser::RmsProp => 0.001,
            }),
            schedule: self.schedule,
            momentum: self.momentum,
            batch_size: 0,
            lambda: self.lambda,
            l1: self.l1,
            max_norm: self.max_norm.0,
            early_stop: self.early_stop.0,
            epochs: self.epochs,
            precision: self.precision.unwrap_or(Precision::F32),
            generator: self.rng,
            seed: self.seed,
            earlier_networks: 0,
            earlier_epochs: 0,
            earlier_draws: 0,
            monitors: monitors.metrics(data),
            monitor_every: monitors.monitor_every,
            monitor_layers: monitors.monitor_layers,
        };
        spec.batch_size = match self.batch_size {
            BatchSize::Images(images) => images,
            // Without any images validation says what is wrong.
            BatchSize::Full => spec.training_images(data).unwrap_or(0),
        };
        spec
    }
}
