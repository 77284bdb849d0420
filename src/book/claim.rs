use super::curves::{ArmCurves, Run};
use super::reference::reference;
use super::{Evidence, Finding, Relation, Rule};

/// What the book says of a training besides the values of its curves, made measurable.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The [key](super::Arm::key) of the arm it is about, or of several for an order of arms.
    pub arms: &'static [&'static str],
    /// What is measured.
    pub quantity: &'static str,
    /// The quantity under which the table of the book's numbers has it; `None` where it is measured on
    /// the author's recorded curve, or there is no number.
    pub printed: Option<&'static str>,
    /// The experiment under which that table has it; empty for that of the first arm.
    pub of: &'static str,
    /// What the book says, or what follows from it, where that table has no number.
    pub says: Option<f64>,
    /// Whether it is not the book that says so, but we.
    pub ours: bool,
    /// Whether it is a fraction to be shown as a percentage, where the table of the book's numbers does not say so.
    pub percent: bool,
    /// What it is judged by.
    pub rule: Rule,
    /// The measurement on one run; of a statement 1 where it holds and 0 where it does not.
    pub measure: fn(&Run) -> f64,
    /// Instead the measurement on the runs of all arms with one seed, in the order of the arms.
    pub across: Option<fn(&[&Run]) -> f64>,
}

/// How a printed number, or one measured on a recorded curve, is judged.
pub(super) const SINGLE_RUN: Rule = Rule::SingleRun { level: 0.95 };
/// How a norm is judged, or whatever varies by factors.
pub(super) const SINGLE_RUN_LOG: Rule = Rule::SingleRunLog { level: 0.95 };
/// How an epoch, or a number of epochs, is judged.
pub(super) const SHAPE: Rule = Rule::Shape { level: 0.95 };
/// How it is judged that an arm is above the next one.
pub(super) const IS_ABOVE: Rule = Rule::Order { steps: &[Relation::Above], level: 0.95 };
/// How a statement on a run is judged that the book makes without saying for how many runs it holds.
pub(super) const MOST_RUNS: Rule = Rule::Share { at_least: 0.5, at_most: 1.0, level: 0.95 };

/// More arms than these are not all named.
const MOST_LABELS: usize = 5;

impl Claim {
    /// A claim to complete: of a number of a single run that the book does not print.
    pub const BASE: Self = Self {
        arms: &[""],
        quantity: "",
        printed: None,
        of: "",
        says: None,
        ours: false,
        percent: false,
        rule: SINGLE_RUN,
        measure: |_| f64::NAN,
        across: None,
    };

    /// What has come of it; `None` if one of its arms was not trained with seeds.
    pub(super) fn judge<'a>(&self, arms: &'a [ArmCurves]) -> Option<Finding> {
        let arms: Vec<&'a ArmCurves> = self
            .arms
            .iter()
            .map(|key| arms.iter().find(|arm| arm.key == *key && !arm.seeds.is_empty()))
            .collect::<Option<_>>()?;
        let row = self.printed.map(|printed| {
            let id = if self.of.is_empty() { arms[0].of } else { self.of };
            reference(id, printed).unwrap_or_else(|| panic!("{id}: no number '{printed}'"))
        });
        let percent = row.is_some_and(|row| row.unit == "%") || self.percent;
        // What is said of a share of the runs is no number.
        let is_statement = matches!(self.rule, Rule::Share { .. } | Rule::Order { .. });
        let book = match row {
            _ if is_statement => None,
            Some(row) => row.fraction(),
            None => self.says.or_else(|| arms[0].book().map(|book| (self.measure)(&book))),
        };
        let first = match self.across {
            None => arms[0].measured(self.measure),
            Some(across) => {
                let number = |seed: usize| {
                    let run = |arm: &&'a ArmCurves| {
                        arm.seeds.get(seed).filter(|run| arm.is_complete(run))
                    };
                    let runs: Option<Vec<&Run>> = arms.iter().map(run).collect();
                    runs.map_or(f64::NAN, |runs| across(&runs))
                };
                (0..arms[0].seeds.len()).map(number).collect()
            }
        };
        let evidence = match self.rule {
            Rule::Equal | Rule::Within(_) => Evidence::Computed(first[0]),
            Rule::Share { .. } => {
                let holds = first.iter().filter(|&&value| value == 1.0).count();
                Evidence::Counts { holds, of: first.len() }
            }
            Rule::Order { .. } => {
                Evidence::Arms(arms.iter().map(|arm| arm.measured(self.measure)).collect())
            }
            _ => {
                let (values, lost): (Vec<f64>, Vec<f64>) =
                    first.into_iter().partition(|value| value.is_finite());
                Evidence::Seeds { values, lost: lost.len() }
            }
        };
        let labels: Vec<&str> = arms.iter().map(|arm| arm.label).collect();
        let arm = match labels[..] {
            [first, .., last] if labels.len() > MOST_LABELS => format!("{first} … {last}"),
            // Labels have commas of their own.
            _ => labels.join("; "),
        };
        let replay = arms[0].replay.as_ref().filter(|_| self.across.is_none());
        let replay = replay.map(|run| (self.measure)(run));
        Some(Finding {
            arm,
            printed: row
                .map(|row| row.value.as_str())
                .filter(|value| value.parse::<f64>().is_err()),
            percent: percent && !matches!(self.rule, Rule::Share { .. }),
            replay: replay.filter(|_| !is_statement),
            row,
            ours: self.ours,
            ..Finding::new(self.quantity.into(), self.rule, book, evidence)
        })
    }
}
