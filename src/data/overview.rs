//! What a data set holds, in numbers.

use super::{Dataset, Split};
use serde::Serialize;
use std::collections::HashMap;
use xxhash_rust::xxh3::xxh3_128;

/// What a set of a data set holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Images or rows.
    pub rows: usize,
    /// How many there are of each class; nothing where numbers are learnt.
    pub classes: Vec<usize>,
    /// The smallest input, as a network gets it; 0 of an empty set, as all that follow.
    pub smallest: f64,
    /// The largest one.
    pub largest: f64,
    /// Their mean.
    pub mean: f64,
    /// The part of them that is 0.
    pub zeros: f64,
}

impl Overview {
    /// That of a set with so many classes.
    ///
    /// # Panics
    ///
    /// When a label is not below `classes`.
    pub fn of(split: &Split, classes: usize) -> Self {
        let rows = split.len();
        let columns = split.numbers.as_ref().map_or(split.images.columns(), |n| n.columns());
        let all = (rows * columns) as f64;
        let (mut smallest, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut sum, mut nonzeros) = (0.0, 0);
        let mut take = |x: f64| {
            (smallest, largest) = (smallest.min(x), largest.max(x));
            sum += x;
            nonzeros += usize::from(x != 0.0);
        };
        match &split.numbers {
            Some(numbers) => {
                (0..rows).flat_map(|row| numbers.inputs(row)).for_each(|&x| take(x));
            }
            None => {
                (0..rows)
                    .flat_map(|row| split.images.row(row).1)
                    .for_each(|&byte| take(f64::from(byte) / 256.0));
                // The others are not stored.
                if split.images.nonzeros() < rows * columns {
                    (smallest, largest) = (smallest.min(0.0), largest.max(0.0));
                }
            }
        }
        let share = |x: f64| if rows == 0 { 0.0 } else { x / all };
        let or_zero = |x: f64| if x.is_finite() { x } else { 0.0 };
        Self {
            rows,
            classes: if classes > 0 { split.class_counts(classes) } else { Vec::new() },
            smallest: or_zero(smallest),
            largest: or_zero(largest),
            mean: share(sum),
            zeros: share(all - nonzeros as f64),
        }
    }
}

/// Images, or rows of inputs, of the test set that the training or the validation set has too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Duplicates {
    /// How many there are.
    pub rows: usize,
    /// How many of them have another class there, wherever else they are.
    pub of_another_class: usize,
}

impl Duplicates {
    /// Those of a data set, told by hashes of 128 bits.
    pub fn of(data: &Dataset) -> Self {
        let mut known: HashMap<u128, Vec<Option<u8>>> = HashMap::new();
        for split in [&data.training, &data.validation] {
            for row in 0..split.len() {
                let labels = known.entry(hash(split, row)).or_default();
                let label = split.labels.get(row).copied();
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        }
        let mut duplicates = Self::default();
        for row in 0..data.test.len() {
            if let Some(labels) = known.get(&hash(&data.test, row)) {
                duplicates.rows += 1;
                let is_there = labels.contains(&data.test.labels.get(row).copied());
                duplicates.of_another_class += usize::from(!is_there);
            }
        }
        duplicates
    }
}

fn hash(split: &Split, row: usize) -> u128 {
    let bytes: Vec<u8> = match &split.numbers {
        // −0 is 0.
        Some(numbers) => numbers.inputs(row).iter().flat_map(|x| (x + 0.0).to_le_bytes()).collect(),
        None => {
            let (columns, values) = split.images.row(row);
            let columns = columns.iter().flat_map(|column| column.to_le_bytes());
            columns.chain(values.iter().copied()).collect()
        }
    };
    xxh3_128(&bytes)
}

/// Some of the images of a set, at most `most` or one a class: as many of each class as there is room for, the first ones, class
/// by class.
pub fn examples(split: &Split, classes: usize, most: usize) -> Vec<usize> {
    let most = most.max(classes);
    let quota = |class: usize| most / classes + usize::from(class < most % classes);
    let of_class = |class: usize| {
        let all = split.labels.iter().enumerate();
        let own = all.filter(move |&(_, &label)| usize::from(label) == class);
        own.map(|(place, _)| place).take(quota(class)).collect::<Vec<_>>()
    };
    (0..classes).flat_map(of_class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{NumberRows, SparseRows};

    #[test]
    fn an_overview_counts_what_is_not_stored_too() {
        let bytes: Split = (SparseRows::from_dense(&[0, 64, 128, 0], 2), vec![2, 0]).into();
        let expected = Overview {
            rows: 2,
            classes: vec![1, 0, 1],
            smallest: 0.0,
            largest: 0.5,
            mean: 0.1875,
            zeros: 0.5,
        };
        assert_eq!(Overview::of(&bytes, 3), expected);
        let numbers = NumberRows::of_inputs(vec![-1.0, 0.0, 2.0, 5.0], 2);
        let numbers = Overview::of(&Split::of_labelled_numbers(numbers, vec![0, 0]), 1);
        let ends = (numbers.smallest, numbers.largest, numbers.mean, numbers.zeros);
        assert_eq!(ends, (-1.0, 5.0, 1.5, 0.25));
        let full: Split = (SparseRows::from_dense(&[64, 128], 2), vec![0]).into();
        assert_eq!(Overview::of(&full, 1).smallest, 0.25);
        assert_eq!(Overview::of(&full.range(0..0), 1).largest, 0.0);
    }

    #[test]
    fn duplicates_are_told_with_their_classes() {
        let mut data = crate::data::task::open("parity:9", None).unwrap().unwrap();
        let split = |bytes: &[u8], labels: &[u8]| {
            let split: Split = (SparseRows::from_dense(bytes, 2), labels.to_vec()).into();
            std::sync::Arc::new(split)
        };
        data.training = split(&[1, 2, 0, 0, 5, 6], &[0, 1, 1]);
        data.validation = split(&[1, 2, 7, 8], &[1, 0]);
        data.test = split(&[2, 1, 1, 2, 7, 8, 0, 0, 5, 0], &[0, 1, 1, 1, 0]);
        assert_eq!(Duplicates::of(&data), Duplicates { rows: 3, of_another_class: 1 });
    }

    #[test]
    fn examples_are_of_all_classes() {
        let labels: Vec<u8> = (0..60).map(|i| i % 3).collect();
        let split: Split = (SparseRows::from_dense(&[1; 60], 1), labels).into();
        assert_eq!(examples(&split, 3, 5), [0, 3, 1, 4, 2]);
        assert_eq!(examples(&split, 4, 2), [0, 1, 2]);
        assert_eq!(examples(&split, 3, 600).len(), 60);
    }
}
