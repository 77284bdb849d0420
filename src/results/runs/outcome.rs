//! What runs came to.

use super::missing::is_missing;
use super::{At, Course, Direction, How, Measure, Runs, RunsError, Spacing};

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A number.
    Value(f64),
    /// Nothing: it diverged.
    Diverged,
    /// It ended before it had reached the threshold.
    Missed,
    /// The file of another program has no value for it.
    Missing,
}

/// How many runs have no value, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// They diverged.
    pub diverged: usize,
    /// They never reached the threshold.
    pub missed: usize,
    /// The file has no value for them.
    pub missing: usize,
}

impl std::ops::AddAssign for Lost {
    fn add_assign(&mut self, other: Self) {
        self.diverged += other.diverged;
        self.missed += other.missed;
        self.missing += other.missing;
    }
}

impl Lost {
    /// The values of some outcomes, and what is lost.
    #[must_use]
    pub fn split(outcomes: impl Iterator<Item = Outcome>) -> (Vec<f64>, Self) {
        let (mut values, mut lost) = (Vec::new(), Self::default());
        for outcome in outcomes {
            match outcome {
                Outcome::Value(value) => values.push(value),
                Outcome::Diverged => lost.diverged += 1,
                Outcome::Missed => lost.missed += 1,
                Outcome::Missing => lost.missing += 1,
            }
        }
        (values, lost)
    }

    /// Whether there are any.
    #[must_use]
    pub fn any(self) -> bool {
        self.count() > 0
    }

    /// All of them.
    #[must_use]
    pub fn count(self) -> usize {
        self.diverged + self.missed + self.missing
    }

    /// What became of them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match (self.diverged, self.missed, self.missing) {
            (_, 0, 0) => "diverged",
            (0, _, 0) => "missed",
            (0, 0, _) => "missing",
            _ => "lost",
        }
    }

    /// How many of some trainings have no value, without a full stop.
    #[must_use]
    pub fn words(self, trainings: usize) -> String {
        let Self { diverged, missed, missing } = self;
        if !self.any() {
            return match trainings {
                1 => "The training did not diverge".into(),
                n => format!("None of the {n} trainings diverged"),
            };
        }
        let parts = [
            (diverged, "diverged"),
            (missed, "never arrived"),
            (missing, if missing == 1 { "has no value" } else { "have no value" }),
        ];
        let mut words = String::new();
        for (n, what) in parts.into_iter().filter(|&(n, _)| n > 0) {
            words += &match (words.is_empty(), trainings) {
                (true, 1) => format!("The training {what}"),
                (true, _) => format!("{n} of the {trainings} trainings {what}"),
                (false, _) => format!(" and {n} {what}"),
            };
        }
        words
    }
}

impl Runs {
    /// What each of some runs came to; the others count as missed.
    ///
    /// # Errors
    ///
    /// When the metric is not there or was not monitored, a cell is not a number, or a run has no such
    /// epoch.
    pub fn outcomes(&self, measure: &Measure, of: &[usize]) -> Result<Vec<Outcome>, RunsError> {
        Ok(self.outcomes_spaced(measure, of)?.0)
    }

    /// The same, with how far apart the epochs are that were looked at, where the number depends on it.
    ///
    /// # Errors
    ///
    /// As of `outcomes`.
    pub fn outcomes_spaced(
        &self,
        measure: &Measure,
        of: &[usize],
    ) -> Result<(Vec<Outcome>, Option<Spacing>), RunsError> {
        let name = &measure.column;
        let columns = match &measure.how {
            How::Value(At::Last) => vec![format!("last_{name}"), name.clone()],
            How::Value(At::Best) => vec![format!("best_{name}")],
            _ => Vec::new(),
        };
        let mut outcomes = vec![Outcome::Missed; self.len()];
        let of_runs = !self.is_of_epochs();
        let column = columns.iter().find_map(|name| self.position(name));
        if let Some(column) = column.filter(|_| of_runs) {
            for &run in of {
                outcomes[run] = self.in_column(run, column, name)?;
            }
            return Ok((outcomes, None));
        }
        if of_runs && !self.has_epochs() {
            if self.metrics.contains(name) {
                return Err(RunsError::NoCourses { path: self.path().into() });
            }
            return Err(self.no_metric(name));
        }
        let courses = self.curves(name)?;
        let seconds = match measure.how {
            How::SecondsTo(_) => self.curves("seconds")?,
            _ => Vec::new(),
        };
        let chooser = match &measure.how {
            How::Value(at) => at.chooser(),
            _ => None,
        };
        let choosers = chooser.map(|column| self.curves(column)).transpose()?;
        for &run in of {
            let seconds = seconds.get(run).map_or(&[][..], |seconds| seconds);
            let chooser = choosers.as_ref().map(|choosers| &choosers[run]);
            outcomes[run] = self.of_course(run, measure, &courses[run], chooser, seconds)?;
        }
        let depends = !matches!(measure.how, How::Value(At::Last | At::Epoch(_)));
        let looked_at = choosers.as_ref().unwrap_or(&courses);
        let of_runs = of.iter().map(|&run| (&self.part(run).unit, &looked_at[run][..]));
        let ends_early = measure.how == How::Value(At::Last)
            && of.iter().any(|&run| {
                let part = self.part(run);
                let end = part.last.get(run - part.rows.start);
                courses[run].last().is_some_and(|(last, _)| end.is_some_and(|end| last < end))
            });
        let spacing = Spacing::of(of_runs, ends_early);
        Ok((outcomes, spacing.filter(|s| s.ends_early || depends && s.most > 1)))
    }

    /// The outcome in a column of a file with a row a run.
    fn in_column(&self, run: usize, column: usize, metric: &str) -> Result<Outcome, RunsError> {
        let cell = &self.rows[run][column];
        let row = || self.place(run).div_ceil(self.columns.runs_of_row);
        let place = || (self.part(run).path.clone(), row(), self.header[column].clone());
        Ok(match cell {
            _ if self.is_diverged(run) => Outcome::Diverged,
            // A trial that was pruned has the value that it had then.
            _ if self.has_ended_early(run) => Outcome::Missing,
            _ if is_missing(cell.as_bytes()) => match self.is_ours() {
                _ if self.metrics.iter().all(|m| m != metric) => return Err(self.no_metric(metric)),
                true => {
                    let (path, row, column) = place();
                    return Err(RunsError::Missing { path, row, column });
                }
                false => Outcome::Missing,
            },
            _ => match cell.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Outcome::Value(value),
                // Other programs write NaN for what they do not know, too.
                Ok(value) if value.is_nan() && !self.is_ours() => Outcome::Missing,
                Ok(_) => Outcome::Diverged,
                Err(_) => {
                    let (path, row, column) = place();
                    return Err(RunsError::Number { path, row, column, cell: cell.into() });
                }
            },
        })
    }

    /// The outcome of a course, and of the course of the metric that chooses the epoch.
    fn of_course(
        &self,
        run: usize,
        measure: &Measure,
        course: &Course,
        chooser: Option<&Course>,
        seconds: &[(usize, f64)],
    ) -> Result<Outcome, RunsError> {
        let kept = matches!(measure.how, How::Value(At::Kept(_)));
        let chooser = chooser.filter(|_| !kept || self.keeps_best(run));
        let broken = |course: &Course| course.iter().any(|(_, value)| !value.is_finite());
        if self.is_diverged(run) || broken(course) || chooser.is_some_and(broken) {
            return Ok(Outcome::Diverged);
        }
        let part = self.part(run);
        let place = || (part.path.clone(), self.place(run));
        if course.is_empty() || chooser.is_some_and(Vec::is_empty) {
            if !self.is_ours() {
                return Ok(Outcome::Missing);
            }
            let ((path, run), metric) = (place(), measure.column.clone());
            return Err(RunsError::NoEpochs { path, run, metric });
        }
        let reached = |threshold: f64| {
            let there = |v: f64| match measure.of_column {
                Direction::Lower => v <= threshold,
                _ => v >= threshold,
            };
            course.iter().find(|&&(_, v)| there(v)).map(|&(epoch, _)| epoch)
        };
        // The first of equal ones.
        let best = |course: &Course| {
            let better = |a: (usize, f64), b: (usize, f64)| {
                let is_better = match measure.of_chooser {
                    Direction::Lower => b.1 < a.1,
                    _ => b.1 > a.1,
                };
                if is_better { b } else { a }
            };
            course.iter().copied().reduce(better)
        };
        let at = |number: usize| {
            let found = course.binary_search_by_key(&number, |&(epoch, _)| epoch).ok();
            found.map(|place| course[place].1)
        };
        let last = course.last().copied();
        let value = match (&measure.how, chooser) {
            (How::Value(At::BestOf(_) | At::Kept(_)), Some(chooser)) => {
                let number = best(chooser).map_or(0, |best| best.0);
                let Some(value) = at(number) else {
                    let (path, run) = place();
                    return Err(RunsError::NotAtBest {
                        path,
                        run,
                        metric: measure.column.clone(),
                        unit: part.unit.name(),
                        number,
                        chooser: match &measure.how {
                            How::Value(at) => at.chooser().unwrap_or_default().into(),
                            _ => String::new(),
                        },
                    });
                };
                Some(value)
            }
            (How::Value(At::Last | At::BestOf(_) | At::Kept(_)), _) => last.map(|last| last.1),
            (How::Value(At::Best), _) => best(course).map(|best| best.1),
            (How::Value(At::Epoch(epoch)), _) => at(*epoch),
            (How::EpochsTo(threshold), _) => match reached(*threshold) {
                Some(epoch) => Some(part.unit.done(epoch) as f64),
                None => return Ok(Outcome::Missed),
            },
            (How::SecondsTo(threshold), _) => match reached(*threshold) {
                Some(end) => {
                    let until = seconds.iter().take_while(|&&(epoch, _)| epoch <= end);
                    Some(until.map(|&(_, seconds)| seconds).sum())
                }
                None => return Ok(Outcome::Missed),
            },
        };
        match (value, &measure.how) {
            (Some(value), _) => Ok(Outcome::Value(value)),
            (None, How::Value(At::Epoch(epoch))) => {
                let ((path, run), epoch) = (place(), *epoch);
                Err(RunsError::NoEpoch { path, run, epoch, last: last.map_or(0, |(e, _)| e) })
            }
            (None, _) => Err(self.no_metric(&measure.column)),
        }
    }
}
