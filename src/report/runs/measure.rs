use super::{RunsError, same_name};
use crate::stats::Interval;
use std::fmt;
use std::str::FromStr;

/// Which value of a training's course counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum At {
    /// That after the last epoch.
    #[default]
    Last,
    /// The best of all epochs. It flatters: a test set that chooses the epoch is no longer one.
    Best,
    /// That after an epoch, counted from 0.
    Epoch(usize),
}

/// What is measured of every training: one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The column of the metric: `test_accuracy`.
    pub column: String,
    /// How its course becomes a number.
    pub how: How,
    /// Whether a smaller number is better.
    pub lower_is_better: bool,
    /// Whether a smaller value of the column is better, which for a number of epochs is another question.
    pub low_column: bool,
    /// Whether epochs are counted from 0, as ours are.
    pub counted_from_0: bool,
    /// Whether there are no epochs, and so no last one.
    pub single: bool,
    /// Whether its values are fractions of 1, as ours are; another program may have written percent.
    pub fraction: bool,
}

/// How the course of a metric becomes one number.
#[derive(Debug, Clone, Copy, PartialEq)]
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

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("epoch:").map(str::parse)) {
            ("last", _) => Ok(Self::Last),
            ("best", _) => Ok(Self::Best),
            (_, Some(Ok(epoch))) => Ok(Self::Epoch(epoch)),
            _ => Err("expected last, best or epoch:N with N counted from 0".into()),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Best => f.write_str("best"),
            Self::Epoch(epoch) => write!(f, "epoch:{epoch}"),
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
        at: At,
        metrics: &[String],
        names: &[String],
    ) -> Result<Measure, RunsError> {
        let how = match self.threshold {
            None => How::Value(at),
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
        let low_column = is_cost(&column);
        let lower_is_better = !matches!(how, How::Value(_)) || low_column;
        let (single, counted_from_0, fraction) = (false, true, true);
        Self { column, how, lower_is_better, low_column, single, counted_from_0, fraction }
    }

    /// The same, where the direction of the column is said.
    #[must_use]
    pub fn with(self, better: Option<Better>) -> Self {
        let low_column = better.map_or(self.low_column, |better| better == Better::Lower);
        let lower_is_better = !matches!(self.how, How::Value(_)) || low_column;
        Self { low_column, lower_is_better, ..self }
    }

    /// Whether `a` is better than `b`.
    pub fn is_better(&self, a: f64, b: f64) -> bool {
        if self.lower_is_better { a < b } else { a > b }
    }

    /// Whether the number is a fraction that reads better as a percentage.
    pub fn is_percentage(&self) -> bool {
        matches!(self.how, How::Value(_)) && self.is_fraction()
    }

    /// The metric, or what is counted, in words: `test accuracy`, `epochs to 95 %`.
    pub fn name(&self) -> String {
        match self.how {
            How::Value(_) => self.column.replace('_', " "),
            _ => self.heading(),
        }
    }

    /// An interval cut to where values can be: an accuracy is at most 1, and of all that we measure nothing is negative.
    /// The metric of another program may be.
    pub fn cut(&self, interval: Interval) -> Interval {
        let ours = super::KNOWN.contains(&self.column.as_str());
        let bounded = !matches!(self.how, How::Value(_)) || ours || self.is_percentage();
        let most = if self.is_percentage() { 1.0 } else { f64::INFINITY };
        let least = if bounded { 0.0 } else { f64::NEG_INFINITY };
        Interval { low: interval.low.max(least), high: interval.high.min(most) }
    }

    fn is_fraction(&self) -> bool {
        self.fraction && self.column.contains("accuracy")
    }

    /// What it is, in words: `test accuracy after the last epoch`.
    pub fn words(&self) -> String {
        let name = self.column.replace('_', " ");
        match self.how {
            How::Value(At::Last) if self.single => name,
            How::Value(At::Last) => format!("{name} after the last epoch"),
            How::Value(At::Best) => format!("{name} after the best of its epochs"),
            How::Value(At::Epoch(epoch)) => {
                let from = if self.counted_from_0 { " (from 0)" } else { "" };
                format!("{name} after epoch {epoch}{from}")
            }
            How::EpochsTo(threshold) => {
                format!("epochs to {} of {}", with_article(&name), self.threshold_words(threshold))
            }
            How::SecondsTo(threshold) => {
                let name = with_article(&name);
                format!("seconds of training to {name} of {}", self.threshold_words(threshold))
            }
        }
    }

    /// A short heading: `test accuracy (%)`.
    pub fn heading(&self) -> String {
        let name = self.column.replace('_', " ");
        match self.how {
            How::Value(_) if self.is_percentage() => format!("{name} (%)"),
            How::Value(_) => name,
            How::EpochsTo(threshold) => format!("epochs to {}", self.threshold_words(threshold)),
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

/// Words of what is better when small.
const LOW: [&str; 27] = [
    "cost",
    "costs",
    "loss",
    "losses",
    "error",
    "errors",
    "err",
    "mse",
    "rmse",
    "mae",
    "mape",
    "nll",
    "ppl",
    "perplexity",
    "fid",
    "wer",
    "cer",
    "regret",
    "latency",
    "time",
    "seconds",
    "sec",
    "secs",
    "duration",
    "runtime",
    "elapsed",
    "ms",
];
/// Words of what is better when large.
const HIGH: [&str; 11] = [
    "accuracy",
    "acc",
    "auc",
    "auroc",
    "f1",
    "score",
    "recall",
    "bleu",
    "reward",
    "return",
    "throughput",
];

/// Whether a smaller value of a metric is better, by the words of its name.
fn is_cost(column: &str) -> bool {
    has_word(column, |word| LOW.contains(&word) || word.ends_with("loss"))
}

/// Whether a name has a word of what is measured.
pub(super) fn sounds_measured(column: &str) -> bool {
    is_cost(column) || has_word(column, |word| HIGH.contains(&word))
}

fn has_word(column: &str, is_one: impl Fn(&str) -> bool) -> bool {
    column.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(text: &str) -> Measure {
        let metrics = ["test_accuracy".to_string(), "validation_accuracy".into()];
        let names = [&metrics[..], &["val-loss".into(), "test_cost".into()]].concat();
        text.parse::<MeasureText>().unwrap().resolve(At::Last, &metrics, &names).unwrap()
    }

    #[test]
    fn metrics_and_thresholds_are_read() {
        assert_eq!(measure("test-accuracy").column, "test_accuracy");
        assert_eq!(measure("epochs_to:0.95").column, "validation_accuracy");
        assert_eq!(measure("epochs_to:0.95").how, How::EpochsTo(0.95));
        let seconds = measure("seconds_to:test_cost:-0.5");
        assert_eq!((seconds.column.as_str(), seconds.how), ("test_cost", How::SecondsTo(-0.5)));
        assert!(seconds.lower_is_better && !measure("test_accuracy").lower_is_better);
        for bad in ["", "epochs_to", "epochs_to:", "epochs_to:NaN", "seconds_to:a:"] {
            assert!(bad.parse::<MeasureText>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_those_of_the_file_and_say_which_way_is_better() {
        assert_eq!(measure("val_loss").column, "val-loss");
        assert_eq!(measure("val-loss").column, "val-loss");
        assert!(measure("epochs-to:val-loss:-0.5").low_column);
        let low = ["val-loss", "rmse", "latency_ms", "valloss", "train/err", "time_total_s"];
        let high = ["timesteps_reward", "accuracy", "merit"];
        assert!(low.iter().all(|name| is_cost(name)) && high.iter().all(|name| !is_cost(name)));
        let merit = measure("merit").with(Some(Better::Lower));
        assert!(merit.lower_is_better && merit.low_column);
        let epochs = measure("epochs_to:merit:1").with(Some(Better::Higher));
        assert!(epochs.lower_is_better && !epochs.low_column);
    }

    #[test]
    fn epochs_are_named_as_in_the_files() {
        for text in ["last", "best", "epoch:0", "epoch:29"] {
            assert_eq!(text.parse::<At>().unwrap().to_string(), text);
        }
        for bad in ["first", "epoch:", "epoch:-1", "3"] {
            assert!(bad.parse::<At>().is_err(), "{bad}");
        }
    }

    #[test]
    fn measures_say_what_they_are() {
        assert_eq!(measure("epochs_to:0.95").heading(), "epochs to 95 %");
        assert_eq!(measure("test_accuracy").words(), "test accuracy after the last epoch");
    }
}
