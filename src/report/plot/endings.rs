//! Where means end before their runs do.

/// As many are told one by one.
const FEW: usize = 4;

/// A mean that ends early, or has gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Whose mean, `None` for the only one.
    pub of: Option<String>,
    /// How many runs it is of.
    pub runs: usize,
    /// The last epoch that it has; `None` without any.
    pub last: Option<usize>,
    /// What became of the first run that has no value after that.
    pub why: Why,
}

/// Why there is no mean from some epoch on, or in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A run diverged.
    Diverged,
    /// A run stopped.
    Stopped,
    /// A value cannot stand on a logarithmic axis.
    NotPositive,
    /// It goes on to the end, but some runs have no value in between: so many times.
    Gaps(usize),
}

/// What a caption says of them: `unit` is what is counted, `means` how many means there are.
pub fn endings_in_words(endings: &[Ending], unit: &str, means: usize) -> Option<String> {
    match endings.len() {
        0 => None,
        1..=FEW => Some(endings.iter().map(|e| e.sentence(unit)).collect::<Vec<_>>().join(" ")),
        n => Some(format!(
            "{n} of the {means} means end early or have gaps: where the first of their runs stopped, diverged or has no value."
        )),
    }
}

impl Ending {
    fn sentence(&self, unit: &str) -> String {
        let whose = self.of.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        let first = match self.runs {
            1 => "its only run".to_string(),
            n => format!("the first of its {n} runs"),
        };
        match (self.why, self.last) {
            (Why::Gaps(1), _) => {
                format!("The mean{whose} has a gap at one {unit}, where some run has no value.")
            }
            (Why::Gaps(n), _) => {
                format!("The mean{whose} has gaps at {n} {unit}s, where some run has no value.")
            }
            (why, Some(last)) => {
                let why = match why {
                    Why::Diverged => format!("before {first} diverged"),
                    Why::NotPositive => format!("before {first} had a value that is not positive"),
                    Why::Stopped | Why::Gaps(_) => format!("where {first} stopped"),
                };
                format!("The mean{whose} ends at {unit} {last}, {why}.")
            }
            (Why::Diverged, None) => {
                format!("There is no mean{whose}: {first} diverged at once.")
            }
            (_, None) => format!("There is no mean{whose}: no {unit} has a value of every run."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_says_where_and_why_a_mean_ends() {
        let ending =
            |of: Option<&str>, last, why| Ending { of: of.map(String::from), runs: 10, last, why };
        let said = |endings: &[Ending]| endings_in_words(endings, "epoch", 7);
        assert_eq!(said(&[]), None);
        assert_eq!(
            said(&[
                ending(Some("adam"), Some(11), Why::Stopped),
                ending(None, Some(7), Why::Diverged)
            ])
            .unwrap(),
            "The mean of adam ends at epoch 11, where the first of its 10 runs stopped. The mean ends at epoch 7, before \
             the first of its 10 runs diverged."
        );
        let none = said(&[ending(None, None, Why::Diverged)]).unwrap();
        assert_eq!(none, "There is no mean: the first of its 10 runs diverged at once.");
        let gap = said(&[ending(None, Some(3), Why::Gaps(1))]).unwrap();
        assert_eq!(gap, "The mean has a gap at one epoch, where some run has no value.");
        let many = vec![ending(None, Some(1), Why::Stopped); 5];
        assert!(said(&many).unwrap().starts_with("5 of the 7 means end early"));
    }
}
