//! Which runs belong to which line.

pub(super) use crate::report::ablation::select;

use super::defaults::TOO_MANY_LINES;
use super::{Kind, PlotRequest};
use crate::figure::Axis;
use crate::report::Role;
use crate::report::ablation::{AblationError, grouped, shared};
use crate::results::Origin;
use crate::results::runs::{
    At, Direction, How, Lost, Measure, MeasureText, Outcome, Runs, Setting, Spacing,
};
use crate::stats::{Interval, Shared, mean};

/// The runs of a figure, and what is measured of them.
pub(super) struct Scene<'a> {
    pub runs: &'a Runs,
    pub request: &'a PlotRequest,
    pub measure: Measure,
    /// The runs that meet the conditions.
    pub selected: Vec<usize>,
    pub x: Option<&'a Setting>,
    pub y: Option<&'a Setting>,
    pub hue: Option<&'a Setting>,
    pub panels: Option<&'a Setting>,
    /// What pairs the runs; without such a column every run is one of its own.
    pub seeds: Option<&'a Setting>,
    /// What training data the runs have in common.
    pub shared: Shared,
    /// Settings that vary besides: each line has them at their best.
    pub rest: Vec<&'a Setting>,
    /// Settings that follow from those with a place.
    pub followers: Vec<&'a Setting>,
    /// What is said of runs that have no place on an axis of numbers.
    left_out: Option<String>,
    /// What is best is said by this measure.
    pub judge: Measure,
    judged: Vec<Outcome>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(runs: &'a Runs, request: &'a PlotRequest) -> Result<Self, AblationError> {
        let role = |role: &Role| role.named().map(|name| runs.setting(name)).transpose();
        let selected = select(runs, &request.conditions)?;
        let [x, y, hue, panels] =
            [role(&request.x)?, role(&request.y)?, role(&request.hue)?, role(&request.panels)?];
        let (selected, left_out) = match x.filter(|_| request.kind == Some(Kind::Response)) {
            Some(x) => on_axis(x, selected),
            None => (selected, None),
        };
        let taken: Vec<&Setting> = [x, y, hue, panels].into_iter().flatten().collect();
        let rest: Vec<&Setting> = runs
            .varying(&selected, &request.pair_by)
            .filter(|setting| taken.iter().all(|taken| taken.name != setting.name))
            .collect();
        let (followers, rest): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|setting| runs.follows(setting, &taken, &selected));
        let measure = request.measure(runs)?;
        // Settings are never chosen by the test set if there is another.
        let metrics = runs.metrics();
        let validation =
            ["validation_accuracy", "validation_r2", "validation_mse", "validation_cost"];
        let judge = validation.into_iter().find(|name| metrics.iter().any(|m| m == name));
        let judge = match judge {
            Some(column) => column.to_string(),
            // Nothing that is measured of layers says what a training is worth.
            None if measure.of_layers => metrics[0].clone(),
            None => measure.column.clone(),
        };
        let judge = MeasureText { column: Some(judge), threshold: None };
        // By the networks that training keeps, whatever is shown.
        let kept = runs.kept_at(&selected);
        let judge = match rest.is_empty() {
            true => runs.measure(&judge, &kept, request.better)?,
            false => runs.judge(&judge, &kept, request.metric.as_ref(), request.better)?,
        };
        let heat = request.kind == Some(Kind::Heatmap) && judge.better != Direction::Unknown;
        let judged = match rest.is_empty() && !heat {
            true => Vec::new(),
            false => runs.outcomes(&judge, &selected)?,
        };
        let seeds = match runs.setting(&request.pair_by) {
            Ok(seeds) => Some(seeds),
            Err(_) if request.pair_by == PlotRequest::new().pair_by => None,
            Err(error) => return Err(error.into()),
        };
        let count = seeds.map_or(0, |seeds| seeds.present(&selected).len());
        let shared = seeds.map(|seeds| shared(&seeds.name, None, count)).transpose();
        Ok(Self {
            // Splits of which nobody says how they overlap are taken for independent.
            shared: shared.ok().flatten().unwrap_or_default(),
            runs,
            request,
            measure,
            selected,
            x,
            y,
            hue,
            panels,
            seeds,
            rest,
            followers,
            left_out,
            judge,
            judged,
        })
    }

    /// The values of a role among some runs; a single `None` without the role.
    pub(super) fn codes(role: Option<&Setting>, runs: &[usize]) -> Vec<Option<usize>> {
        match role {
            None => vec![None],
            Some(setting) => setting.present(runs).into_iter().map(Some).collect(),
        }
    }

    /// Those of some runs that have a value of a role.
    pub(super) fn having(
        role: Option<&Setting>,
        code: Option<usize>,
        runs: &[usize],
    ) -> Vec<usize> {
        let has = |run: &usize| match (role, code) {
            (Some(setting), Some(code)) => setting.codes[*run] == code,
            _ => true,
        };
        runs.iter().copied().filter(has).collect()
    }

    /// Those of some runs that have the rest of the settings at their best, and which these are. The best are
    /// those whose best place along `x` has the best mean.
    pub(super) fn at_best(&self, runs: &[usize], x: Option<&Setting>) -> (Vec<usize>, String) {
        if self.rest.is_empty() {
            return (runs.to_vec(), String::new());
        }
        let score = |of: &[usize]| -> Option<f64> {
            let places = Self::codes(x, of);
            let means = places.iter().filter_map(|&code| self.judged(&Self::having(x, code, of)));
            means.reduce(|a, b| if self.judge.is_better(b, a) { b } else { a })
        };
        let mut best: Option<(Vec<usize>, Vec<usize>, Option<f64>)> = None;
        for (choice, of) in grouped(&self.rest, runs) {
            let score = score(&of);
            let better = match (&best, score) {
                (None, _) | (Some((.., None)), Some(_)) => true,
                (Some((.., Some(old))), Some(new)) => self.judge.is_better(new, *old),
                _ => false,
            };
            if better {
                best = Some((choice, of, score));
            }
        }
        let Some((choice, kept, _)) = best else {
            return (Vec::new(), String::new());
        };
        let names = self.rest.iter().zip(&choice).map(|(s, &c)| super::value(s, c));
        (kept, names.collect::<Vec<_>>().join(", "))
    }

    /// The mean of some runs by which the best are chosen; none where one of them is lost.
    pub(super) fn judged(&self, runs: &[usize]) -> Option<f64> {
        let (values, lost) = Lost::split(runs.iter().map(|&run| self.judged[run]));
        (!lost.any() && !values.is_empty()).then(|| mean(&values))
    }

    /// 100 for what reads better in percent.
    pub(super) fn factor(&self) -> f64 {
        if self.measure.is_percentage() { 100.0 } else { 1.0 }
    }

    /// What was trained, in one line.
    pub(super) fn subtitle(&self) -> String {
        let first = self.selected[0];
        let cell = |column: &str| self.runs.cell(first, column);
        let fixed = |column: &str| {
            let setting = self.runs.setting(column).ok()?;
            (!setting.varies(&self.selected)).then(|| setting.shown(setting.codes[first]))
        };
        let mut words = Vec::new();
        if let Some(data) = cell("data") {
            words.push(if data == "mnist" { "MNIST".into() } else { data.to_string() });
        }
        if let (Some(hidden), true) = (fixed("hidden"), self.runs.is_ours()) {
            words.push(format!("{} hidden neurons", hidden.replace('x', "-")));
        }
        for (name, role) in [("activation", ""), ("eta", "η = "), ("batch_size", "mini-batch ")] {
            if let (Some(value), true) = (fixed(name), self.runs.is_ours()) {
                words.push(format!("{role}{value}"));
            }
        }
        if let (Some(epochs), true) = (fixed("epochs"), self.runs.is_ours()) {
            words.push(format!("{epochs} epochs"));
        }
        for (name, values) in &self.request.conditions {
            if !["activation", "eta", "batch_size", "hidden", "epochs"].contains(&name.as_str()) {
                words.push(format!("{} = {}", name.replace('_', " "), values.join(" or ")));
            }
        }
        words.extend(self.seeds.map(|seeds| {
            let count = seeds.present(&self.selected).len();
            let noun = seeds.name.replace('_', " ");
            format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
        }));
        words.join(", ")
    }

    /// What pairs a run with runs of other categories.
    pub(super) fn pair(&self, run: usize) -> usize {
        self.seeds.map_or(run, |seeds| seeds.codes[run])
    }

    /// The seed of a pair; where runs have none, the number of the run.
    pub(super) fn pair_name(&self, pair: usize) -> String {
        self.seeds.map_or_else(|| (pair + 1).to_string(), |seeds| seeds.values[pair].clone())
    }

    /// The vertical axis.
    pub(super) fn y_axis(&self) -> Axis {
        Axis { range: self.request.range, ..Axis::linear(self.measure.heading()) }
    }

    /// The interval of some values, cut to where values can be.
    pub(super) fn cut(&self, interval: Interval, values: &[f64]) -> Interval {
        self.measure.cut(interval, values)
    }

    /// How many of the trainings in the figure have no value.
    pub(super) fn lost(&self, outcomes: &[Outcome]) -> Lost {
        self.runs.lost(&self.selected, |run| outcomes[run])
    }

    /// What each of the runs came to, and how far apart the epochs are that were looked at.
    pub(super) fn outcomes(&self) -> Result<(Vec<Outcome>, Option<Spacing>), AblationError> {
        Ok(self.runs.outcomes_spaced(&self.measure, &self.selected)?)
    }

    /// A warning where what is shown was chosen by itself.
    pub(super) fn flattered(&self) -> Option<&'static str> {
        let same = self.judge.column == self.measure.column;
        same.then_some("Choosing by the values that are shown flatters them.")
    }

    /// What careful readers ask: which values are better and of which epoch, what was chosen, how many diverged, what it
    /// took.
    pub(super) fn note(&self, chosen: &str, lost: Lost, spacing: Option<Spacing>) -> String {
        let mut words = vec![self.measure.direction().to_string()];
        let courses = matches!(self.request.kind, Some(Kind::Curves | Kind::Time));
        let words_of = self.measure.words();
        match &self.measure.how {
            _ if courses => match self.runs.kept_at(&self.selected) {
                At::BestOf(column) => words.push(format!(
                    "Training kept the network of the best {}, not that of the last epoch.",
                    column.replace('_', " ")
                )),
                At::Kept(column) => words.push(format!(
                    "Training kept the network of the best {} where it stops early.",
                    column.replace('_', " ")
                )),
                _ => {}
            },
            How::Value(At::Last) if self.measure.single => {}
            _ => words.push(format!("Shown: {words_of}.")),
        }
        words.extend(spacing.map(|spacing| spacing.sentence(self.runs.unit())));
        if !self.rest.is_empty() {
            let of = |setting: &&Setting| {
                let values = setting.present(&self.selected).len();
                format!("of {values} values of {}", super::label(setting))
            };
            let names: Vec<String> = self.rest.iter().map(of).collect();
            let judge = self.judge.words();
            words.push(format!("{chosen} the best {}, by {judge}.", names.join(" and ")));
            let lines = !matches!(self.request.kind, Some(Kind::Heatmap | Kind::Strips));
            if lines && self.request.hue.is_auto() {
                words.push(format!(
                    "The others are not drawn: more than {TOO_MANY_LINES} lines could not be told apart. --where chooses \
                     some of them."
                ));
            }
            words.extend(self.flattered().map(String::from));
        }
        for follower in &self.followers {
            words.push(format!("The {} goes with them.", super::label(follower)));
        }
        words.push(lost.words(self.runs.trainings(&self.selected)) + ".");
        if !self.shared.is_none() {
            words.push("Intervals are corrected for the training data that folds share.".into());
        }
        words.extend(self.left_out.clone());
        words.extend(self.runs.assumed());
        let directories = self.runs.directories();
        let until = directories.iter().find_map(|d| Origin::seeds_added_until(d));
        words.extend(until.map(|goal| {
            format!("Seeds were added until {goal}: intervals here suppose a fixed number, and are too narrow.")
        }));
        let origins: Vec<Origin> = directories.iter().filter_map(|d| Origin::read(d)).collect();
        words.extend(Origin::effort(&origins).map(|effort| effort + "."));
        words.join(" ")
    }
}

/// Those of some runs whose value of a setting is a number, and what is said of the others.
fn on_axis(x: &Setting, selected: Vec<usize>) -> (Vec<usize>, Option<String>) {
    let (on, off): (Vec<usize>, Vec<usize>) =
        selected.into_iter().partition(|&run| x.number(x.codes[run]).is_some());
    let values: Vec<String> = x.present(&off).into_iter().map(|code| x.shown(code)).collect();
    let said = (!off.is_empty()).then(|| {
        let (runs, are) = if off.len() == 1 { ("run", "is") } else { ("runs", "are") };
        let (n, name, values) = (off.len(), super::label(x), values.join(" or "));
        format!("{n} {runs} with the {name} {values} {are} not drawn: that is no number.")
    });
    (on, said)
}
