use super::{At, Direction, RunsError, Unit, same_name};
use crate::stats::Interval;
use std::fmt;
use std::str::FromStr;

/// What is measured of every training: one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The column of the metric: `test_accuracy`.
    pub column: String,
    /// How its course becomes a number.
    pub how: How,
    /// Which values of the number are better.
    pub better: Direction,
    /// Which values of the column are, which for a number of epochs is another question.
    pub of_column: Direction,
    /// Which values of the column are that chooses the epoch.
    pub of_chooser: Direction,
    /// What the courses are counted in.
    pub unit: Unit,
    /// Whether there are no epochs, and so no last one.
    pub single: bool,
    /// Whether its values are fractions of 1, as ours are; another program may have written percent.
    pub fraction: bool,
    /// Whether it was measured of layers.
    pub of_layers: bool,
}

/// How the course of a metric becomes one number.
#[derive(Debug, Clone, PartialEq)]
pub enum How {
    /// One of its values.
    Value(At),
    /// The number of epochs after which it has reached a threshold for the first time.
    EpochsTo(f64),
    /// The seconds of training until then.
    SecondsTo(f64),
}

/// Which values of a metric are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Better {
    /// Small ones: costs, errors, times
    Lower,
    /// Large ones: accuracies, scores
    Higher,
}

/// A metric as it is asked for: `test_accuracy`, `epochs_to:0.95`,
/// `seconds_to:validation_accuracy:0.95`.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureText {
    /// The column, if it was named.
    pub column: Option<String>,
    /// `None` for a value, at an epoch that is said elsewhere.
    pub threshold: Option<Threshold>,
}

/// What is counted until a threshold is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// Epochs.
    Epochs(f64),
    /// Seconds.
    Seconds(f64),
}

impl Threshold {
    /// The threshold divided by a number.
    pub(super) fn over(self, divisor: f64) -> Self {
        match self {
            Self::Epochs(threshold) => Self::Epochs(threshold / divisor),
            Self::Seconds(threshold) => Self::Seconds(threshold / divisor),
        }
    }
}

impl FromStr for MeasureText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let counts =
            |kind: &str| matches!(kind.replace('-', "_").as_str(), "epochs_to" | "seconds_to");
        let Some((kind, rest)) = text.split_once(':').filter(|(kind, _)| counts(kind)) else {
            return match text.replace('-', "_").as_str() {
                "" | "epochs_to" | "seconds_to" => Err(EXPECTED.into()),
                _ => Ok(Self { column: Some(text.into()), threshold: None }),
            };
        };
        let (column, threshold) = match rest.rsplit_once(':') {
            Some((column, threshold)) => (Some(column.to_string()), threshold),
            None => (None, rest),
        };
        let threshold: f64 = threshold.parse().map_err(|_| EXPECTED)?;
        if !threshold.is_finite() {
            return Err(EXPECTED.into());
        }
        let threshold = match kind.replace('-', "_").as_str() {
            "epochs_to" => Threshold::Epochs(threshold),
            "seconds_to" => Threshold::Seconds(threshold),
            _ => return Err(EXPECTED.into()),
        };
        Ok(Self { column, threshold: Some(threshold) })
    }
}

impl fmt::Display for MeasureText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, threshold) = match self.threshold {
            None => return f.write_str(self.column.as_deref().unwrap_or_default()),
            Some(Threshold::Epochs(threshold)) => ("epochs_to", threshold),
            Some(Threshold::Seconds(threshold)) => ("seconds_to", threshold),
        };
        match &self.column {
            Some(column) => write!(f, "{kind}:{column}:{threshold}"),
            None => write!(f, "{kind}:{threshold}"),
        }
    }
}

const EXPECTED: &str = "expected the name of a column such as test_accuracy, epochs_to:0.95 or \
                        seconds_to:validation_accuracy:0.95";

impl MeasureText {
    /// The measure, given the metrics that there are, the best known first, and all names of columns.
    ///
    /// # Errors
    ///
    /// When no column is named and none of the metrics is fit for it.
    pub fn resolve(
        &self,
        at: &At,
        metrics: &[String],
        names: &[String],
    ) -> Result<Measure, RunsError> {
        let how = match self.threshold {
            None => How::Value(at.clone()),
            Some(Threshold::Epochs(threshold)) => How::EpochsTo(threshold),
            Some(Threshold::Seconds(threshold)) => How::SecondsTo(threshold),
        };
        let column = match &self.column {
            Some(column) => {
                let known = names.iter().find(|name| *name == column);
                let known = known.or_else(|| names.iter().find(|name| same_name(name, column)));
                known.unwrap_or(column).clone()
            }
            // Time to accuracy: of the set that may be looked at before the end.
            None => ["validation_accuracy", "test_accuracy", "training_accuracy"]
                .into_iter()
                .find(|name| metrics.iter().any(|metric| metric == name))
                .map(String::from)
                .or_else(|| metrics.iter().find(|metric| metric.contains("acc")).cloned())
                .ok_or_else(|| RunsError::NoMetric { metrics: metrics.join(", ") })?,
        };
        Ok(Measure::new(column, how))
    }
}

impl Measure {
    /// A measure, whose direction follows from the name of the column.
    pub fn new(column: String, how: How) -> Self {
        let of_column = Direction::of(&column);
        let of_chooser = match &how {
            How::Value(at) => at.chooser().map_or(of_column, Direction::of),
            _ => of_column,
        };
        Self {
            column,
            how,
            better: of_column,
            of_column,
            of_chooser,
            unit: Unit::default(),
            single: false,
            fraction: true,
            of_layers: false,
        }
        .counted()
    }

    /// The same, where the direction of the column is said; also that of a column that chooses the epoch, if its name
    /// does not say it.
    #[must_use]
    pub fn with(self, better: Option<Better>) -> Self {
        let Some(better) = better else {
            return self;
        };
        let of_column = better.into();
        let of_chooser = match &self.how {
            How::Value(At::BestOf(column)) if *column != self.column => {
                self.of_chooser.or(Some(better))
            }
            How::Value(At::Kept(_)) => self.of_chooser,
            _ => of_column,
        };
        Self { of_column, of_chooser, better: of_column, ..self }.counted()
    }

    /// Of epochs and seconds few are better, whatever is of the column.
    fn counted(self) -> Self {
        let counts = !matches!(self.how, How::Value(_));
        Self { better: if counts { Direction::Lower } else { self.better }, ..self }
    }

    /// The column whose direction has to be known and is not: that whose best epoch or whose threshold is looked for.
    pub(super) fn undecided(&self) -> Option<&str> {
        let (column, direction) = match &self.how {
            How::Value(At::Last | At::Epoch(_)) => return None,
            How::Value(at) => (at.chooser().unwrap_or(&self.column), self.of_chooser),
            How::EpochsTo(_) | How::SecondsTo(_) => (self.column.as_str(), self.of_column),
        };
        (direction == Direction::Unknown).then_some(column)
    }

    /// Whether `a` is better than `b`; never where that is not known.
    pub fn is_better(&self, a: f64, b: f64) -> bool {
        self.better.is_better(a, b)
    }

    /// Whether the number is a fraction that reads better as a percentage.
    pub fn is_percentage(&self) -> bool {
        matches!(self.how, How::Value(_)) && self.is_fraction()
    }

    /// The metric, or what is counted, in words: `test accuracy`, `epochs to 95 %`.
    pub fn name(&self) -> String {
        match self.how {
            How::Value(_) => self.column_words(),
            _ => self.heading(),
        }
    }

    /// The interval of some values, cut to where such values can be: an accuracy is at most 1, and of all that we
    /// measure nothing is negative. The metric of another program may be, under whatever name: where a value lies beyond
    /// an end, that is no end.
    pub fn cut(&self, interval: Interval, values: &[f64]) -> Interval {
        let ours = self.of_layers || super::KNOWN.contains(&self.column.as_str());
        // R² is below 0 where the answers are worse than the mean.
        let ours = ours && !self.column.ends_with("_r2");
        let bounded = !matches!(self.how, How::Value(_)) || ours || self.is_percentage();
        let bounded = bounded && values.iter().all(|&value| value >= 0.0);
        let fraction =
            (self.is_percentage() || self.is_share()) && values.iter().all(|&value| value <= 1.0);
        let most = if fraction { 1.0 } else { f64::INFINITY };
        let least = if bounded { 0.0 } else { f64::NEG_INFINITY };
        Interval { low: interval.low.max(least), high: interval.high.min(most) }
    }

    /// Whether it is the norm of a gradient, which may vary by powers of ten.
    pub fn is_gradient_norm(&self) -> bool {
        let words = super::direction::words(&self.column);
        let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        matches!(self.how, How::Value(_))
            && has(&["gradient", "grad", "gradients"])
            && has(&["norm"])
    }

    /// Whether it is a cost or an error, which training may lower by powers of ten.
    pub fn is_cost(&self) -> bool {
        const COSTS: [&str; 10] =
            ["cost", "costs", "loss", "losses", "error", "errors", "mse", "rmse", "mae", "nll"];
        let words = super::direction::words(&self.column);
        matches!(self.how, How::Value(_))
            && self.of_column == Direction::Lower
            && words.iter().any(|word| COSTS.contains(&word.as_str()))
    }

    /// Whether it is the share of some neurons of a layer.
    fn is_share(&self) -> bool {
        self.of_layers && ["saturated", "dead"].contains(&self.column.as_str())
    }

    /// The column in words.
    fn column_words(&self) -> String {
        let words = self.column.replace('_', " ");
        if self.is_share() { format!("fraction of {words} neurons") } else { words }
    }

    /// Which of its values are better, in a sentence.
    pub fn direction(&self) -> &'static str {
        match self.better {
            Direction::Unknown if self.of_layers => "Neither small nor large values are better.",
            better => better.sentence(),
        }
    }

    fn is_fraction(&self) -> bool {
        self.fraction && self.column.contains("accuracy")
    }

    /// What it is, in words: `test accuracy after the last epoch`.
    pub fn words(&self) -> String {
        let name = self.column_words();
        let unit = self.unit.name();
        match &self.how {
            How::Value(At::Last) if self.single => name,
            How::Value(At::Last) => format!("{name} after the last {unit}"),
            How::Value(At::Best) => format!("{name} after the best of its {unit}s"),
            How::Value(At::BestOf(column)) if *column == self.column => {
                format!("{name} after the best of its {unit}s")
            }
            How::Value(At::BestOf(column)) => {
                format!("{name} after the {unit} of the best {}", column.replace('_', " "))
            }
            How::Value(At::Kept(_)) => format!("{name} of the network that training keeps"),
            How::Value(At::Epoch(number)) => {
                let from = if self.unit.from_0() { " (from 0)" } else { "" };
                format!("{name} after {unit} {number}{from}")
            }
            How::EpochsTo(threshold) => {
                format!(
                    "{unit}s to {} of {}",
                    with_article(&name),
                    self.threshold_words(*threshold)
                )
            }
            How::SecondsTo(threshold) => {
                let name = with_article(&name);
                format!("seconds of training to {name} of {}", self.threshold_words(*threshold))
            }
        }
    }

    /// A short heading: `test accuracy (%)`.
    pub fn heading(&self) -> String {
        let name = self.column_words();
        match self.how {
            How::Value(_) if self.is_percentage() => format!("{name} (%)"),
            How::Value(_) => name,
            How::EpochsTo(threshold) => {
                format!("{}s to {}", self.unit.name(), self.threshold_words(threshold))
            }
            How::SecondsTo(threshold) => {
                format!("seconds to {}", self.threshold_words(threshold))
            }
        }
    }

    fn threshold_words(&self, threshold: f64) -> String {
        match self.is_fraction() {
            true => format!("{} %", (threshold * 1e6).round() / 1e4),
            false => threshold.to_string(),
        }
    }
}

/// `a cost`, `an accuracy`.
fn with_article(name: &str) -> String {
    format!("{} {name}", if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(text: &str) -> Measure {
        let metrics = ["test_accuracy".to_string(), "validation_accuracy".into()];
        let names = [&metrics[..], &["val-loss".into(), "test_cost".into()]].concat();
        text.parse::<MeasureText>().unwrap().resolve(&At::Last, &metrics, &names).unwrap()
    }

    #[test]
    fn metrics_and_thresholds_are_read() {
        assert_eq!(measure("test-accuracy").column, "test_accuracy");
        assert_eq!(measure("epochs_to:0.95").column, "validation_accuracy");
        assert_eq!(measure("epochs_to:0.95").how, How::EpochsTo(0.95));
        let seconds = measure("seconds_to:test_cost:-0.5");
        assert_eq!((seconds.column.as_str(), seconds.how), ("test_cost", How::SecondsTo(-0.5)));
        assert_eq!(
            (seconds.better, measure("test_accuracy").better),
            (Direction::Lower, Direction::Higher)
        );
        for bad in ["", "epochs_to", "epochs_to:", "epochs_to:NaN", "seconds_to:a:"] {
            assert!(bad.parse::<MeasureText>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_those_of_the_file_and_say_which_way_is_better() {
        assert_eq!(measure("val_loss").column, "val-loss");
        assert_eq!(measure("val-loss").column, "val-loss");
        assert_eq!(measure("epochs-to:val-loss:-0.5").of_column, Direction::Lower);
        let merit = measure("merit").with(Some(Better::Lower));
        assert_eq!((merit.better, merit.of_column), (Direction::Lower, Direction::Lower));
        let epochs = measure("epochs_to:merit:1").with(Some(Better::Higher));
        assert_eq!((epochs.better, epochs.of_column), (Direction::Lower, Direction::Higher));
    }

    #[test]
    fn a_direction_is_needed_where_an_epoch_is_looked_for() {
        let at = |column: &str, at| Measure::new(column.into(), How::Value(at));
        let best_of = |column: &str| At::BestOf(column.into());
        assert_eq!(measure("epochs_to:merit:1").undecided(), Some("merit"));
        assert_eq!(at("merit", At::Best).undecided(), Some("merit"));
        assert_eq!(at("merit", At::Last).undecided(), None);
        assert_eq!(at("merit", best_of("val_loss")).undecided(), None);
        assert_eq!(at("val_loss", best_of("merit")).undecided(), Some("merit"));
        // --better is of the metric, and of the other column only if its name does not say.
        let of_chooser =
            |column: &str| at("merit", best_of(column)).with(Some(Better::Higher)).of_chooser;
        assert_eq!(
            [of_chooser("val_loss"), of_chooser("x")],
            [Direction::Lower, Direction::Higher]
        );
        assert_eq!(of_chooser("merit"), Direction::Higher);
    }

    #[test]
    fn measures_say_what_they_are() {
        assert_eq!(measure("epochs_to:0.95").heading(), "epochs to 95 %");
        assert_eq!(measure("test_accuracy").words(), "test accuracy after the last epoch");
    }
}
