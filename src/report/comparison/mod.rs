//! Two arms compared: which is better, by how much, how surely, and what it would take to know.
//!
//! | file | idea |
//! |---|---|
//! | `arm` | the runs of one arm, a value a pair |
//! | `paired`, `unpaired` | what tests and intervals say |
//! | `answers` | two classifiers on the same images |
//! | `words`, `json` | for people, for programs |

mod answers;
mod arm;
mod json;
mod paired;
#[cfg(test)]
mod tests;
mod unpaired;
mod words;

pub use answers::{Answers, AnswersError, SameImages, answers_csv, is_answers};
pub use arm::{Arm, ArmError};
pub use paired::Paired;
pub use unpaired::Unpaired;

use crate::report::ablation::{ALPHA, MIN_PAIRS, flattery_of};
use crate::results::runs::{Direction, Lost, Measure};
use crate::stats::{Proportion, Shared, fisher_exact, mean};

/// What is to be compared, apart from the runs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Options {
    /// Within which difference the arms count as equal, in the unit of the metric.
    pub margin: Option<f64>,
    /// Whether the runs are not paired, although they have the same seeds.
    pub unpaired: bool,
    /// What training data runs have in common.
    pub shared: Shared,
}

/// Two arms, and what can be said of the first one beside the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is measured.
    pub measure: Measure,
    /// What pairs the runs.
    pub pair_by: String,
    /// The arms.
    pub arms: [Arm; 2],
    /// Their means; `None` with a lost run.
    pub means: [Option<f64>; 2],
    /// What the runs say.
    pub evidence: Evidence,
    /// Within which difference the arms count as equal.
    pub margin: Option<f64>,
    /// What came of it.
    pub verdict: Verdict,
    /// What a careful reader should know besides, in sentences.
    pub notes: Vec<String>,
    /// How many pairs there are, whether they are compared as such or not.
    pub common: usize,
}

/// What the runs of two arms say.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Runs with the same seeds, as far as both have them.
    Paired(Paired),
    /// Runs without anything in common.
    Unpaired(Unpaired),
    /// Some runs have no value: means would flatter. The p value of as different shares of them (Fisher).
    Lost {
        /// Those of each arm.
        lost: [Lost; 2],
        /// Whether their shares differ.
        p: f64,
    },
    /// Too few runs.
    Few,
}

/// What can be said of the first arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is better.
    Better,
    /// It is worse.
    Worse,
    /// It differs by less than the margin.
    Equal,
    /// Nothing was shown.
    Undecided,
}

impl Comparison {
    /// Compares two arms.
    pub fn new(measure: Measure, pair_by: &str, arms: [Arm; 2], options: Options) -> Self {
        let [a, b] = &arms;
        let values = [a.values(), b.values()];
        let lost = [a.lost, b.lost];
        let means =
            [0, 1].map(|i| (!lost[i].any() && !values[i].is_empty()).then(|| mean(&values[i])));
        let pairs = a.pairs(b);
        let enough = values.iter().all(|values| values.len() >= MIN_PAIRS);
        // Of runs of which few are paired, all say more.
        let paired = !options.unpaired
            && pairs.len() >= 2
            && (pairs.len() >= MIN_PAIRS
                || !enough
                || pairs.len() == values[0].len().min(values[1].len()));
        let evidence = match (lost.iter().any(|lost| lost.any()), paired) {
            (true, _) => Evidence::lost(&arms),
            (false, true) => Evidence::Paired(Paired::new(
                &pairs,
                measure.better,
                options.margin,
                options.shared,
            )),
            (false, false) => {
                match Unpaired::new(&values[0], &values[1], measure.better, options.margin) {
                    Some(unpaired) => Evidence::Unpaired(unpaired),
                    None => Evidence::Few,
                }
            }
        };
        let verdict = evidence.verdict(measure.better);
        let common = pairs.len();
        let notes = flattery_of(&measure).into_iter().collect();
        Self {
            notes,
            common,
            measure,
            pair_by: pair_by.into(),
            arms,
            means,
            evidence,
            margin: options.margin,
            verdict,
        }
    }
}

impl Evidence {
    fn lost(arms: &[Arm; 2]) -> Self {
        let lost = [arms[0].lost, arms[1].lost];
        let [one, other] =
            [0, 1].map(|i| Proportion { holds: lost[i].count(), of: arms[i].runs() });
        Self::Lost { lost, p: fisher_exact(one, other) }
    }

    fn verdict(&self, better: Direction) -> Verdict {
        let (p, lead, equal) = match self {
            Self::Paired(paired) if paired.n >= MIN_PAIRS => {
                (paired.p.or(paired.p_wilcoxon), paired.mean, paired.p_equal)
            }
            Self::Unpaired(unpaired) if unpaired.n.iter().all(|&n| n >= MIN_PAIRS) => {
                (Some(unpaired.p), unpaired.difference, unpaired.p_equal)
            }
            _ => return Verdict::Undecided,
        };
        let shown = p.is_some_and(|p| p < ALPHA);
        let equal = equal.is_some_and(|p| p < ALPHA);
        match (shown, better.is_better(lead, 0.0), better.is_better(0.0, lead)) {
            _ if equal => Verdict::Equal,
            (true, true, _) => Verdict::Better,
            (true, _, true) => Verdict::Worse,
            _ => Verdict::Undecided,
        }
    }
}
