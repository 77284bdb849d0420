//! When a sweep has enough seeds.

use crate::train::{Measures, Metric};
use std::fmt;
use std::str::FromStr;

/// The fewest seeds to begin with: of fewer nobody can tell whether their differences are normal.
pub const FIRST_SEEDS: usize = 6;
/// The most seeds if nobody says how many.
pub const MOST_SEEDS: u64 = 60;

/// That seeds are added until enough is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Until {
    /// What is to be known, as it was written: `decided:0.3`.
    pub goal: String,
    /// The seeds to begin with, as in `1..6`: as many are added at a time.
    pub first: String,
    /// The most seeds of a setting.
    pub most: u64,
    /// What tells the setting that all others are compared with, as in `activation=sigmoid`; empty for the first.
    pub baseline: String,
}

/// What is to be known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Of each setting whether it is better than the baseline or worse, or within the margin, if there is one.
    Decided {
        /// In the unit of the metric: of accuracies a fraction of 1.
        margin: Option<f64>,
        /// What is compared; `None` for what settings are ranked by.
        metric: Option<Metric>,
    },
    /// The mean of each setting to within half the interval.
    Width {
        /// In the unit of the metric: of accuracies a fraction of 1.
        half: f64,
        /// What is measured; `None` for what settings are ranked by.
        metric: Option<Metric>,
    },
}

const EXPECTED: &str = "expected decided, decided:0.3 (points of accuracy, or units of the metric, within which settings \
                        count as equal) or width:0.2 (half the interval of a mean), and after it :METRIC if another than \
                        that by which settings are ranked";

/// What is written of a goal, whose unit depends on the metric.
struct Written {
    kind: String,
    number: Option<f64>,
    metric: Option<Metric>,
}

impl FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(':').map(str::trim);
        let kind = words.next().unwrap_or_default().to_string();
        let (mut number, mut metric) = (None, None);
        for word in words {
            match word.parse::<f64>() {
                Ok(value) if number.is_none() && value.is_finite() && value > 0.0 => {
                    number = Some(value)
                }
                Ok(_) => return Err(EXPECTED.into()),
                Err(_) if metric.is_none() => {
                    let name = word.replace('_', "-");
                    let known = <Metric as clap::ValueEnum>::from_str(&name, false);
                    metric = Some(known.map_err(|_| format!("'{word}' is no metric; {EXPECTED}"))?);
                }
                Err(_) => return Err(EXPECTED.into()),
            }
        }
        match kind.as_str() {
            "decided" => {}
            "width" if number.is_some() => {}
            _ => return Err(EXPECTED.into()),
        }
        Ok(Self { kind, number, metric })
    }
}

impl Until {
    /// Makes sure that the goal can be read.
    ///
    /// # Errors
    ///
    /// With what was expected.
    pub fn check(&self) -> Result<(), String> {
        self.goal.parse::<Written>().map(|_| ())
    }

    /// What is to be known, where settings are ranked by a metric.
    ///
    /// # Errors
    ///
    /// With what was expected.
    pub fn goal(&self, ranked_by: Option<Metric>) -> Result<Goal, String> {
        let Written { kind, number, metric } = self.goal.parse()?;
        let of = metric.or(ranked_by);
        let points = of.is_some_and(|metric| metric.measures() == Measures::Accuracy);
        let number = number.map(|number| if points { number / 100.0 } else { number });
        Ok(match number {
            Some(half) if kind == "width" => Goal::Width { half, metric },
            margin => Goal::Decided { margin, metric },
        })
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, from {} to {} seeds", self.goal, self.first, self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(text: &str) -> Result<Goal, String> {
        let until =
            Until { goal: text.into(), first: "1..6".into(), most: 60, baseline: String::new() };
        until.goal(Some(Metric::ValidationAccuracy))
    }

    #[test]
    fn margins_are_in_points_of_accuracies_and_else_as_they_are() {
        assert_eq!(goal("decided"), Ok(Goal::Decided { margin: None, metric: None }));
        assert_eq!(goal("decided:0.5"), Ok(Goal::Decided { margin: Some(0.005), metric: None }));
        let metric = Some(Metric::TestCost);
        assert_eq!(goal("width:0.25:test-cost"), Ok(Goal::Width { half: 0.25, metric }));
        assert_eq!(goal("width:test_cost:0.25"), Ok(Goal::Width { half: 0.25, metric }));
        for bad in
            ["", "width", "decided:-1", "decided:0", "decided:1:2", "desided", "width:0.2:loss"]
        {
            assert!(goal(bad).unwrap_err().contains("expected decided"), "{bad}");
        }
    }
}
