//! The best settings of a sweep once more with fresh seeds: the seeds that chose them flatter them.

use super::{Sweep, SweepError};
use crate::stats::{Interval, confidence_interval, mean};
use crate::sweep::{GridText, Plan, Ranked, SweepDirectory, SweepSpec, rank, seed_text};
use crate::train::{Metric, Randomised};

/// The best settings of a sweep, and the sweep that trains them again.
#[derive(Debug)]
pub struct Confirm<'a> {
    /// What they were chosen by.
    pub metric: Metric,
    /// How many there were to choose from.
    pub tried: usize,
    /// The fresh seeds, as in `11..30`.
    pub seeds: String,
    /// How each setting did with the seeds by which it was chosen.
    pub chosen: Vec<Ranked>,
    /// What trains them again; it may hold more, from confirmations before.
    pub sweep: Sweep<'a>,
    /// The settings alone.
    plan: Plan<'a>,
}

/// A setting before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// With the seeds by which it was chosen.
    pub tuned: Ranked,
    /// With fresh ones.
    pub fresh: Ranked,
}

/// By how much one setting was better than another.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// With the seeds by which they were chosen.
    pub when_chosen: f64,
    /// With fresh ones, on average.
    pub fresh: f64,
    /// The 95 % interval of the differences, paired by seed.
    pub interval: Option<Interval>,
}

impl<'a> Sweep<'a> {
    /// Chooses the `top` best settings, to train them with `seeds` seeds above those of the sweep, in a
    /// sweep of its own in the directory confirm/. Nothing is written.
    ///
    /// # Errors
    ///
    /// When there is nothing to choose from or by, something random has a seed of its own, or no seeds are left.
    pub fn confirm(&self, top: usize, seeds: u64) -> Result<Confirm<'a>, SweepError> {
        let journals = self.journals()?;
        let (plan, _) = self.trials_so_far(&journals)?;
        let ranking = self.ranking()?;
        let mut settings = ranking.settings;
        settings.retain(|setting| !setting.values.is_empty());
        let path = || self.directory.path().to_path_buf();
        let (mut used, mut own) = (None, None);
        for place in plan.last_round() {
            let spec = plan.trial(place).spec;
            used = used.max(Some(spec.seed));
            own = own.or(Randomised::ALL.into_iter().find(|&what| spec.own_seed(what).is_some()));
        }
        if let Some(own) = own {
            return Err(SweepError::OwnSeeds { path: path(), option: own.option() });
        }
        let (Some(last), false) = (used, settings.is_empty()) else {
            return Err(SweepError::NoResults(path()));
        };
        let tried = settings.len();
        settings.truncate(top);
        let fresh: Option<Vec<u64>> = (1..=seeds).map(|i| last.checked_add(i)).collect();
        let fresh = fresh.ok_or_else(|| SweepError::NoSeeds { path: path(), last })?;
        let seeds = seed_text(&fresh);
        let grid = |setting: &Ranked| {
            let mut axes = plan.setting(setting.places[0]);
            axes.insert("seed".into(), seeds.clone());
            GridText { axes, ..GridText::default() }
        };
        let grids = settings.iter().map(grid).collect();
        let asked = SweepSpec {
            grids,
            halving: None,
            until: None,
            experiment: None,
            trainings: 0,
            ..self.spec.clone()
        };
        // A sweep like any other, that can be interrupted and grows with what is asked of it.
        let directory = SweepDirectory::new(&self.directory.path().join("confirm"));
        let monitors = asked.monitors().map_err(SweepError::Monitor)?;
        let of_settings = Plan::new(&asked.grids, &monitors, plan.data())?;
        let sweep = Sweep::new(directory, &asked, true, plan.data())?;
        let metric = ranking.metric;
        Ok(Confirm { metric, tried, seeds, chosen: settings, sweep, plan: of_settings })
    }
}

impl Confirm<'_> {
    /// The settings before and after, once the sweep has been run.
    ///
    /// # Errors
    ///
    /// When a journal cannot be read.
    pub fn results(&self) -> Result<Vec<Confirmed>, SweepError> {
        let journals = self.sweep.journals()?;
        let places: Vec<usize> = (0..self.plan.len()).collect();
        let mut fresh = rank(&self.plan, &places, &journals, self.metric)?;
        // In the order in which they were chosen.
        fresh.sort_by_key(|setting| setting.places[0]);
        let pairs = self.chosen.iter().cloned().zip(fresh);
        Ok(pairs.map(|(tuned, fresh)| Confirmed { tuned, fresh }).collect())
    }
}

impl Confirmed {
    /// By how much it was better when it was chosen than with fresh seeds.
    pub fn luck(&self, metric: Metric) -> f64 {
        metric.gain(self.tuned.mean(), mean(&self.fresh.values))
    }

    /// By how much it was better than another.
    pub fn lead(&self, next: &Self, metric: Metric) -> Lead {
        let pairs = self.fresh.values.iter().zip(&next.fresh.values);
        let fresh: Vec<f64> = pairs.map(|(&a, &b)| metric.gain(a, b)).collect();
        Lead {
            when_chosen: metric.gain(self.tuned.mean(), next.tuned.mean()),
            fresh: mean(&fresh),
            interval: confidence_interval(&fresh, 0.95),
        }
    }
}
