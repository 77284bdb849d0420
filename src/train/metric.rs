use crate::data::{Dataset, Split};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// A quantity that can be monitored after every epoch.
///
/// Costs are means over the images plus the regularisation term ½ (λ/n) Σ w² with n the size of
/// the set that is evaluated, as in the book's network2; accuracies are fractions.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean cost on the training images, plus the penalty
    TrainingCost,
    /// Fraction of the training images classified correctly
    TrainingAccuracy,
    /// Mean cost on the validation images, plus the penalty
    ValidationCost,
    /// Fraction of the validation images classified correctly
    ValidationAccuracy,
    /// Mean cost on the test images, plus the penalty
    TestCost,
    /// Fraction of the test images classified correctly
    TestAccuracy,
}

impl Metric {
    /// Every metric, in the order of the CSV columns.
    pub const ALL: [Self; 6] = [
        Self::TrainingCost,
        Self::TrainingAccuracy,
        Self::ValidationCost,
        Self::ValidationAccuracy,
        Self::TestCost,
        Self::TestAccuracy,
    ];

    /// The name of the CSV column.
    pub fn column(self) -> &'static str {
        match self {
            Self::TrainingCost => "training_cost",
            Self::TrainingAccuracy => "training_accuracy",
            Self::ValidationCost => "validation_cost",
            Self::ValidationAccuracy => "validation_accuracy",
            Self::TestCost => "test_cost",
            Self::TestAccuracy => "test_accuracy",
        }
    }

    /// The images that it is computed on.
    pub fn split(self, data: &Dataset) -> &Split {
        match self {
            Self::TrainingCost | Self::TrainingAccuracy => &data.training,
            Self::ValidationCost | Self::ValidationAccuracy => &data.validation,
            Self::TestCost | Self::TestAccuracy => &data.test,
        }
    }

    /// Whether a smaller value is better.
    pub fn is_cost(self) -> bool {
        matches!(self, Self::TrainingCost | Self::ValidationCost | Self::TestCost)
    }

    /// By how much `a` is better than `b`.
    pub fn gain(self, a: f64, b: f64) -> f64 {
        if self.is_cost() { b - a } else { a - b }
    }

    /// Whether `a` is better than `b`. A NaN is better than nothing.
    pub fn is_better(self, a: f64, b: f64) -> bool {
        if self.is_cost() { a < b } else { a > b }
    }
}

/// The set of metrics to compute after every epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Monitors([bool; 6]);

impl Monitors {
    /// Whether a metric is in the set.
    pub fn contains(self, metric: Metric) -> bool {
        self.0[metric as usize]
    }

    /// The metrics of the set, in the order of the CSV columns.
    pub fn iter(self) -> impl Iterator<Item = Metric> {
        Metric::ALL.into_iter().filter(move |&metric| self.contains(metric))
    }
}

impl FromIterator<Metric> for Monitors {
    fn from_iter<I: IntoIterator<Item = Metric>>(metrics: I) -> Self {
        let mut monitors = Self::default();
        for metric in metrics {
            monitors.0[metric as usize] = true;
        }
        monitors
    }
}

/// The values of the monitored metrics; `None` for the others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Metrics([Option<f64>; 6]);

impl Metrics {
    /// The monitored metrics and their values, in the order of the CSV columns.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, f64)> {
        Metric::ALL.into_iter().filter_map(|metric| Some((metric, self[metric]?)))
    }
}

impl Index<Metric> for Metrics {
    type Output = Option<f64>;
    fn index(&self, metric: Metric) -> &Option<f64> {
        &self.0[metric as usize]
    }
}

impl IndexMut<Metric> for Metrics {
    fn index_mut(&mut self, metric: Metric) -> &mut Option<f64> {
        &mut self.0[metric as usize]
    }
}
