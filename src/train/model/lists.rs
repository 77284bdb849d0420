//! Lists of numbers in JSON, read into as little memory as they take, and not more than they may.

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

/// A list of at most `most` items, each read by a copy of `item`.
#[derive(Clone, Copy)]
pub(super) struct List<S> {
    pub item: S,
    pub most: usize,
}

/// A list of rows of numbers, all of one length, of which `left` may still come.
#[derive(Clone, Copy)]
pub(super) struct MatrixSeed<'a> {
    pub left: &'a Cell<usize>,
}

/// What a [`MatrixSeed`] reads.
#[derive(Debug)]
pub(super) struct Matrix {
    /// Row by row.
    pub numbers: Vec<f64>,
    /// The length of a row.
    pub width: usize,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for List<S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for List<S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.item)? {
            if items.len() == self.most {
                return Err(A::Error::custom(format!("a list of more than {} layers", self.most)));
            }
            items.push(item);
        }
        Ok(items)
    }
}

impl<'de> DeserializeSeed<'de> for MatrixSeed<'_> {
    type Value = Matrix;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for MatrixSeed<'_> {
    type Value = Matrix;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of lists of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Matrix, A::Error> {
        let mut numbers = Vec::new();
        let mut width = None;
        while let Some(row) =
            rows.next_element_seed(Row { numbers: &mut numbers, left: self.left })?
        {
            match *width.get_or_insert(row) {
                0 => return Err(A::Error::custom("a neuron without numbers")),
                first if first != row => {
                    let what = format!("a neuron has {row} numbers, those before it have {first}");
                    return Err(A::Error::custom(what));
                }
                _ => {}
            }
        }
        Ok(Matrix { numbers, width: width.unwrap_or(0) })
    }
}

/// A list of numbers that are added to others. Its value is how many they are.
struct Row<'a> {
    numbers: &'a mut Vec<f64>,
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<usize, A::Error> {
        let before = self.numbers.len();
        while let Some(number) = row.next_element_seed(PhantomData::<f64>)? {
            let left = self.left.get().checked_sub(1);
            self.left.set(left.ok_or_else(|| A::Error::custom("more than 268 million numbers"))?);
            self.numbers.push(number);
        }
        Ok(self.numbers.len() - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, most: usize, numbers: usize) -> Result<Vec<Matrix>, String> {
        let left = Cell::new(numbers);
        let list = List { item: MatrixSeed { left: &left }, most };
        let mut json = serde_json::Deserializer::from_str(text);
        list.deserialize(&mut json).map_err(|error| error.to_string())
    }

    #[test]
    fn lists_keep_to_their_bounds() {
        let layers = read("[[[1, 2, 3], [4, 5, 6]], [[7]]]", 2, 7).unwrap();
        assert_eq!(layers[0].numbers, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!((layers[0].width, layers[1].width), (3, 1));
        for (text, words) in [
            ("[[[1, 2], [3, 4]], [[5]], [[6]]]", "more than 2 layers"),
            ("[[[1, 2], [3, 4]], [[5, 6, 7, 8]]]", "more than 268 million numbers"),
            ("[[[1, 2], [3]]]", "a neuron has 1 numbers, those before it have 2"),
            ("[[[], []]]", "a neuron without numbers"),
            ("[[1]]", "expected a list of numbers"),
        ] {
            let error = read(text, 2, 7).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
