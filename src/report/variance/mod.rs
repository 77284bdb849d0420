//! Which randomness matters: how much of the spread of a metric comes from the seed of the initial weights, how much
//! from that of the order, and how much from their combinations, where every seed of one was trained with every seed
//! of the other.
//!
//! | file | idea |
//! |---|---|
//! | `request` | what is asked |
//! | `cells` | the runs of a group become the values of a complete design |
//! | `document` | the table in words and rounded numbers |
//! | `caption` | what it means, in sentences |
//! | `csv` | the numbers in full |

mod caption;
mod cells;
mod csv;
mod document;
mod error;
mod request;
#[cfg(test)]
mod tests;

pub use error::VarianceError;
pub use request::VarianceRequest;

use super::ablation::{Format, grouped, resolved, select};
use crate::results::Origin;
use crate::results::runs::{Measure, Runs, Setting};
use crate::stats::{DRAWS, VarianceComponents, variance_components};

/// A table of variance components.
#[derive(Debug, Clone)]
pub struct Variance {
    /// What was asked for, with nothing left open.
    pub request: VarianceRequest,
    /// What is measured.
    pub measure: Measure,
    /// The groups of runs, one for each value of what the rows differ in.
    pub groups: Vec<Group>,
    /// Where the results came from.
    origins: Vec<Origin>,
    /// Whether the runs are trainings of this program, so that it is known what is random.
    ours: bool,
}

/// The components of some runs.
#[derive(Debug, Clone)]
pub struct Group {
    /// The values of what the rows differ in, short enough to be read.
    pub key: Vec<String>,
    /// The same as they are in the file.
    pub raw: Vec<String>,
    /// The number of levels of each factor.
    pub levels: Vec<usize>,
    /// The number of runs of each combination.
    pub replicates: usize,
    /// What their spread is made of.
    pub components: VarianceComponents,
}

/// The probability of the intervals.
const LEVEL: f64 = 0.95;

impl Variance {
    /// Makes the table that is asked for. Factors that are not named are all seeds that vary.
    ///
    /// # Errors
    ///
    /// When a column or value is not there, a metric was not monitored, something varies that is no factor, a
    /// combination has no run or another number of them, or runs have no value.
    pub fn new(runs: &Runs, request: &VarianceRequest) -> Result<Self, VarianceError> {
        let mut request = request.clone();
        request.complete_metric(runs)?;
        for condition in &mut request.conditions {
            *condition = resolved(runs, condition)?;
        }
        let selected = select(runs, &request.conditions)?;
        request.at.get_or_insert_with(|| runs.default_at(&selected));
        let measure = request.measure(runs)?;
        let by = settings(runs, &request.by)?;
        request.by = by.iter().map(|setting| setting.name.clone()).collect();
        let factors = match request.factors.is_empty() {
            true => cells::seeds(runs, &by, &selected)?,
            false => settings(runs, &request.factors)?,
        };
        request.factors = factors.iter().map(|setting| setting.name.clone()).collect();
        request.check_roles()?;
        let outcomes = runs.outcomes(&measure, &selected)?;
        let groups = grouped(&by, &selected).into_iter().map(|(codes, of_group)| {
            let design = cells::design(runs, &by, &factors, &of_group, &outcomes)?;
            let values = || by.iter().zip(&codes);
            Ok(Group {
                key: values().map(|(setting, &code)| setting.shown(code)).collect(),
                raw: values().map(|(setting, &code)| setting.values[code].clone()).collect(),
                levels: design.levels,
                replicates: design.replicates,
                components: variance_components(&design.crossed, LEVEL, DRAWS),
            })
        });
        let groups = groups.collect::<Result<_, VarianceError>>()?;
        let directories = runs.directories();
        Ok(Self {
            request,
            measure,
            groups,
            origins: directories.iter().filter_map(|directory| Origin::read(directory)).collect(),
            ours: runs.is_ours(),
        })
    }

    /// The table in a format.
    pub fn render(&self, format: Format) -> String {
        format.document(|_| document::document(self)).unwrap_or_else(|| csv::render(self))
    }
}

fn settings<'a>(runs: &'a Runs, names: &[String]) -> Result<Vec<&'a Setting>, VarianceError> {
    names.iter().map(|name| Ok(runs.setting(name)?)).collect()
}
