use super::value::BatchSize;
use super::{MonitorOptions, TrainingSpec, setting};
use crate::data::Dataset;
use crate::nn::{Cost, Optimiser, Output, Targets};

/// A training that is being described: some of it may still follow from the rest, or from the data.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) spec: TrainingSpec,
    /// `None` for that of the data.
    pub(super) cost: Option<Cost>,
    /// `None` for those of the data.
    pub(super) targets: Option<Targets>,
    /// `None` for that of the cost, or of numbers.
    pub(super) output: Option<Output>,
    /// `None` for that of the optimiser.
    pub(super) eta: Option<f64>,
    pub(super) batch_size: BatchSize,
}

/// The learning rate if nobody says which.
pub(in crate::train) fn default_eta(optimiser: Optimiser) -> f64 {
    match optimiser {
        Optimiser::Sgd | Optimiser::Nesterov => 0.5,
        Optimiser::Adam | Optimiser::RmsProp => 0.001,
    }
}

impl Default for Draft {
    /// All as it is if nobody says anything.
    fn default() -> Self {
        let spec = TrainingSpec::default();
        let batch_size = BatchSize::Images(spec.batch_size);
        Self { cost: None, targets: None, output: None, eta: None, batch_size, spec }
    }
}

impl From<TrainingSpec> for Draft {
    fn from(spec: TrainingSpec) -> Self {
        Self {
            cost: Some(spec.cost),
            targets: Some(spec.targets),
            output: Some(spec.output),
            eta: Some(spec.eta),
            batch_size: BatchSize::Images(spec.batch_size),
            spec,
        }
    }
}

impl Draft {
    /// Sets a setting by its name, or an alias of it.
    ///
    /// # Errors
    ///
    /// In one line, when there is none of that name or the value makes no sense to it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        setting(name)?.read(self, value)
    }

    /// Sets the seed, without the detour over a text.
    pub(crate) fn set_seed(&mut self, seed: u64) {
        self.spec.seed = seed;
    }

    /// The training on `data`, and what is watched of it. It may be senseless: see
    /// [`TrainingSpec::validate`].
    pub fn spec(&self, monitors: &MonitorOptions, data: &Dataset) -> TrainingSpec {
        let mut spec = self.spec.clone();
        let numbers = data.is_numeric();
        let targets = if numbers { Targets::Numbers } else { Targets::OneHot };
        spec.targets = self.targets.unwrap_or(targets);
        let cost = if numbers { Cost::Quadratic } else { Cost::CrossEntropy };
        spec.cost = self.cost.unwrap_or(cost);
        spec.output = self.output.unwrap_or_else(|| match numbers {
            // Of any size.
            true => Output::Identity,
            false => spec.cost.output(),
        });
        spec.eta = self.eta.unwrap_or_else(|| default_eta(spec.optimiser));
        spec.batch_size = match self.batch_size {
            BatchSize::Images(images) => images,
            // Without any images validation says what is wrong.
            BatchSize::Full => spec.training_images(data).unwrap_or(0),
        };
        spec.monitors = monitors.metrics(data);
        spec.monitor_every = monitors.monitor_every;
        spec.monitor_start = monitors.monitor_start;
        spec.monitor_layers = monitors.monitor_layers;
        spec
    }
}
