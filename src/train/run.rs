use super::checkpoint::Numbers;
use super::layers::{measure_layers, updates};
use super::schedule::{LearningRate, NoImprovement};
use super::{
    Checkpoint, EpochRecord, Evaluator, History, LayerRecord, Measures, Metric, Metrics, Model,
    Precision, Randomised, SpecError, Status, Trainer, TrainingSpec,
};
use crate::data::{Dataset, NumberRows, Split};
use crate::nn::{LayerSnapshot, Network};
use crate::simd::{Real, SimdLevel};
use pulp::Arch;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::time::Instant;

/// What a training leaves behind.
#[derive(Debug)]
pub struct Outcome {
    /// Its course.
    pub history: History,
    /// The trained network: that of the best epoch with early stopping, else that of the last one.
    pub model: Model,
}

/// Trains a network as `spec` says. `observe` is called after every monitored epoch and may end the
/// training early.
///
/// # Errors
///
/// When the specification makes no sense; see [`TrainingSpec::validate`].
pub fn train(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Result<Outcome, SpecError> {
    train_from(spec, data, level, None, observe)
}

/// As [`train`], beginning with the parameters of `start` if there is one. What an optimiser
/// remembered of earlier steps is not part of a model: it begins anew.
///
/// # Errors
///
/// When the specification makes no sense, or is for networks of another shape than `start`.
pub fn train_from(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    start: Option<&Model>,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Result<Outcome, SpecError> {
    let begin = start.map_or(Begin::Drawn, Begin::Network);
    Ok(go(spec, data, level, begin, observe, false)?.0)
}

/// With what a training begins.
#[derive(Debug, Clone, Copy)]
pub enum Begin<'a> {
    /// With parameters that are drawn.
    Drawn,
    /// With the parameters of a network, and an optimiser that remembers nothing.
    Network(&'a Model),
    /// Where an earlier one ended, with the network that it left.
    Checkpoint(&'a Model, &'a Checkpoint),
}

/// As [`train`], beginning as is said, and returns what is needed to go on, too: n epochs and then m have the bits of n + m.
/// There is nothing to go on with if the training diverged, or keeps another network than the last one.
///
/// # Errors
///
/// When the specification makes no sense, or is for networks of another shape than the one to begin with; or if that is damaged.
pub fn train_resumable(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    begin: Begin,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Result<(Outcome, Option<Checkpoint>), SpecError> {
    go(spec, data, level, begin, observe, true)
}

fn go(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    begin: Begin,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
    keep: bool,
) -> Result<(Outcome, Option<Checkpoint>), SpecError> {
    spec.validate(data)?;
    if let Begin::Network(model) | Begin::Checkpoint(model, _) = begin {
        spec.check_start(model, data)?;
    }
    let kept = keep.then_some(data);
    let data = &spec.select(data);
    // A level that this CPU lacks cannot be named on the command line.
    let arch = level.arch();
    match spec.precision {
        Precision::F32 => run::<f32>(spec, data, arch, begin, observe, kept),
        Precision::F64 => run::<f64>(spec, data, arch, begin, observe, kept),
    }
}

/// The network with which the training of `spec` begins, and its metrics as [`History::start`]: what a training of no epochs
/// would be. [`TrainingSpec::epochs`] has no part in it, but must be valid.
///
/// # Errors
///
/// Those of [`train_from`].
pub fn untrained(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    start: Option<&Model>,
) -> Result<Outcome, SpecError> {
    spec.validate(data)?;
    if let Some(model) = start {
        spec.check_start(model, data)?;
    }
    let spec = &TrainingSpec { monitor_start: true, ..spec.clone() };
    let data = &spec.select(data);
    let arch = level.arch();
    let begin = start.map_or(Begin::Drawn, Begin::Network);
    Ok(match spec.precision {
        Precision::F32 => Run::<f32>::new(spec, data, arch, begin)?.finish(Status::Finished),
        Precision::F64 => Run::<f64>::new(spec, data, arch, begin)?.finish(Status::Finished),
    })
}

/// Makes a checkpoint for the data `kept`, of which `data` are what the training sees, if there are any.
fn run<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    arch: Arch,
    begin: Begin,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
    kept: Option<&Dataset>,
) -> Result<(Outcome, Option<Checkpoint>), SpecError>
where
    Model: From<Network<T>>,
{
    let mut run = Run::<T>::new(spec, data, arch, begin)?;
    let status = loop {
        if let Some(status) = run.epoch(observe) {
            break status;
        }
    };
    let checkpoint = kept.and_then(|data| run.checkpoint(data, status));
    Ok((run.finish(status), checkpoint))
}

/// A training in progress with all that is watched over it.
struct Run<'a, T: Real> {
    spec: &'a TrainingSpec,
    data: &'a Dataset,
    arch: Arch,
    trainer: Trainer<T>,
    evaluator: Evaluator<T>,
    rate: LearningRate,
    patience: Patience<T>,
    start: Option<Box<Metrics>>,
    epochs: Vec<EpochRecord>,
    layers: Vec<LayerRecord>,
    trained: usize,
    begun: Instant,
    /// When the last record was made.
    recorded: Instant,
}

impl<'a, T: Real> Run<'a, T> {
    fn new(
        spec: &'a TrainingSpec,
        data: &'a Dataset,
        arch: Arch,
        begin: Begin,
    ) -> Result<Self, SpecError>
    where
        Model: From<Network<T>>,
    {
        let begun = Instant::now();
        let mut rate = LearningRate::new(spec.schedule, spec.eta, spec.epochs);
        let mut patience = Patience::new(spec.early_stop);
        let mut trained = 0;
        let trainer = match begin {
            Begin::Drawn => Trainer::new(spec, data),
            Begin::Network(model) => Trainer::from_network(spec, data, model.network::<T>()),
            Begin::Checkpoint(model, checkpoint) => {
                let trainer = resumed(spec, data, model, checkpoint)?;
                trained = checkpoint.epochs;
                rate.remember(checkpoint.divided, checkpoint.plateau.into());
                let best = match checkpoint.best_epoch {
                    Some(epoch) => (epoch, model.network()),
                    None => (trained - 1, trainer.network().clone()),
                };
                patience.remember(checkpoint.patience.into(), best);
                trainer
            }
        };
        let layers = match spec.monitor_layers {
            true => measure_layers(arch, trainer.network(), &data.training, trained, None),
            false => Vec::new(),
        };
        let mut evaluator = Evaluator::new(trainer.network());
        let mut metrics = || monitor(spec, data, arch, trainer.network(), &mut evaluator);
        let start = spec.monitor_start.then(|| Box::new(metrics()));
        Ok(Self {
            spec,
            data,
            arch,
            start,
            evaluator,
            trainer,
            rate,
            patience,
            epochs: Vec::new(),
            layers,
            trained,
            begun,
            recorded: Instant::now(),
        })
    }

    /// What is needed to go on with the training of `data`; nothing if its own rules have ended it.
    fn checkpoint(&self, data: &Dataset, status: Status) -> Option<Checkpoint>
    where
        Model: From<Network<T>>,
    {
        if matches!(status, Status::Diverged { .. } | Status::EarlyStopped { .. }) {
            return None;
        }
        let network = self.trainer.network();
        let (learner, dropout) = self.trainer.memory();
        let stored = network.snapshot();
        let best_epoch = self.patience.better_before(self.trained);
        // Files have weights times what dropout keeps, which may be rounded.
        let hidden = &network.architecture().hidden;
        let is_plain = hidden.iter().all(|layer| layer.dropout == 0.0);
        let is_told = is_plain && best_epoch.is_none() && read_back(network)?.snapshot() == stored;
        let numbers = Numbers { network: (!is_told).then_some(stored), learner };
        let (divided, plateau) = self.rate.memory();
        let mut checkpoint = Checkpoint::new(self.spec, data, self.trained, &numbers);
        checkpoint.best_epoch = best_epoch;
        checkpoint.dropout = dropout;
        checkpoint.divided = divided;
        checkpoint.plateau = plateau.into();
        checkpoint.patience = (&self.patience.improvement).into();
        Some(checkpoint)
    }

    /// Trains for an epoch, and returns how the training has ended if it has.
    fn epoch(
        &mut self,
        observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
    ) -> Option<Status> {
        let epoch = self.trained;
        let last = epoch + 1 == self.spec.epochs;
        let due = last || (epoch + 1).is_multiple_of(self.spec.monitor_every);
        self.train(epoch, due && self.spec.monitor_layers);
        let network = self.trainer.network();
        // Whatever is monitored, and however often: one definition, at every epoch.
        let finite = network.is_finite()
            && self.evaluator.has_finite_outputs(self.arch, network, &self.data.training);
        if finite && !due {
            return None;
        }
        let metrics = monitor(self.spec, self.data, self.arch, network, &mut self.evaluator);
        let seconds = self.recorded.elapsed().as_secs_f64();
        self.recorded = Instant::now();
        let record = EpochRecord { epoch, metrics, seconds };
        let flow = observe(&record);
        self.epochs.push(record);
        if !finite {
            return Some(Status::Diverged { epoch });
        }
        let quality = metrics[self.spec.judged_by()].unwrap_or(f64::NAN);
        let go_on = self.patience.observe(epoch, quality, network) & self.rate.observe(quality);
        match (last, go_on, flow) {
            (true, ..) => Some(Status::Finished),
            (_, false, _) => Some(Status::EarlyStopped { epoch }),
            (.., ControlFlow::Break(())) => Some(Status::Stopped),
            (.., ControlFlow::Continue(())) => None,
        }
    }

    /// The steps of an epoch; measures the layers after them if asked to.
    fn train(&mut self, epoch: usize, measure: bool) {
        let Self { spec, data, arch, trainer, .. } = self;
        trainer.set_learning_rate(self.rate.at(epoch));
        let images = training_images(spec, data, epoch);
        self.trained += 1;
        if !measure {
            return trainer.epoch(*arch, &images);
        }
        let before = trainer.epoch_but_last(*arch, &images);
        let network = trainer.network();
        let updates = updates(&before, network);
        let records = measure_layers(*arch, network, &data.training, self.trained, Some(&updates));
        self.layers.extend(records);
    }

    fn finish(self, status: Status) -> Outcome
    where
        Model: From<Network<T>>,
    {
        let kept_epoch = self.patience.better_before(self.trained);
        let best = self.patience.best.filter(|_| kept_epoch.is_some());
        let network = best.map_or_else(|| self.trainer.into_network(), |(_, network)| network);
        let history = History {
            start: self.start,
            epochs: self.epochs,
            layers: self.layers,
            trained: self.trained,
            status,
            kept_epoch,
            seconds: self.begun.elapsed().as_secs_f64(),
        };
        Outcome { history, model: network.into() }
    }
}

/// The training that a checkpoint is of.
fn resumed<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    model: &Model,
    checkpoint: &Checkpoint,
) -> Result<Trainer<T>, SpecError>
where
    Model: From<Network<T>>,
{
    let damaged = || SpecError::Checkpoint;
    let Numbers { network: stored, learner } = checkpoint.numbers().ok_or_else(damaged)?;
    let mut network = model.network::<T>();
    if let Some(stored) = stored {
        let parameters = network.snapshot();
        if !network.restore(&stored) {
            return Err(damaged());
        }
        // They must be those of the parameters beside them, unless these are of an earlier epoch.
        let told = read_back(&network).ok_or_else(damaged)?.snapshot();
        if checkpoint.best_epoch.is_none() && !are_near(&told, &parameters) {
            return Err(damaged());
        }
    }
    let place = (checkpoint.epochs, checkpoint.dropout);
    Trainer::resumed(spec, data, network, &learner, place).ok_or_else(damaged)
}

/// Whether parameters of the same shape are equal but for rounding.
fn are_near(a: &[LayerSnapshot], b: &[LayerSnapshot]) -> bool {
    let numbers = |layers: &[LayerSnapshot]| -> Vec<f64> {
        let both = layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases));
        both.copied().collect()
    };
    let near =
        |(a, b): (f64, f64)| (a - b).abs() <= 1e-6 * a.abs().max(f64::from(f32::MIN_POSITIVE));
    numbers(a).into_iter().zip(numbers(b)).all(near)
}

/// A network as it is after its parameters were saved and loaded.
fn read_back<T: Real>(network: &Network<T>) -> Option<Network<T>>
where
    Model: From<Network<T>>,
{
    Some(Model::from(network.clone()).read_back()?.network())
}

/// The training images of an epoch: those of the data, or distorted ones.
fn training_images<'a>(spec: &TrainingSpec, data: &'a Dataset, epoch: usize) -> Cow<'a, Split> {
    match spec.expansion {
        Some(expansion) if expansion.copies.is_none() => {
            let shape = (data.image_rows, data.image_columns);
            Cow::Owned(expansion.for_epoch(
                &data.training,
                shape,
                spec.seed_of(Randomised::Expansion),
                epoch as u32,
            ))
        }
        _ => Cow::Borrowed(&data.training),
    }
}

/// Early stopping: the rule, and the best network so far.
struct Patience<T: Real> {
    epochs: Option<usize>,
    improvement: NoImprovement,
    best: Option<(usize, Network<T>)>,
}

impl<T: Real> Patience<T> {
    fn new(epochs: Option<usize>) -> Self {
        Self { epochs, improvement: NoImprovement::default(), best: None }
    }

    /// Takes back what it knew, with the best epoch and its network.
    fn remember(&mut self, improvement: NoImprovement, best: (usize, Network<T>)) {
        self.best = (self.epochs.is_some() && improvement.best.is_some()).then_some(best);
        self.improvement = improvement;
    }

    /// The best epoch, if that is not the last one of those trained.
    fn better_before(&self, trained: usize) -> Option<usize> {
        self.best.as_ref().map(|&(epoch, _)| epoch).filter(|epoch| epoch + 1 < trained)
    }

    /// Whether training shall go on.
    fn observe(&mut self, epoch: usize, quality: f64, network: &Network<T>) -> bool {
        let Some(epochs) = self.epochs else {
            return true;
        };
        let waited = self.improvement.observe(quality);
        if waited == 0 {
            self.best = Some((epoch, network.clone()));
        }
        waited < epochs
    }
}

/// Computes the monitored metrics, with one pass over each set that any of them needs.
fn monitor<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    arch: Arch,
    network: &Network<T>,
    evaluator: &mut Evaluator<T>,
) -> Metrics {
    let mut metrics = Metrics::default();
    let monitors = spec.monitored();
    for split in [&*data.training, &data.validation, &data.test] {
        let here = |metric: &Metric| std::ptr::eq(metric.split(data), split);
        let mut wanted = monitors.iter().filter(here).peekable();
        if wanted.peek().is_none() {
            continue;
        }
        let evaluation = evaluator.evaluate(arch, network, split);
        let n = split.len() as f64;
        for metric in wanted {
            metrics[metric] = Some(match metric.measures() {
                Measures::Cost => {
                    let mut penalty =
                        0.5 * (spec.lambda / n) * network.sum_of_squared_weights(arch);
                    if spec.l1 != 0.0 {
                        penalty += (spec.l1 / n) * network.sum_of_weight_magnitudes(arch);
                    }
                    evaluation.cost + penalty
                }
                Measures::Accuracy => evaluation.correct as f64 / n,
                Measures::Mse => evaluation.squared_error / (n * data.outputs() as f64),
                Measures::R2 => {
                    let variation = split.numbers.as_ref().map_or(f64::NAN, NumberRows::variation);
                    1.0 - evaluation.squared_error / variation
                }
            });
        }
    }
    metrics
}
