//! Sensible rows, columns and metric by the settings that vary.

use super::rows::select;
use super::{AblationError, Request, Tune};
use crate::report::Role;
use crate::results::runs::{At, Measure, MeasureText, Runs, Setting};
use crate::train::settings::is_own_seed;

/// More columns make a page too wide.
const MOST_COLUMNS: usize = 8;

/// The request with everything chosen that it leaves open.
pub(super) fn complete(runs: &Runs, request: &Request) -> Result<Request, AblationError> {
    let mut request = request.clone();
    let metrics = runs.metrics();
    if request.metric.is_none() {
        let column = metrics.first().cloned();
        let column =
            column.ok_or_else(|| AblationError::NoMetric(runs.path().display().to_string()))?;
        request.metric = Some(MeasureText { column: Some(column), threshold: None });
    }
    normalise(runs, &mut request)?;
    let selected = select(runs, &request.conditions)?;
    choose_epoch(runs, &mut request.at, request.metric.as_ref(), &selected);
    let request = &request;
    let taken = |request: &Request| -> Vec<String> {
        let tuned = request.tune.iter().flat_map(|tune| tune.settings.clone());
        request
            .by
            .iter()
            .cloned()
            .chain(request.vs.named().map(String::from))
            .chain(tuned)
            .collect()
    };
    // Nobody tunes a seed; what is random is averaged over.
    let varying = runs.varying(&selected, &request.pair_by).filter(|s| !is_own_seed(&s.name));
    let varying: Vec<&Setting> = varying.collect();
    let free = |request: &Request| -> Vec<&Setting> {
        let taken = taken(request);
        let taken: Vec<&Setting> =
            taken.iter().filter_map(|name| runs.setting(name).ok()).collect();
        varying.iter().copied().filter(|s| !runs.follows(s, &taken, &selected)).collect()
    };
    let mut request = request.clone();
    let nothing_said = request.by.is_empty() && request.vs.is_auto() && request.tune.is_none();
    // Layers are compared, not tuned or averaged, unless something else is said.
    if let (Some(layer), Role::Auto) = (runs.layer(), &request.vs) {
        let others = free(&request).iter().any(|setting| setting.name != layer.name);
        if free(&request).iter().any(|setting| setting.name == layer.name) {
            match others || !request.by.is_empty() || request.leave_one_out.is_some() {
                true => request.vs = Role::Named(layer.name.clone()),
                false => request.by.push(layer.name.clone()),
            }
        }
    }
    if request.leave_one_out.is_some() {
        if request.vs.is_auto() {
            request.vs = Role::None;
        }
    } else {
        if request.by.is_empty() {
            // Words make rows; numbers, which have an order, make columns.
            let mut candidates = free(&request);
            candidates.sort_by_key(|setting| setting.numeric);
            request.by = candidates.first().iter().map(|setting| setting.name.clone()).collect();
        }
        if nothing_said {
            let count = |setting: &&Setting| setting.present(&selected).len();
            // The learning rate is what one tunes, if there is something else to compare.
            let mut candidates: Vec<_> = free(&request);
            candidates.sort_by_key(|setting| (setting.name == "eta", count(setting)));
            let columns = candidates.first().filter(|setting| count(setting) <= MOST_COLUMNS);
            let columns = columns.map(|setting| setting.name.clone());
            request.vs.choose(|| columns);
            let rest: Vec<String> = free(&request).iter().map(|s| s.name.clone()).collect();
            let seeds = runs.setting(&request.pair_by)?.present(&selected).len();
            let enough = super::cell::default_tuning(seeds).is_some();
            if let (false, true, Some(metric)) = (rest.is_empty(), enough, tuning_metric(&metrics))
            {
                request.tune = Some(Tune { settings: rest, metric, seeds: None });
            }
        }
    }
    let pairs = taken(&request).into_iter().find(|name| *name == request.pair_by);
    if let Some(name) = pairs {
        return Err(AblationError::TwoRoles(name, "--by, --vs, --tune and --pair-by"));
    }
    for name in taken(&request) {
        if taken(&request).iter().filter(|other| **other == name).count() > 1 {
            return Err(AblationError::TwoRoles(name, "--by, --vs and --tune"));
        }
    }
    Ok(request)
}

impl Request {
    /// What is measured, of which runs, and what pairs them, where nothing is a row or a column: one arm.
    ///
    /// # Errors
    ///
    /// When a column or value is not there, a metric was not monitored, or nothing pairs the runs.
    pub fn of_one_arm(&self, runs: &Runs) -> Result<OneArm, AblationError> {
        let mut request = self.clone();
        let metric = &mut request.metric;
        if metric.is_none() {
            let column = runs.metrics().first().cloned();
            let column =
                column.ok_or_else(|| AblationError::NoMetric(runs.path().display().to_string()))?;
            *metric = Some(MeasureText { column: Some(column), threshold: None });
        }
        normalise(runs, &mut request)?;
        let selected = select(runs, &request.conditions)?;
        choose_epoch(runs, &mut request.at, request.metric.as_ref(), &selected);
        let measure = request.resolved_measure(runs)?;
        Ok(OneArm { measure, conditions: request.conditions, pair_by: request.pair_by })
    }
}

/// What a request says of runs that are no rows and no columns.
#[derive(Debug, Clone, PartialEq)]
pub struct OneArm {
    /// What is measured.
    pub measure: Measure,
    /// Which runs, by the names and values of the file.
    pub conditions: Vec<(String, Vec<String>)>,
    /// The column that pairs them.
    pub pair_by: String,
}

/// The epoch that counts if nothing is said; and of the best one that by validation, if it was monitored.
pub(in crate::report) fn choose_epoch(
    runs: &Runs,
    at: &mut Option<At>,
    metric: Option<&MeasureText>,
    selected: &[usize],
) {
    at.get_or_insert_with(|| runs.default_at(selected));
    if let (Some(At::Best), Some(metric)) = (&at, metric) {
        let chosen_by = metric.column.as_deref().and_then(|column| runs.validation_of(column));
        *at = chosen_by.map(At::BestOf).or(Some(At::Best));
    }
}

/// Names as they are in the file.
fn normalise(runs: &Runs, request: &mut Request) -> Result<(), AblationError> {
    let name = |text: &String| runs.setting(text).map(|setting| setting.name.clone());
    request.by = request.by.iter().map(name).collect::<Result<_, _>>()?;
    if let Role::Named(vs) = &mut request.vs {
        *vs = name(vs)?;
    }
    if let Some(tune) = &mut request.tune {
        tune.settings = tune.settings.iter().map(name).collect::<Result<_, _>>()?;
    }
    for condition in &mut request.conditions {
        *condition = super::rows::resolved(runs, condition)?;
    }
    for (setting, _) in request.leave_one_out.iter_mut().flatten() {
        *setting = name(setting)?;
    }
    match runs.setting(&request.pair_by) {
        Ok(setting) => request.pair_by = setting.name.clone(),
        Err(_) => {
            let all: Vec<usize> = (0..runs.len()).collect();
            let mut columns: Vec<&str> = runs.varying(&all, "").map(|s| s.name.as_str()).collect();
            if columns.is_empty() {
                columns.push("none that could");
            }
            return Err(AblationError::NoPairs {
                pair_by: request.pair_by.clone(),
                columns: columns.join(", "),
            });
        }
    }
    Ok(())
}

/// What settings may be chosen by: never the test set.
fn tuning_metric(metrics: &[String]) -> Option<MeasureText> {
    let column = ["validation_accuracy", "validation_r2", "validation_mse", "validation_cost"]
        .into_iter()
        .find(|name| metrics.iter().any(|metric| metric == name))?;
    Some(MeasureText { column: Some(column.into()), threshold: None })
}
