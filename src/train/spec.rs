use super::settings::{Draft, SETTINGS, default_eta, layers};
use super::{Metric, Model, Monitors, Order, Randomised, Schedule, SpecError};
use crate::data::{Dataset, Expansion, Split};
use crate::nn::{
    Activation, Architecture, BiasInitialiser, Cost, DropoutBy, ImageShape, Initialiser, LayerKind,
    LayerSpec, Optimiser, Output, PerLayer, RecurrentInitialiser, Sequence, StepConstants, Targets,
    dense,
};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
    /// The labels of the classes that are kept, numbered anew in this order; none for all of them.
    pub classes: Vec<u8>,
    /// The number of training images, the first ones; `None` for all.
    pub train_size: Option<usize>,
    /// The number of validation images, the first ones; `None` for all.
    pub validation_size: Option<usize>,
    /// Distorted images for the training set; `None` for the images as they are.
    pub expansion: Option<Expansion>,
    /// The hidden layers, the one after the inputs first; may be empty.
    pub hidden: Vec<LayerKind>,
    /// How recurrent layers see images, or what else has rows and columns.
    pub sequence: Sequence,
    /// The activations of the hidden layers.
    pub activation: PerLayer<Activation>,
    /// The activation of the output layer.
    pub output: Output,
    /// The cost that training reduces.
    pub cost: Cost,
    /// What the outputs are to be.
    pub targets: Targets,
    /// The probabilities with which a mini-batch drops the neurons of the hidden layers.
    pub dropout: PerLayer<f64>,
    /// Whether that is drawn for a mini-batch or for each of its images.
    pub dropout_by: DropoutBy,
    /// With a network to begin with: what tells it from others, such as a hash of its file. Nothing
    /// is drawn then.
    pub start: Option<String>,
    /// How the weights are drawn.
    pub init: Initialiser,
    /// How the biases are drawn.
    pub bias_init: BiasInitialiser,
    /// How the weights from recurrent layers to themselves are drawn.
    pub recurrent_init: RecurrentInitialiser,
    /// What is added to the biases of the forget gates of LSTM units.
    pub forget_bias: f64,
    /// How a step follows from the gradient.
    pub optimiser: Optimiser,
    /// The learning rate η of the first epoch.
    pub eta: f64,
    /// How η changes.
    pub schedule: Schedule,
    /// The momentum coefficient μ; 0 for none.
    pub momentum: f64,
    /// The number of images in a mini-batch.
    pub batch_size: usize,
    /// The order in which the images are taken.
    pub order: Order,
    /// Through how many of the last time steps the errors of recurrent layers go back; `None` for all.
    pub truncation: Option<usize>,
    /// The longest gradient of a mini-batch; `None` for no limit.
    pub clip_norm: Option<f64>,
    /// The regularisation parameter λ of L2 weight decay; 0 for none.
    pub lambda: f64,
    /// The regularisation parameter λ of L1; 0 for none.
    pub l1: f64,
    /// The longest vector of weights that may lead into a hidden neuron; `None` for no limit.
    pub max_norm: Option<f64>,
    /// After how many epochs without a better validation accuracy to stop, and to return to the
    /// weights of the best epoch; `None` for never.
    pub early_stop: Option<usize>,
    /// The number of passes over the training set.
    pub epochs: usize,
    /// f32 or f64.
    pub precision: Precision,
    /// Where the random numbers come from.
    pub rng: Generator,
    /// The seed of the random numbers.
    pub seed: u64,
    /// The seed of the initial weights and biases; `None` for that of all, as for the next three.
    pub seed_init: Option<u64>,
    /// The seed of the order of the training images.
    pub seed_order: Option<u64>,
    /// The seed of what dropout drops.
    pub seed_dropout: Option<u64>,
    /// The seed of the distortions of training images.
    pub seed_expansion: Option<u64>,
    /// With [`Generator::Author`]: how many sets of parameters of this shape his program drew before,
    /// apart from the one that always precedes [`Initialiser::Large`]. They are skipped.
    pub earlier_networks: usize,
    /// With [`Generator::Author`]: how many epochs those were trained in all. The order of the
    /// images is the one that they left behind.
    pub earlier_epochs: usize,
    /// With [`Generator::Author`]: how many numbers his program drew before, apart from those, to
    /// shuffle other lists of images.
    pub earlier_draws: usize,
    /// What is computed after each epoch.
    pub monitors: Monitors,
    /// After every how many epochs it is computed; always after the last one.
    pub monitor_every: usize,
    /// Whether it is computed before the first epoch too.
    pub monitor_start: bool,
    /// Whether every layer is measured too, at the start and whenever the monitors are computed.
    pub monitor_layers: bool,
}

impl Default for TrainingSpec {
    /// What is trained if nobody says otherwise: the layers, the cost and the start of the book's
    /// network2, without regularisation.
    fn default() -> Self {
        Self {
            classes: Vec::new(),
            train_size: None,
            validation_size: None,
            expansion: None,
            hidden: dense([30]),
            sequence: Sequence::Rows,
            activation: Activation::Sigmoid.into(),
            output: Output::Sigmoid,
            cost: Cost::CrossEntropy,
            targets: Targets::OneHot,
            dropout: 0.0.into(),
            dropout_by: DropoutBy::Batch,
            start: None,
            init: Initialiser::Scaled,
            bias_init: BiasInitialiser::Normal,
            recurrent_init: RecurrentInitialiser::Normal,
            forget_bias: 1.0,
            optimiser: Optimiser::Sgd,
            eta: default_eta(Optimiser::Sgd),
            schedule: Schedule::Constant,
            momentum: 0.0,
            batch_size: 10,
            order: Order::Shuffled,
            truncation: None,
            clip_norm: None,
            lambda: 0.0,
            l1: 0.0,
            max_norm: None,
            early_stop: None,
            epochs: 30,
            precision: Precision::F32,
            rng: Generator::Chacha8,
            seed: 1,
            seed_init: None,
            seed_order: None,
            seed_dropout: None,
            seed_expansion: None,
            earlier_networks: 0,
            earlier_epochs: 0,
            earlier_draws: 0,
            monitors: Monitors::default(),
            monitor_every: 1,
            monitor_start: false,
            monitor_layers: false,
        }
    }
}

impl TrainingSpec {
    /// The network that is trained on `data`.
    pub fn architecture(&self, data: &Dataset) -> Architecture {
        Architecture {
            input: data.into(),
            sequence: self.sequence,
            hidden: LayerSpec::list(&self.hidden, &self.activation, &self.dropout),
            outputs: self.outputs(data),
            output: self.output,
            cost: self.cost,
            targets: self.targets,
        }
    }

    /// The output neurons of the network that is trained on `data`.
    pub fn outputs(&self, data: &Dataset) -> usize {
        let classes = if self.classes.is_empty() { data.classes } else { self.classes.len() };
        self.targets.outputs(if data.is_numeric() { data.outputs() } else { classes })
    }

    /// The constants of the first step of learning on a training set of `images` images.
    pub fn step(&self, images: usize) -> StepConstants {
        StepConstants {
            eta: self.eta,
            lambda: self.lambda,
            l1: self.l1,
            images,
            max_norm: self.max_norm.unwrap_or(f64::INFINITY),
            clip_norm: self.clip_norm.unwrap_or(f64::INFINITY),
        }
    }

    /// The part of `data` that is trained and evaluated on: the images of
    /// [`classes`](Self::classes), of the training images the first
    /// [`train_size`](Self::train_size) with their distorted copies, of the validation images the
    /// first [`validation_size`](Self::validation_size).
    ///
    /// # Panics
    ///
    /// When the specification was not [validated](Self::validate) on `data`.
    pub fn select<'a>(&self, data: &'a Dataset) -> Cow<'a, Dataset> {
        let mut data = Cow::Borrowed(data);
        if !self.classes.is_empty() {
            let classes = data.classes_of(&self.classes).expect("validated");
            data = Cow::Owned(data.only(&classes));
        }
        if let Some(size) = self.train_size.filter(|&size| size < data.training.len()) {
            let first = data.training.first(size);
            data.to_mut().training = first.into();
        }
        if let Some(size) = self.validation_size.filter(|&size| size < data.validation.len()) {
            let first = data.validation.first(size);
            data.to_mut().validation = first.into();
        }
        if let Some(expansion) = self.expansion.filter(|expansion| expansion.copies.is_some()) {
            let shape = (data.image_rows, data.image_columns);
            let expanded =
                expansion.once(&data.training, shape, self.seed_of(Randomised::Expansion));
            data.to_mut().training = expanded.into();
        }
        data
    }

    /// The same training in the one form that its id is made of: there is no −0, and nothing is said of hidden layers
    /// that are not there, of an activation that no layer has (LSTM units have their own), and of forget gates without them.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        let plain = |x: f64| x + 0.0;
        [self.lambda, self.l1, self.momentum] = [self.lambda, self.l1, self.momentum].map(plain);
        self.dropout = self.dropout.map(plain);
        let is_lstm = |layer: &LayerKind| matches!(layer, LayerKind::Lstm { .. });
        let default = Self::default();
        if self.hidden.iter().all(is_lstm) {
            self.activation = default.activation;
        }
        if self.hidden.is_empty() {
            self.dropout = default.dropout;
        }
        self.forget_bias += 0.0;
        if !self.hidden.iter().any(is_lstm) {
            self.forget_bias = default.forget_bias;
        }
        self
    }

    /// What is computed after each epoch: what was asked for, and what the training itself needs.
    pub fn monitored(&self) -> Monitors {
        let needed = self.early_stop.is_some() || self.schedule.needs_validation();
        let needed = needed.then_some(self.judged_by());
        self.monitors.iter().chain(needed).collect()
    }

    /// The metric that early stopping and schedules go by: the more the better.
    pub fn judged_by(&self) -> Metric {
        match self.targets {
            Targets::OneHot | Targets::Binary => Metric::ValidationAccuracy,
            Targets::Numbers => Metric::ValidationR2,
        }
    }

    /// The hidden layers as on the command line: `30`, `20c5p2x100`, `none`.
    pub fn hidden_name(&self) -> String {
        layers(&self.hidden)
    }

    /// Checks that a training makes sense on `data`.
    ///
    /// # Errors
    ///
    /// For the first senseless value found, naming it and what is expected.
    pub fn validate(&self, data: &Dataset) -> Result<(), SpecError> {
        self.validate_kind(data)?;
        let training = self.training_images(data)?;
        let draft = Draft::from(self.clone());
        for setting in &SETTINGS {
            if let Some(value) = setting.out_of_range(&draft) {
                return Err(SpecError::Value { setting, value });
            }
        }
        if self.hidden.is_empty() {
            self.validate_without_hidden()?;
        }
        if !self.hidden.iter().any(LayerKind::is_recurrent) {
            self.validate_without_recurrence()?;
        }
        let moves = self.momentum != 0.0 || self.optimiser == Optimiser::Nesterov;
        if moves && !self.optimiser.has_momentum() {
            return Err(SpecError::Momentum {
                momentum: self.momentum,
                optimiser: self.optimiser.name(),
            });
        }
        let needs_validation = self.early_stop.is_some() || self.schedule.needs_validation();
        if self.monitor_every == 0 || (self.monitor_every > 1 && needs_validation) {
            return Err(SpecError::MonitorEvery(self.monitor_every));
        }
        if let Err(reason) = self.cost.pairing(self.output) {
            let (cost, output) = (self.cost.name(), self.output.name());
            return Err(SpecError::Pairing { cost, output, reason });
        }
        if let Err(reason) = self.cost.fits_targets(self.output, self.targets) {
            return Err(SpecError::Targets { targets: self.targets.name(), reason });
        }
        self.validate_hidden(data)?;
        if self.batch_size == 0 || self.batch_size > training {
            return Err(SpecError::BatchSize { batch_size: self.batch_size, training });
        }
        let memory = self.memory(data);
        if memory > MAX_MEMORY {
            let hidden = self.hidden_name();
            return Err(SpecError::TooLarge { hidden, batch_size: self.batch_size, memory });
        }
        if self.rng == Generator::Author && u32::try_from(self.seed).is_err() {
            return Err(SpecError::AuthorSeed(self.seed));
        }
        self.validate_own_seeds()?;
        if self.order != Order::Shuffled && self.rng != Generator::Chacha8 {
            return Err(SpecError::Order { order: self.order.name(), rng: self.rng.name() });
        }
        if self.rng != Generator::Author
            && self.earlier_networks + self.earlier_epochs + self.earlier_draws > 0
        {
            return Err(SpecError::EarlierRuns);
        }
        if let Some(size) = self.validation_size {
            let all = Self { validation_size: None, ..self.clone() };
            let [_, images, _] = all.images(data);
            if size == 0 || size > images {
                return Err(SpecError::ValidationSize { size, images });
            }
        }
        let name = |metric: Metric| metric.column().replace('_', "-");
        let is_of = |metric: &Metric| Metric::of(data).contains(metric);
        if let Some(metric) = self.monitored().iter().find(|metric| !is_of(metric)) {
            let names: Vec<String> = Metric::of(data).iter().map(|&metric| name(metric)).collect();
            return Err(SpecError::Metric { metric: name(metric), expected: names.join(", ") });
        }
        let is_empty = |metric: &Metric| self.kept(data, metric.split(data)) == 0;
        match self.monitored().iter().find(is_empty) {
            Some(metric) => Err(SpecError::EmptySet(name(metric))),
            None => Ok(()),
        }
    }

    /// Checks that the settings are for data of this kind.
    fn validate_kind(&self, data: &Dataset) -> Result<(), SpecError> {
        let reason = match (data.is_numeric(), self.targets == Targets::Numbers) {
            (true, false) => {
                "the data are numbers to be learnt, and have no classes; expected numbers"
            }
            (false, true) => "the data are images with classes; expected one-hot or binary",
            _ => "",
        };
        if !reason.is_empty() {
            return Err(SpecError::Targets { targets: self.targets.name(), reason });
        }
        let of_images = [
            ("classes", data.is_numeric() && !self.classes.is_empty()),
            ("expand", !data.has_bytes() && self.expansion.is_some()),
        ];
        match of_images.into_iter().find(|&(_, wrong)| wrong) {
            Some((option, _)) => Err(SpecError::OfImages { option }),
            None => Ok(()),
        }
    }

    /// The images of a set that are of the [`classes`](Self::classes), or its rows of numbers.
    fn kept(&self, data: &Dataset, split: &Split) -> usize {
        match self.classes.is_empty() {
            true => split.len(),
            false => {
                let label = |class: u8| class.wrapping_add(data.first_label);
                split.labels.iter().filter(|&&class| self.classes.contains(&label(class))).count()
            }
        }
    }
}

impl TrainingSpec {
    /// Checks that a network to begin with has the shape that is trained, and fits the precision.
    ///
    /// # Errors
    ///
    /// When it has not, or does not.
    pub fn check_start(&self, start: &Model, data: &Dataset) -> Result<(), SpecError> {
        let [loaded, expected] = [start.architecture(), &self.architecture(data)];
        let [loaded, expected] = [loaded, expected].map(Architecture::described);
        if loaded != expected {
            return Err(SpecError::Start { loaded, expected });
        }
        match self.precision == Precision::F64 || start.fits_f32() {
            true => Ok(()),
            false => Err(SpecError::StartRange),
        }
    }

    /// The numbers of training, validation and test images that [`select`](Self::select) would leave,
    /// without the work of it.
    pub fn images(&self, data: &Dataset) -> [usize; 3] {
        let training = self.training_images(data).unwrap_or(0);
        let validation = self.kept(data, &data.validation);
        let validation = self.validation_size.map_or(validation, |size| size.min(validation));
        [training, validation, self.kept(data, &data.test)]
    }

    /// The number of images of `data` that are trained on.
    ///
    /// # Errors
    ///
    /// When the data do not have the [`classes`](Self::classes), or not as many images as asked for.
    pub fn training_images(&self, data: &Dataset) -> Result<usize, SpecError> {
        let classes = &self.classes;
        let unusable = |i: usize| {
            data.classes_of(&classes[i..=i]).is_none() || classes[..i].contains(&classes[i])
        };
        if classes.len() == 1 || (0..classes.len()).any(unusable) {
            let smallest = usize::from(data.first_label);
            let largest = smallest + data.classes.saturating_sub(1);
            return Err(SpecError::Classes { smallest, largest });
        }
        let images = self.kept(data, &data.training);
        match self.train_size {
            Some(size) if size == 0 || size > images => {
                Err(SpecError::TrainSize { train_size: size, images })
            }
            size => {
                let images = size.unwrap_or(images);
                Ok(images * self.expansion.map_or(1, Expansion::factor))
            }
        }
    }

    /// Checks the settings of the hidden layers.
    fn validate_hidden(&self, data: &Dataset) -> Result<(), SpecError> {
        let layers = self.hidden.len();
        if self.hidden.iter().any(|layer| layer.units() == 0) {
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
        self.architecture(data).place().map_err(SpecError::Shape)?;
        Ok(())
    }

    /// Refuses seeds of their own that would change nothing, or that the generators do not have.
    fn validate_own_seeds(&self) -> Result<(), SpecError> {
        for what in Randomised::ALL {
            let Some(seed) = self.own_seed(what).filter(|&seed| seed != self.seed) else {
                continue;
            };
            let option = what.option();
            if self.rng != Generator::Chacha8 {
                return Err(SpecError::OneSeed { option, seed, rng: self.rng.name() });
            }
            if !self.draws(what) {
                return Err(SpecError::NothingDrawn { option, seed, needs: what.needs() });
            }
        }
        Ok(())
    }

    /// Refuses what has no effect where there is no recurrent layer.
    fn validate_without_recurrence(&self) -> Result<(), SpecError> {
        let default = Self::default();
        let given = [
            ("sequence", self.sequence != default.sequence),
            ("recurrent-init", self.recurrent_init != default.recurrent_init),
            ("truncation", self.truncation.is_some()),
        ];
        match given.into_iter().find(|&(_, given)| given) {
            Some((option, _)) => Err(SpecError::NoRecurrence { option }),
            None => Ok(()),
        }
    }

    /// Refuses what has no effect where there is no hidden layer.
    fn validate_without_hidden(&self) -> Result<(), SpecError> {
        if let Some(norm) = self.max_norm {
            return Err(SpecError::NoHidden { option: "max-norm", value: norm });
        }
        match self.dropout.values().iter().find(|&&p| p != 0.0) {
            Some(&value) => Err(SpecError::NoHidden { option: "dropout", value }),
            None => Ok(()),
        }
    }
}

impl From<&Dataset> for ImageShape {
    /// The shape of the images of a data set, or of its rows of numbers.
    fn from(data: &Dataset) -> Self {
        let (rows, columns, channels) = (data.image_rows, data.image_columns, data.image_channels);
        Self { rows, columns, channels }
    }
}

/// More bytes than a training takes that ends in a lifetime on a CPU; a typing error beyond.
const MAX_MEMORY: f64 = 64e9;
