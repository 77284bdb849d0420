use super::{Metric, Monitors};
use crate::data::Dataset;
use clap::Args;

/// What is watched of a training. It changes no result.
#[derive(Debug, Clone, Default, Args)]
pub struct MonitorOptions {
    /// What to compute after every epoch, separated by commas [default:
    /// validation-accuracy,test-accuracy]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "METRICS")]
    pub monitor: Vec<Metric>,
    /// Compute it after every K epochs, and after the last one
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub monitor_every: usize,
    /// Compute it before the first epoch too, which epochs.csv calls epoch -1
    #[arg(long)]
    pub monitor_start: bool,
    /// Measure every layer too: norms of gradients (chapter 5) and weights, saturated and dead
    /// neurons, size of the updates; in layers.csv
    #[arg(long)]
    pub monitor_layers: bool,
}

impl MonitorOptions {
    /// The metrics to compute: those asked for, or the accuracies of the sets that `data` has.
    pub fn metrics(&self, data: &Dataset) -> Monitors {
        if !self.monitor.is_empty() {
            return self.monitor.iter().copied().collect();
        }
        let default = [Metric::ValidationAccuracy, Metric::TestAccuracy];
        default.into_iter().filter(|metric| !metric.split(data).is_empty()).collect()
    }
}
