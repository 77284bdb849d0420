use super::AblationError;
use crate::report::Role;
use crate::results::runs::{At, Better, Measure, MeasureText, Names, Runs};

/// What a table is asked to show. Whatever is empty is chosen by the settings that vary.
#[derive(Debug, Clone)]
pub struct Request {
    /// The settings whose values are the rows.
    pub by: Vec<String>,
    /// The setting whose values are the columns.
    pub vs: Role,
    /// The row that others are compared with: the values of `by`, separated by commas.
    pub baseline: Option<String>,
    /// The metric.
    pub metric: Option<MeasureText>,
    /// At which epoch; `None` for that whose network training keeps.
    pub at: Option<At>,
    /// Which values of the metric are better, where its name does not say so.
    pub better: Option<Better>,
    /// Only runs with one of some values of a setting.
    pub conditions: Vec<(String, Vec<String>)>,
    /// Settings that each cell chooses for itself, by another metric and other seeds.
    pub tune: Option<Tune>,
    /// One row for a base configuration, and one for each single change of it: the base's values, or
    /// none to find it.
    pub leave_one_out: Option<Vec<(String, String)>>,
    /// The column whose equal values pair the runs.
    pub pair_by: String,
    /// The folds of one cross-validation, where the column that pairs has several repetitions, or does not say so by its
    /// name; `None` for as many as it has values, if it is called after folds or splits.
    pub folds: Option<usize>,
    /// The test of paired differences.
    pub test: TestKind,
    /// The interval of means and differences.
    pub interval: IntervalKind,
    /// Statistics besides.
    pub also: Vec<Also>,
    /// How many images the test set has, where the data set does not tell.
    pub test_images: Option<usize>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            by: Vec::new(),
            vs: Role::Auto,
            baseline: None,
            metric: None,
            at: None,
            better: None,
            conditions: Vec::new(),
            tune: None,
            leave_one_out: None,
            pair_by: "seed".into(),
            folds: None,
            test: TestKind::default(),
            interval: IntervalKind::default(),
            also: Vec::new(),
            test_images: None,
        }
    }
}

/// Settings that each cell has at its own best.
#[derive(Debug, Clone, PartialEq)]
pub struct Tune {
    /// The settings; none for no tuning.
    pub settings: Vec<String>,
    /// The metric to choose by.
    pub metric: MeasureText,
    /// The seeds to choose with, or a number of them that leaves enough to report.
    pub seeds: Option<Vec<String>>,
}

/// A test of paired differences, two-sided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum TestKind {
    /// Student's t test of the differences
    #[default]
    T,
    /// Wilcoxon's signed-rank test, exact
    Wilcoxon,
    /// The sign test, exact
    Sign,
}

/// An interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum IntervalKind {
    /// Student's t interval
    #[default]
    T,
    /// The bias-corrected and accelerated bootstrap; for 20 seeds and more
    Bca,
}

/// A statistic besides mean and interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Also {
    /// The standard deviation over seeds
    Std,
    /// The median
    Median,
    /// The interquartile mean: of the middle half
    Iqm,
    /// Where 95 % of single further runs fall
    Prediction,
    /// The probability that a run is better than one of the baseline
    PBetter,
    /// The effect size: Hedges' g of the paired differences
    Effect,
    /// The true difference that a test of so many pairs finds with 80 %
    Detectable,
    /// The pairs of which a test would find the observed difference with 80 %
    Needed,
}

impl TestKind {
    /// In a caption.
    pub fn words(self) -> &'static str {
        match self {
            Self::T => "paired t test",
            Self::Wilcoxon => "exact Wilcoxon signed-rank test",
            Self::Sign => "exact sign test",
        }
    }
}

impl IntervalKind {
    /// In a caption.
    pub fn words(self) -> &'static str {
        match self {
            Self::T => "95 % Student t interval",
            Self::Bca => "95 % BCa bootstrap interval",
        }
    }
}

impl Request {
    /// The measure that is asked for.
    ///
    /// # Errors
    ///
    /// When there is no metric for it.
    pub fn resolved_measure(&self, runs: &Runs) -> Result<Measure, AblationError> {
        match &self.metric {
            Some(metric) => Ok(runs.measure(metric, &self.epoch(), self.better)?),
            None => Err(AblationError::NoMetric(runs.path().display().to_string())),
        }
    }

    /// The epoch that counts.
    pub(super) fn epoch(&self) -> At {
        self.at.clone().unwrap_or_default()
    }

    /// The columns that are named.
    pub fn names(&self) -> Names {
        let tuned = self.tune.iter().flat_map(|tune| tune.settings.clone());
        let conditions = self.conditions.iter().map(|(setting, _)| setting.clone());
        let base = self.leave_one_out.iter().flatten().map(|(setting, _)| setting.clone());
        let by = self.by.iter().cloned().chain(self.vs.named().map(String::from)).chain(tuned);
        let metrics = self.metric.iter().chain(self.tune.iter().map(|tune| &tune.metric));
        let metrics = metrics.filter_map(|metric| metric.column.clone());
        let chooser = self.at.iter().filter_map(|at| match at {
            At::BestOf(column) => Some(column.clone()),
            _ => None,
        });
        Names {
            settings: by.chain(conditions).chain(base).chain([self.pair_by.clone()]).collect(),
            metrics: metrics.chain(chooser).collect(),
            ..Names::default()
        }
    }

    /// The options that this request stands for, without the directory.
    pub fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut option = |name: &str, value: String| options.extend([format!("--{name}"), value]);
        if let Some(base) = &self.leave_one_out {
            let pairs: Vec<String> = base.iter().map(|(k, v)| format!("{k}={v}")).collect();
            option("leave-one-out", pairs.join(","));
        } else if !self.by.is_empty() {
            option("by", self.by.join(","));
        }
        if let Some(vs) = self.vs.named() {
            option("vs", vs.into());
        }
        if let Some(tune) = self.tune.as_ref().filter(|tune| !tune.settings.is_empty()) {
            option("tune", format!("{}:{}", tune.settings.join(","), tune.metric));
            if let Some(seeds) = &tune.seeds {
                option("tune-seeds", seeds.join(","));
            }
        }
        for (setting, values) in &self.conditions {
            option("where", format!("{setting}={}", values.join(",")));
        }
        if let (Some(baseline), None) = (&self.baseline, &self.leave_one_out) {
            option("baseline", baseline.clone());
        }
        if self.pair_by != Self::default().pair_by {
            option("pair-by", self.pair_by.clone());
        }
        if let Some(folds) = self.folds {
            option("folds", folds.to_string());
        }
        if self.test != TestKind::default() {
            option("test", name(self.test));
        }
        if self.interval != IntervalKind::default() {
            option("interval", name(self.interval));
        }
        if !self.also.is_empty() {
            option("also", self.also.iter().copied().map(name).collect::<Vec<_>>().join(","));
        }
        if let Some(images) = self.test_images {
            option("test-images", images.to_string());
        }
        if let Some(metric) = &self.metric {
            option("metric", metric.to_string());
            let by_tuning = self.tune.as_ref().is_some_and(|tune| tune.metric.threshold.is_none());
            if metric.threshold.is_none() || by_tuning {
                option("at", self.epoch().to_string());
            }
            if let Some(better) = self.better {
                option("better", name(better));
            }
        }
        options
    }
}

/// The name of a choice on the command line.
fn name(choice: impl clap::ValueEnum) -> String {
    choice.to_possible_value().map_or(String::new(), |value| value.get_name().into())
}
