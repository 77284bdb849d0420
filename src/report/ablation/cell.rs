//! The runs of a cell become a sample: a value a seed.

use super::rows::{Rows, columns, grouped};
use super::{AblationError, Facts, IntervalKind, Request, Tune};
use crate::results::runs::{Lost, Measure, Outcome, Runs, Setting};
use crate::stats::{
    BOOTSTRAP_LEAST, Interval, Shared, bca_interval_of_mean, mean, resampled_interval,
};
use std::collections::BTreeMap;

/// The level of all intervals.
pub(super) const LEVEL: f64 = 0.95;
/// The resamples of a bootstrap, and the seed that they are drawn with.
const RESAMPLES: usize = 9999;
const BOOTSTRAP_SEED: u64 = 1;
const MOST_DRAWS: usize = 200_000_000;
const LEAST_RESAMPLES: usize = 999;

/// A cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// How many seeds it has.
    pub n: usize,
    /// (place of the seed, value) for those that came to a value, by seed.
    pub sample: Vec<(usize, f64)>,
    /// The seeds that have no value.
    pub lost: Lost,
    /// The mean; none with a lost seed, as one over the others would flatter.
    pub mean: Option<f64>,
    /// The 95 % interval of the mean, cut to where values can be.
    pub interval: Option<Interval>,
    /// Half of it before it was cut: the h of "mean ± h".
    pub half: Option<f64>,
    /// What was chosen for it: (setting, value).
    pub tuned: Vec<(String, String)>,
    /// Compared with the baseline.
    pub versus: Option<super::Difference>,
    /// Whether it may be the best of its column: no other row is found better.
    pub best: bool,
    /// How it stands to the best mean of its column.
    pub standing: Standing,
    /// The row that a test found better, most clearly.
    pub beaten_by: Option<usize>,
}

/// How a cell stands to the best mean of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It has the best mean.
    Best,
    /// No test found it worse than another row.
    Tied,
    /// A test found it worse than another row, the best or one that is better on the seeds that both have.
    Worse,
    /// It differs by the same for every seed, which leaves a t test nothing to judge by.
    Constant,
    /// It has lost seeds, and so no mean.
    Lost,
    /// They have too few seeds in common for a test.
    #[default]
    Untested,
}

impl Cell {
    /// The values without their seeds.
    pub fn values(&self) -> Vec<f64> {
        self.sample.iter().map(|&(_, value)| value).collect()
    }
}

/// A 95 % interval of the mean.
pub(super) fn interval(kind: IntervalKind, sample: &[f64], shared: Shared) -> Option<Interval> {
    match kind {
        IntervalKind::T => resampled_interval(sample, LEVEL, shared),
        IntervalKind::Bca => {
            // Of very many values fewer resamples say as much.
            let resamples = (MOST_DRAWS / sample.len().max(1)).clamp(LEAST_RESAMPLES, RESAMPLES);
            bca_interval_of_mean(sample, LEVEL, resamples, BOOTSTRAP_SEED)
        }
    }
}

/// All cells of a table.
pub(super) fn cells(
    runs: &Runs,
    request: &Request,
    measure: &Measure,
    selected: &[usize],
    rows: &Rows,
    facts: &mut Facts,
) -> Result<Vec<Vec<Option<Cell>>>, AblationError> {
    let (outcomes, spacing) = runs.outcomes_spaced(measure, selected)?;
    facts.spacing = spacing;
    let columns = columns(runs, request, selected)?.codes;
    let vs = request.vs.named().map(|vs| runs.setting(vs)).transpose()?;
    let seeds = runs.setting(&request.pair_by)?;
    let tuning = match request.tune.as_ref().filter(|tune| !tune.settings.is_empty()) {
        Some(tune) => Some(Tuning::new(runs, request, tune, seeds, selected)?),
        None => None,
    };
    if let Some(tuning) = &tuning {
        facts.tuned = tuning.settings.iter().map(|setting| setting.name.clone()).collect();
        facts.tuning_metric = tuning.measure.words();
        facts.tuning_seeds = tuning.seeds.iter().map(|&seed| seeds.shown(seed)).collect();
    }
    let mut named: Vec<&str> = rows.settings.iter().map(String::as_str).collect();
    named.extend(request.vs.named());
    named.extend(tuning.iter().flat_map(|t| t.settings.iter().map(|s| s.name.as_str())));
    let named: Vec<&Setting> =
        named.into_iter().map(|name| runs.setting(name)).collect::<Result<_, _>>()?;
    // What follows from the row and the column is no choice, and nothing to average over.
    let rest: Vec<&Setting> = runs
        .varying(selected, &request.pair_by)
        .filter(|setting| !runs.follows(setting, &named, selected))
        .collect();
    facts.all_lost = runs.lost(selected, |run| outcomes[run]);
    let builder = Builder { request, measure, outcomes: &outcomes, seeds, rest: &rest };

    let mut cells = Vec::new();
    for row in &rows.rows {
        let mut line = Vec::new();
        for column in &columns {
            let of_column = |run: &usize| match (vs, column) {
                (Some(vs), Some(code)) => vs.codes[*run] == *code,
                _ => true,
            };
            let mut of_cell: Vec<usize> = row.runs.iter().copied().filter(of_column).collect();
            let mut tuned = Vec::new();
            if let (Some(tuning), false) = (&tuning, of_cell.is_empty()) {
                (of_cell, tuned) = tuning.choose(&of_cell).ok_or_else(|| {
                    AblationError::NotTuned(row.key.join(", "), facts.tuning_seeds.join(", "))
                })?;
            }
            line.push(match of_cell.is_empty() {
                true => None,
                false => Some(builder.cell(&of_cell, tuned, &row.key, facts)?),
            });
        }
        cells.push(line);
    }
    let counted = |setting: &&Setting| (setting.name.clone(), setting.present(selected).len());
    let (within, between): (Vec<_>, Vec<_>) =
        rest.iter().enumerate().partition(|(place, _)| facts.within.contains(place));
    facts.lost = runs.lost(&facts.of_cells, |run| outcomes[run]);
    facts.shown = runs.trainings(&facts.of_cells);
    facts.averaged = within.into_iter().map(|(_, setting)| counted(setting)).collect();
    if let (false, Some((over, _))) = (facts.shared.is_none(), facts.averaged.first()) {
        let (pair_by, over) = (request.pair_by.clone(), over.clone());
        return Err(AblationError::RepeatedFolds { pair_by, over });
    }
    facts.by_seed = between.into_iter().map(|(_, setting)| counted(setting)).collect();
    Ok(cells)
}

struct Builder<'a> {
    request: &'a Request,
    measure: &'a Measure,
    outcomes: &'a [Outcome],
    seeds: &'a Setting,
    /// Settings that vary within a cell: averaged for each seed, so that n stays the number of seeds.
    rest: &'a [&'a Setting],
}

impl Builder<'_> {
    fn cell(
        &self,
        runs: &[usize],
        tuned: Vec<(String, String)>,
        row: &[String],
        facts: &mut Facts,
    ) -> Result<Cell, AblationError> {
        let mut by_seed: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut sorted = runs.to_vec();
        sorted.sort_by_key(|&run| self.seeds.codes[run]);
        for group in sorted.chunk_by(|&a, &b| self.seeds.codes[a] == self.seeds.codes[b]) {
            by_seed.push((self.seeds.codes[group[0]], group.to_vec()));
        }
        let (mut sample, mut lost) = (Vec::new(), Lost::default());
        for (seed, runs) in &by_seed {
            let mut places: Vec<Vec<usize>> =
                runs.iter().map(|&run| self.rest.iter().map(|s| s.codes[run]).collect()).collect();
            places.sort_unstable();
            if places.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(AblationError::Twice {
                    pair_by: self.request.pair_by.clone(),
                    seed: self.seeds.shown(*seed),
                    row: row.join(", "),
                });
            }
            let varies =
                |place: &usize| places.iter().any(|of_run| of_run[*place] != places[0][*place]);
            facts.within.extend((0..self.rest.len()).filter(varies));
            facts.averages.push(places);
            let (values, of_seed) = Lost::split(runs.iter().map(|&run| self.outcomes[run]));
            facts.of_cells.extend(runs);
            match of_seed {
                of_seed if !of_seed.any() => sample.push((*seed, mean(&values))),
                Lost { diverged: 1.., .. } => lost.diverged += 1,
                Lost { missing: 1.., .. } => lost.missing += 1,
                _ => lost.missed += 1,
            }
        }
        let values: Vec<f64> = sample.iter().map(|&(_, value)| value).collect();
        if self.request.interval == IntervalKind::Bca && !facts.shared.is_none() {
            return Err(AblationError::BootstrapOfFolds(self.request.pair_by.clone()));
        }
        if self.request.interval == IntervalKind::Bca && by_seed.len() < BOOTSTRAP_LEAST {
            return Err(AblationError::FewForBootstrap(by_seed.len()));
        }
        let complete = !lost.any();
        let interval = match complete {
            true => interval(self.request.interval, &values, facts.shared),
            false => None,
        };
        Ok(Cell {
            n: by_seed.len(),
            mean: complete.then(|| mean(&values)),
            interval: interval.map(|interval| self.measure.cut(interval, &values)),
            half: interval.map(|interval| interval.half_width()),
            sample,
            lost,
            tuned,
            versus: None,
            best: false,
            standing: if complete { Standing::Untested } else { Standing::Lost },
            beaten_by: None,
        })
    }
}

/// The runs to report, and the settings that were chosen: (name, value).
type Choice = (Vec<usize>, Vec<(String, String)>);

/// How cells choose their settings.
struct Tuning<'a> {
    settings: Vec<&'a Setting>,
    measure: Measure,
    outcomes: Vec<Outcome>,
    by_seed: &'a Setting,
    /// The places of the seeds to choose with, ascending.
    seeds: Vec<usize>,
}

impl<'a> Tuning<'a> {
    fn new(
        runs: &'a Runs,
        request: &Request,
        tune: &Tune,
        by_seed: &'a Setting,
        selected: &[usize],
    ) -> Result<Self, AblationError> {
        let settings = tune.settings.iter().map(|name| runs.setting(name));
        let metric = request.metric.as_ref();
        let measure = runs.judge(&tune.metric, &request.epoch(), metric, request.better)?;
        let present = by_seed.present(selected);
        let seeds = match &tune.seeds {
            None => match default_tuning(present.len()) {
                Some(count) => present[..count].to_vec(),
                None => return Err(AblationError::FewSeeds(present.len())),
            },
            Some(texts) => {
                let mut seeds: Vec<usize> = Vec::new();
                for text in texts {
                    let seed = by_seed.find(text).filter(|seed| present.contains(seed));
                    seeds.push(seed.ok_or_else(|| {
                        AblationError::TuneSeeds(format!("{text}: there is no such seed"))
                    })?);
                }
                seeds.sort_unstable();
                seeds.dedup();
                if present.len() - seeds.len() < 2 {
                    let what = "leaves fewer than 2 seeds to report".to_string();
                    return Err(AblationError::TuneSeeds(what));
                }
                seeds
            }
        };
        let settings = settings.collect::<Result<_, _>>()?;
        let outcomes = runs.outcomes(&measure, selected)?;
        Ok(Self { settings, measure, outcomes, by_seed, seeds })
    }

    /// The runs of the best settings, without those of the seeds that chose, and the settings; `None` where no settings
    /// have a run with a value and one of these seeds.
    fn choose(&self, runs: &[usize]) -> Option<Choice> {
        let is_tuning = |run: usize| self.seeds.binary_search(&self.by_seed.codes[run]).is_ok();
        // The fewest seeds without a value first, then the best mean; the first of equals.
        let better = |a: (usize, f64), b: (usize, f64)| {
            a.0 < b.0 || a.0 == b.0 && self.measure.is_better(a.1, b.1)
        };
        let mut best: Option<(Choice, (usize, f64))> = None;
        for (choice, of_choice) in grouped(&self.settings, runs) {
            let tuning = of_choice.iter().filter(|&&run| is_tuning(run));
            let (values, _) = Lost::split(tuning.clone().map(|&run| self.outcomes[run]));
            if values.is_empty() {
                continue;
            }
            // A seed that is not there is as good as lost.
            let mut complete: BTreeMap<usize, bool> = BTreeMap::new();
            for &run in tuning {
                let has_value = matches!(self.outcomes[run], Outcome::Value(_));
                *complete.entry(self.by_seed.codes[run]).or_insert(true) &= has_value;
            }
            let lost = self.seeds.len() - complete.values().filter(|&&complete| complete).count();
            let score = (lost, mean(&values));
            if best.as_ref().is_none_or(|(_, leader)| better(score, *leader)) {
                let report = of_choice.iter().copied().filter(|&run| !is_tuning(run)).collect();
                let names = self.settings.iter().zip(&choice);
                let names = names.map(|(s, &c)| (s.name.clone(), s.shown(c))).collect();
                best = Some(((report, names), score));
            }
        }
        best.map(|(choice, _)| choice)
    }
}

/// How many of `n` seeds choose: at most half, and so few that the rest can be tested, if possible.
pub(super) fn default_tuning(n: usize) -> Option<usize> {
    let half = n / 2;
    let leaving = n.saturating_sub(super::MIN_PAIRS);
    let count = if leaving >= 2 { half.min(leaving) } else { half };
    (count >= 2).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuning_leaves_enough_seeds_to_test() {
        let counts = [3, 4, 5, 6, 8, 10, 20].map(default_tuning);
        assert_eq!(counts, [None, Some(2), Some(2), Some(3), Some(2), Some(4), Some(10)]);
    }
}
