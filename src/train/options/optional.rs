//! Values that may be absent, with a word for that, so that a sweep can vary between the two.

use crate::nn::Output;
use clap::ValueEnum;
use std::fmt::Display;
use std::str::FromStr;

/// A value, or one of the words `none`, `all` and `auto` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Optional<T>(pub Option<T>);

/// Whether a text stands for no value.
fn is_absent(text: &str) -> bool {
    matches!(text, "none" | "all" | "auto")
}

impl<T: FromStr<Err: Display>> FromStr for Optional<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match is_absent(text) {
            true => Ok(Self(None)),
            false => text.parse().map(|value| Self(Some(value))).map_err(|e: T::Err| e.to_string()),
        }
    }
}

/// An activation of the output layer by name.
pub(super) fn output(text: &str) -> Result<Optional<Output>, String> {
    if is_absent(text) {
        return Ok(Optional(None));
    }
    let output = Output::from_str(text, false);
    output.map(|output| Optional(Some(output))).map_err(|_| {
        let names = Output::value_variants().iter().map(|output| output.name());
        format!("expected one of {} or auto", names.collect::<Vec<_>>().join(", "))
    })
}

/// The classes that are kept, `0+1` or `0,1`; none for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Classes(pub Vec<u8>);

impl FromStr for Classes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if is_absent(text) {
            return Ok(Self(Vec::new()));
        }
        let classes = text.split(['+', ',']).map(|label| label.parse().ok());
        let expected = "expected labels from 0 to 255 joined by +, such as 0+1, or all";
        classes.collect::<Option<_>>().map(Self).ok_or_else(|| expected.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_for_no_value() {
        for word in ["none", "all", "auto"] {
            assert_eq!(word.parse(), Ok(Optional::<f64>(None)));
            assert_eq!(output(word), Ok(Optional(None)));
            assert_eq!(word.parse(), Ok(Classes(vec![])));
        }
        assert_eq!("0.5".parse(), Ok(Optional(Some(0.5))));
        assert!("half".parse::<Optional<f64>>().is_err());
        assert_eq!(output("tanh"), Ok(Optional(Some(Output::Tanh))));
        assert!(output("junk").unwrap_err().contains("softmax"));
    }

    #[test]
    fn classes_are_joined_by_plus_or_comma() {
        assert_eq!("0+1".parse(), Ok(Classes(vec![0, 1])));
        assert_eq!("7,2,9".parse(), Ok(Classes(vec![7, 2, 9])));
        for bad in ["", "0+", "-1", "256", "zero"] {
            assert!(bad.parse::<Classes>().is_err(), "{bad}");
        }
    }
}
