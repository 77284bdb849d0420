//! Seeds are added to a sweep until enough is known, by intervals that hold whenever it stops.

use super::{Sweep, SweepError};
use crate::stats::{Interval, Looks, intersection, mean};
use crate::sweep::until::{FIRST_SEEDS, Goal};
use crate::sweep::{
    Entry, GridText, Journals, Plan, SPEC_FILE, SweepDirectory, SweepSpec, Trial, seed_text, seeds,
};
use crate::train::{Metric, Randomised, Status, TrainingSpec};
use std::collections::{BTreeMap, BTreeSet};

/// What may be wrong in all looks of all comparisons together.
const ALPHA: f64 = 0.05;

/// A sweep to which seeds are added.
#[derive(Debug)]
pub struct Sequential<'a> {
    plan: Plan<'a>,
    directory: SweepDirectory,
    asked: SweepSpec,
    /// What is to be known.
    pub goal: Goal,
    /// Of what.
    pub metric: Metric,
    /// After how many seeds there are looks.
    pub looks: Looks,
    seeds: Vec<u64>,
    /// The settings, as they are known by now; the first is the baseline.
    pub settings: Vec<Known>,
    /// How many looks there have been.
    pub looked: usize,
}

/// A setting, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// What tells it from others, `eta=0.5 batch-size=10`.
    pub label: String,
    /// A place of its trials in the plan.
    place: usize,
    /// The values of the metric, seed by seed.
    values: Vec<f64>,
    /// The seeds that diverged or failed.
    pub lost: usize,
    /// The mean, or how much better than the baseline it is on average.
    pub mean: f64,
    /// The intervals of all looks together: of the mean, or of how much better it is.
    pub interval: Option<Interval>,
    /// After how many seeds what came of it.
    pub ended: Option<(usize, Verdict)>,
}

/// What is known of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is better than the baseline.
    Better,
    /// It is worse than the baseline.
    Worse,
    /// It differs from the baseline by less than the margin.
    Within,
    /// Its mean is known well enough.
    Known,
    /// Some of its trainings have no value, or those of the baseline.
    Lost,
}

/// Why no more seeds are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// All is known that was asked for.
    Enough,
    /// There are as many seeds as there may be.
    MostSeeds,
}

impl<'a> Sweep<'a> {
    /// Prepares to add seeds to this sweep until what its specification asks for is known. Nothing is written.
    ///
    /// # Errors
    ///
    /// When it asks for nothing, for what makes no sense, or there is nothing to compare or measure.
    pub fn sequential(&self) -> Result<Sequential<'a>, SweepError> {
        let wrong = |problem: String| SweepError::Until(problem);
        let until =
            self.spec.until.as_ref().ok_or_else(|| wrong("nothing was asked for".into()))?;
        let ranked_by = self.metric();
        let goal = until.goal(ranked_by).map_err(wrong)?;
        let (Goal::Decided { metric, .. } | Goal::Width { metric, .. }) = goal;
        let metric = metric.or(ranked_by).ok_or(SweepError::NoMetric)?;
        if !self.plan.is_empty() && !self.plan.trial(0).spec.monitored().contains(metric) {
            return Err(wrong(format!(
                "{} is not monitored: name it with --monitor",
                metric.column().replace("_", "-")
            )));
        }
        let mut first = seeds(&until.first).map_err(wrong)?;
        first.sort_unstable();
        first.dedup();
        if first.len() < FIRST_SEEDS {
            let n = first.len();
            return Err(wrong(format!(
                "{n} seeds to begin with: expected {FIRST_SEEDS} or more (--seeds)"
            )));
        }
        let most = usize::try_from(until.most).unwrap_or(usize::MAX);
        if most < first.len() {
            let n = first.len();
            return Err(wrong(format!(
                "at most {most} seeds (--max-seeds), but {n} to begin with"
            )));
        }
        let looks = Looks::new(first.len(), most, ALPHA);
        let last = first[first.len() - 1];
        let more = (1..=(most - first.len()) as u64).map(|i| last.checked_add(i));
        let more: Option<Vec<u64>> = more.collect();
        let path = || self.directory.path().to_path_buf();
        first.extend(more.ok_or_else(|| SweepError::NoSeeds { path: path(), last })?);
        if matches!(goal, Goal::Width { .. }) && !until.baseline.is_empty() {
            return Err(wrong(
                "--baseline: means are compared with nothing; expected decided".into(),
            ));
        }
        let all: Vec<usize> = (0..self.plan.len()).collect();
        for &place in &all {
            let spec = self.plan.trial(place).spec;
            if let Some(own) =
                Randomised::ALL.into_iter().find(|&what| spec.own_seed(what).is_some())
            {
                return Err(wrong(format!(
                    "--{}: what has a seed of its own stays as it is when seeds are added; expected none",
                    own.option()
                )));
            }
        }
        self.check_comparisons()?;
        let places: Vec<usize> =
            self.plan.settings(&all).into_iter().map(|places| places[0]).collect();
        let labels = labels(&self.plan, &places);
        let setting = |(&place, label): (&usize, String)| Known {
            label,
            place,
            values: Vec::new(),
            lost: 0,
            mean: f64::NAN,
            interval: None,
            ended: None,
        };
        let mut settings: Vec<Known> = places.iter().zip(labels).map(setting).collect();
        if matches!(goal, Goal::Decided { .. }) && settings.len() < 2 {
            return Err(wrong(
                "a single setting has no other to be compared with; expected width:…".into(),
            ));
        }
        let baseline = baseline(&settings, &until.baseline).map_err(wrong)?;
        settings[..=baseline].rotate_right(1);
        Ok(Sequential {
            plan: self.plan.clone(),
            directory: self.directory.clone(),
            asked: SweepSpec { trainings: 0, ..self.spec.clone() },
            goal,
            metric,
            looks,
            seeds: first,
            settings,
            looked: 0,
        })
    }
}

impl Sweep<'_> {
    /// Makes sure that what is compared was fixed before anything was looked at.
    fn check_comparisons(&self) -> Result<(), SweepError> {
        if !self.directory.path().join(SPEC_FILE).exists() {
            return Ok(());
        }
        let frozen = self.directory.spec()?;
        let monitors = frozen.monitors().map_err(SweepError::Monitor)?;
        let before = Plan::new(&frozen.grids, &monitors, self.plan.data())?;
        let settings = |plan: &Plan| -> BTreeSet<BTreeMap<String, String>> {
            (0..plan.len()).map(|place| plan.setting(place)).collect()
        };
        let (before, now) = (settings(&before), settings(&self.plan));
        match now.difference(&before).next() {
            None => Ok(()),
            Some(new) => {
                let new: Vec<String> = new.iter().map(|(k, v)| format!("{k}={v}")).collect();
                Err(SweepError::Until(format!(
                    "{}: what is compared was fixed when the sweep began; expected no other setting than then, not {}",
                    self.directory.path().display(),
                    new.join(" ")
                )))
            }
        }
    }
}

/// What tells the settings at some places from each other, whatever grids they stand in.
fn labels(plan: &Plan, places: &[usize]) -> Vec<String> {
    let settings: Vec<_> = places.iter().map(|&place| plan.setting(place)).collect();
    let differs = |name: &str| settings.iter().any(|s| s.get(name) != settings[0].get(name));
    let label = |setting: &BTreeMap<String, String>| {
        let shown = setting.iter().filter(|(name, _)| differs(name));
        shown.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    settings.iter().map(label).collect()
}

/// The place of the setting that has all words of a text.
fn baseline(settings: &[Known], text: &str) -> Result<usize, String> {
    let wanted: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let has = |setting: &&Known| {
        wanted.iter().all(|wanted| setting.label.split(' ').any(|word| word == *wanted))
    };
    let mut found = settings.iter().enumerate().filter(|(_, setting)| has(setting));
    match (found.next(), found.next()) {
        (Some((place, _)), other) if other.is_none() || wanted.is_empty() => Ok(place),
        (found, _) => {
            let names: Vec<&str> = settings.iter().map(|s| s.label.as_str()).take(8).collect();
            let what = if found.is_none() { "no setting has" } else { "several settings have" };
            Err(format!(
                "--baseline: {what} '{text}'; expected what one of them has alone: {}",
                names.join("; ")
            ))
        }
    }
}

impl<'a> Sequential<'a> {
    /// How many comparisons, or means, share what a look may be wrong with.
    pub fn comparisons(&self) -> usize {
        match self.goal {
            Goal::Decided { .. } => self.settings.len() - 1,
            Goal::Width { .. } => self.settings.len(),
        }
    }

    /// Why no more seeds are added; `None` if more are needed.
    pub fn stopped(&self) -> Option<Stopped> {
        if self.looked > 0 && !self.is_open() {
            return Some(Stopped::Enough);
        }
        (self.looked == self.looks.sizes().len()).then_some(Stopped::MostSeeds)
    }

    fn is_open(&self) -> bool {
        let compared = usize::from(matches!(self.goal, Goal::Decided { .. }));
        self.settings[compared..].iter().any(|setting| setting.ended.is_none())
    }

    /// The sweep whose trainings the next look needs, which may be there already; `None` if there is no other look.
    ///
    /// # Errors
    ///
    /// When the directory holds something else, or one of the trainings makes no sense.
    pub fn next_sweep(&self) -> Result<Option<Sweep<'a>>, SweepError> {
        if self.stopped().is_some() {
            return Ok(None);
        }
        let mut asked = self.asked.clone();
        if self.looked > 0 {
            let sizes = self.looks.sizes();
            let new = seed_text(&self.seeds[sizes[self.looked - 1]..sizes[self.looked]]);
            // The baseline is needed as long as anything is.
            let open = self.settings.iter().enumerate().filter(|(place, setting)| {
                setting.ended.is_none()
                    || (*place == 0 && matches!(self.goal, Goal::Decided { .. }))
            });
            asked.grids = open
                .map(|(_, setting)| {
                    let mut axes = self.plan.setting(setting.place);
                    axes.insert("seed".into(), new.clone());
                    GridText { axes, ..GridText::default() }
                })
                .collect();
        }
        Sweep::new(self.directory.clone(), &asked, true, self.plan.data()).map(Some)
    }

    /// Looks at what has been trained.
    ///
    /// # Errors
    ///
    /// When a journal cannot be read, or trainings of the look have no result yet.
    ///
    /// # Panics
    ///
    /// If there is no other look.
    pub fn look(&mut self) -> Result<(), SweepError> {
        let (look, n) = (self.looked, self.looks.sizes()[self.looked]);
        let journals = Journals::read(&[self.directory.path()])?;
        let goal = self.goal;
        for place in 0..self.settings.len() {
            let needed = self.settings[place].ended.is_none()
                || (place == 0 && matches!(goal, Goal::Decided { .. }));
            if needed {
                self.read(place, n, &journals)?;
            }
        }
        let comparisons = self.comparisons();
        let baseline = self.settings[0].clone();
        for setting in self.settings.iter_mut().filter(|setting| setting.ended.is_none()) {
            let (values, lost): (Vec<f64>, usize) = match goal {
                Goal::Width { .. } => (setting.values.clone(), setting.lost),
                Goal::Decided { .. } if setting.place == baseline.place => continue,
                Goal::Decided { .. } => {
                    let pairs = setting.values.iter().zip(&baseline.values);
                    let gains = pairs.map(|(&a, &b)| self.metric.gain(a, b)).collect();
                    (gains, setting.lost + baseline.lost)
                }
            };
            if lost > 0 {
                (setting.mean, setting.interval) = (f64::NAN, None);
                setting.ended = Some((n, Verdict::Lost));
                continue;
            }
            setting.mean = mean(&values);
            let now = self.looks.interval(look, &values, comparisons);
            setting.interval = intersection(setting.interval.into_iter().chain(now));
            let verdict = setting.interval.and_then(|interval| judged(goal, interval));
            setting.ended = verdict.map(|verdict| (n, verdict));
        }
        self.looked += 1;
        Ok(())
    }

    /// Reads the values of the first `n` seeds of a setting.
    fn read(&mut self, place: usize, n: usize, journals: &Journals) -> Result<(), SweepError> {
        let metric = self.metric;
        let spec = self.plan.trial(self.settings[place].place).spec;
        let (mut values, mut lost, mut left) = (Vec::with_capacity(n), 0, 0);
        for &seed in &self.seeds[..n] {
            let trial = Trial::new(TrainingSpec { seed, ..spec.clone() }, self.plan.data());
            match journals.get(trial.key())? {
                Some(Entry::Done(history)) => {
                    let value = history.last(metric).unwrap_or(f64::NAN);
                    let diverged = matches!(history.status, Status::Diverged { .. });
                    lost += usize::from(diverged || !value.is_finite());
                    values.push(value);
                }
                _ => left += 1,
            }
        }
        if left > 0 {
            return Err(SweepError::Unfinished { path: self.directory.path().into(), left });
        }
        (self.settings[place].values, self.settings[place].lost) = (values, lost);
        Ok(())
    }
}

/// What an interval says, if it says enough.
fn judged(goal: Goal, interval: Interval) -> Option<Verdict> {
    match goal {
        Goal::Width { half, .. } => (interval.half_width() <= half).then_some(Verdict::Known),
        Goal::Decided { margin, .. } => match margin {
            Some(margin) if interval.low >= -margin && interval.high <= margin => {
                Some(Verdict::Within)
            }
            _ if interval.low > 0.0 => Some(Verdict::Better),
            _ if interval.high < 0.0 => Some(Verdict::Worse),
            _ => None,
        },
    }
}
