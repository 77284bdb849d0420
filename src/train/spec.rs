use super::{Descent, Monitors, SpecError};
use crate::data::Dataset;
use crate::nn::{Activation, Architecture, BiasInitialiser, Cost, Initialiser, Output, PerLayer};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The arithmetic of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// 32-bit floating point
    F32,
    /// 64-bit floating point
    F64,
}

impl Precision {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// Where the random numbers of a training come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Generator {
    /// Independent ChaCha8 streams for weights, biases and order: seeds are paired across settings
    Chacha8,
    /// The generators of the book's programs: NumPy's for parameters, Python 2's for the order
    Author,
    /// The start and the order that the programs of scripts/peers share, to compare their results
    #[value(skip)]
    Shared,
}

impl Generator {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chacha8 => "chacha8",
            Self::Author => "author",
            Self::Shared => "shared",
        }
    }
}

/// Everything that decides the result of a training, apart from the data.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingSpec {
    /// The widths of the hidden layers, the one after the inputs first; may be empty.
    pub hidden: Vec<usize>,
    /// The activations of the hidden layers.
    pub activation: PerLayer<Activation>,
    /// The activation of the output layer.
    pub output: Output,
    /// The cost that training reduces.
    pub cost: Cost,
    /// The probabilities with which a mini-batch drops the neurons of the hidden layers.
    pub dropout: PerLayer<f64>,
    /// How the weights are drawn.
    pub initialiser: Initialiser,
    /// How the biases are drawn.
    pub bias_initialiser: BiasInitialiser,
    /// The learning rate η.
    pub eta: f64,
    /// The number of images in a mini-batch.
    pub batch_size: usize,
    /// The regularisation parameter λ of L2 weight decay; 0 for none.
    pub lambda: f64,
    /// The number of passes over the training set.
    pub epochs: usize,
    /// f32 or f64.
    pub precision: Precision,
    /// Where the random numbers come from.
    pub generator: Generator,
    /// The seed of the random numbers.
    pub seed: u64,
    /// With [`Generator::Author`]: how many networks of this shape his program drew before this
    /// one. Their random numbers are skipped.
    pub earlier_runs: usize,
    /// With [`Generator::Author`]: how many epochs those were trained in all. The order of the
    /// images is the one that they left behind.
    pub earlier_epochs: usize,
    /// What is computed after each epoch.
    pub monitors: Monitors,
}

impl Default for TrainingSpec {
    /// The defaults of the book's network2, with its hyper-parameters of chapter 3's learning-rate
    /// experiment.
    fn default() -> Self {
        Self {
            hidden: vec![30],
            activation: Activation::Sigmoid.into(),
            output: Output::Sigmoid,
            cost: Cost::CrossEntropy,
            dropout: 0.0.into(),
            initialiser: Initialiser::Scaled,
            bias_initialiser: BiasInitialiser::Normal,
            eta: 0.25,
            batch_size: 10,
            lambda: 5.0,
            epochs: 30,
            precision: Precision::F32,
            generator: Generator::Chacha8,
            seed: 1,
            earlier_runs: 0,
            earlier_epochs: 0,
            monitors: Monitors::default(),
        }
    }
}

impl TrainingSpec {
    /// The network that is trained on `data`.
    pub fn architecture(&self, data: &Dataset) -> Architecture {
        let mut sizes = vec![data.inputs()];
        sizes.extend(&self.hidden);
        sizes.push(data.classes);
        Architecture {
            sizes,
            activation: self.activation.clone(),
            output: self.output,
            cost: self.cost,
            dropout: self.dropout.clone(),
        }
    }

    /// The constants of gradient descent.
    pub fn descent(&self) -> Descent {
        Descent { eta: self.eta, lambda: self.lambda, batch_size: self.batch_size }
    }

    /// The hidden layers as on the command line: `30`, `100x30`, `none`.
    pub fn hidden_name(&self) -> String {
        if self.hidden.is_empty() {
            return "none".into();
        }
        let widths: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        widths.join("x")
    }

    /// The numbers to be kept in memory: parameters, and an activation, an error and perhaps a
    /// weighted input for every neuron and image of a mini-batch. `None` if they cannot even be
    /// counted.
    fn numbers(&self, data: &Dataset) -> Option<usize> {
        let architecture = self.architecture(data);
        let neurons = architecture.sizes.iter().try_fold(0usize, |sum, &n| sum.checked_add(n))?;
        let needs_z = |activation: &Activation| activation.needs_weighted_input();
        let kinds = 2 + usize::from(self.activation.values().iter().any(needs_z));
        let passes = neurons.checked_mul(self.batch_size)?.checked_mul(kinds)?;
        architecture.parameters_checked()?.checked_add(passes)
    }

    /// Checks that a training makes sense on `data`.
    ///
    /// # Errors
    ///
    /// For the first senseless value found, naming it and what is expected.
    pub fn validate(&self, data: &Dataset) -> Result<(), SpecError> {
        let training = data.training.len();
        if !(self.eta.is_finite() && self.eta > 0.0) {
            return Err(SpecError::LearningRate(self.eta));
        }
        if !(self.lambda.is_finite() && self.lambda >= 0.0) {
            return Err(SpecError::Lambda(self.lambda));
        }
        if let Err(reason) = self.cost.pairing(self.output) {
            let (cost, output) = (self.cost.name(), self.output.name());
            return Err(SpecError::Pairing { cost, output, reason });
        }
        self.validate_hidden()?;
        if self.batch_size == 0 || self.batch_size > training {
            return Err(SpecError::BatchSize { batch_size: self.batch_size, training });
        }
        if self.epochs == 0 {
            return Err(SpecError::NoEpochs);
        }
        if self.numbers(data).is_none_or(|n| n > MAX_NUMBERS) {
            let hidden = self.hidden_name();
            return Err(SpecError::TooLarge { hidden, batch_size: self.batch_size });
        }
        if self.generator == Generator::Author && u32::try_from(self.seed).is_err() {
            return Err(SpecError::AuthorSeed(self.seed));
        }
        if self.generator != Generator::Author && self.earlier_runs + self.earlier_epochs > 0 {
            return Err(SpecError::EarlierRuns);
        }
        match self.monitors.iter().find(|metric| metric.split(data).is_empty()) {
            Some(metric) => Err(SpecError::EmptySet(metric.column().replace('_', "-"))),
            None => Ok(()),
        }
    }
}

impl TrainingSpec {
    /// Checks the settings of the hidden layers.
    fn validate_hidden(&self) -> Result<(), SpecError> {
        let layers = self.hidden.len();
        if self.hidden.contains(&0) {
            return Err(SpecError::EmptyLayer);
        }
        if !self.activation.fits(layers) {
            return Err(SpecError::Activations { given: self.activation.values().len(), layers });
        }
        if self.activation.values().contains(&Activation::Step) {
            return Err(SpecError::Step);
        }
        if !self.dropout.fits(layers) {
            return Err(SpecError::Dropouts { given: self.dropout.values().len(), layers });
        }
        match self.dropout.values().iter().find(|p| !(0.0..1.0).contains(*p)) {
            Some(&p) => Err(SpecError::Dropout(p)),
            None => Ok(()),
        }
    }
}

/// More numbers than a network has that trains on a CPU in a lifetime; a typing error beyond.
const MAX_NUMBERS: usize = 1 << 28;
