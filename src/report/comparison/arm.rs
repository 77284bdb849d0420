use crate::report::ablation::{AblationError, select};
use crate::results::runs::{Lost, Measure, Outcome, Runs};
use std::collections::HashMap;
use thiserror::Error;

/// The runs of one arm: a value for each of what pairs them.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What it is called.
    pub name: String,
    /// What it is paired by, and the value, of each run that has one.
    sample: Vec<(String, f64)>,
    /// Those without.
    pub lost: Lost,
}

/// Runs that are no arm.
#[derive(Debug, Error)]
pub enum ArmError {
    /// They cannot be read, chosen or measured.
    #[error(transparent)]
    Runs(#[from] AblationError),
    /// Two of them have the same seed.
    #[error("{name}: several runs have {pair_by} {pair}: {varying}")]
    Several {
        /// The arm.
        name: String,
        /// What pairs the runs.
        pair_by: String,
        /// What several have.
        pair: String,
        /// The settings in which they differ, with their values, and how to choose.
        varying: String,
    },
}

impl Arm {
    /// The runs that meet some conditions.
    ///
    /// # Errors
    ///
    /// When there are none, or several for one of what pairs them, or the measure is not there.
    pub fn new(
        name: String,
        runs: &Runs,
        conditions: &[(String, Vec<String>)],
        measure: &Measure,
        pair_by: &str,
        option: &'static str,
    ) -> Result<Self, ArmError> {
        let selected = select(runs, conditions)?;
        let outcomes = runs.outcomes(measure, &selected).map_err(AblationError::from)?;
        let pairs = runs.setting(pair_by).map_err(AblationError::from)?;
        let mut codes: Vec<usize> = selected.iter().map(|&run| pairs.codes[run]).collect();
        codes.sort_unstable();
        if let Some(twice) = codes.windows(2).find(|pair| pair[0] == pair[1]) {
            let varying = runs.varying(&selected, pair_by).map(|setting| {
                let values = setting.present(&selected).into_iter().map(|code| setting.shown(code));
                format!("{} ({})", setting.name, values.take(6).collect::<Vec<_>>().join(", "))
            });
            let varying: Vec<String> = varying.take(6).collect();
            return Err(ArmError::Several {
                name,
                pair_by: pair_by.into(),
                pair: pairs.shown(twice[0]),
                varying: match varying.is_empty() {
                    true => "nothing else tells them apart".into(),
                    false => format!("choose among {} with {option}", varying.join("; ")),
                },
            });
        }
        let (_, lost) = Lost::split(selected.iter().map(|&run| outcomes[run]));
        let value = |&run: &usize| match outcomes[run] {
            Outcome::Value(value) => Some((pairs.values[pairs.codes[run]].clone(), value)),
            Outcome::Diverged | Outcome::Missed | Outcome::Missing => None,
        };
        Ok(Self { name, sample: selected.iter().filter_map(value).collect(), lost })
    }

    /// An arm of known values.
    pub fn of(name: &str, sample: impl IntoIterator<Item = (String, f64)>, lost: Lost) -> Self {
        Self { name: name.into(), sample: sample.into_iter().collect(), lost }
    }

    /// The values.
    pub fn values(&self) -> Vec<f64> {
        self.sample.iter().map(|&(_, value)| value).collect()
    }

    /// How many runs there are, those without a value too.
    pub fn runs(&self) -> usize {
        self.sample.len() + self.lost.count()
    }

    /// The values of those that both have.
    pub fn pairs(&self, other: &Self) -> Vec<(f64, f64)> {
        let theirs: HashMap<&str, f64> =
            other.sample.iter().map(|(pair, value)| (pair.as_str(), *value)).collect();
        let both = self.sample.iter().filter_map(|(pair, value)| {
            let other = theirs.get(pair.as_str())?;
            Some((*value, *other))
        });
        both.collect()
    }
}
