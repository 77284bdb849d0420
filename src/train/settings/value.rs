//! How values are read and written: the same on the command line, in sweep files and in CSV files.

use super::{Generator, Order, Precision, Schedule};
use crate::data::Expansion;
use crate::nearest::nearest;
use crate::nn::{
    Activation, BiasInitialiser, Cost, DropoutBy, Initialiser, LayerKind, Optimiser, Output,
    PerLayer, RecurrentInitialiser, Sequence, Targets,
};
use clap::ValueEnum;

/// How a number that may have a fraction is written.
pub type NumberForm = fn(f64) -> String;

/// The shortest decimal form that reads back to the same bits, always with a point or an exponent:
/// programs that guess the type of a column from its first rows guess right.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// The same without `.0`: for people, and what ids are made of.
pub fn shortest(value: f64) -> String {
    let text = exact(value);
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

/// The value of a setting.
pub(super) trait Value: Sized {
    /// Reads it from a text in small letters; an empty one stands for no value, where there may be
    /// none.
    fn read(text: &str) -> Result<Self, String>;
    /// The text that reads back to it.
    fn write(&self, number: NumberForm) -> String;
    /// It as numbers, if it is one, or one a layer.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }
}

impl Value for f64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "expected a number".into())
    }
    fn write(&self, number: NumberForm) -> String {
        number(*self)
    }
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
}

/// A whole number, which others may write as 1e4.
fn whole<T: std::str::FromStr + TryFrom<u64>>(text: &str) -> Option<T> {
    let number = || {
        let number: f64 = text.parse().ok()?;
        let is_whole = number.fract() == 0.0 && (0.0..1e15).contains(&number);
        is_whole.then_some(number as u64)
    };
    text.parse().ok().or_else(|| number()?.try_into().ok())
}

impl Value for usize {
    fn read(text: &str) -> Result<Self, String> {
        whole(text).ok_or_else(|| "expected a whole number, 0 or above".into())
    }
    fn write(&self, _: NumberForm) -> String {
        self.to_string()
    }
    fn numbers(&self) -> Vec<f64> {
        vec![*self as f64]
    }
}

impl Value for u64 {
    fn read(text: &str) -> Result<Self, String> {
        whole(text).ok_or_else(|| "expected a whole number, 0 or above".into())
    }
    fn write(&self, _: NumberForm) -> String {
        self.to_string()
    }
}

impl<T: Value> Value for Option<T> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::read(text).map(Some) }
    }
    fn write(&self, number: NumberForm) -> String {
        self.as_ref().map_or(String::new(), |value| value.write(number))
    }
    fn numbers(&self) -> Vec<f64> {
        self.as_ref().map_or(Vec::new(), T::numbers)
    }
}

/// One of the names of an enumeration, or an alias of one.
fn named<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(&text.replace('_', "-"), true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let values = values.filter(|value| !value.is_hide_set());
        let names: Vec<String> = values.map(|value| value.get_name().to_string()).collect();
        let near = nearest(text, names.iter().map(String::as_str));
        let near = near.map_or(String::new(), |name| format!("; did you mean '{name}'?"));
        format!("expected one of {}{near}", names.join(", "))
    })
}

macro_rules! names {
    ($($name:ty),*) => {$(
        impl Value for $name {
            fn read(text: &str) -> Result<Self, String> {
                named(text)
            }
            fn write(&self, _: NumberForm) -> String {
                self.name().into()
            }
        }
    )*};
}

names!(
    Activation,
    Output,
    Cost,
    DropoutBy,
    Targets,
    Initialiser,
    BiasInitialiser,
    Optimiser,
    Order,
    Precision,
    Generator,
    RecurrentInitialiser,
    Sequence
);

macro_rules! displayed {
    ($($name:ty),*) => {$(
        impl Value for $name {
            fn read(text: &str) -> Result<Self, String> {
                text.parse()
            }
            fn write(&self, _: NumberForm) -> String {
                self.to_string()
            }
        }
    )*};
}

displayed!(Schedule, Expansion);

impl<V: Value + Copy + PartialEq> Value for PerLayer<V> {
    fn read(text: &str) -> Result<Self, String> {
        PerLayer::parse(text, |value| V::read(value).map_err(|e| format!("{e}; or one a layer")))
    }
    fn write(&self, number: NumberForm) -> String {
        self.name(|value| value.write(number))
    }
    fn numbers(&self) -> Vec<f64> {
        self.values().iter().flat_map(V::numbers).collect()
    }
}

/// The hidden layers: `30`, `20c5p2x100`, `none`.
impl Value for Vec<LayerKind> {
    fn read(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::new());
        }
        LayerKind::list(text).map_err(|reason| {
            format!("{reason}; layers are joined by x, such as 100x30 or 20c5p2x100, or none")
        })
    }
    fn write(&self, _: NumberForm) -> String {
        layers(self)
    }
}

/// Hidden layers as on the command line: `30`, `20c5p2x100`, `none`.
pub(in crate::train) fn layers(hidden: &[LayerKind]) -> String {
    match hidden {
        [] => "none".into(),
        _ => hidden.iter().map(LayerKind::to_string).collect::<Vec<_>>().join("x"),
    }
}

/// The classes that are kept: `0+1`; none for all.
impl Value for Vec<u8> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::new());
        }
        let classes = text.split(['+', ',']).map(|label| label.trim().parse().ok());
        let expected = "expected labels from 0 to 255 joined by +, such as 0+1";
        classes.collect::<Option<_>>().ok_or_else(|| expected.into())
    }
    fn write(&self, _: NumberForm) -> String {
        self.iter().map(u8::to_string).collect::<Vec<_>>().join("+")
    }
}

/// The number of images in a mini-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BatchSize {
    Images(usize),
    /// All training images, however many they are; written as no value.
    Full,
}

impl Value for BatchSize {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self::Full),
            _ => usize::read(text).map(Self::Images),
        }
    }
    fn write(&self, number: NumberForm) -> String {
        match self {
            Self::Images(images) => images.write(number),
            Self::Full => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Value>(text: &str) -> Option<String> {
        T::read(text).ok().map(|value| value.write(shortest))
    }

    #[test]
    fn what_is_written_reads_back() {
        let same = |text: &str, back: Option<String>| assert_eq!(back.as_deref(), Some(text));
        same("0.5", read::<f64>("0.5"));
        same("100x30x7", read::<Vec<LayerKind>>("100x30x7"));
        same("20c5p2x40c3x100", read::<Vec<LayerKind>>("20c5p2,40c3p1,100"));
        same("none", read::<Vec<LayerKind>>("none"));
        same("100x30", read::<Vec<LayerKind>>("100, 30"));
        same("0+1", read::<Vec<u8>>("0,1"));
        same("", read::<Option<usize>>(""));
        same("", read::<BatchSize>(""));
        same("10000", read::<BatchSize>("1e4"));
        same("relu+tanh", read::<PerLayer<Activation>>("relu,tanh"));
        same("0.2+0.5", read::<PerLayer<f64>>("0.2+0.5"));
        same("plateau:10:2:128", read::<Schedule>("plateau:10:2:128"));
        same("elastic:4", read::<Expansion>("elastic"));
        same("18446744073709551615", read::<u64>("18446744073709551615"));
    }

    #[test]
    fn other_programs_names_are_understood() {
        let same = |name: &str, read: Option<String>| assert_eq!(read.as_deref(), Some(name));
        same("quadratic", read::<Cost>("mse"));
        same("cross-entropy", read::<Cost>("bce"));
        same("cross-entropy", read::<Cost>("cross_entropy"));
        same("log-likelihood", read::<Cost>("nll"));
        same("identity", read::<Activation>("linear"));
        same("sigmoid", read::<Output>("logistic"));
        same("rmsprop", read::<Optimiser>("RMSProp"));
    }

    #[test]
    fn nonsense_is_refused_with_what_was_expected() {
        for bad in ["", "0", "30x", "x30", "30x0", "-3", "ten", "99999999999999999999"] {
            assert!(Vec::<LayerKind>::read(bad).is_err(), "{bad}");
        }
        for bad in ["0+", "-1", "256", "zero"] {
            assert!(Vec::<u8>::read(bad).is_err(), "{bad}");
        }
        for bad in ["-1", "1.5", "all", "1e30"] {
            assert!(BatchSize::read(bad).is_err() && usize::read(bad).is_err(), "{bad}");
        }
        let error = PerLayer::<Activation>::read("relu,softplu").unwrap_err();
        assert!(error.contains("gelu") && error.contains("did you mean 'softplus'?"), "{error}");
        assert!(PerLayer::<f64>::read("0.2,x").is_err());
        assert!(Output::read("junk").unwrap_err().contains("softmax"));
    }
}
