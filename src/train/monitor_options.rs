use super::{Metric, Monitors};
use crate::data::Dataset;
use clap::Args;

/// What is watched of a training. It changes no result.
#[derive(Debug, Clone, Default, Args)]
pub struct MonitorOptions {
    /// What to compute after every epoch, separated by commas [default:
    /// validation-accuracy,test-accuracy; of numbers validation-mse,validation-r2,test-mse,test-r2]
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
    /// The metrics to compute: those asked for, or the accuracies, of numbers MSE and R², of the sets that
    /// `data` has.
    pub fn metrics(&self, data: &Dataset) -> Monitors {
        if !self.monitor.is_empty() {
            return self.monitor.iter().copied().collect();
        }
        let of_classes = [Metric::ValidationAccuracy, Metric::TestAccuracy];
        let of_numbers =
            [Metric::ValidationMse, Metric::ValidationR2, Metric::TestMse, Metric::TestR2];
        let default = if data.is_numeric() { &of_numbers[..] } else { &of_classes };
        default.iter().copied().filter(|metric| !metric.split(data).is_empty()).collect()
    }
}
