//! Images with their labels.

use std::ops::Range;

use super::{NumberRows, SparseRows};

/// One part of a data set: as many labels as images, in the order of the file; or rows of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The images, a row each, `[image][pixel]`, pixels row by row. A byte `b` means `b / 256`.
    pub images: SparseRows,
    /// The class of each image, or row of numbers that has one.
    pub labels: Vec<u8>,
    /// Rows of numbers in the place of images, of which there are none then; if they have no labels, with what is to be
    /// answered.
    pub numbers: Option<NumberRows>,
}

impl From<(SparseRows, Vec<u8>)> for Split {
    /// Images and their classes.
    fn from((images, labels): (SparseRows, Vec<u8>)) -> Self {
        Self { images, labels, numbers: None }
    }
}

impl Split {
    /// Rows of numbers.
    pub fn of_numbers(numbers: NumberRows) -> Self {
        let images = SparseRows::new(1);
        Self { images, labels: Vec::new(), numbers: Some(numbers) }
    }

    /// Rows of numbers with their classes.
    ///
    /// # Panics
    ///
    /// When there are not as many, or the rows have numbers to be answered.
    #[track_caller]
    pub fn of_labelled_numbers(numbers: NumberRows, labels: Vec<u8>) -> Self {
        assert_eq!((numbers.len(), numbers.outputs()), (labels.len(), 0), "a class a row");
        Self { labels, ..Self::of_numbers(numbers) }
    }

    /// Images, or rows of numbers.
    pub fn len(&self) -> usize {
        self.numbers.as_ref().map_or(self.labels.len(), NumberRows::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The part of the inputs that is not zero; of rows of numbers, which are taken as they are, 1.
    pub fn density(&self) -> f64 {
        if self.numbers.is_some() { 1.0 } else { self.images.density() }
    }

    /// A copy of the first `n` images: the book's `training_data[:n]`.
    ///
    /// # Panics
    ///
    /// If `n > len()`.
    #[track_caller]
    pub fn first(&self, n: usize) -> Split {
        self.range(0..n)
    }

    /// A copy of some images, or rows of numbers.
    ///
    /// # Panics
    ///
    /// If the range is decreasing or ends after `len()`.
    #[track_caller]
    pub fn range(&self, images: Range<usize>) -> Split {
        match &self.numbers {
            Some(numbers) => {
                let labels = self.labels.get(images.clone()).unwrap_or_default().to_vec();
                Self { labels, ..Self::of_numbers(numbers.range(images)) }
            }
            None => (self.images.range(images.clone()), self.labels[images].to_vec()).into(),
        }
    }

    /// A copy of the images, or rows, of some classes, which are numbered anew in the order given.
    pub fn only(&self, classes: &[u8]) -> Split {
        let class = |label: u8| classes.iter().position(|&class| class == label);
        let kept = self.labels.iter().enumerate();
        let (rows, labels): (Vec<usize>, Vec<u8>) =
            kept.filter_map(|(row, &label)| Some((row, class(label)? as u8))).unzip();
        match &self.numbers {
            Some(numbers) => Self::of_labelled_numbers(numbers.select(&rows), labels),
            None => (self.images.select(rows.into_iter()), labels).into(),
        }
    }

    /// How many images there are of each class, `[classes]`.
    ///
    /// # Panics
    ///
    /// If a label is not below `classes`.
    #[track_caller]
    pub fn class_counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// Cuts off and returns the images, or rows with classes, from `image` on.
    #[track_caller]
    pub(super) fn split_off(&mut self, image: usize) -> Split {
        if let Some(numbers) = &mut self.numbers {
            let tail = numbers.split_off(image);
            return Self::of_labelled_numbers(tail, self.labels.split_off(image));
        }
        (self.images.split_off(image), self.labels.split_off(image)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Split {
        (SparseRows::from_dense(&[1, 0, 0, 2, 3, 3], 2), vec![2, 0, 2]).into()
    }

    #[test]
    fn first_takes_the_first() {
        let first = three().first(2);
        assert_eq!((first.len(), first.images.len()), (2, 2));
        assert_eq!(first.labels, [2, 0]);
        assert_eq!(first.images.row(1), (&[1_u16][..], &[2_u8][..]));
        assert!(three().first(0).is_empty());
    }

    #[test]
    #[should_panic(expected = "rows 0..4 of 3")]
    fn first_of_too_many_panics() {
        three().first(4);
    }

    #[test]
    fn only_some_classes_are_kept_and_numbered_anew() {
        let twos = three().only(&[2]);
        assert_eq!((twos.labels, twos.images.len()), (vec![0, 0], 2));
        assert_eq!(twos.images.row(1), (&[0_u16, 1][..], &[3_u8, 3][..]));
        assert_eq!(three().only(&[2, 0]).labels, [0, 1, 0]);
        assert!(three().only(&[7]).is_empty());
    }

    #[test]
    fn rows_of_numbers_keep_their_classes() {
        let numbers = NumberRows::of_inputs(vec![0.1, 0.2, 0.3], 1);
        let mut rows = Split::of_labelled_numbers(numbers, vec![2, 0, 2]);
        assert_eq!((rows.len(), rows.range(1..3).labels), (3, vec![0, 2]));
        let twos = rows.only(&[2]);
        assert_eq!((twos.labels, twos.numbers.unwrap().inputs(1)), (vec![0, 0], &[0.3][..]));
        let tail = rows.split_off(2);
        assert_eq!((rows.len(), tail.len(), tail.labels), (2, 1, vec![2]));
    }

    #[test]
    fn classes_are_counted() {
        assert_eq!(three().class_counts(4), [1, 0, 2, 0]);
    }
}
