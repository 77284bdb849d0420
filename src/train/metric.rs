use crate::data::{Dataset, Split};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// A quantity that can be monitored after every epoch.
///
/// Costs are means over the images plus the regularisation term ½ (λ/n) Σ w² with n the size of
/// the set that is evaluated, as in the book's network2; accuracies are fractions, of images with classes
/// alone. Where numbers are learnt there are, without that term, the mean squared error of an output and
/// the coefficient of determination R² = 1 − Σ (y − a)² / Σ (y − ȳ)², over all outputs together.
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
    /// Mean squared error of the numbers answered to the training rows
    TrainingMse,
    /// Coefficient of determination R² on the training rows: 1 is perfect, 0 no better than the mean
    TrainingR2,
    /// Mean squared error on the validation rows
    ValidationMse,
    /// R² on the validation rows
    ValidationR2,
    /// Mean squared error on the test rows
    TestMse,
    /// R² on the test rows
    TestR2,
}

/// What a metric tells of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measures {
    /// The mean cost with the penalty: less is better.
    Cost,
    /// The fraction of images classified correctly: more is better.
    Accuracy,
    /// The mean squared error: less is better.
    Mse,
    /// The coefficient of determination R²: more is better.
    R2,
}

/// The three sets of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Training,
    Validation,
    Test,
}

const METRICS: usize = 12;

impl Metric {
    /// Every metric.
    pub const ALL: [Self; METRICS] = [
        Self::TrainingCost,
        Self::TrainingAccuracy,
        Self::ValidationCost,
        Self::ValidationAccuracy,
        Self::TestCost,
        Self::TestAccuracy,
        Self::TrainingMse,
        Self::TrainingR2,
        Self::ValidationMse,
        Self::ValidationR2,
        Self::TestMse,
        Self::TestR2,
    ];

    /// Those of images with classes, in the order of the CSV columns.
    pub const OF_CLASSES: [Self; 6] = [
        Self::TrainingCost,
        Self::TrainingAccuracy,
        Self::ValidationCost,
        Self::ValidationAccuracy,
        Self::TestCost,
        Self::TestAccuracy,
    ];

    /// Those of numbers, in the order of the CSV columns.
    pub const OF_NUMBERS: [Self; 9] = [
        Self::TrainingCost,
        Self::TrainingMse,
        Self::TrainingR2,
        Self::ValidationCost,
        Self::ValidationMse,
        Self::ValidationR2,
        Self::TestCost,
        Self::TestMse,
        Self::TestR2,
    ];

    /// Those that some data have, in the order of the CSV columns.
    pub fn of(data: &Dataset) -> &'static [Self] {
        if data.is_numeric() { &Self::OF_NUMBERS } else { &Self::OF_CLASSES }
    }

    /// The name of the CSV column.
    pub fn column(self) -> &'static str {
        match self {
            Self::TrainingCost => "training_cost",
            Self::TrainingAccuracy => "training_accuracy",
            Self::TrainingMse => "training_mse",
            Self::TrainingR2 => "training_r2",
            Self::ValidationCost => "validation_cost",
            Self::ValidationAccuracy => "validation_accuracy",
            Self::ValidationMse => "validation_mse",
            Self::ValidationR2 => "validation_r2",
            Self::TestCost => "test_cost",
            Self::TestAccuracy => "test_accuracy",
            Self::TestMse => "test_mse",
            Self::TestR2 => "test_r2",
        }
    }

    fn place(self) -> (Set, Measures) {
        use Measures::{Accuracy, Cost, Mse, R2};
        use Set::{Test, Training, Validation};
        match self {
            Self::TrainingCost => (Training, Cost),
            Self::TrainingAccuracy => (Training, Accuracy),
            Self::TrainingMse => (Training, Mse),
            Self::TrainingR2 => (Training, R2),
            Self::ValidationCost => (Validation, Cost),
            Self::ValidationAccuracy => (Validation, Accuracy),
            Self::ValidationMse => (Validation, Mse),
            Self::ValidationR2 => (Validation, R2),
            Self::TestCost => (Test, Cost),
            Self::TestAccuracy => (Test, Accuracy),
            Self::TestMse => (Test, Mse),
            Self::TestR2 => (Test, R2),
        }
    }

    /// What it tells.
    pub fn measures(self) -> Measures {
        self.place().1
    }

    /// The images that it is computed on.
    pub fn split(self, data: &Dataset) -> &Split {
        match self.place().0 {
            Set::Training => &data.training,
            Set::Validation => &data.validation,
            Set::Test => &data.test,
        }
    }

    /// Whether a smaller value is better.
    pub fn is_cost(self) -> bool {
        matches!(self.measures(), Measures::Cost | Measures::Mse)
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
pub struct Monitors([bool; METRICS]);

impl Monitors {
    /// Whether a metric is in the set.
    pub fn contains(self, metric: Metric) -> bool {
        self.0[metric as usize]
    }

    /// The metrics of the set, in the order of [`Metric::ALL`].
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
pub struct Metrics([Option<f64>; METRICS]);

impl Metrics {
    /// The monitored metrics and their values, in the order of [`Metric::ALL`].
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_in_its_place_and_of_some_data() {
        for (i, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, i);
            assert!(Metric::OF_CLASSES.contains(&metric) || Metric::OF_NUMBERS.contains(&metric));
            let name = metric.to_possible_value().unwrap().get_name().replace('-', "_");
            assert_eq!(name, metric.column());
        }
    }
}
