//! How a network learns: mini-batch gradient descent, the monitors of every epoch, the history.
//!
//! [`train`] is a pure function of a [`TrainingSpec`] and a data set, to the last bit: neither the
//! number of threads nor the instruction set changes a result.

mod assess;
mod batch;
mod checkpoint;
mod diagnosis;
mod epoch;
mod error;
mod evaluate;
mod examination;
mod history;
mod layers;
mod memory;
mod metric;
mod model;
mod monitor_options;
mod order;
mod own_seed;
mod predict;
mod randomness;
mod run;
#[cfg(test)]
mod saturation;
mod schedule;
pub mod settings;
mod shared;
mod spec;
mod timing;
mod trainer;
mod workload;

pub use assess::{Assessment, ImageResult, assess};
pub use batch::MiniBatch;
pub use checkpoint::Checkpoint;
pub use diagnosis::{Cause, Diagnosis, Finding};
pub use error::SpecError;
pub use evaluate::{Evaluation, Evaluator};
pub use examination::{Answers, Examination, examine};
pub use history::{EpochRecord, History, Status};
pub use layers::{LAGS, LayerRecord, lag_norms};
pub use metric::{Measures, Metric, Metrics, Monitors};
pub use model::{LearntFrom, Model, ModelError, ModelFile};
pub use monitor_options::MonitorOptions;
pub use order::Order;
pub use own_seed::Randomised;
pub use predict::Predictor;
pub use randomness::Randomness;
pub use run::{Begin, Outcome, train, train_from, train_resumable, untrained};
pub use schedule::Schedule;
pub use spec::{Generator, Precision, TrainingSpec};
pub use timing::{PassSeconds, TimedPasses, timed_epochs, timed_forward};
pub use trainer::{Trainer, initial_network};
pub use workload::Workload;
