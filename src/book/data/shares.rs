//! The share of each digit in the sets of the book: what a network gets right that always gives one answer.

/// Of the 10,000 test images.
pub const TEST: &[f64] =
    &[0.0980, 0.1135, 0.1032, 0.1010, 0.0982, 0.0892, 0.0958, 0.1028, 0.0974, 0.1009];
/// Of the 10,000 validation images.
pub const VALIDATION: &[f64] =
    &[0.0991, 0.1064, 0.0990, 0.1030, 0.0983, 0.0915, 0.0967, 0.1090, 0.1009, 0.0961];
/// Of the first 100 validation images.
pub const VALIDATION_100: &[f64] = &[0.10, 0.11, 0.06, 0.09, 0.11, 0.07, 0.14, 0.09, 0.12, 0.11];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    #[test]
    fn the_shares_are_those_of_the_labels() {
        let data = Dataset::mnist().unwrap();
        let of = |labels: &[u8]| -> Vec<f64> {
            let count = |digit| labels.iter().filter(|&&label| label == digit).count() as f64;
            (0..10).map(|digit| count(digit) / labels.len() as f64).collect()
        };
        assert_eq!(of(&data.test.labels), TEST);
        assert_eq!(of(&data.validation.labels), VALIDATION);
        assert_eq!(of(&data.validation.labels[..100]), VALIDATION_100);
    }
}
