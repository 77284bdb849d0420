use super::{
    EpochRecord, Evaluator, History, Metric, Metrics, Precision, SpecError, Status, Trainer,
    TrainingSpec,
};
use crate::data::{Dataset, Split};
use crate::nn::Network;
use crate::simd::{Real, SimdLevel};
use pulp::Arch;
use std::ops::ControlFlow;
use std::time::Instant;

/// Trains a network as `spec` says and returns its history. `observe` is called after every epoch
/// and may end the training early.
///
/// # Errors
///
/// When the specification makes no sense; see [`TrainingSpec::validate`].
pub fn train(
    spec: &TrainingSpec,
    data: &Dataset,
    level: SimdLevel,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> Result<History, SpecError> {
    spec.validate(data)?;
    // A level that this CPU lacks cannot be named on the command line.
    let arch = level.arch().unwrap_or_default();
    Ok(match spec.precision {
        Precision::F32 => run::<f32>(spec, data, arch, observe),
        Precision::F64 => run::<f64>(spec, data, arch, observe),
    })
}

fn run<T: Real>(
    spec: &TrainingSpec,
    data: &Dataset,
    arch: Arch,
    observe: &mut dyn FnMut(&EpochRecord) -> ControlFlow<()>,
) -> History {
    let start = Instant::now();
    let mut trainer = Trainer::<T>::new(spec, data);
    let mut evaluator = Evaluator::new(trainer.network());

    let mut history = History { epochs: Vec::new(), status: Status::Finished, seconds: 0.0 };
    for epoch in 0..spec.epochs {
        let epoch_start = Instant::now();
        trainer.epoch(arch, &data.training);
        let network = trainer.network();
        let metrics = monitor(spec, data, arch, network, &mut evaluator);
        let record = EpochRecord { epoch, metrics, seconds: epoch_start.elapsed().as_secs_f64() };
        let finite = metrics.iter().all(|(_, value)| value.is_finite()) && network.is_finite();
        let flow = observe(&record);
        history.epochs.push(record);
        if !finite {
            history.status = Status::Diverged { epoch };
            break;
        }
        if flow.is_break() && epoch + 1 < spec.epochs {
            history.status = Status::Stopped;
            break;
        }
    }
    history.seconds = start.elapsed().as_secs_f64();
    history
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
    let sets: [(&Split, Metric, Metric); 3] = [
        (&data.training, Metric::TrainingCost, Metric::TrainingAccuracy),
        (&data.validation, Metric::ValidationCost, Metric::ValidationAccuracy),
        (&data.test, Metric::TestCost, Metric::TestAccuracy),
    ];
    for (split, cost, accuracy) in sets {
        if !(spec.monitors.contains(cost) || spec.monitors.contains(accuracy)) {
            continue;
        }
        let evaluation = evaluator.evaluate(arch, network, split);
        let n = split.len() as f64;
        if spec.monitors.contains(cost) {
            let penalty = 0.5 * (spec.lambda / n) * network.sum_of_squared_weights(arch);
            metrics[cost] = Some(evaluation.cost + penalty);
        }
        if spec.monitors.contains(accuracy) {
            metrics[accuracy] = Some(evaluation.correct as f64 / n);
        }
    }
    metrics
}
