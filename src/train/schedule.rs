use std::fmt::{self, Display};
use std::str::FromStr;

/// How the learning rate η changes from epoch to epoch; t counts epochs from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// η stays as it is.
    Constant,
    /// η is multiplied by a factor every so many epochs.
    Step {
        /// The factor.
        factor: f64,
        /// The epochs.
        epochs: usize,
    },
    /// η factor^t.
    Exponential {
        /// The factor.
        factor: f64,
    },
    /// η (1 + cos(π t/T)) / 2, where T is the number of epochs: from η almost down to 0.
    Cosine,
    /// η / (1 + t/k).
    Inverse {
        /// k, after which η is half of what it was.
        epochs: f64,
    },
    /// The book's (chapter 3): η is divided whenever the validation accuracy has not improved for
    /// some epochs, and training ends when it has fallen to a part of the first one.
    Plateau {
        /// The epochs without improvement.
        epochs: usize,
        /// What η is divided by.
        divisor: f64,
        /// Training ends when η is the first one divided by this, or less.
        limit: f64,
    },
}

/// What a schedule is written like, for messages.
const EXPECTED: &str = "expected constant, step:FACTOR:EPOCHS, exponential:FACTOR, cosine, \
                        1/t:EPOCHS or plateau:EPOCHS:DIVISOR:LIMIT";

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split(':').collect();
        let positive = |word: &str, what: &str, at_least: f64| {
            let number: f64 = word.parse().unwrap_or(f64::NAN);
            match number.is_finite() && number > 0.0 && number >= at_least {
                true => Ok(number),
                false => Err(format!("'{word}' is no {what}; {EXPECTED}")),
            }
        };
        let epochs = |word: &str| {
            let number = word.parse().ok().filter(|&n: &usize| n > 0);
            number.ok_or_else(|| format!("'{word}' is no number of epochs; {EXPECTED}"))
        };
        Ok(match words[..] {
            ["constant"] => Self::Constant,
            ["step", factor, n] => {
                Self::Step { factor: positive(factor, "factor above 0", 0.0)?, epochs: epochs(n)? }
            }
            ["exponential", factor] => {
                Self::Exponential { factor: positive(factor, "factor above 0", 0.0)? }
            }
            ["cosine"] => Self::Cosine,
            ["1/t", k] => Self::Inverse { epochs: positive(k, "number of epochs above 0", 0.0)? },
            ["plateau", n, divisor, limit] => Self::Plateau {
                epochs: epochs(n)?,
                divisor: positive(divisor, "divisor above 1", 1.0 + f64::EPSILON)?,
                limit: positive(limit, "limit of 1 or above", 1.0)?,
            },
            _ => return Err(EXPECTED.into()),
        })
    }
}

impl Display for Schedule {
    /// As on the command line and in CSV files.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Constant => write!(f, "constant"),
            Self::Step { factor, epochs } => write!(f, "step:{factor}:{epochs}"),
            Self::Exponential { factor } => write!(f, "exponential:{factor}"),
            Self::Cosine => write!(f, "cosine"),
            Self::Inverse { epochs } => write!(f, "1/t:{epochs}"),
            Self::Plateau { epochs, divisor, limit } => {
                write!(f, "plateau:{epochs}:{divisor}:{limit}")
            }
        }
    }
}

impl Schedule {
    /// Whether it depends on the validation accuracy.
    pub fn needs_validation(self) -> bool {
        matches!(self, Self::Plateau { .. })
    }

    /// Whether η in an epoch depends on how many there will be.
    pub fn depends_on_epochs(self) -> bool {
        matches!(self, Self::Cosine)
    }
}

/// A schedule at work.
#[derive(Debug, Clone)]
pub struct LearningRate {
    schedule: Schedule,
    first: f64,
    epochs: usize,
    /// What a plateau has divided η by.
    divided: f64,
    improvement: NoImprovement,
}

impl LearningRate {
    /// The learning rate of a training of some epochs that begins with `first`.
    pub fn new(schedule: Schedule, first: f64, epochs: usize) -> Self {
        Self { schedule, first, epochs, divided: 1.0, improvement: NoImprovement::default() }
    }

    /// η in an epoch, counted from 0.
    pub fn at(&self, epoch: usize) -> f64 {
        let t = epoch as f64;
        let part = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Step { factor, epochs } => power(factor, epoch / epochs),
            Schedule::Exponential { factor } => power(factor, epoch),
            Schedule::Cosine => {
                0.5 * (1.0 + libm::cos(std::f64::consts::PI * t / self.epochs as f64))
            }
            Schedule::Inverse { epochs } => 1.0 / (1.0 + t / epochs),
            Schedule::Plateau { .. } => return self.first / self.divided,
        };
        self.first * part
    }

    /// What it remembers: what η was divided by, and the accuracies seen.
    pub(super) fn memory(&self) -> (f64, &NoImprovement) {
        (self.divided, &self.improvement)
    }

    /// Takes back what another one of the same schedule remembered.
    pub(super) fn remember(&mut self, divided: f64, improvement: NoImprovement) {
        (self.divided, self.improvement) = (divided, improvement);
    }

    /// Takes note of the validation accuracy after an epoch. Returns whether training shall go on.
    pub fn observe(&mut self, accuracy: f64) -> bool {
        let Schedule::Plateau { epochs, divisor, limit } = self.schedule else {
            return true;
        };
        if self.improvement.observe(accuracy) >= epochs {
            self.divided *= divisor;
            self.improvement.waited = 0;
        }
        self.divided < limit
    }
}

/// `factor^n` by multiplication, so that its bits are the same on every platform.
fn power(factor: f64, n: usize) -> f64 {
    (0..n).fold(1.0, |power, _| power * factor)
}

/// The rule of no improvement in n epochs.
#[derive(Debug, Clone, Default)]
pub struct NoImprovement {
    /// The best accuracy so far.
    pub(super) best: Option<f64>,
    /// The epochs since.
    pub(super) waited: usize,
}

impl NoImprovement {
    /// Takes note of an accuracy, and returns for how many epochs there has been none better than
    /// the best before: 0 if this one is. A NaN is no improvement.
    pub fn observe(&mut self, accuracy: f64) -> usize {
        let improved = match self.best {
            None => !accuracy.is_nan(),
            Some(best) => accuracy > best,
        };
        if improved {
            self.best = Some(accuracy);
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        self.waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(text: &str, epochs: usize) -> Vec<f64> {
        let rate = LearningRate::new(text.parse().unwrap(), 2.0, epochs);
        (0..epochs).map(|epoch| rate.at(epoch)).collect()
    }

    #[test]
    fn rates_follow_their_formulas() {
        assert_eq!(rates("constant", 3), [2.0; 3]);
        assert_eq!(rates("step:0.5:2", 5), [2.0, 2.0, 1.0, 1.0, 0.5]);
        assert_eq!(rates("exponential:0.25", 3), [2.0, 0.5, 0.125]);
        assert_eq!(rates("1/t:1", 4), [2.0, 1.0, 2.0 / 3.0, 0.5]);
        let cosine = rates("cosine", 4);
        assert!(cosine[0] == 2.0 && (cosine[2] - 1.0).abs() < 1e-15, "{cosine:?}");
        assert!((cosine[3] - (1.0 - 0.5f64.sqrt())).abs() < 1e-15, "{cosine:?}");
    }

    #[test]
    fn a_plateau_divides_the_rate_until_its_limit() {
        let mut rate = LearningRate::new("plateau:2:2:4".parse().unwrap(), 1.0, 100);
        let accuracies = [0.5, 0.6, 0.6, 0.6, 0.7, 0.7, f64::NAN];
        let go_on = accuracies.map(|accuracy| {
            let go_on = rate.observe(accuracy);
            (go_on, rate.at(0))
        });
        let (yes, no) = (true, false);
        assert_eq!(
            go_on,
            [(yes, 1.0), (yes, 1.0), (yes, 1.0), (yes, 0.5), (yes, 0.5), (yes, 0.5), (no, 0.25)]
        );
    }

    #[test]
    fn schedules_are_written_as_they_are_read() {
        for text in
            ["constant", "step:0.5:10", "exponential:0.95", "cosine", "1/t:5", "plateau:10:2:128"]
        {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "junk",
            "step",
            "step:0.5",
            "step:0.5:0",
            "step:x:1",
            "step:0:1",
            "exponential:-1",
            "exponential:nan",
            "1/t:0",
            "plateau:10:1:128",
            "plateau:10:2:0.5",
            "plateau:0:2:8",
            "cosine:3",
            "constant:",
        ] {
            assert!(bad.parse::<Schedule>().unwrap_err().contains("plateau:EPOCHS"), "{bad}");
        }
    }
}
