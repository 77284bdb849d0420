use super::settings::{Setting, shortest};
use crate::nn::ShapeError;
use thiserror::Error;

/// A value with which a training makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpecError {
    /// A number that its setting does not take.
    #[error("{} {}: expected {}", setting.title, shortest(*value), setting.range)]
    Value {
        /// The setting.
        setting: &'static Setting,
        /// The number.
        value: f64,
    },
    /// A setting of hidden layers that are not there.
    #[error("{option} {value}: expected a hidden layer, without which it has no effect")]
    NoHidden {
        /// The option.
        option: &'static str,
        /// Its value.
        value: f64,
    },
    /// A setting of recurrent layers that are not there.
    #[error(
        "{option}: expected a recurrent layer (--hidden r64 or lstm64), without which it has no effect"
    )]
    NoRecurrence {
        /// The option.
        option: &'static str,
    },
    /// A momentum coefficient that the optimiser has no use for.
    #[error(
        "momentum {momentum}: expected 0 with {optimiser}, since sgd and nesterov alone have momentum"
    )]
    Momentum {
        /// The coefficient.
        momentum: f64,
        /// The optimiser.
        optimiser: &'static str,
    },
    /// A checkpoint that does not go with its network.
    #[error(
        "its training is damaged, or its network was changed since; --load begins another with it"
    )]
    Checkpoint,
    /// Epochs that early stopping or a schedule would not see, or none at all.
    #[error(
        "monitor every {0} epochs: expected 1 or above, and 1 with early stopping or a plateau schedule"
    )]
    MonitorEvery(usize),
    /// Classes that the data do not have, or too few.
    #[error("expected two classes or more, all different, from {smallest} to {largest}")]
    Classes {
        /// The smallest label of the data.
        smallest: usize,
        /// The largest label of the data.
        largest: usize,
    },
    /// More training images than there are, or none.
    #[error("train size {train_size}: expected 1 to {images}, the training images there are")]
    TrainSize {
        /// The value.
        train_size: usize,
        /// The images.
        images: usize,
    },
    /// The targets make no sense for the cost and the outputs.
    #[error("{targets} targets: {reason}")]
    Targets {
        /// The targets.
        targets: &'static str,
        /// Why they do not.
        reason: &'static str,
    },
    /// More validation images than there are, or none.
    #[error("validation size {size}: expected 1 to {images}, the validation images there are")]
    ValidationSize {
        /// The value.
        size: usize,
        /// The images.
        images: usize,
    },
    /// The mini-batch is empty or larger than the training set.
    #[error("batch size {batch_size}: expected 1 to {training}, the size of the training set")]
    BatchSize {
        /// The value.
        batch_size: usize,
        /// The number of training images.
        training: usize,
    },
    /// A cost that makes no sense for the output layer.
    #[error("the {cost} cost does not go with {output} outputs: {reason}")]
    Pairing {
        /// The cost.
        cost: &'static str,
        /// The output layer.
        output: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// Activations for another number of hidden layers.
    #[error(
        "{given} activations for hidden layers: {layers}; expected one for all or one for each"
    )]
    Activations {
        /// The activations.
        given: usize,
        /// The hidden layers.
        layers: usize,
    },
    /// Probabilities of dropout for another number of hidden layers.
    #[error(
        "{given} dropout probabilities for hidden layers: {layers}; expected one for all or one for \
         each"
    )]
    Dropouts {
        /// The probabilities.
        given: usize,
        /// The hidden layers.
        layers: usize,
    },
    /// Hidden neurons that gradient descent cannot train.
    #[error(
        "the derivative of step is 0 everywhere, so that gradient descent cannot train the hidden \
         layers"
    )]
    Step,
    /// A hidden layer without neurons.
    #[error("a hidden layer of 0 neurons: expected at least 1 in each")]
    EmptyLayer,
    /// A hidden layer that does not fit where it stands.
    #[error(transparent)]
    Shape(ShapeError),
    /// A network that does not fit.
    #[error(
        "hidden layers {hidden} with batch size {batch_size}: about {:.0} GB of memory; expected at \
         most 64 GB", memory / 1e9
    )]
    TooLarge {
        /// The hidden layers.
        hidden: String,
        /// The size of a mini-batch.
        batch_size: usize,
        /// The bytes that the training takes.
        memory: f64,
    },
    /// A training that does not fit into the memory of this machine.
    #[error("needs about {} MB of memory; {} MB are free", megabytes(needed), megabytes(free))]
    Memory {
        /// The bytes that it takes.
        needed: f64,
        /// Those there are.
        free: f64,
    },
    /// A seed that the author's generators do not take.
    #[error("seed {0}: the author's generators take seeds up to 4294967295")]
    AuthorSeed(u64),
    /// A seed of its own for what the generators draw with the seed of all.
    #[error(
        "seed {seed}: expected none of its own with --rng {rng}, whose programs have one seed for everything"
    )]
    OneSeed {
        /// The option.
        option: &'static str,
        /// Its value.
        seed: u64,
        /// The generators.
        rng: &'static str,
    },
    /// A seed of its own for what is not drawn.
    #[error("seed {seed}: expected {needs}, without which it has no effect")]
    NothingDrawn {
        /// The option.
        option: &'static str,
        /// Its value.
        seed: u64,
        /// What it takes to be drawn.
        needs: &'static str,
    },
    /// An order of the images with generators that make one for every epoch.
    #[error(
        "order {order}: expected shuffled with --rng {rng}, whose programs shuffle before every epoch"
    )]
    Order {
        /// The order.
        order: &'static str,
        /// The generators.
        rng: &'static str,
    },
    /// Earlier runs with independent streams.
    #[error(
        "earlier runs and epochs have a meaning only with the author's generators (--rng author)"
    )]
    EarlierRuns,
    /// A network to begin with that has another shape.
    #[error("a network {loaded}: the data and the settings need {expected}")]
    Start {
        /// Its layers.
        loaded: String,
        /// The layers that are needed.
        expected: String,
    },
    /// A network to begin with whose parameters would become infinite.
    #[error("precision f32: the network to begin with has parameters beyond 3.4e38; expected f64")]
    StartRange,
    /// A setting of images, of data that are numbers.
    #[error("it is about images with classes, and the data are numbers")]
    OfImages {
        /// The option.
        option: &'static str,
    },
    /// A metric that such data do not have.
    #[error("cannot monitor {metric}: expected of such data {expected}")]
    Metric {
        /// The metric.
        metric: String,
        /// Those there are.
        expected: String,
    },
    /// A metric of a set that has no images.
    #[error("cannot monitor {0}: the data set has no such images")]
    EmptySet(String),
}

fn megabytes(bytes: &f64) -> f64 {
    (bytes / 1e6).ceil()
}

impl SpecError {
    /// The name of the option that sets what the error is about.
    pub fn option(&self) -> &'static str {
        match self {
            Self::Value { setting, .. } => setting.name,
            Self::NoHidden { option, .. } | Self::NoRecurrence { option } => option,
            Self::Momentum { .. } => "momentum",
            Self::MonitorEvery(_) => "monitor-every",
            Self::Classes { .. } => "classes",
            Self::TrainSize { .. } => "train-size",
            Self::ValidationSize { .. } => "validation-size",
            Self::Targets { .. } => "targets",
            Self::BatchSize { .. } => "batch-size",
            Self::Step | Self::Activations { .. } => "activation",
            Self::Dropouts { .. } => "dropout",
            Self::EmptyLayer | Self::Shape(_) | Self::TooLarge { .. } | Self::Memory { .. } => {
                "hidden"
            }
            Self::AuthorSeed(_) => "seed",
            Self::OneSeed { option, .. } | Self::NothingDrawn { option, .. } => option,
            Self::Pairing { .. } => "output",
            Self::Start { .. } => "load",
            Self::Checkpoint => "resume",
            Self::StartRange => "precision",
            Self::Order { .. } => "order",
            Self::EarlierRuns => "rng",
            Self::OfImages { option } => option,
            Self::EmptySet(_) | Self::Metric { .. } => "monitor",
        }
    }
}
