//! Which value of a training's course counts.

use crate::nearest::nearest;
use std::fmt;
use std::str::FromStr;

/// Which value of a training's course counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum At {
    /// That after the last epoch.
    #[default]
    Last,
    /// The best of all epochs. It flatters: a test set that chooses the epoch is no longer one.
    Best,
    /// That of the epoch in which another column was best, the first of equal ones.
    BestOf(String),
    /// That of the network which training keeps: with early stopping that of the best validation accuracy, or of the
    /// best R² where numbers are learnt, whose column this is; without it the last one.
    Kept(&'static str),
    /// That after an epoch, counted as in the file.
    Epoch(usize),
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.split_once(':')) {
            ("last", _) => Ok(Self::Last),
            ("best", _) => Ok(Self::Best),
            ("kept", _) => Ok(Self::Kept(KEPT_BY)),
            (_, Some(("best", column))) if !column.is_empty() => Ok(Self::BestOf(column.into())),
            (_, Some(("epoch", epoch))) => {
                epoch.parse().map(Self::Epoch).map_err(|_| expected(text, epoch))
            }
            _ => Err(expected(text, text)),
        }
    }
}

/// What was expected instead of a text, and what may have been meant by a word of it.
fn expected(text: &str, word: &str) -> String {
    let word = word.split(':').next().unwrap_or(word);
    match nearest(word, ["last", "best", "kept", "epoch"]) {
        Some("epoch") => format!("{EXPECTED}; did you mean 'epoch:N'?"),
        Some(meant) if meant != text => format!("{EXPECTED}; did you mean '{meant}'?"),
        _ => EXPECTED.into(),
    }
}

const EXPECTED: &str = "expected last, best or epoch:N with N counted from 0, best:COLUMN or kept";

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Best => f.write_str("best"),
            Self::BestOf(column) => write!(f, "best:{column}"),
            Self::Kept(_) => f.write_str("kept"),
            Self::Epoch(epoch) => write!(f, "epoch:{epoch}"),
        }
    }
}

/// What training with early stopping keeps the best network by.
pub(super) const KEPT_BY: &str = "validation_accuracy";
/// The same where numbers are learnt.
pub(super) const KEPT_BY_OF_NUMBERS: &str = "validation_r2";

impl At {
    /// The column that chooses the epoch, if another than the metric does.
    pub(super) fn chooser(&self) -> Option<&str> {
        match self {
            Self::BestOf(column) => Some(column),
            Self::Kept(column) => Some(column),
            Self::Last | Self::Best | Self::Epoch(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_named_as_in_the_files() {
        for text in ["last", "best", "best:validation_accuracy", "best:val:acc", "kept", "epoch:0"]
        {
            assert_eq!(text.parse::<At>().unwrap().to_string(), text);
        }
        for bad in ["first", "epoch:", "epoch:-1", "3", "best:", "last:3"] {
            assert!(bad.parse::<At>().unwrap_err().contains("last, best or epoch:N"), "{bad}");
        }
        for (bad, meant) in [("lsat", "'last'"), ("epch:3", "'epoch:N'"), ("epoch:last", "'last'")]
        {
            assert!(bad.parse::<At>().unwrap_err().contains(meant), "{bad}");
        }
    }
}
