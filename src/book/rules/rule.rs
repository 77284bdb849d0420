//! What a claim of the book is judged by.

use crate::stats::Best;

/// How a number, or a statement, of the book is judged. Every `level` is a share, such as 0.95.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// A computed number is the book's to the last digit: a count, a truth value.
    Equal,
    /// A computed or replayed number is the book's within a tolerance.
    Within(Tolerance),
    /// The book's number is one run: it lies where `level` of single runs fall, in the prediction interval of the seeds.
    SingleRun {
        /// The share of single runs that the interval holds.
        level: f64,
    },
    /// [`SingleRun`](Self::SingleRun) of logarithms: for norms, and whatever is positive and varies by factors.
    SingleRunLog {
        /// The share of single runs that the interval holds.
        level: f64,
    },
    /// The book's number is the best of several runs.
    BestOf {
        /// How many runs it is the best of.
        runs: usize,
        /// The share of bests that the interval holds.
        level: f64,
        /// Which of them is the best.
        best: Best,
    },
    /// The book's number is the test accuracy of that of several runs whose validation accuracy is best.
    ///
    /// Such a run is at least as good as any one, where runs with a better validation accuracy do not tend to a worse
    /// test accuracy, and no better than the best of the runs. So the number lies between the low end of the interval of
    /// a [`SingleRun`](Self::SingleRun) and the high end of that of the [`BestOf`](Self::BestOf) the runs, however much
    /// the validation accuracy says of the test accuracy: too few seeds would tell that. All runs are tested on the same
    /// images, so that which images these are is no part of the spread.
    BestByValidation {
        /// How many runs it is chosen from.
        runs: usize,
        /// The least share of chosen runs that the interval holds.
        level: f64,
    },
    /// The book's number is a range, or a limit, for what is so on average: the mean of the runs lies in it.
    MeanWithin {
        /// The least mean that the statement allows.
        at_least: f64,
        /// The largest.
        at_most: f64,
        /// The level of the interval of the true mean, which has to reach into the range.
        level: f64,
    },
    /// Something holds for a share of the runs. The book's number, if there is one, is in the range.
    Share {
        /// The least share that the statement allows: 0.5 of "most".
        at_least: f64,
        /// The largest: 1 of "most".
        at_most: f64,
        /// The level of the interval of the true share, which has to reach into the range.
        level: f64,
    },
    /// The arms come in this order, one step fewer than arms.
    Order {
        /// How each arm relates to the next.
        steps: &'static [Relation],
        /// 1 − `level` is the probability of an error: of calling a true order wrong, and likewise a wrong one right.
        level: f64,
    },
    /// The runs do no better than guessing: of all images each gets right the fraction that is of one class, as does a
    /// network that always gives the same answer, or they get right 1/classes on average.
    Chance {
        /// The share of each class among the images.
        shares: &'static [f64],
        /// The level of the interval of the mean.
        level: f64,
    },
    /// A statement on the shape of a curve, as a number measured on the book's curve and on those of the seeds:
    /// [`SingleRun`](Self::SingleRun) for what is often a whole number, such as an epoch, and the same in many runs.
    Shape {
        /// The share of single runs that the interval holds.
        level: f64,
    },
}

/// How far a number may be from the book's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// |ours − book| is at most this.
    Absolute(f64),
    /// |ours − book| is at most this times |book|.
    Relative(f64),
}

/// How an arm relates to the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Relation {
    /// Its value is above the next one's, on average over the seeds.
    Above,
    /// It differs from the next one's by no more than `within`, on average.
    Alike {
        /// The largest difference that does not matter, in the unit of the values.
        within: f64,
    },
}

impl Rule {
    /// One sentence on how the rule judges, without a full stop.
    pub fn method(self) -> String {
        // Rounded, as 1 − 0.95 is not 0.05 to the last digit.
        let percent = |share: f64| format!("{} %", (share * 1e6).round() / 1e4);
        let predicts = |level, what: &str, how: &str| {
            format!("{} prediction interval of {what}, {how}", percent(level))
        };
        match self {
            Self::Equal => "equal to the last digit".into(),
            Self::Within(Tolerance::Absolute(t)) => format!("equal within {t}"),
            Self::Within(Tolerance::Relative(t)) => format!("equal within {t} of the value"),
            Self::SingleRun { level } => predicts(level, "a single run", "mean ± t·s·√(1 + 1/n)"),
            Self::SingleRunLog { level } => {
                predicts(level, "a single run", "mean ± t·s·√(1 + 1/n) of the logarithms")
            }
            Self::BestOf { runs, level, best } => {
                let best = match best {
                    Best::Highest => "highest",
                    Best::Lowest => "lowest",
                };
                let what = format!("the {best} of {runs} runs");
                predicts(
                    level,
                    &what,
                    "from the ranks of the seeds, if too few as of normal values",
                )
            }
            Self::BestByValidation { runs, level } => predicts(
                level,
                &format!("the one of {runs} runs with the best validation accuracy"),
                "from the low end of a single run's to the high end of their best, as of normal values",
            ),
            Self::MeanWithin { at_least, at_most, level } => format!(
                "mean between {at_least} and {at_most}: outside if the {} interval of the mean is",
                percent(level)
            ),
            Self::Share { at_least, at_most, level } => format!(
                "between {at_least} and {at_most} of the runs: outside if the exact {} interval \
                 (Clopper–Pearson) is; Wilson's is shown",
                percent(level)
            ),
            Self::Order { level, .. } => format!(
                "one-sided paired t tests of neighbouring arms at {}: inside if every step is \
                 shown, outside if the contrary of one is (Holm)",
                percent(1.0 - level)
            ),
            Self::Chance { shares, level } => format!(
                "every run's value is the share of one class, or the {} interval of the mean \
                 holds 1/{}; the book's is such a share, or one more guess",
                percent(f64::midpoint(1.0, level)),
                shares.len()
            ),
            Self::Shape { level } => predicts(
                level,
                "a single run",
                "from the ranks of the seeds, if too few mean ± t·s·√(1 + 1/n) and all seeds",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_how_it_judges() {
        let method = Rule::SingleRun { level: 0.95 }.method();
        assert_eq!(method, "95 % prediction interval of a single run, mean ± t·s·√(1 + 1/n)");
        let method = Rule::BestOf { runs: 3, level: 0.999, best: Best::Highest }.method();
        assert!(
            method.starts_with("99.9 % prediction interval of the highest of 3 runs, "),
            "{method}"
        );
        let method = Rule::Order { steps: &[Relation::Above], level: 0.95 }.method();
        assert!(method.contains(" at 5 %: "), "{method}");
    }
}
