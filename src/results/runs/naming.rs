//! Columns that name a run and set nothing: ids, labels, dates, addresses.
//!
//! They tell runs apart in a log, and have no place in a table, along an axis or in a caption.

use super::columns::{is_declared_setting, is_seed};
use super::direction::{is_time, words};
use super::missing::is_missing;
use super::state::is_state;
use super::{Names, Runs};
use std::collections::{HashMap, HashSet};

/// Words of what names a run.
const NAMES: [&str; 19] = [
    "id",
    "ids",
    "uuid",
    "name",
    "run",
    "trial",
    "label",
    "pid",
    "uri",
    "url",
    "path",
    "file",
    "dir",
    "date",
    "created",
    "started",
    "ended",
    "timestamp",
    "checkpoint",
];

/// Those of some columns that may be settings: not what is called a name or looks like one and
/// has another value in every run, or follows from the seed, nor, where there are several seeds, any other word that no two runs share.
pub(super) fn without_names(runs: &Runs, columns: Vec<usize>, known: &Names) -> Vec<usize> {
    if runs.is_ours() {
        return columns;
    }
    let cells =
        |column: usize| runs.rows.iter().map(move |row| row.get(column).unwrap_or_default());
    let distinct = |column: usize| cells(column).collect::<HashSet<_>>().len();
    let seed = columns.iter().copied().find(|&column| is_seed(&runs.header[column]));
    let repeats = seed.map(distinct).is_some_and(|n| 1 < n && n < runs.len());
    let is_setting = |column: &usize| {
        let name = &runs.header[*column];
        // The names of the runs of a chart, or of files, are all that is known of them.
        let told_by = runs.columns.told_by == Some(*column) || runs.is_place(*column);
        if known.is_setting(name) || is_seed(name) || told_by || runs.len() < 2 {
            return true;
        }
        if is_note(name, &runs.header) {
            return false;
        }
        let values = || cells(*column).filter(|cell| !is_missing(cell.as_bytes()));
        if values().next().is_some() && values().all(|cell| is_date_or_address(cell, is_time(name)))
        {
            return false;
        }
        if is_state(name, cells(*column)) {
            return false;
        }
        let unique = distinct(*column) == runs.len();
        let of_seed = || {
            seed.is_some_and(|seed| {
                let mut values: HashMap<&str, &str> = HashMap::new();
                let mut pairs = cells(seed).zip(cells(*column));
                pairs.all(|(seed, cell)| *values.entry(seed).or_insert(cell) == cell)
            })
        };
        let number = values().all(|cell| cell.trim().parse::<f64>().is_ok());
        // Optuna numbers its trials.
        let named = name == "number" || names_runs(name);
        !(named && (unique || of_seed()) || unique && repeats && !number)
    };
    columns.into_iter().filter(is_setting).collect()
}

/// Whether a column has what a program notes of its runs, which set nothing: MLflow's tags, and the attributes of Optuna's
/// trials where these have parameters.
pub(super) fn is_note(name: &str, header: &[String]) -> bool {
    const NOTES: [&str; 3] = ["tags.", "tag.", "system_attrs_"];
    let has_settings = || header.iter().any(|other| is_declared_setting(other) && !is_seed(other));
    NOTES.iter().any(|before| name.starts_with(before))
        || name.starts_with("user_attrs_") && has_settings()
}

/// Whether a column is called after what names a run.
pub(super) fn names_runs(name: &str) -> bool {
    words(name).iter().any(|word| NAMES.contains(&word.as_str()))
}

/// `2024-03-01 12:00:37`, `0:00:11`, `file:///m/0/1`; 1:10 only in a column of times.
fn is_date_or_address(cell: &str, of_times: bool) -> bool {
    let parts = |separator: char| {
        let part = cell.split([' ', 'T', '_']).find(|part| part.contains(separator));
        part.map_or(Vec::new(), |part| part.split(separator).collect::<Vec<_>>())
    };
    let numbers = |parts: &[&str]| {
        let number = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
        parts.iter().all(number)
    };
    let (date, time) = (parts('-'), parts(':'));
    let year = |year: &str| year.parse().is_ok_and(|year: u32| (1970..2100).contains(&year));
    let is_date = date.len() == 3 && year(date[0]) && date[1].len() == 2 && numbers(&date);
    let is_time = (time.len() == 3 || time.len() == 2 && of_times) && numbers(&time);
    cell.contains("://") || is_date || is_time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_addresses_are_known_by_their_look() {
        let names = [
            "2024-03-01 12:00:37",
            "2024-03-01_12-00-03",
            "2024-03-01T12:01:00.000Z",
            "2024-03-01 12:01:00.123000+00:00",
            "0:00:11",
            "00:12",
            "file:///m/0/1",
        ];
        assert!(names.iter().all(|name| is_date_or_address(name, true)));
        let others = [
            "relu",
            "0.1",
            "-0.5",
            "1e-3",
            "784-30-10",
            "1024-512-10",
            "1:10",
            "a:b",
            "lr=0.1 seed=1",
            "",
        ];
        assert!(!others.iter().any(|name| is_date_or_address(name, false)));
    }
}
