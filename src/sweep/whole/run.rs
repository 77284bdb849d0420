use super::{Sweep, SweepError};
use crate::sweep::{
    Jobs, JournalError, JournalWriter, Known, Observer, Plan, Provenance, Round, Sessions, Warning,
    run_trials,
};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// How a run of a sweep ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The trials that this process has trained.
    pub trained: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those of this process that have no result: failed, or not begun.
    pub left: usize,
    /// The trials of the sweep that have a result now, from whatever process.
    pub done: usize,
    /// How many of them diverged.
    pub diverged: usize,
    /// The trials that are known by now: of a search by halving not all.
    pub known: usize,
    /// Whether it was stopped from outside.
    pub stopped: bool,
    /// The seconds that it took.
    pub seconds: f64,
    /// The seconds of the trainings summed over the threads.
    pub trial_seconds: f64,
    /// The threads.
    pub threads: usize,
}

/// What became of the trials of one round.
struct Trained {
    trained: usize,
    failed: usize,
    left: usize,
    /// Those that must have a result now.
    promised: usize,
    seconds: f64,
    trial_seconds: f64,
    threads: usize,
}

impl Sweep<'_> {
    /// Trains what has no result yet, those that take longest first, and makes the CSV files. Every
    /// result goes to the journal as soon as it is there: whatever ends the run, the next one goes on
    /// with what is left. A search by halving goes from round to round.
    ///
    /// # Errors
    ///
    /// When another process is at work there, or a file cannot be read or written: what is done is safe.
    /// A training that fails is none: it is told to the observer, and counted.
    pub fn run(&self, jobs: &Jobs, observer: &dyn Observer) -> Result<Finished, SweepError> {
        let finished = self.train(jobs, observer);
        // Even if it ended badly: what is done shall be seen.
        let exported = match &finished {
            Err(SweepError::Directory(_) | SweepError::Shard) => None,
            _ => Some(self.export()),
        };
        let mut finished = finished?;
        if let Some(exported) = exported.transpose()? {
            (finished.done, finished.diverged) = (exported.done, exported.diverged);
        }
        Ok(finished)
    }

    /// The same without making the CSV files.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn train(&self, jobs: &Jobs, observer: &dyn Observer) -> Result<Finished, SweepError> {
        if self.halving()?.is_some() && jobs.shard.is_some() {
            return Err(SweepError::Shard);
        }
        let mut journal = self.directory.begin(&self.asked, self.extend, &self.spec, jobs.shard)?;
        let mut all: Option<Finished> = None;
        loop {
            let (plan, _) = self.trials_so_far(&self.journals()?)?;
            let is_first = all.is_none();
            let round = self.round(&plan, &mut journal, jobs, is_first, observer)?;
            let journals = self.journals()?;
            let known: Vec<Known> =
                (0..plan.len()).map(|place| journals.known(plan.key(place))).collect();
            let done = known.iter().filter(|known| known.is_done()).count();
            if let Some(lost) = round.promised.checked_sub(done).filter(|&lost| lost > 0) {
                let path = self.directory.path().into();
                return Err(JournalError::Lost { path, lost }.into());
            }
            let before = all.as_ref();
            let finished = Finished {
                trained: before.map_or(0, |all| all.trained) + round.trained,
                failed: round.failed,
                left: round.left,
                done,
                diverged: known.iter().filter(|known| **known == Known::Diverged).count(),
                known: plan.len(),
                stopped: jobs.stop.load(Ordering::Relaxed),
                seconds: before.map_or(0.0, |all| all.seconds) + round.seconds,
                trial_seconds: before.map_or(0.0, |all| all.trial_seconds) + round.trial_seconds,
                threads: before.map_or(0, |all| all.threads).max(round.threads),
            };
            // Later rounds may have been there, waiting for a result of this one.
            let (now, complete) = self.trials_so_far(&journals)?;
            if complete && now.len() == plan.len() || finished.left > 0 {
                return Ok(finished);
            }
            all = Some(finished);
        }
    }

    /// Trains those of some trials that have no result yet.
    fn round(
        &self,
        plan: &Plan,
        journal: &mut JournalWriter,
        jobs: &Jobs,
        is_first: bool,
        observer: &dyn Observer,
    ) -> Result<Trained, SweepError> {
        // The journal is locked: what is read of it now is all, but for other shards.
        let journals = self.journals()?;
        let sessions = Sessions::of(&self.directory, &self.spec, jobs.shard);
        let damaged = journals.damaged();
        // Said once: the lines stay where they are.
        if damaged > sessions.damaged_lines() {
            observer.warned(&Warning::Damaged { lines: damaged });
        }
        let is_done = |place: usize| journals.known(plan.key(place)).is_done();
        let known = (0..plan.len()).filter(|&place| is_done(place)).count();
        // Those of later rounds of a search by halving are not known yet.
        let foreign = journals.done().count() - known;
        if foreign > 0 && plan.len() == self.trainings() && self.spec.experiment.is_none() {
            observer.warned(&Warning::Foreign { results: foreign });
        }
        let mut places = plan.longest_first();
        if let Some(shard) = jobs.shard {
            let mut rank = 0..;
            places.retain(|_| rank.next().is_some_and(|rank| shard.has(rank)));
        }
        let mine = places.len();
        places.retain(|&place| !is_done(place));
        let failed_before = |&&place: &&usize| journals.known(plan.key(place)) == Known::Failed;
        let round = Round {
            is_first,
            done: mine - places.len(),
            to_do: places.len(),
            failed_before: places.iter().filter(failed_before).count(),
            work: places.iter().map(|&place| plan.work(place)).sum(),
            threads: jobs.threads.get().min(places.len()).max(1),
            level: jobs.level,
            shard: jobs.shard,
            metric: self.metric(),
        };
        drop(journals);
        let mut session = Provenance::of_session(plan.data(), jobs.level);
        (session.threads, session.damaged_lines) = (round.threads, damaged);
        observer.begun(&round);
        if !places.is_empty() {
            sessions.write(&session)?;
        }
        let begun = Instant::now();
        let ended = run_trials(plan, &places, journal, jobs, observer);
        observer.ended();
        let ended = ended.and_then(|ended| journal.check().map(|()| ended))?;
        if !places.is_empty() {
            session.finish(ended.done, ended.seconds);
            sessions.write(&session)?;
        }
        Ok(Trained {
            trained: ended.done,
            failed: ended.failed,
            left: places.len() - ended.done,
            promised: known + ended.done,
            seconds: begun.elapsed().as_secs_f64(),
            trial_seconds: ended.seconds,
            threads: round.threads,
        })
    }
}
