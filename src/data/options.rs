//! How data are read, where the files do not tell it.

use clap::Args;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How data are read, where the files do not tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct DataOptions {
    /// With --data: images kept back from the end of the training file for validation, or rows of numbers
    /// [default: a sixth of them, at most 10000]
    #[arg(long, value_name = "N", help_heading = HEADING)]
    pub validation: Option<usize>,
    /// With --data FILE.csv: the columns to be learnt from all others, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = HEADING)]
    pub target_columns: Vec<String>,
    /// With --data FILE.csv: the column of the classes, numbers or words, to be learnt from all others
    #[arg(long, value_name = "NAME", conflicts_with = "target_columns", help_heading = HEADING)]
    pub label_column: Option<String>,
    /// With --data DIR of several data sets: which one, such as letters for the files
    /// emnist-letters-train-images-idx3-ubyte.gz and so on
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    pub data_split: Option<String>,
    /// With --data: exchange rows and columns, of images that are stored column by column, as those of EMNIST are
    /// (nablab data --show shows whether they are upright)
    #[arg(long, help_heading = HEADING)]
    pub transpose: bool,
    /// With --data: inputs are (value − MIN) / (MAX − MIN), so that MIN becomes 0 and MAX 1; 0:1 takes them as they are
    /// [default: bytes of images divided by 256, all else as it is, which in IDX must be from 0 to 1]
    #[arg(long, value_name = "MIN:MAX", allow_hyphen_values = true, help_heading = HEADING)]
    pub scale: Option<Scale>,
    /// The classes of a network, in the order of its outputs: those of a label column are found among them. Empty if
    /// it is the data that say which there are.
    #[arg(skip)]
    pub known_classes: Vec<String>,
}

/// Where --help has them.
const HEADING: &str = "Data";

impl DataOptions {
    /// The first option that is given, if any is: without data of one's own there is nothing to be said of them.
    pub fn first(&self) -> Option<&'static str> {
        let given = [
            ("--validation", self.validation.is_some()),
            ("--target-columns", !self.target_columns.is_empty()),
            ("--label-column", self.label_column.is_some()),
            ("--data-split", self.data_split.is_some()),
            ("--transpose", self.transpose),
            ("--scale", self.scale.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    /// What stands behind the check sum of a file whose inputs are not taken as they are: ` transposed scaled 0:16`.
    pub(super) fn mark(&self) -> String {
        let transposed = if self.transpose { " transposed" } else { "" };
        let scaled = self.scale.map_or(String::new(), |scale| format!(" scaled {scale}"));
        format!("{transposed}{scaled}")
    }
}

/// A linear map of the numbers of a file to inputs: one number becomes 0, another 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scale {
    zero: f64,
    one: f64,
}

// Its numbers are finite.
impl Eq for Scale {}

impl Scale {
    /// The input that `x` becomes.
    pub fn of(self, x: f64) -> f64 {
        (x - self.zero) / (self.one - self.zero)
    }
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let ends = text.split_once(':').and_then(|(zero, one)| number(zero).zip(number(one)));
        // So that no input is lost in a width that is hardly there.
        let is_wide = |&(zero, one): &(f64, f64)| (one - zero).abs().is_normal();
        let ends = ends
            .filter(is_wide)
            .ok_or("expected two different numbers, those that become 0 and 1, such as 0:255")?;
        Ok(Self { zero: ends.0, one: ends.1 })
    }
}

impl TryFrom<String> for Scale {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Scale> for String {
    fn from(scale: Scale) -> Self {
        scale.to_string()
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.zero, self.one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_linear_and_written_as_it_is_read() {
        for (text, x, y) in
            [("0:255", 51.0, 0.2), ("-1:1", 0.5, 0.75), ("255:0", 255.0, 0.0), ("0:1", 0.3, 0.3)]
        {
            let scale: Scale = text.parse().unwrap();
            assert_eq!((scale.of(x), scale.to_string()), (y, text.to_string()));
        }
        for text in ["", "1", "1:1", "nan:1", "0:inf", "0:1e-320", "-1e308:1e308", "0:1:2", "a:b"] {
            assert!(text.parse::<Scale>().is_err(), "{text}");
        }
    }
}
