use crate::figure::Scale;
use crate::report::Role;
use crate::report::ablation::AblationError;
use crate::results::runs::{At, Better, Measure, MeasureText, Names, Runs};

/// The kinds of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The metric against the epoch
    Curves,
    /// The metric against a setting, such as the learning rate
    Response,
    /// The metric for each pair of two settings
    Heatmap,
    /// Every run by a setting, with lines between runs of one seed
    Strips,
    /// The metric against the seconds of training
    Time,
}

/// What a figure is asked to show. Whatever is `None` is chosen by the settings that vary.
#[derive(Debug, Clone)]
pub struct PlotRequest {
    /// The kind.
    pub kind: Option<Kind>,
    /// The horizontal axis, of a response or heatmap; the categories of strips.
    pub x: Role,
    /// The rows of a heatmap.
    pub y: Role,
    /// A line and colour for each value.
    pub hue: Role,
    /// A small figure for each value.
    pub panels: Role,
    /// The metric.
    pub metric: Option<MeasureText>,
    /// Which values of the metric are better, where its name does not say so.
    pub better: Option<Better>,
    /// At which epoch, of a response, heatmap or strips; `None` for that whose network training keeps.
    pub at: Option<At>,
    /// The ends of the axis of the metric, as it is labelled.
    pub range: Option<(f64, f64)>,
    /// How its values are spaced; `None` for equal differences, except for costs and norms of gradients over more than two
    /// decades.
    pub y_scale: Option<Scale>,
    /// Only runs with one of some values of a setting.
    pub conditions: Vec<(String, Vec<String>)>,
    /// The column whose equal values pair the runs.
    pub pair_by: String,
}

impl PlotRequest {
    /// Nothing said.
    pub fn new() -> Self {
        Self {
            kind: None,
            x: Role::Auto,
            y: Role::Auto,
            hue: Role::Auto,
            panels: Role::Auto,
            metric: None,
            at: None,
            better: None,
            range: None,
            y_scale: None,
            conditions: Vec::new(),
            pair_by: "seed".into(),
        }
    }

    /// The epoch that counts, where it does.
    pub(super) fn epoch(&self) -> At {
        match self.kind {
            Some(Kind::Curves | Kind::Time) => At::Last,
            _ => self.at.clone().unwrap_or_default(),
        }
    }

    /// The columns that are named.
    pub fn names(&self) -> Names {
        let roles = self.roles().into_iter().filter_map(|(_, role)| role.named().map(String::from));
        let conditions = self.conditions.iter().map(|(setting, _)| setting.clone());
        let metrics = self.metric.iter().filter_map(|metric| metric.column.clone());
        let chooser = self.at.iter().filter_map(|at| match at {
            At::BestOf(column) => Some(column.clone()),
            _ => None,
        });
        Names {
            settings: roles.chain(conditions).chain([self.pair_by.clone()]).collect(),
            metrics: metrics.chain(chooser).collect(),
            ..Names::default()
        }
    }

    /// What has a role, with the names of the roles.
    pub(super) fn roles(&self) -> [(&'static str, &Role); 4] {
        [("x", &self.x), ("y", &self.y), ("hue", &self.hue), ("panels", &self.panels)]
    }

    /// The options that this request stands for.
    pub fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut option = |name: &str, value: &str| {
            if !value.is_empty() {
                options.extend([format!("--{name}"), value.to_string()]);
            }
        };
        if let Some(kind) = self.kind {
            option("kind", kind.name());
        }
        for (name, role) in self.roles() {
            option(name, &role.to_string());
        }
        for (setting, values) in &self.conditions {
            option("where", &format!("{setting}={}", values.join(",")));
        }
        if let Some((low, high)) = self.range {
            option("range", &format!("{low},{high}"));
        }
        if let Some(scale) = self.y_scale {
            option("y-scale", if scale == Scale::Linear { "linear" } else { "log" });
        }
        if self.pair_by != "seed" {
            option("pair-by", &self.pair_by);
        }
        if let Some(metric) = &self.metric {
            option("metric", &metric.to_string());
        }
        if let Some(better) = self.better {
            option("better", if better == Better::Lower { "lower" } else { "higher" });
        }
        if !matches!(self.kind, Some(Kind::Curves | Kind::Time)) {
            option("at", &self.epoch().to_string());
        }
        options
    }

    /// The measure of the figure.
    pub(super) fn measure(&self, runs: &Runs) -> Result<Measure, AblationError> {
        match &self.metric {
            Some(metric) => Ok(runs.measure(metric, &self.epoch(), self.better)?),
            None => Err(AblationError::NoMetric(runs.path().display().to_string())),
        }
    }
}

impl Default for PlotRequest {
    fn default() -> Self {
        Self::new()
    }
}

impl Kind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curves => "curves",
            Self::Response => "response",
            Self::Heatmap => "heatmap",
            Self::Strips => "strips",
            Self::Time => "time",
        }
    }
}
