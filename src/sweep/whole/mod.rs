//! A sweep as a whole, in its directory: all that the command line does with one.

mod confirm;
mod error;
mod estimate;
mod only;
mod progress;
mod run;
mod sequential;
mod unite;

use super::{
    Exported, FinishedFiles, GridText, Halving, Journals, Plan, Ranked, SweepDirectory, SweepSpec,
    data_id, export, rank, ranking_metric, record_complete, tables,
};
use crate::data::Dataset;
use crate::train::Metric;
pub use confirm::{Confirm, Confirmed, Lead};
pub use error::SweepError;
pub use estimate::Estimate;
pub use only::Only;
pub use progress::Progress;
pub use run::Finished;
pub use sequential::{Sequential, Stopped, Verdict};
pub use unite::{Merged, merge_sweeps};

/// A sweep: what it trains, on which data, and the directory where its results are or will be.
///
/// ```
/// use nablab::{data::Dataset, sweep::{Jobs, Sweep, SweepDirectory, SweepSpec}};
/// # let directory = tempfile::tempdir()?;
/// # let results = directory.path();
///
/// let data = Dataset::mnist()?;
/// // Two learning rates, three seeds each, on the first 500 images.
/// let spec = SweepSpec::of(&[("eta", "0.1,1"), ("seed", "1..3"), ("train-size", "500"), ("epochs", "3")])?;
/// let sweep = Sweep::new(SweepDirectory::new(results), &spec, false, &data)?;
/// // What is done is in the journal: after a crash the same lines go on where it ended.
/// let finished = sweep.run(&Jobs::default(), &())?;
/// assert_eq!((finished.trained, finished.left), (6, 0));
/// let ranking = sweep.ranking()?;
/// for setting in &ranking.settings {
///     println!("{}: {:.4}", setting.label, setting.mean());
/// }
/// assert!(results.join("trials.csv").exists() && results.join("epochs.csv").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sweep<'a> {
    directory: SweepDirectory,
    /// What was asked for, and whether it may be added to what is there.
    asked: SweepSpec,
    extend: bool,
    /// What holds: what was asked for, united with what the directory has.
    spec: SweepSpec,
    plan: Plan<'a>,
}

/// The settings of a sweep, the best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// What they are ranked by.
    pub metric: Metric,
    /// Those that have gone to the end: of a search by halving the last round.
    pub settings: Vec<Ranked>,
    /// How many were tried.
    pub tried: usize,
}

impl<'a> Sweep<'a> {
    /// The sweep that is asked for in a directory, which is new, or holds the same one, or with `extend`
    /// one that these trials are added to. Nothing is written.
    ///
    /// # Errors
    ///
    /// When the directory holds something else, the data are not those of before, or the sweep or one of
    /// its trainings makes no sense.
    pub fn new(
        directory: SweepDirectory,
        asked: &SweepSpec,
        extend: bool,
        data: &'a Dataset,
    ) -> Result<Self, SweepError> {
        let mut asked = asked.clone();
        check_data(&mut asked, data)?;
        let spec = directory.unite(&asked, extend)?;
        Self::planned(directory, asked, extend, spec, data)
    }

    /// The sweep that is asked for as it would be in an empty directory.
    ///
    /// # Errors
    ///
    /// When it or one of its trainings makes no sense.
    pub fn preview(
        directory: SweepDirectory,
        asked: &SweepSpec,
        data: &'a Dataset,
    ) -> Result<Self, SweepError> {
        let mut asked = asked.clone();
        check_data(&mut asked, data)?;
        Self::planned(directory, asked.clone(), false, asked, data)
    }

    /// The sweep whose specification is frozen in a directory.
    ///
    /// # Errors
    ///
    /// When there is none, or as [`new`](Self::new).
    pub fn open(directory: SweepDirectory, data: &'a Dataset) -> Result<Self, SweepError> {
        let mut spec = directory.spec()?;
        check_data(&mut spec, data)?;
        Self::planned(directory, spec.clone(), false, spec, data)
    }

    fn planned(
        directory: SweepDirectory,
        asked: SweepSpec,
        extend: bool,
        spec: SweepSpec,
        data: &'a Dataset,
    ) -> Result<Self, SweepError> {
        let monitors = spec.monitors().map_err(SweepError::Monitor)?;
        let plan = Plan::new(&spec.grids, &monitors, data)?;
        let mut sweep = Self { directory, asked, extend, spec, plan };
        sweep.spec.trainings = sweep.halving()?.map_or(sweep.plan.len(), |rounds| rounds.trials());
        Ok(sweep)
    }

    /// The directory of its results.
    pub fn directory(&self) -> &SweepDirectory {
        &self.directory
    }

    /// What it is, its trainings counted, as it is frozen in the directory.
    pub fn spec(&self) -> &SweepSpec {
        &self.spec
    }

    /// Its trials; of a search by halving those among which the first round chooses.
    pub fn plan(&self) -> &Plan<'a> {
        &self.plan
    }

    /// The number of trials, those of all rounds together.
    pub fn trainings(&self) -> usize {
        self.spec.trainings
    }

    /// The rounds, if it is a search by halving.
    ///
    /// # Errors
    ///
    /// When such a search makes no sense.
    pub fn halving(&self) -> Result<Option<Halving<'a, '_>>, SweepError> {
        let Some(factor) = self.spec.halving else { return Ok(None) };
        Ok(Some(Halving::new(&self.plan, factor, self.metric())?))
    }

    /// What settings are ranked by; `None` if nothing is monitored.
    fn metric(&self) -> Option<Metric> {
        (!self.plan.is_empty())
            .then(|| self.plan.trial(0).spec.monitored())
            .and_then(ranking_metric)
    }

    /// The journals of the directory.
    fn journals(&self) -> Result<Journals, SweepError> {
        Ok(Journals::read(&[self.directory.path()])?)
    }

    /// The trials that the journals have come to, and whether these are all there will be.
    fn trials_so_far(&self, journals: &Journals) -> Result<(Plan<'a>, bool), SweepError> {
        match self.halving()? {
            Some(rounds) => Ok(rounds.trials_so_far(journals)?),
            None => Ok((self.plan.clone(), true)),
        }
    }

    /// Freezes the specification without training anything.
    ///
    /// # Errors
    ///
    /// When somebody is at work there who does not know of it, or it cannot be written.
    pub fn freeze(&self) -> Result<(), SweepError> {
        Ok(self.directory.freeze(&self.asked, self.extend, &self.spec)?)
    }

    /// Makes the CSV files of the directory from its journals, and if that is all, takes note of it. An
    /// experiment of the book makes its files all together, by itself: here they are only counted.
    ///
    /// # Errors
    ///
    /// When a journal cannot be read or a file cannot be written; the files of before stay.
    pub fn export(&self) -> Result<Exported, SweepError> {
        let _lock = self.directory.lock()?;
        let journals = self.journals()?;
        let (plan, _) = self.trials_so_far(&journals)?;
        if self.spec.experiment.is_some() {
            return Ok(Exported::count(&plan, &journals)?);
        }
        let exported = export(self.directory.path(), &plan, &journals)?;
        if exported.done == plan.len() && plan.len() == self.trainings() {
            record_complete(&self.directory, &self.spec, &journals)?;
        }
        Ok(exported)
    }

    /// The CSV files of a sweep whose trials are all done, which have not taken their places yet. The
    /// directory must be [locked](SweepDirectory::lock).
    ///
    /// # Errors
    ///
    /// When a trial has no result, a journal cannot be read or a file cannot be written.
    pub fn tables(&self) -> Result<FinishedFiles, SweepError> {
        let journals = self.journals()?;
        let (files, exported) = tables(self.directory.path(), &self.plan, &journals)?;
        match self.plan.len() - exported.done {
            0 => Ok(files.finish()?),
            left => Err(SweepError::Unfinished { path: self.directory.path().into(), left }),
        }
    }

    /// The settings that have gone to the end, the best first.
    ///
    /// # Errors
    ///
    /// When nothing was monitored by which they could be ranked, or a journal cannot be read.
    pub fn ranking(&self) -> Result<Ranking, SweepError> {
        let metric = self.metric().ok_or(SweepError::NoMetric)?;
        let journals = self.journals()?;
        let (plan, _) = self.trials_so_far(&journals)?;
        let settings = rank(&plan, &plan.last_round(), &journals, metric)?;
        let tried = plan.settings(&(0..plan.len()).collect::<Vec<_>>()).len();
        Ok(Ranking { metric, settings, tried })
    }
}

/// Makes sure that the data are those of a specification, which takes note of them if it has not yet.
fn check_data(spec: &mut SweepSpec, data: &Dataset) -> Result<(), SweepError> {
    let id = data_id(&data.sha256);
    if spec.data_id.is_empty() {
        spec.data_id = id.clone();
    }
    match spec.data_id == id {
        true => Ok(()),
        false => Err(SweepError::OtherData(data.name.clone())),
    }
}

impl SweepSpec {
    /// A sweep of one grid, on the embedded data: the values of each setting as on the command line,
    /// with ten seeds unless `seed` is one of them.
    ///
    /// # Errors
    ///
    /// In one line, for an unknown setting or a bad value.
    pub fn of(axes: &[(&str, &str)]) -> Result<Self, SweepError> {
        let mut grid = GridText::default();
        for (name, values) in axes {
            let name = crate::train::settings::setting(name).map_or(*name, |setting| setting.name);
            grid.axes.insert(name.into(), (*values).into());
        }
        grid.axes.entry("seed".into()).or_insert_with(|| super::SEEDS.into());
        super::check(std::slice::from_ref(&grid)).map_err(|e| SweepError::Plan(e.into()))?;
        Ok(Self { grids: vec![grid], ..Self::default() })
    }
}
