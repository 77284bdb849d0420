use std::fmt::{self, Display};

/// The numbers that a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// Finite and above 0.
    Positive,
    /// Finite, 0 or above.
    NotNegative,
    /// 0 or above and below 1.
    Part,
    /// Finite.
    Finite,
    /// Whole numbers from 1 on.
    Counts,
    /// All that can be read.
    Any,
}

impl Range {
    /// Whether a number is one of them.
    pub fn contains(self, number: f64) -> bool {
        match self {
            Self::Positive => number.is_finite() && number > 0.0,
            Self::NotNegative => number.is_finite() && number >= 0.0,
            Self::Part => (0.0..1.0).contains(&number),
            Self::Finite => number.is_finite(),
            Self::Counts => number >= 1.0,
            Self::Any => true,
        }
    }
}

impl Display for Range {
    /// As in `expected a finite number above 0`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Positive => "a finite number above 0",
            Self::NotNegative => "a finite number, 0 or above",
            Self::Part => "0 or above and below 1",
            Self::Finite => "a finite number",
            Self::Counts => "at least 1",
            Self::Any => "a whole number, 0 or above",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_what_is_no_number_are_told_apart() {
        let holds = |range: Range| -> String {
            let numbers = [-1.0, -0.0, 0.5, 1.0, 2.0, f64::INFINITY, f64::NAN];
            numbers.map(|number| if range.contains(number) { 'y' } else { 'n' }).iter().collect()
        };
        let words = [
            (Range::Positive, "nnyyynn"),
            (Range::NotNegative, "nyyyynn"),
            (Range::Part, "nyynnnn"),
            (Range::Finite, "yyyyynn"),
            (Range::Counts, "nnnyyyn"),
            (Range::Any, "yyyyyyy"),
        ];
        for (range, word) in words {
            assert_eq!(holds(range), word, "{range:?}");
        }
    }
}
