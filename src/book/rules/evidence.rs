//! What a claim of the book is judged on.

/// What we have measured of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A number without chance in it.
    Computed(f64),
    /// A number from every seed.
    Seeds {
        /// Those that there are.
        values: Vec<f64>,
        /// How many seeds diverged, and have none.
        lost: usize,
    },
    /// A list of numbers from every arm, in the same order of seeds; NaN where one diverged.
    Arms(Vec<Vec<f64>>),
    /// In how many cases something holds.
    Counts {
        /// The cases in which it does.
        holds: usize,
        /// All cases.
        of: usize,
    },
}

impl Evidence {
    pub(super) fn computed(&self) -> Result<f64, String> {
        match *self {
            Self::Computed(number) if number.is_finite() => Ok(number),
            Self::Computed(_) => Err("what was computed is no number".into()),
            _ => Err(MISMATCH.into()),
        }
    }

    /// The values of all seeds, unless some are missing: what the survivors say would flatter an arm that diverges.
    pub(super) fn values(&self) -> Result<&[f64], String> {
        let Self::Seeds { values, lost } = self else {
            return Err(MISMATCH.into());
        };
        let missing = lost + values.iter().filter(|value| !value.is_finite()).count();
        match (missing, values.len() + lost) {
            (_, 0) => Err("there are no seeds".into()),
            (0, _) => Ok(values),
            (missing, all) => Err(format!("{missing} of {all} seeds diverged")),
        }
    }

    /// Those of at least two seeds.
    pub(super) fn sample(&self) -> Result<&[f64], String> {
        match self.values()? {
            [_] => Err("one seed has no spread".into()),
            sample => Ok(sample),
        }
    }
}

pub(super) const MISMATCH: &str = "what was measured is not what the rule is for";
