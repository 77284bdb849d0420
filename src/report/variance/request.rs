use super::VarianceError;
use crate::report::ablation::AblationError;
use crate::results::runs::{At, Better, Measure, MeasureText, Names, Runs};
use crate::stats::Crossed;
use clap::ValueEnum;

/// What a table of variance components is asked to show.
#[derive(Debug, Clone, Default)]
pub struct VarianceRequest {
    /// The random factors; none for all seeds that vary.
    pub factors: Vec<String>,
    /// Settings of whose values each has components of its own.
    pub by: Vec<String>,
    /// The metric; `None` for the most telling one.
    pub metric: Option<MeasureText>,
    /// At which epoch; `None` for that whose network training keeps.
    pub at: Option<At>,
    /// Which values of the metric are better, where its name does not say so.
    pub better: Option<Better>,
    /// Only runs with one of some values of a setting.
    pub conditions: Vec<(String, Vec<String>)>,
}

impl VarianceRequest {
    /// Chooses a metric if none is named.
    pub(super) fn complete_metric(&mut self, runs: &Runs) -> Result<(), VarianceError> {
        if self.metric.is_none() {
            let column = runs.metrics().first().cloned();
            let none = || AblationError::NoMetric(runs.path().display().to_string());
            let column = Some(column.ok_or_else(none)?);
            self.metric = Some(MeasureText { column, threshold: None });
        }
        Ok(())
    }

    /// The measure that is asked for.
    pub(super) fn measure(&self, runs: &Runs) -> Result<Measure, VarianceError> {
        let none = || AblationError::NoMetric(runs.path().display().to_string());
        let metric = self.metric.as_ref().ok_or_else(none)?;
        Ok(runs.measure(metric, &self.at.clone().unwrap_or_default(), self.better)?)
    }

    /// Refuses a setting in two roles, and more factors than there can be.
    pub(super) fn check_roles(&self) -> Result<(), VarianceError> {
        let all: Vec<&String> = self.factors.iter().chain(&self.by).collect();
        if let Some(twice) = (1..all.len()).find(|&i| all[..i].contains(&all[i])) {
            return Err(VarianceError::TwoRoles(all[twice].clone()));
        }
        match self.factors.len() > Crossed::MOST_FACTORS {
            true => Err(VarianceError::ManyFactors(self.factors.len())),
            false => Ok(()),
        }
    }

    /// The columns that are named.
    pub fn names(&self) -> Names {
        let conditions = self.conditions.iter().map(|(setting, _)| setting);
        let settings = self.factors.iter().chain(&self.by).chain(conditions);
        let chooser = self.at.iter().filter_map(|at| match at {
            At::BestOf(column) => Some(column.as_str()),
            _ => None,
        });
        let metrics = self.metric.iter().filter_map(|metric| metric.column.as_deref());
        Names {
            settings: settings.cloned().collect(),
            metrics: metrics.chain(chooser).map(String::from).collect(),
            ..Names::default()
        }
    }

    /// The options that this request stands for, without the directory.
    pub fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut option = |name: &str, value: String| options.extend([format!("--{name}"), value]);
        option("factors", self.factors.join(","));
        if !self.by.is_empty() {
            option("by", self.by.join(","));
        }
        for (setting, values) in &self.conditions {
            option("where", format!("{setting}={}", values.join(",")));
        }
        if let Some(metric) = &self.metric {
            option("metric", metric.to_string());
            if metric.threshold.is_none() {
                option("at", self.at.clone().unwrap_or_default().to_string());
            }
        }
        if let Some(better) = self.better {
            let name = better.to_possible_value();
            option("better", name.map_or(String::new(), |name| name.get_name().into()));
        }
        options
    }
}
