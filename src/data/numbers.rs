//! Rows of real numbers, some of which are to be learnt from the others.

use std::ops::Range;

/// Rows of input numbers, each with the numbers that a network is to answer: the data of a regression. Inputs whose
/// classes are to be answered have none.
///
/// All of them are finite. A copy of the sums that the coefficient of determination needs is kept with
/// them.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRows {
    /// `[rows][inputs]`
    inputs: Vec<f64>,
    columns: usize,
    /// `[rows][targets]`
    targets: Vec<f64>,
    outputs: usize,
    /// Σ (y − ȳ)² over all rows and targets, with a mean ȳ of each target.
    variation: f64,
}

impl NumberRows {
    /// Rows of `columns` inputs, `[rows][columns]`, and `outputs` targets, `[rows][outputs]`.
    ///
    /// # Panics
    ///
    /// When there are no columns or outputs, the two have not as many rows, or a number is not finite.
    #[track_caller]
    pub fn new(inputs: Vec<f64>, columns: usize, targets: Vec<f64>, outputs: usize) -> Self {
        assert!(outputs > 0, "rows need targets");
        Self::with_targets(inputs, columns, targets, outputs)
    }

    /// Rows of `columns` inputs, `[rows][columns]`, for which there is no number to be answered.
    ///
    /// # Panics
    ///
    /// When there are no columns, the rows are not whole, or a number is not finite.
    #[track_caller]
    pub fn of_inputs(inputs: Vec<f64>, columns: usize) -> Self {
        Self::with_targets(inputs, columns, Vec::new(), 0)
    }

    #[track_caller]
    fn with_targets(inputs: Vec<f64>, columns: usize, targets: Vec<f64>, outputs: usize) -> Self {
        assert!(columns > 0, "rows need inputs");
        let rows = inputs.len() / columns;
        assert_eq!(targets.len(), rows * outputs, "whole rows of targets");
        assert_eq!(inputs.len(), rows * columns, "as many rows of inputs as of targets");
        assert!(inputs.iter().chain(&targets).all(|x| x.is_finite()), "finite numbers");
        let variation = variation(&targets, outputs);
        Self { inputs, columns, targets, outputs, variation }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.inputs.len() / self.columns
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Inputs of a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Targets of a row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The inputs of row `row`, `[columns]`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[track_caller]
    pub fn inputs(&self, row: usize) -> &[f64] {
        &self.inputs[row * self.columns..][..self.columns]
    }

    /// What is to be answered to row `row`, `[outputs]`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[track_caller]
    pub fn targets(&self, row: usize) -> &[f64] {
        &self.targets[row * self.outputs..][..self.outputs]
    }

    /// Σ (y − ȳ)² over all rows and targets, with a mean ȳ of each target: what a network has to explain.
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// A copy of some rows.
    ///
    /// # Panics
    ///
    /// When the range is decreasing or ends after `len()`.
    #[track_caller]
    pub fn range(&self, rows: Range<usize>) -> Self {
        let part = |numbers: &[f64], width| numbers[rows.start * width..rows.end * width].to_vec();
        let (columns, outputs) = (self.columns, self.outputs);
        let (inputs, targets) = (part(&self.inputs, columns), part(&self.targets, outputs));
        Self::with_targets(inputs, columns, targets, outputs)
    }

    /// A copy of some rows, in the given order.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[track_caller]
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        let inputs = rows.iter().flat_map(|&row| self.inputs(row)).copied().collect();
        let targets = rows.iter().flat_map(|&row| self.targets(row)).copied().collect();
        Self::with_targets(inputs, self.columns, targets, self.outputs)
    }

    /// Cuts off and returns the rows from `row` on.
    ///
    /// # Panics
    ///
    /// When `row > len()`.
    #[track_caller]
    pub(super) fn split_off(&mut self, row: usize) -> Self {
        let inputs = self.inputs.split_off(row * self.columns);
        let targets = self.targets.split_off(row * self.outputs);
        self.inputs.shrink_to_fit();
        self.variation = variation(&self.targets, self.outputs);
        Self::with_targets(inputs, self.columns, targets, self.outputs)
    }
}

fn variation(targets: &[f64], outputs: usize) -> f64 {
    let rows = targets.len() / outputs.max(1);
    let of_target = |j: usize| {
        let values = || targets.iter().skip(j).step_by(outputs);
        let mean = values().sum::<f64>() / rows as f64;
        values().map(|y| (y - mean) * (y - mean)).sum::<f64>()
    };
    (0..outputs).map(of_target).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_targets_and_their_variation() {
        let inputs = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let rows = NumberRows::new(inputs, 2, vec![0.0, 5.0, 2.0, 5.0, 4.0, 8.0], 2);
        assert_eq!((rows.len(), rows.columns(), rows.outputs()), (3, 2, 2));
        assert_eq!((rows.inputs(1), rows.targets(2)), (&[3.0, 4.0][..], &[4.0, 8.0][..]));
        // Means 2 and 6: 4 + 0 + 4, and 1 + 1 + 4.
        assert_eq!(rows.variation(), 14.0);
        let last = rows.range(2..3);
        assert_eq!((last.inputs(0), last.len(), last.variation()), (&[5.0, 6.0][..], 1, 0.0));
        assert!(rows.range(1..1).is_empty());
    }

    #[test]
    fn rows_without_targets_are_cut_and_chosen() {
        let mut rows = NumberRows::of_inputs(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2);
        assert_eq!((rows.len(), rows.outputs(), rows.variation()), (3, 0, 0.0));
        assert_eq!(rows.targets(2), &[] as &[f64]);
        let chosen = rows.select(&[2, 0]);
        assert_eq!((chosen.inputs(0), chosen.inputs(1)), (&[5.0, 6.0][..], &[1.0, 2.0][..]));
        let tail = rows.split_off(1);
        assert_eq!((rows.len(), tail.len(), tail.inputs(0)), (1, 2, &[3.0, 4.0][..]));
    }

    #[test]
    #[should_panic(expected = "finite numbers")]
    fn numbers_are_finite() {
        NumberRows::new(vec![f64::NAN], 1, vec![0.0], 1);
    }
}
