//! What runs came to.

use super::{At, How, Measure, Runs, RunsError};

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A number.
    Value(f64),
    /// Nothing: it diverged.
    Diverged,
    /// It ended before it had reached the threshold.
    Missed,
}

/// How many runs have no value, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// They diverged.
    pub diverged: usize,
    /// They never reached the threshold.
    pub missed: usize,
}

impl std::ops::AddAssign for Lost {
    fn add_assign(&mut self, other: Self) {
        self.diverged += other.diverged;
        self.missed += other.missed;
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
        self.diverged + self.missed
    }

    /// What became of them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match (self.diverged, self.missed) {
            (_, 0) => "diverged",
            (0, _) => "missed",
            _ => "lost",
        }
    }

    /// How many of some trainings have no value, without a full stop.
    #[must_use]
    pub fn words(self, trainings: usize) -> String {
        match (trainings, self.diverged, self.missed) {
            (1, 0, 0) => "The training did not diverge".into(),
            (1, 0, _) => "The training never arrived".into(),
            (1, ..) => "The training diverged".into(),
            (n, 0, 0) => format!("None of the {n} trainings diverged"),
            (n, lost, 0) => format!("{lost} of the {n} trainings diverged"),
            (n, 0, lost) => format!("{lost} of the {n} trainings never arrived"),
            (n, a, b) => format!("{a} of the {n} trainings diverged and {b} never arrived"),
        }
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
        let name = &measure.column;
        let columns = match measure.how {
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
            return Ok(outcomes);
        }
        if of_runs && !self.has_epochs() {
            if self.metrics.contains(name) {
                return Err(RunsError::NoCourses { path: self.path().into() });
            }
            return Err(self.no_metric(name));
        }
        let (courses, first) = self.courses(name)?;
        let seconds = match measure.how {
            How::SecondsTo(_) => self.curves("seconds")?,
            How::Value(_) | How::EpochsTo(_) => Vec::new(),
        };
        for &run in of {
            let seconds = seconds.get(run).map_or(&[][..], |seconds| seconds);
            outcomes[run] = self.of_course(run, measure, &courses[run], first, seconds)?;
        }
        Ok(outcomes)
    }

    /// The outcome in a column of a file with a row a run.
    fn in_column(&self, run: usize, column: usize, metric: &str) -> Result<Outcome, RunsError> {
        let cell = &self.rows[run][column];
        let (path, first) = (&self.part(run).path, self.part(run).rows.start);
        let (path, row, column) = (path.clone(), run - first + 1, self.header[column].clone());
        Ok(match cell {
            _ if self.is_diverged(run) => Outcome::Diverged,
            "" if self.metrics.iter().all(|m| m != metric) => return Err(self.no_metric(metric)),
            "" => return Err(RunsError::Missing { path, row, column }),
            _ => match cell.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Outcome::Value(value),
                Ok(_) => Outcome::Diverged,
                Err(_) => return Err(RunsError::Number { path, row, column, cell: cell.into() }),
            },
        })
    }

    /// The outcome of a course, in a file whose epochs count from `first`.
    fn of_course(
        &self,
        run: usize,
        measure: &Measure,
        course: &[(usize, f64)],
        first: usize,
        seconds: &[(usize, f64)],
    ) -> Result<Outcome, RunsError> {
        if self.is_diverged(run) || course.iter().any(|(_, value)| !value.is_finite()) {
            return Ok(Outcome::Diverged);
        }
        if course.is_empty() {
            let (path, first) = (self.part(run).path.clone(), self.part(run).rows.start);
            return Err(RunsError::NoEpochs {
                path,
                run: run - first + 1,
                metric: measure.column.clone(),
            });
        }
        let reached = |threshold: f64| {
            let there = |v: f64| if measure.low_column { v <= threshold } else { v >= threshold };
            course.iter().find(|&&(_, v)| there(v)).map(|&(epoch, _)| epoch)
        };
        let better = |a: f64, b: f64| if (b < a) == measure.low_column { b } else { a };
        let mut values = course.iter().map(|&(_, value)| value);
        let value = match measure.how {
            How::Value(At::Last) => values.next_back(),
            How::Value(At::Best) => values.reduce(better),
            How::Value(At::Epoch(epoch)) => {
                course.iter().find(|&&(e, _)| e == epoch).map(|&(_, value)| value)
            }
            How::EpochsTo(threshold) => match reached(threshold) {
                Some(epoch) => Some((epoch - first + 1) as f64),
                None => return Ok(Outcome::Missed),
            },
            How::SecondsTo(threshold) => match reached(threshold) {
                Some(end) => {
                    let until = seconds.iter().take_while(|&&(epoch, _)| epoch <= end);
                    Some(until.map(|&(_, seconds)| seconds).sum())
                }
                None => return Ok(Outcome::Missed),
            },
        };
        match (value, measure.how) {
            (Some(value), _) => Ok(Outcome::Value(value)),
            (None, How::Value(At::Epoch(epoch))) => Err(RunsError::NoEpoch {
                path: self.part(run).path.clone(),
                run: run - self.part(run).rows.start + 1,
                epoch,
                last: course.last().map_or(0, |&(e, _)| e),
            }),
            (None, _) => Err(self.no_metric(&measure.column)),
        }
    }
}
