//! Columns that say how a run ended: Optuna's `state`, the `status` of others.

use super::Runs;
use super::direction::words;
use super::missing::is_missing;
use std::collections::BTreeSet;

/// What runs are called that came to no result, in small letters.
const LOST: [&str; 13] = [
    "pruned",
    "fail",
    "failed",
    "crashed",
    "crash",
    "killed",
    "error",
    "errored",
    "running",
    "waiting",
    "pending",
    "scheduled",
    "queued",
];
/// What others are called.
const ENDED: [&str; 9] = [
    "complete",
    "completed",
    "finished",
    "success",
    "succeeded",
    "ok",
    "done",
    "terminated",
    "diverged",
];

/// Whether a column of a file of other programs says how runs ended.
pub(super) fn is_state<'a>(name: &str, mut cells: impl Iterator<Item = &'a str>) -> bool {
    let named = words(name).last().is_some_and(|word| word == "state" || word == "status");
    let known = |cell: &str| {
        let cell = cell.trim().to_lowercase();
        is_missing(cell.as_bytes()) || LOST.contains(&&*cell) || ENDED.contains(&&*cell)
    };
    named && cells.all(known)
}

impl Runs {
    /// Takes down the column that says how runs ended, and those that came to nothing.
    pub(super) fn read_states(&mut self) {
        if self.is_ours() || self.is_of_epochs() {
            return;
        }
        let cells =
            |column: usize| self.rows.iter().map(move |row| row.get(column).unwrap_or_default());
        let state =
            (0..self.header.len()).find(|&column| is_state(&self.header[column], cells(column)));
        let Some(state) = state else { return };
        let lost = |cell: &str| LOST.contains(&&*cell.trim().to_lowercase());
        let words: BTreeSet<&str> = cells(state).filter(|cell| lost(cell)).map(str::trim).collect();
        if words.is_empty() {
            return;
        }
        let words = words.into_iter().collect::<Vec<_>>().join(" or ");
        let name = self.header[state].replace('_', " ");
        let sentence = format!("Runs with the {name} {words} count as runs without a value.");
        self.ended_early = cells(state).map(lost).collect();
        self.assumed.push(sentence);
    }

    /// Whether a run came to no result, by its own account, whatever else its row says.
    pub(super) fn has_ended_early(&self, run: usize) -> bool {
        self.ended_early.get(run) == Some(&true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_known_by_its_name_and_its_words() {
        let is = |name, cells: &[&str]| is_state(name, cells.iter().copied());
        assert!(is("state", &["COMPLETE", "PRUNED", "FAIL"]));
        assert!(is("State", &["finished", "crashed", ""]));
        assert!(!is("state", &["COMPLETE", "Texas"]));
        assert!(!is("note", &["ok", "failed"]));
    }
}
