//! The trials of a sweep, as a list in a fixed order.

use super::grid::{Grid, GridError, GridText};
use super::{Trial, TrialKey, work};
use crate::data::Dataset;
use crate::train::settings::{given, is_own_seed};
use crate::train::{Generator, MonitorOptions, SpecError, TrainingSpec};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use thiserror::Error;

/// The trials of a sweep. They are made one by one when they are asked for: a plan keeps a few
/// numbers of each.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    data: &'a Dataset,
    grids: Arc<Vec<Grid>>,
    monitors: MonitorOptions,
    trials: Vec<Place>,
    work: f64,
}

/// Where a trial comes from.
#[derive(Debug, Clone, Copy)]
struct Place {
    id: u64,
    point: u32,
    grid: u32,
    /// The epochs of a round of halving; 0 for what the grid says.
    epochs: u32,
    /// A single precision is enough to say which of two takes longer.
    work: f32,
}

/// A sweep that makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
    /// The way the grid is written.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// One of its trainings.
    #[error("{}: {error} (in the training {trial}; --when can keep options apart)", error.option())]
    Spec {
        /// What is wrong with it.
        error: SpecError,
        /// Its settings that are not the default.
        trial: String,
    },
    /// More trials than can be meant.
    #[error("more than {MOST} trainings: expected fewer values or seeds")]
    TooMany,
}

/// More trials are a typing error, or centuries.
const MOST: u64 = 100_000_000;

impl<'a> Plan<'a> {
    /// Lists the trials of some grids, each training once however often it is in them.
    ///
    /// # Errors
    ///
    /// For the first option, pairing or training that makes no sense.
    pub fn new(
        grids: &[GridText],
        monitors: &MonitorOptions,
        data: &'a Dataset,
    ) -> Result<Self, PlanError> {
        let grids: Vec<Grid> = grids.iter().map(Grid::read).collect::<Result<_, _>>()?;
        let lens: Option<Vec<u64>> = grids.iter().map(Grid::len).collect();
        let lens =
            lens.filter(|lens| lens.iter().try_fold(0u64, |a, &b| a.checked_add(b)) <= Some(MOST));
        let lens = lens.filter(|lens| lens.iter().all(|&len| len <= MOST));
        let lens = lens.ok_or(PlanError::TooMany)?;
        let (grids, monitors) = (Arc::new(grids), monitors.clone());
        let trials = Vec::with_capacity(lens.iter().sum::<u64>() as usize);
        let mut plan = Self { data, grids, monitors, trials, work: 0.0 };
        for (grid, &points) in lens.iter().enumerate() {
            let seeds = plan.grids[grid].seeds().map(<[u64]>::to_vec).unwrap_or_default();
            let mut point = 0;
            while point < points {
                let place =
                    Place { id: 0, point: point as u32, grid: grid as u32, epochs: 0, work: 0.0 };
                let spec = plan.spec(place);
                if let Err(error) = spec.validate(data) {
                    let trial = given(&spec).filter(|(name, _)| *name != "seed");
                    let trial: Vec<String> = trial.map(|(c, v)| format!("{c}={v}")).collect();
                    return Err(PlanError::Spec { error, trial: trial.join(" ") });
                }
                let place = Place { work: work(&spec, data) as f32, ..place };
                // The author's generators do not take every seed; and where something has its own, the others may
                // make no difference.
                let alike = match spec.rng {
                    Generator::Author => &[],
                    _ if spec.has_own_seeds() => &[],
                    Generator::Chacha8 | Generator::Shared => seeds.as_slice(),
                };
                let spec = spec.canonical();
                if alike.is_empty() {
                    plan.push(Place { id: TrialKey::of_trial(&spec, data), ..place });
                }
                let mut key = TrialKey::new(&spec, data);
                for (point, &seed) in (place.point..).zip(alike) {
                    plan.push(Place { id: key.of(seed), point, ..place });
                }
                point += alike.len().max(1) as u64;
            }
        }
        plan.keep_first();
        Ok(plan)
    }

    /// Of trials with one id only the first stays.
    fn keep_first(&mut self) {
        let mut ids: Vec<u64> = self.trials.iter().map(|place| place.id).collect();
        ids.sort_unstable();
        if ids.windows(2).all(|pair| pair[0] < pair[1]) {
            return;
        }
        let mut seen = HashSet::new();
        self.trials.retain(|place| seen.insert(place.id));
        self.work = self.trials.iter().map(|place| f64::from(place.work)).sum();
    }

    fn push(&mut self, place: Place) {
        self.work += f64::from(place.work);
        self.trials.push(place);
    }

    /// The data that all are trained on.
    pub fn data(&self) -> &'a Dataset {
        self.data
    }

    /// The number of trials.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// The [key](Trial::key) of a trial.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn key(&self, place: usize) -> u64 {
        self.trials[place].id
    }

    /// A trial.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn trial(&self, place: usize) -> Trial {
        let place = self.trials[place];
        Trial::with_key(place.id, self.spec(place), self.data)
    }

    /// The estimated [work](work()) of a trial.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn work(&self, place: usize) -> f64 {
        f64::from(self.trials[place].work)
    }

    /// The estimated work of all trials.
    pub fn total_work(&self) -> f64 {
        self.work
    }

    /// The places of the trials, those that take longest first, else as in the list.
    pub fn longest_first(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.len()).collect();
        places.sort_by(|&a, &b| self.trials[b].work.total_cmp(&self.trials[a].work));
        places
    }

    /// What is varied, with the number of values: `eta (7)`; for each grid.
    pub fn describe(&self) -> Vec<String> {
        self.grids.iter().map(|grid| grid.describe().join(" × ")).collect()
    }

    /// The options that are set for a trial, apart from the seed, by name.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn setting(&self, place: usize) -> BTreeMap<String, String> {
        let Place { grid, point, epochs, .. } = self.trials[place];
        let mut setting = self.grids[grid as usize].setting(point.into());
        if epochs > 0 {
            setting.insert("epochs".into(), epochs.to_string());
        }
        setting
    }

    /// The places of the trials that count in the end: all of them, but of a search by halving those
    /// of the last round.
    pub fn last_round(&self) -> Vec<usize> {
        let last = self.trials.iter().map(|place| place.epochs).max().unwrap_or(0);
        (0..self.len()).filter(|&place| self.trials[place].epochs == last).collect()
    }

    /// Groups trials by their settings: the places of those that differ in seeds alone, that of all or those of
    /// their own, in the order of the plan.
    ///
    /// # Panics
    ///
    /// When one is not there.
    pub fn settings(&self, places: &[usize]) -> Vec<Vec<usize>> {
        let mut settings: Vec<Vec<usize>> = Vec::new();
        let mut known = HashMap::new();
        for &place in places {
            let mut setting = self.setting(place);
            setting.retain(|name, _| !is_own_seed(name));
            let index = *known.entry(setting).or_insert(settings.len());
            match settings.get_mut(index) {
                Some(setting) => setting.push(place),
                None => settings.push(vec![place]),
            }
        }
        settings
    }

    /// What tells the setting of a trial from others: `eta=0.5 batch-size=10`.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn label(&self, place: usize) -> String {
        self.label_of(place, |_| true)
    }

    /// The same without seeds of their own, which are no settings to choose from.
    ///
    /// # Panics
    ///
    /// As [`label`](Self::label).
    pub fn setting_label(&self, place: usize) -> String {
        self.label_of(place, |name| !is_own_seed(name))
    }

    fn label_of(&self, place: usize, is_told: impl Fn(&str) -> bool) -> String {
        let setting = self.setting(place);
        // With several grids anything may differ.
        let is_round = self.trials[place].epochs > 0;
        let shown = |name: &str| {
            let varied = self.grids.len() > 1 || self.grids[0].varied().any(|v| v == name);
            varied || (is_round && name == "epochs")
        };
        let shown = setting.iter().filter(|(name, _)| shown(name) && is_told(name));
        let label: Vec<String> = shown.map(|(name, value)| format!("{name}={value}")).collect();
        label.join(" ")
    }

    /// A trial in one line: its id, what tells its setting from others, its seed.
    ///
    /// # Panics
    ///
    /// When there is none at that place.
    pub fn line(&self, place: usize) -> String {
        let trial = self.trial(place);
        format!("{}  {} seed={}", trial.id, self.label(place), trial.spec.seed)
    }

    /// The place of the trial whose id begins with `prefix`, if there is just one.
    ///
    /// # Errors
    ///
    /// With the number of trials there are.
    pub fn find(&self, prefix: &str) -> Result<usize, usize> {
        let is_it = |&place: &usize| format!("{:016x}", self.key(place)).starts_with(prefix);
        let found: Vec<usize> = (0..self.len()).filter(is_it).collect();
        match found[..] {
            [place] => Ok(place),
            _ => Err(found.len()),
        }
    }

    fn spec(&self, place: Place) -> TrainingSpec {
        let draft = self.grids[place.grid as usize].draft(place.point.into());
        let mut spec = draft.spec(&self.monitors, self.data);
        if place.epochs > 0 {
            spec.epochs = place.epochs as usize;
        }
        spec
    }

    /// Some of the trials, trained for another number of epochs.
    ///
    /// # Panics
    ///
    /// When one is not there.
    pub(super) fn round(&self, places: &[usize], epochs: usize) -> Self {
        let mut round = Self {
            data: self.data,
            grids: Arc::clone(&self.grids),
            monitors: self.monitors.clone(),
            trials: Vec::new(),
            work: 0.0,
        };
        for &place in places {
            let place = Place { epochs: epochs as u32, ..self.trials[place] };
            let spec = self.spec(place);
            let work = work(&spec, self.data) as f32;
            round.push(Place { id: Trial::new(spec, self.data).key(), work, ..place });
        }
        round
    }

    /// Adds the trials of another round.
    pub(super) fn append(&mut self, round: &Self) {
        for &place in &round.trials {
            self.push(place);
        }
    }
}
