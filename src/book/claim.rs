use super::curves::{ArmCurves, Run};
use super::reference::reference;
use super::{Evidence, Finding, Rule};

/// What the book says of a training besides the values of its curves, made measurable.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The [key](super::Arm::key) of the arm it is about, or of several for an order of arms.
    pub arms: &'static [&'static str],
    /// What is measured.
    pub quantity: &'static str,
    /// The quantity under which the table of the book's numbers has it; `None` where it is measured on
    /// the author's recorded curve.
    pub printed: Option<&'static str>,
    /// What it is judged by.
    pub rule: Rule,
    /// The measurement on one run; of a statement 1 where it holds and 0 where it does not.
    pub measure: fn(&Run) -> f64,
}

/// How a printed number, or one measured on a recorded curve, is judged.
pub(super) const SINGLE_RUN: Rule = Rule::SingleRun { level: 0.95 };
/// How an epoch, or a number of epochs, is judged.
pub(super) const SHAPE: Rule = Rule::Shape { level: 0.95 };
/// How a statement on a run is judged that the book makes without saying for how many runs it holds.
pub(super) const MOST_RUNS: Rule = Rule::Share { at_least: 0.5, at_most: 1.0, level: 0.95 };

impl Claim {
    /// What has come of it; `None` if one of its arms was not trained with seeds.
    pub(super) fn judge(&self, id: &str, arms: &[ArmCurves]) -> Option<Finding> {
        let arms: Vec<&ArmCurves> = self
            .arms
            .iter()
            .map(|key| arms.iter().find(|arm| arm.key == *key && !arm.seeds.is_empty()))
            .collect::<Option<_>>()?;
        let row = self.printed.map(|printed| {
            reference(id, printed).unwrap_or_else(|| panic!("{id}: no number '{printed}'"))
        });
        let percent = row.is_some_and(|row| row.unit == "%");
        // What is said of a share of the runs, or of an order of arms, is no number.
        let is_statement = matches!(self.rule, Rule::Share { .. } | Rule::Order { .. });
        let book = match row {
            _ if is_statement => None,
            Some(row) => row.fraction(),
            None => arms[0].book().map(|book| (self.measure)(&book)),
        };
        let values = |arm: &ArmCurves| -> Vec<f64> {
            // The shape of a curve that broke off is not comparable.
            let measured = arm.seeds.iter().map(|run| match run.is_complete(arm.epochs) {
                true => (self.measure)(run),
                false => f64::NAN,
            });
            measured.collect()
        };
        let first = values(arms[0]);
        let evidence = match self.rule {
            Rule::Equal | Rule::Within(_) => Evidence::Computed(first[0]),
            Rule::Share { .. } => {
                let holds = first.iter().filter(|&&value| value == 1.0).count();
                Evidence::Counts { holds, of: first.len() }
            }
            Rule::Order { .. } => Evidence::Arms(arms.iter().map(|arm| values(arm)).collect()),
            _ => {
                let (values, lost): (Vec<f64>, Vec<f64>) =
                    first.into_iter().partition(|value| value.is_finite());
                Evidence::Seeds { values, lost: lost.len() }
            }
        };
        let labels: Vec<&str> = arms.iter().map(|arm| arm.label).collect();
        let replay = arms[0].replay.as_ref().map(|run| (self.measure)(run));
        Some(Finding {
            arm: labels.join(", "),
            printed: row
                .map(|row| row.value.as_str())
                .filter(|value| value.parse::<f64>().is_err()),
            percent: percent && !is_statement,
            replay: replay.filter(|_| !is_statement),
            ..Finding::new(self.quantity.into(), self.rule, book, evidence)
        })
    }
}
