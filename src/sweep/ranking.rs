use super::{Entry, JournalError, Journals, Plan};
use crate::train::{History, Metric, Monitors, Status};

/// A setting, which is what the trials of different seeds have in common, and how it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// What tells it from others, `eta=0.5 batch-size=10`.
    pub label: String,
    /// The places of its trials in the plan.
    pub places: Vec<usize>,
    /// The last value of the metric for each trial with a result, in the same order.
    pub values: Vec<f64>,
    /// How many of them diverged.
    pub diverged: usize,
}

impl Ranked {
    /// The mean of the values; NaN without any, or if one is NaN.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }
}

/// The metric by which settings are chosen: one of the validation set if it is monitored, else of the
/// training set, and only if there is nothing else of the test set.
pub fn ranking_metric(monitors: Monitors) -> Option<Metric> {
    // Those of classes and of numbers never stand side by side.
    [
        Metric::ValidationAccuracy,
        Metric::ValidationR2,
        Metric::ValidationMse,
        Metric::ValidationCost,
        Metric::TrainingCost,
        Metric::TrainingAccuracy,
        Metric::TrainingR2,
        Metric::TrainingMse,
        Metric::TestAccuracy,
        Metric::TestR2,
        Metric::TestMse,
        Metric::TestCost,
    ]
    .into_iter()
    .find(|&metric| monitors.contains(metric))
}

/// The settings of some trials, the best first: those with the fewest diverged trials, then those with
/// the best mean of the last values of the metric, then the first of the plan. Settings without any
/// result come last.
///
/// # Errors
///
/// When a journal cannot be read.
pub fn rank(
    plan: &Plan,
    places: &[usize],
    journals: &Journals,
    metric: Metric,
) -> Result<Vec<Ranked>, JournalError> {
    let mut settings: Vec<Ranked> = Vec::new();
    for places in plan.settings(places) {
        let label = plan.setting_label(places[0]);
        let mut setting = Ranked { label, places, values: Vec::new(), diverged: 0 };
        for &place in &setting.places {
            if let Some(Entry::Done(history)) = journals.get(plan.key(place))? {
                setting.diverged += usize::from(diverged(&history));
                setting.values.push(history.last(metric).unwrap_or(f64::NAN));
            }
        }
        settings.push(setting);
    }
    let score = |setting: &Ranked| {
        let mean = setting.mean();
        match (mean.is_nan(), metric.is_cost()) {
            (true, _) => f64::INFINITY,
            (false, true) => mean,
            (false, false) => -mean,
        }
    };
    settings.sort_by(|a, b| {
        let key = |setting: &Ranked| (setting.values.is_empty(), setting.diverged);
        key(a).cmp(&key(b)).then(score(a).total_cmp(&score(b)))
    });
    Ok(settings)
}

fn diverged(history: &History) -> bool {
    matches!(history.status, Status::Diverged { .. })
}
