use super::layers::{measure_layers, updates};
use super::schedule::{LearningRate, NoImprovement};
use super::{
    EpochRecord, Evaluator, History, LayerRecord, Measures, Metric, Metrics, Model, Precision,
    Randomised, SpecError, Status, Trainer, TrainingSpec,
};
use crate::data::{Dataset, NumberRows, Split};
use crate::nn::Network;
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
    spec.validate(data)?;
    if let Some(model) = start {
        spec.check_start(model, data)?;
    }
    let data = &spec.select(data);
    // A level that this CPU lacks cannot be named on the command line.
    let arch = level.arch();
    Ok(match spec.precision {
        Precision::F32 => run::<f32>(spec, data, arch, start, observe),
        Precision::F64 => run::<f64>(spec, data, arch, start, observe),
    })
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
    Ok(match spec.precision {
        Precision::F32 => Run::<f32>::new(spec, data, arch, start).finish(Status::Finished),
        Precision::F64 => Run::<f64>::new(spec, data, arch, start).finish(Status::Finished),
    })
}

fn run<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    arch: Arch,
    start: Option<&Model>,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Outcome
where
    Model: From<Network<T>>,
{
    let mut run = Run::<T>::new(spec, data, arch, start);
    let status = loop {
        if let Some(status) = run.epoch(observe) {
            break status;
        }
    };
    run.finish(status)
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
    fn new(spec: &'a TrainingSpec, data: &'a Dataset, arch: Arch, start: Option<&Model>) -> Self {
        let begun = Instant::now();
        let trainer = match start {
            Some(model) => Trainer::from_network(spec, data, model.network::<T>()),
            None => Trainer::new(spec, data),
        };
        let layers = match spec.monitor_layers {
            true => measure_layers(arch, trainer.network(), &data.training, 0, None),
            false => Vec::new(),
        };
        let mut evaluator = Evaluator::new(trainer.network());
        let mut metrics = || monitor(spec, data, arch, trainer.network(), &mut evaluator);
        let start = spec.monitor_start.then(|| Box::new(metrics()));
        Self {
            spec,
            data,
            arch,
            start,
            evaluator,
            trainer,
            rate: LearningRate::new(spec.schedule, spec.eta, spec.epochs),
            patience: Patience::new(spec.early_stop),
            epochs: Vec::new(),
            layers,
            trained: 0,
            begun,
            recorded: Instant::now(),
        }
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
        let best = self.patience.best.filter(|&(epoch, _)| epoch + 1 < self.trained);
        let kept_epoch = best.as_ref().map(|&(epoch, _)| epoch);
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
