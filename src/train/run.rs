use super::layers::{measure_layers, updates};
use super::schedule::{LearningRate, NoImprovement};
use super::{
    EpochRecord, Evaluator, History, Metric, Metrics, Model, Precision, SpecError, Status, Trainer,
    TrainingSpec,
};
use crate::data::{Dataset, Split};
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
        spec.check_start(model.architecture(), data)?;
    }
    let data = &spec.select(data);
    // A level that this CPU lacks cannot be named on the command line.
    let arch = level.arch().unwrap_or_default();
    Ok(match spec.precision {
        Precision::F32 => run::<f32>(spec, data, arch, start, observe),
        Precision::F64 => run::<f64>(spec, data, arch, start, observe),
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
    let begun = Instant::now();
    let mut trainer = match start {
        Some(model) => Trainer::from_network(spec, data, model.network::<T>()),
        None => Trainer::<T>::new(spec, data),
    };
    let mut evaluator = Evaluator::new(trainer.network());
    let mut rate = LearningRate::new(spec.schedule, spec.eta, spec.epochs);
    let mut patience = Patience::new(spec.early_stop);

    let mut layers = Vec::new();
    if spec.monitor_layers {
        layers = measure_layers(arch, trainer.network(), &data.training, 0, None);
    }
    let mut epochs = Vec::new();
    let mut status = Status::Finished;
    let mut trained = 0;
    let mut since = Instant::now();
    while trained < spec.epochs {
        let epoch = trained;
        trainer.set_learning_rate(rate.at(epoch));
        let training = training_images(spec, data, epoch);
        let due = (epoch + 1) % spec.monitor_every == 0 || epoch + 1 == spec.epochs;
        let before = match spec.monitor_layers && due {
            true => Some(trainer.epoch_but_last(arch, &training)),
            false => {
                trainer.epoch(arch, &training);
                None
            }
        };
        trained += 1;
        let network = trainer.network();
        let finite = network.is_finite();
        if finite && !due {
            continue;
        }
        if let Some(before) = before {
            let updates = updates(&before, network);
            layers.extend(measure_layers(arch, network, &data.training, trained, Some(&updates)));
        }
        let metrics = monitor(spec, data, arch, network, &mut evaluator);
        let record = EpochRecord { epoch, metrics, seconds: since.elapsed().as_secs_f64() };
        since = Instant::now();
        let finite = finite && metrics.iter().all(|(_, value)| value.is_finite());
        let flow = observe(&record);
        epochs.push(record);
        if !finite {
            status = Status::Diverged { epoch };
            break;
        }
        let accuracy = metrics[Metric::ValidationAccuracy].unwrap_or(f64::NAN);
        let go_on = patience.observe(epoch, accuracy, network) & rate.observe(accuracy);
        if trained == spec.epochs {
            break;
        }
        if !go_on {
            status = Status::EarlyStopped { epoch };
            break;
        }
        if flow.is_break() {
            status = Status::Stopped;
            break;
        }
    }
    let best = patience.best.filter(|&(epoch, _)| epoch + 1 < trained);
    let kept_epoch = best.as_ref().map(|&(epoch, _)| epoch);
    let network = best.map_or_else(|| trainer.into_network(), |(_, network)| network);
    let seconds = begun.elapsed().as_secs_f64();
    let history = History { epochs, layers, trained, status, kept_epoch, seconds };
    Outcome { history, model: network.into() }
}

/// The training images of an epoch: those of the data, or distorted ones.
fn training_images<'a>(spec: &TrainingSpec, data: &'a Dataset, epoch: usize) -> Cow<'a, Split> {
    match spec.expansion {
        Some(expansion) if expansion.copies.is_none() => {
            let shape = (data.image_rows, data.image_columns);
            Cow::Owned(expansion.for_epoch(&data.training, shape, spec.seed, epoch as u32))
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
    fn observe(&mut self, epoch: usize, accuracy: f64, network: &Network<T>) -> bool {
        let Some(epochs) = self.epochs else {
            return true;
        };
        let waited = self.improvement.observe(accuracy);
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
    let sets: [(&Split, Metric, Metric); 3] = [
        (&data.training, Metric::TrainingCost, Metric::TrainingAccuracy),
        (&data.validation, Metric::ValidationCost, Metric::ValidationAccuracy),
        (&data.test, Metric::TestCost, Metric::TestAccuracy),
    ];
    for (split, cost, accuracy) in sets {
        if !(monitors.contains(cost) || monitors.contains(accuracy)) {
            continue;
        }
        let evaluation = evaluator.evaluate(arch, network, split);
        let n = split.len() as f64;
        if monitors.contains(cost) {
            let mut penalty = 0.5 * (spec.lambda / n) * network.sum_of_squared_weights(arch);
            if spec.l1 != 0.0 {
                penalty += (spec.l1 / n) * network.sum_of_weight_magnitudes(arch);
            }
            metrics[cost] = Some(evaluation.cost + penalty);
        }
        if monitors.contains(accuracy) {
            metrics[accuracy] = Some(evaluation.correct as f64 / n);
        }
    }
    metrics
}
