use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// What the outputs are to be for an image of a class, and what they answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Targets {
    /// An output a class, that of the image's class 1: the largest output is the answer
    #[default]
    OneHot,
    /// The binary digits of the class, the lowest one first: outputs above 0.5 are ones
    Binary,
    /// The numbers of the columns that are learnt: of data that are numbers, and only there
    Numbers,
}

/// What the outputs are to be for each row of a mini-batch.
#[derive(Debug, Clone, Copy)]
pub enum Desired<'a, T> {
    /// What the class of each image says, by [`Targets::OneHot`] or [`Targets::Binary`].
    Classes(&'a [u8]),
    /// Numbers, `[rows][outputs]`.
    Numbers(&'a [T]),
}

impl<'a, T> From<&'a [u8]> for Desired<'a, T> {
    fn from(labels: &'a [u8]) -> Self {
        Self::Classes(labels)
    }
}

impl Targets {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneHot => "one-hot",
            Self::Binary => "binary",
            Self::Numbers => "numbers",
        }
    }

    /// The number of outputs for a number of classes, or of columns that are learnt.
    pub fn outputs(self, classes: usize) -> usize {
        match self {
            Self::OneHot | Self::Numbers => classes,
            // Of 10 classes the last one is 9, which has four digits.
            Self::Binary => {
                (usize::BITS - classes.saturating_sub(1).leading_zeros()).max(1) as usize
            }
        }
    }

    /// The number of answers that some outputs can give, at least that of the classes.
    ///
    /// # Panics
    ///
    /// When there are more than 30 binary outputs, or they are numbers.
    pub fn answers(self, outputs: usize) -> usize {
        match self {
            Self::OneHot => outputs,
            Self::Binary => {
                assert!(outputs <= 30, "{outputs} binary outputs");
                1 << outputs
            }
            Self::Numbers => panic!("numbers are no classes"),
        }
    }

    /// Whether output `j` is to be 1 for an image of class `label`; 0 if not, as for what has no class.
    #[inline(always)]
    pub fn is_on(self, j: usize, label: usize) -> bool {
        match self {
            Self::OneHot => j == label,
            Self::Binary => j < usize::BITS as usize && label >> j & 1 == 1,
            Self::Numbers => false,
        }
    }

    /// The class that some outputs answer, 0 where they are numbers. NaN is larger than nothing.
    #[inline(always)]
    pub fn answer<T: PartialOrd + Copy>(self, a: &[T], half: T) -> usize {
        match self {
            Self::OneHot => largest(a),
            Self::Numbers => 0,
            Self::Binary => a.iter().rev().fold(0, |bits, a| bits << 1 | usize::from(*a > half)),
        }
    }
}

/// The place of the largest, the first of equals.
#[inline(always)]
fn largest<T: PartialOrd + Copy>(a: &[T]) -> usize {
    let mut best = 0;
    for j in 1..a.len() {
        if a[j] > a[best] {
            best = j;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_of_a_class_answer_it() {
        for targets in [Targets::OneHot, Targets::Binary] {
            for classes in 2..40 {
                let outputs = targets.outputs(classes);
                assert!(targets.answers(outputs) >= classes);
                for label in 0..classes {
                    let a = |j| if targets.is_on(j, label) { 0.9 } else { 0.1 };
                    let a: Vec<f64> = (0..outputs).map(a).collect();
                    assert_eq!(targets.answer(&a, 0.5), label, "{targets:?} {classes}");
                }
            }
        }
        let outputs = [2, 3, 4, 10, 16, 17].map(|classes| Targets::Binary.outputs(classes));
        assert_eq!(outputs, [1, 2, 2, 4, 4, 5]);
        assert_eq!(Targets::Binary.answer(&[0.6, 0.5, f64::NAN, 0.7], 0.5), 9);
        assert_eq!(Targets::OneHot.answer(&[0.1, 0.7, 0.7], 0.5), 1);
    }
}
