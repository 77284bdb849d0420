use super::journal::line_bytes;
use super::{TrialResult, row_bytes};
use crate::train::History;

/// The bytes that a trial takes on the disk, in the journal and in the CSV files, if its epochs were
/// so many records like the first one of `result`.
pub fn journal_bytes(result: &TrialResult, records: usize) -> usize {
    let TrialResult { trial, history } = result;
    let of = |records: usize| {
        let epochs = history.epochs.iter().cycle().take(records).cloned().collect();
        line_bytes(trial, &History { epochs, ..history.clone() })
    };
    let (one, two) = (of(1), of(2));
    let journal = one + (two - one) * (records - 1);
    // A row has the configuration, and about the numbers that the journal has of an epoch; the row of
    // the trial has each metric three times.
    let row = row_bytes(trial) + (two - one);
    journal + records * row + row + 2 * (two - one)
}
