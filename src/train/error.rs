use thiserror::Error;

/// A value with which a training makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpecError {
    /// The learning rate is not a positive number.
    #[error("learning rate {0}: expected a finite number above 0")]
    LearningRate(f64),
    /// The regularisation parameter is negative or not a number.
    #[error("lambda {0}: expected a finite number, 0 or above")]
    Lambda(f64),
    /// The mini-batch is empty or larger than the training set.
    #[error("batch size {batch_size}: expected 1 to {training}, the size of the training set")]
    BatchSize {
        /// The value.
        batch_size: usize,
        /// The number of training images.
        training: usize,
    },
    /// A cost that is not made for the output layer.
    #[error("the {cost} cost needs {expected} outputs, not {output}")]
    Pairing {
        /// The cost.
        cost: &'static str,
        /// The output layer it is made for.
        expected: &'static str,
        /// The output layer.
        output: &'static str,
    },
    /// There is nothing to train.
    #[error("0 epochs: expected at least 1")]
    NoEpochs,
    /// A hidden layer without neurons.
    #[error("a hidden layer of 0 neurons: expected at least 1 in each")]
    EmptyLayer,
    /// A network that does not fit.
    #[error(
        "hidden layers {hidden} with batch size {batch_size}: more than 268 million numbers to keep \
         in memory"
    )]
    TooLarge {
        /// The hidden layers.
        hidden: String,
        /// The size of a mini-batch.
        batch_size: usize,
    },
    /// A seed that the author's generators do not take.
    #[error("seed {0}: the author's generators take seeds up to 4294967295")]
    AuthorSeed(u64),
    /// Earlier runs with independent streams.
    #[error(
        "earlier runs and epochs have a meaning only with the author's generators (--rng author)"
    )]
    EarlierRuns,
    /// A metric of a set that has no images.
    #[error("cannot monitor {0}: the data set has no such images")]
    EmptySet(String),
}
