use super::schedule::LearningRate;
use super::{LayerRecord, Metric, Metrics, TrainingSpec};

/// What was measured after one epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochRecord {
    /// The epoch, counted from 0 as in the book.
    pub epoch: usize,
    /// The values of the monitored metrics.
    pub metrics: Metrics,
    /// The seconds spent on training and monitoring since the record before.
    pub seconds: f64,
}

/// How a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All epochs were trained.
    Finished,
    /// A weight, a bias, or an output for one of the first 128 training images, was NaN or infinite
    /// after this epoch; training stopped there. What is monitored has no part in it.
    Diverged {
        /// The epoch, counted from 0.
        epoch: usize,
    },
    /// The rule of early stopping, or the end of the schedule of learning rates, ended the training
    /// after this epoch.
    EarlyStopped {
        /// The epoch, counted from 0.
        epoch: usize,
    },
    /// The caller asked for an end before the last epoch.
    Stopped,
}

impl Status {
    /// The word used in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Diverged { .. } => "diverged",
            Self::EarlyStopped { .. } => "early-stopped",
            Self::Stopped => "stopped",
        }
    }
}

/// The course of one training.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The metrics before the first epoch, if that was asked for.
    pub start: Option<Box<Metrics>>,
    /// One record a monitored epoch.
    pub epochs: Vec<EpochRecord>,
    /// The layers at the start and after each monitored epoch, if that was asked for.
    pub layers: Vec<LayerRecord>,
    /// The number of epochs that were trained.
    pub trained: usize,
    /// How it ended.
    pub status: Status,
    /// The epoch whose weights were kept, if that is not the last one.
    pub kept_epoch: Option<usize>,
    /// The seconds it took in all.
    pub seconds: f64,
}

impl History {
    /// The learning rate η in force in each recorded epoch of a training as `spec` says: what the schedule
    /// made of it, from the same validation accuracies (or R²).
    pub fn learning_rates(&self, spec: &TrainingSpec) -> Vec<f64> {
        let mut rate = LearningRate::new(spec.schedule, spec.eta, spec.epochs);
        let in_force = |record: &EpochRecord| {
            let eta = rate.at(record.epoch);
            rate.observe(record.metrics[spec.judged_by()].unwrap_or(f64::NAN));
            eta
        };
        self.epochs.iter().map(in_force).collect()
    }

    /// The value of a metric after the last epoch, if it was monitored.
    pub fn last(&self, metric: Metric) -> Option<f64> {
        self.epochs.last()?.metrics[metric]
    }

    /// The best value of a metric and the first epoch that reached it. NaN is never best; `None`
    /// if the metric was not monitored or always NaN.
    pub fn best(&self, metric: Metric) -> Option<(usize, f64)> {
        let values = self.epochs.iter().filter_map(|e| Some((e.epoch, e.metrics[metric]?)));
        values
            .filter(|(_, value)| !value.is_nan())
            .reduce(|best, here| if metric.is_better(here.1, best.1) { here } else { best })
    }
}
