use super::RankingError;
use crate::report::ablation::{AblationError, resolved, select};
use crate::results::runs::{
    At, Better, Direction, Measure, MeasureText, Names, Runs, RunsError, Setting,
};
use std::fmt;
use std::str::FromStr;

/// What a ranking is asked to show. Whatever is empty is chosen by the settings that vary.
#[derive(Debug, Clone)]
pub struct RankingRequest {
    /// The settings whose values are the methods.
    pub by: Vec<String>,
    /// The column whose values are the data sets, or [`PATH`].
    pub data: Option<String>,
    /// The metric.
    pub metric: Option<MeasureText>,
    /// At which epoch.
    pub at: Option<At>,
    /// Which values of the metric are better, where its name does not say so.
    pub better: Option<Better>,
    /// Only runs with one of some values of a setting.
    pub conditions: Vec<(String, Vec<String>)>,
    /// The column that tells the seeds of a method on a data set.
    pub pair_by: String,
    /// The method that the others are compared with, instead of the best.
    pub baseline: Option<String>,
    /// The test of pairs; without it Nemenyi's, and Wilcoxon's for two methods.
    pub post_hoc: Option<PostHoc>,
    /// The level of all tests.
    pub alpha: f64,
    /// Up to which difference of scores two methods are practically equal, in the unit of the file.
    pub rope: Option<f64>,
    /// Whether to show the tests of all pairs.
    pub all_pairs: bool,
    /// Whether to show what all runs are worth together.
    pub aggregate: bool,
    /// Whether performance profiles are wanted.
    pub profiles: bool,
    /// How scores of different data sets become comparable.
    pub normalise: Option<Normalise>,
    /// Resamples of the bootstrap.
    pub resamples: usize,
    /// The seed of all that is drawn.
    pub seed: u64,
    /// What to leave out where a method has no value on a data set.
    pub drop_incomplete: Option<LeaveOut>,
}

/// The word for data sets that are told apart by the directories or files they are read from.
pub const PATH: &str = "path";

impl Default for RankingRequest {
    fn default() -> Self {
        Self {
            by: Vec::new(),
            data: None,
            metric: None,
            at: None,
            better: None,
            conditions: Vec::new(),
            pair_by: "seed".into(),
            baseline: None,
            post_hoc: None,
            alpha: 0.05,
            rope: None,
            all_pairs: false,
            aggregate: false,
            profiles: false,
            normalise: None,
            resamples: 10_000,
            seed: 1,
            drop_incomplete: None,
        }
    }
}

/// A test of pairs of methods, corrected for all pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PostHoc {
    /// Nemenyi's test of average ranks
    Nemenyi,
    /// Wilcoxon's exact signed-rank test of scores, corrected by Holm
    WilcoxonHolm,
}

/// What is left out of a table with holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LeaveOut {
    /// Methods that have no value on some data set
    Methods,
    /// Data sets on which some method has no value
    Data,
}

/// How scores of different data sets become comparable: 0 and 1 get a meaning on each.
#[derive(Debug, Clone, PartialEq)]
pub enum Normalise {
    /// The worst and the best run on the data set.
    MinMax,
    /// Two columns, or numbers for all data sets.
    Between(String, String),
}

impl Normalise {
    /// The columns that are named.
    fn columns(&self) -> Vec<String> {
        match self {
            Self::MinMax => Vec::new(),
            Self::Between(low, high) => {
                let ends = [low, high].into_iter().filter(|end| end.parse::<f64>().is_err());
                ends.cloned().collect()
            }
        }
    }
}

impl FromStr for Normalise {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "min-max" {
            return Ok(Self::MinMax);
        }
        match text.split_once(':').map(|(low, high)| (low.trim(), high.trim())) {
            Some((low, high)) if !low.is_empty() && !high.is_empty() => {
                Ok(Self::Between(low.into(), high.into()))
            }
            _ => Err("expected min-max, or two columns or numbers as in random:human".into()),
        }
    }
}

impl fmt::Display for Normalise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinMax => f.write_str("min-max"),
            Self::Between(low, high) => write!(f, "{low}:{high}"),
        }
    }
}

impl RankingRequest {
    /// The test of pairs.
    pub(super) fn post_hoc(&self) -> PostHoc {
        self.post_hoc.unwrap_or(PostHoc::Nemenyi)
    }

    /// The measure, whose direction is known.
    pub(super) fn measure(&self, runs: &Runs) -> Result<Measure, RankingError> {
        let Some(metric) = &self.metric else {
            return Err(AblationError::NoMetric(runs.path().display().to_string()).into());
        };
        let measure = runs.measure(metric, &self.at.clone().unwrap_or_default(), self.better)?;
        if measure.better == Direction::Unknown {
            let (path, column) = (runs.path().into(), measure.column);
            return Err(RunsError::Direction { path, column }.into());
        }
        Ok(measure)
    }

    /// The columns that are named.
    pub fn names(&self) -> Names {
        let conditions = self.conditions.iter().map(|(setting, _)| setting.clone());
        let data = self.data.clone().filter(|data| data != PATH);
        let data = data.or_else(|| self.data.is_none().then(|| "data".into()));
        let metric = self.metric.iter().filter_map(|metric| metric.column.clone());
        let chooser = self.at.iter().filter_map(|at| match at {
            At::BestOf(column) => Some(column.clone()),
            _ => None,
        });
        Names {
            settings: self
                .by
                .iter()
                .cloned()
                .chain(conditions)
                .chain(data)
                .chain([self.pair_by.clone()])
                .chain(self.normalise.iter().flat_map(Normalise::columns))
                .collect(),
            metrics: metric.chain(chooser).collect(),
            ..Names::default()
        }
    }

    /// The options that this request stands for, without the directories and the figures.
    pub fn options(&self) -> Vec<String> {
        let standard = Self::default();
        let mut options = Vec::new();
        let mut option = |name: &str, value: String| options.extend([format!("--{name}"), value]);
        option("by", self.by.join(","));
        if let Some(data) = &self.data {
            option("data", data.clone());
        }
        if let Some(metric) = &self.metric {
            option("metric", metric.to_string());
        }
        if let Some(at) = &self.at {
            option("at", at.to_string());
        }
        if let Some(better) = self.better {
            option("better", name(better));
        }
        for (setting, values) in &self.conditions {
            option("where", format!("{setting}={}", values.join(",")));
        }
        if self.pair_by != standard.pair_by {
            option("pair-by", self.pair_by.clone());
        }
        if let Some(baseline) = &self.baseline {
            option("baseline", baseline.clone());
        }
        option("post-hoc", name(self.post_hoc()));
        if self.alpha != standard.alpha {
            option("alpha", self.alpha.to_string());
        }
        if let Some(rope) = self.rope {
            option("rope", rope.to_string());
        }
        if let Some(normalise) = &self.normalise {
            option("normalise", normalise.to_string());
        }
        if self.resamples != standard.resamples {
            option("resamples", self.resamples.to_string());
        }
        if self.seed != standard.seed {
            option("seed", self.seed.to_string());
        }
        if let Some(drop) = self.drop_incomplete {
            option("drop-incomplete", name(drop));
        }
        let flags = [("--pairs", self.all_pairs), ("--aggregate", self.aggregate)];
        options.extend(flags.into_iter().filter(|flag| flag.1).map(|flag| flag.0.to_string()));
        options
    }
}

fn name(value: impl clap::ValueEnum) -> String {
    value.to_possible_value().map_or(String::new(), |value| value.get_name().into())
}

/// The request with everything chosen that it leaves open.
pub(super) fn complete(
    runs: &Runs,
    request: &RankingRequest,
) -> Result<RankingRequest, RankingError> {
    let mut request = request.clone();
    if request.metric.is_none() {
        let column = runs.metrics().first().cloned();
        let none = || AblationError::NoMetric(runs.path().display().to_string());
        request.metric =
            Some(MeasureText { column: Some(column.ok_or_else(none)?), threshold: None });
    }
    let selected = select(runs, &request.conditions)?;
    request.at.get_or_insert_with(|| runs.default_at(&selected));
    for condition in &mut request.conditions {
        *condition = resolved(runs, condition)?;
    }
    let varying: Vec<String> =
        runs.varying(&selected, &request.pair_by).map(|setting| setting.name.clone()).collect();
    request.data = Some(match request.data {
        Some(data) if data == PATH => data,
        Some(data) => runs.setting(&data)?.name.clone(),
        None if varying.iter().any(|name| name == "data") => "data".into(),
        None if runs.directories().len() > 1 || runs.files().len() > 1 => PATH.into(),
        None => {
            let only = match runs.setting("data") {
                Ok(setting) => match setting.present(&selected).as_slice() {
                    [only] => format!("data is always {}", setting.shown(*only)),
                    _ => those(&varying),
                },
                Err(_) => those(&varying),
            };
            return Err(RankingError::NoData(only));
        }
    });
    // What follows from the data set is no method: its size, the ends of its scale.
    let data: Vec<&Setting> =
        request.data.iter().filter_map(|name| runs.setting(name).ok()).collect();
    let others = runs.varying(&selected, &request.pair_by);
    let others = others.filter(|setting| !runs.follows(setting, &data, &selected));
    let others: Vec<String> = others.map(|setting| setting.name.clone()).collect();
    if request.by.is_empty() {
        let [only] = others.as_slice() else {
            let example = others.first().cloned().unwrap_or_else(|| "activation".into());
            return Err(RankingError::NoMethods { example, varying: those(&others) });
        };
        request.by = vec![only.clone()];
    }
    for by in &mut request.by {
        *by = runs.setting(by)?.name.clone();
    }
    let roles = request.by.iter().chain(&request.data).chain([&request.pair_by]);
    let roles: Vec<&String> = roles.collect();
    for (i, role) in roles.iter().enumerate() {
        if roles[..i].contains(role) {
            return Err(RankingError::TwoRoles(role.to_string()));
        }
    }
    Ok(request)
}

fn those(varying: &[String]) -> String {
    match varying {
        [] => "no setting varies".into(),
        names => format!("those that vary are {}", names.join(", ")),
    }
}
