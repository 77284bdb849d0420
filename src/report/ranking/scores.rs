//! The runs of a method on a data set become a score.

use super::request::PATH;
use super::{LeaveOut, RankingError, RankingRequest};
use crate::report::ablation::{grouped, select};
use crate::results::runs::{Lost, Measure, Runs, Setting};
use crate::stats::{Best, mean};
use std::collections::BTreeMap;

/// The scores of methods on data sets.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// The names of the settings that tell the methods apart.
    pub by: Vec<String>,
    /// The methods, short enough to be read.
    pub methods: Vec<String>,
    /// The values of their settings as they are in the file.
    pub raw_methods: Vec<Vec<String>>,
    /// The data sets.
    pub data_sets: Vec<String>,
    /// The scores, method by method.
    pub scores: Vec<Vec<Score>>,
    /// The methods or data sets that were left out, as a method has no value on a data set.
    pub dropped: Vec<String>,
    /// Settings in which the runs of a method on a data set differ.
    pub differing: Vec<String>,
    /// The places of the values of the settings of each method.
    keys: Vec<Vec<usize>>,
}

/// What a method came to on a data set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Score {
    /// The values of its runs.
    pub values: Vec<f64>,
    /// The runs that have none.
    pub lost: Lost,
    /// All runs.
    pub runs: Vec<usize>,
}

impl Score {
    /// The mean over the seeds; none where a run is lost, as one over the others would flatter.
    pub fn mean(&self) -> Option<f64> {
        (!self.lost.any() && !self.values.is_empty()).then(|| mean(&self.values))
    }

    /// Whether there are runs, and those of other programs have values.
    fn is_complete(&self) -> bool {
        !self.runs.is_empty() && self.lost.missing == 0
    }
}

/// More methods cannot be shown.
const MOST_METHODS: usize = 40;

/// What tells data sets apart.
struct DataSets {
    names: Vec<String>,
    /// The place of its name for every run.
    codes: Vec<usize>,
}

impl Scores {
    pub(super) fn read(
        runs: &Runs,
        request: &RankingRequest,
        measure: &Measure,
    ) -> Result<Self, RankingError> {
        let selected = select(runs, &request.conditions)?;
        let settings = request.by.iter().map(|name| runs.setting(name));
        let settings: Vec<&Setting> = settings.collect::<Result<_, _>>()?;
        let data = data_sets(runs, request)?;
        let outcomes = runs.outcomes(measure, &selected)?;
        let mut present: Vec<usize> = selected.iter().map(|&run| data.codes[run]).collect();
        present.sort_unstable();
        present.dedup();
        let mut scores = Self {
            by: request.by.clone(),
            data_sets: present.iter().map(|&code| data.names[code].clone()).collect(),
            ..Self::default()
        };
        for (key, of_method) in grouped(&settings, &selected) {
            let name = name(&settings, &key);
            let mut line = Vec::new();
            for &code in &present {
                let here = of_method.iter().copied().filter(|&run| data.codes[run] == code);
                let here: Vec<usize> = here.collect();
                scores.check(runs, request, &here, [&name, &data.names[code]])?;
                let (values, lost) = Lost::split(here.iter().map(|&run| outcomes[run]));
                line.push(Score { values, lost, runs: here });
            }
            let raw = settings.iter().zip(&key).map(|(s, &c)| s.values[c].clone());
            scores.raw_methods.push(raw.collect());
            scores.methods.push(name);
            scores.scores.push(line);
            scores.keys.push(key);
        }
        if let [only] = scores.methods.as_slice() {
            return Err(RankingError::OneMethod(only.clone()));
        }
        if let [only] = scores.data_sets.as_slice() {
            return Err(RankingError::OneData(only.clone()));
        }
        scores.complete(request)?;
        match scores.methods.len() {
            there if there > MOST_METHODS => {
                Err(RankingError::ManyMethods { most: MOST_METHODS, there })
            }
            _ => Ok(scores),
        }
    }

    /// Refuses runs of a method on a data set that nothing tells apart, and takes down what else they differ in.
    fn check(
        &mut self,
        runs: &Runs,
        request: &RankingRequest,
        here: &[usize],
        [method, data]: [&str; 2],
    ) -> Result<(), RankingError> {
        let named = |setting: &&Setting| {
            request.by.contains(&setting.name) || request.data.as_ref() == Some(&setting.name)
        };
        let others = |of: &[usize]| -> Vec<String> {
            let varying = runs.varying(of, &request.pair_by).filter(|setting| !named(setting));
            varying.map(|setting| setting.name.clone()).collect()
        };
        let twice = |seed: String, of: &[usize]| {
            let others = others(of);
            RankingError::Twice {
                method: method.into(),
                data: data.into(),
                pair_by: request.pair_by.clone(),
                seed,
                differ: match others.is_empty() {
                    true => "no setting tells them apart".into(),
                    false => format!("they differ in {}", others.join(", ")),
                },
            }
        };
        let seeds = match runs.setting(&request.pair_by) {
            Ok(seeds) => Some(seeds),
            // Without seeds, rows of equal settings are repetitions.
            Err(_) if request.pair_by == RankingRequest::default().pair_by => None,
            Err(error) => return Err(error.into()),
        };
        let mut by_seed: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for &run in here {
            by_seed.entry(seeds.map(|seeds| seeds.codes[run])).or_default().push(run);
        }
        for (seed, of_seed) in by_seed.into_iter().filter(|(_, of_seed)| of_seed.len() > 1) {
            match seed.zip(seeds) {
                Some((seed, seeds)) => {
                    return Err(twice(format!(" {}", seeds.shown(seed)), &of_seed));
                }
                None if !others(&of_seed).is_empty() => {
                    return Err(twice(" (there is no such column)".into(), &of_seed));
                }
                None => {}
            }
        }
        for other in others(here) {
            if !self.differing.contains(&other) {
                self.differing.push(other);
            }
        }
        Ok(())
    }

    /// Leaves out what has holes, as the request says, or refuses it.
    fn complete(&mut self, request: &RankingRequest) -> Result<(), RankingError> {
        let places =
            (0..self.methods.len()).flat_map(|m| (0..self.data_sets.len()).map(move |d| (m, d)));
        let holes: Vec<(usize, usize)> =
            places.filter(|&(m, d)| !self.scores[m][d].is_complete()).collect();
        let Some(&(method, data)) = holes.first() else {
            return Ok(());
        };
        let what = if self.scores[method][data].runs.is_empty() { "run" } else { "value of a run" };
        let (first_method, first_data) =
            (self.methods[method].clone(), self.data_sets[data].clone());
        match request.drop_incomplete {
            None => {
                let more = match holes.len() - 1 {
                    0 => String::new(),
                    1 => ", and there is another such place".into(),
                    n => format!(", and there are {n} other such places"),
                };
                let (method, data) = (first_method, first_data);
                return Err(RankingError::Incomplete { method, data, what, more });
            }
            Some(LeaveOut::Methods) => {
                for method in (0..self.methods.len()).rev() {
                    if holes.iter().any(|hole| hole.0 == method) {
                        self.dropped.insert(0, self.methods.remove(method));
                        self.raw_methods.remove(method);
                        self.scores.remove(method);
                        self.keys.remove(method);
                    }
                }
            }
            Some(LeaveOut::Data) => {
                for data in (0..self.data_sets.len()).rev() {
                    if holes.iter().any(|hole| hole.1 == data) {
                        self.dropped.insert(0, self.data_sets.remove(data));
                        self.scores.iter_mut().for_each(|line| drop(line.remove(data)));
                    }
                }
            }
        }
        let (option, left, noun) = match request.drop_incomplete {
            Some(LeaveOut::Data) => ("data", self.data_sets.len(), "data set"),
            _ => ("methods", self.methods.len(), "method"),
        };
        if left < 2 {
            let left = if left == 0 { format!("no {noun}") } else { format!("only 1 {noun}") };
            let first = format!("{first_method} has no {what} on {first_data}");
            return Err(RankingError::NothingLeft { option, left, first });
        }
        Ok(())
    }

    /// The scores of all methods on a data set; the worst possible one where a run is lost.
    pub(super) fn on(&self, data: usize, best: Best) -> Vec<f64> {
        let worst = match best {
            Best::Highest => f64::NEG_INFINITY,
            Best::Lowest => f64::INFINITY,
        };
        self.scores.iter().map(|line| line[data].mean().unwrap_or(worst)).collect()
    }

    /// Puts the methods in the order of some numbers; equal ones stay as they are.
    pub(super) fn sort_by(&mut self, numbers: &[f64]) {
        let mut order: Vec<usize> = (0..self.methods.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        fn moved<T: Clone>(order: &[usize], of: &[T]) -> Vec<T> {
            order.iter().map(|&place| of[place].clone()).collect()
        }
        self.methods = moved(&order, &self.methods);
        self.raw_methods = moved(&order, &self.raw_methods);
        self.scores = moved(&order, &self.scores);
        self.keys = moved(&order, &self.keys);
    }

    /// The method with these values of its settings, separated by commas.
    pub(super) fn find(
        &self,
        runs: &Runs,
        request: &RankingRequest,
        baseline: &str,
    ) -> Result<usize, RankingError> {
        let settings = request.by.iter().map(|name| runs.setting(name));
        let settings: Vec<&Setting> = settings.collect::<Result<_, _>>()?;
        // A single value may hold commas.
        let wanted: Vec<&str> = match settings.len() {
            1 => vec![baseline.trim()],
            _ => baseline.split(',').map(str::trim).collect(),
        };
        let key: Option<Vec<usize>> = (wanted.len() == settings.len())
            .then(|| {
                settings.iter().zip(wanted).map(|(setting, text)| setting.find(text)).collect()
            })
            .flatten();
        let by_key = key.and_then(|key| self.keys.iter().position(|other| *other == key));
        let found = by_key.or_else(|| self.methods.iter().position(|method| method == baseline));
        found.ok_or_else(|| RankingError::Baseline {
            baseline: baseline.into(),
            methods: self.methods.join("; "),
        })
    }

    /// All runs that have no value.
    pub fn lost(&self) -> Lost {
        let mut lost = Lost::default();
        self.scores.iter().flatten().for_each(|score| lost += score.lost);
        lost
    }

    /// How many runs there are.
    pub fn runs(&self) -> usize {
        self.scores.iter().flatten().map(|score| score.runs.len()).sum()
    }

    /// The fewest and the most runs of a method on a data set.
    pub(super) fn seeds(&self) -> (usize, usize) {
        let counts = self.scores.iter().flatten().map(|score| score.runs.len());
        counts.fold((usize::MAX, 0), |(least, most), n| (least.min(n), most.max(n)))
    }
}

/// `relu`, `eta = 0.1`: a number alone says nothing.
fn name(settings: &[&Setting], key: &[usize]) -> String {
    let words = settings.iter().zip(key).map(|(setting, &code)| {
        let shown = setting.shown(code);
        match shown.parse::<f64>().is_ok() || shown == "none" {
            true => format!("{} = {shown}", setting.name.replace('_', " ")),
            false => shown,
        }
    });
    words.collect::<Vec<_>>().join(", ")
}

fn data_sets(runs: &Runs, request: &RankingRequest) -> Result<DataSets, RankingError> {
    let by = request.data.as_deref().unwrap_or(PATH);
    if by != PATH {
        let setting = runs.setting(by)?;
        let names = (0..setting.values.len()).map(|code| setting.shown(code)).collect();
        return Ok(DataSets { names, codes: setting.codes.clone() });
    }
    let files = runs.files();
    let short = |path: &&std::path::Path| {
        let ours =
            path.file_name().is_some_and(|name| name == "trials.csv" || name == "epochs.csv");
        let named = if ours { path.parent().and_then(|p| p.file_name()) } else { path.file_stem() };
        named.map_or(path.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    let mut names: Vec<String> = files.iter().map(short).collect();
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    if sorted.len() < names.len() {
        names = files.iter().map(|path| path.display().to_string()).collect();
    }
    let codes = (0..runs.len()).map(|run| runs.file_of(run)).collect();
    Ok(DataSets { names, codes })
}
