//! What a figure of an experiment shows.

use super::{Measured, Run};
use crate::figure::Scale;
use crate::train::{Metric, TrainingSpec};

/// One of the plots of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// What is drawn.
    pub shows: Shows,
    /// The label of the vertical axis.
    pub label: &'static str,
    /// The scale of the vertical axis.
    pub scale: Scale,
    /// The [keys](super::Arm::key) of the arms that are drawn; none for all of them.
    pub arms: &'static [&'static str],
    /// Whether the single runs and their median are drawn, since a mean and an interval would say nothing of them.
    pub runs_only: bool,
    /// The part of the vertical axis that is shown, where the rest would hide what matters.
    pub range: Option<(f64, f64)>,
}

/// What a [`Panel`] draws.
#[derive(Debug, Clone, Copy)]
pub enum Shows {
    /// Something against the epoch: a colour an arm.
    Curves {
        /// What is drawn.
        of: Measured,
        /// The first epoch that is shown, where the book leaves out the beginning.
        from: usize,
    },
    /// A metric against the seconds of training on one core: a colour an arm.
    Seconds(Metric),
    /// Something of the layers of an arm against the epochs trained: a colour a layer.
    Layers {
        /// What is drawn.
        of: LayerMetric,
        /// The [key](super::Arm::key) of the arm.
        arm: &'static str,
    },
    /// Something of all layers after some epochs against the layer: a colour an arm.
    Profile {
        /// What is drawn.
        of: LayerMetric,
        /// How many epochs were trained before.
        epochs_trained: usize,
    },
    /// A number of every run against a number of its settings: a colour a line.
    Response(Response),
    /// A number of every run: a row an arm.
    Strips {
        /// What is drawn.
        measure: fn(&Run) -> f64,
        /// Whether it is a fraction, such as an accuracy.
        is_fraction: bool,
    },
}

/// A number of every run against a number of its settings.
#[derive(Debug, Clone, Copy)]
pub struct Response {
    /// The horizontal axis.
    pub axis: &'static str,
    /// Its scale.
    pub scale: Scale,
    /// Where an arm stands on it.
    pub at: fn(&TrainingSpec) -> f64,
    /// To which line an arm belongs; empty where there is only one.
    pub line: fn(&TrainingSpec) -> &'static str,
    /// What is drawn.
    pub measure: fn(&Run) -> f64,
    /// Whether it is a fraction, such as an accuracy.
    pub is_fraction: bool,
    /// The metric whose last value, as the author recorded it, stands beside it.
    pub recorded: Option<Metric>,
}

/// What is measured of a layer, a column of `layers.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerMetric {
    /// ‖∂C/∂b‖, the book's speed of learning.
    BiasGradient,
    /// ‖∂C/∂w‖.
    WeightGradient,
    /// ‖w‖ of the weights that lead into the layer.
    Weights,
}

impl LayerMetric {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::BiasGradient, Self::WeightGradient, Self::Weights];

    /// The name of the column.
    pub fn column(self) -> &'static str {
        match self {
            Self::BiasGradient => "bias_gradient_norm",
            Self::WeightGradient => "weight_gradient_norm",
            Self::Weights => "weight_norm",
        }
    }
}

impl Panel {
    /// A metric against the epoch.
    pub const fn curves(metric: Metric, label: &'static str) -> Self {
        let shows = Shows::Curves { of: Measured::Metric(metric), from: 0 };
        Self::new(shows, label)
    }

    /// Something else, on a linear axis.
    pub const fn new(shows: Shows, label: &'static str) -> Self {
        Self { shows, label, scale: Scale::Linear, arms: &[], runs_only: false, range: None }
    }

    /// The same of some arms only.
    pub const fn of_arms(self, arms: &'static [&'static str]) -> Self {
        Self { arms, ..self }
    }

    /// The same on a logarithmic axis.
    pub const fn log(self) -> Self {
        Self { scale: Scale::Log10, ..self }
    }

    /// The single runs with their median instead of their mean with its band.
    pub const fn runs_only(self) -> Self {
        Self { runs_only: true, ..self }
    }

    /// The same from `low` to `high`.
    pub const fn within(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// Whether a fraction is shown, such as an accuracy, which is drawn in percent.
    pub(super) fn is_fraction(&self) -> bool {
        match self.shows {
            Shows::Curves { of, .. } => of.is_fraction(),
            Shows::Seconds(metric) => Measured::from(metric).is_fraction(),
            Shows::Response(response) => response.is_fraction,
            Shows::Strips { is_fraction, .. } => is_fraction,
            Shows::Layers { .. } | Shows::Profile { .. } => false,
        }
    }

    /// Whether an arm is drawn.
    pub(super) fn has(&self, key: &str) -> bool {
        self.arms.is_empty() || self.arms.contains(&key)
    }

    /// The metric whose course tells most: that of the first panel of curves.
    pub(super) fn main_metric(panels: &[Self], monitors: &[Metric]) -> Option<Metric> {
        let of = |panel: &Self| match panel.shows {
            Shows::Curves { of: Measured::Metric(metric), .. } | Shows::Seconds(metric) => {
                Some(metric)
            }
            _ => None,
        };
        panels.iter().find_map(of).or(monitors.first().copied())
    }
}
