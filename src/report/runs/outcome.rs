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
