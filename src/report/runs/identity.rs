//! What tells the runs of a log apart: the settings, which stay the same within a run.
//!
//! A number that repeats may be a setting or a coarse measurement: a recall of two decimals, a learning rate that a
//! schedule changes. Every run begins with the first epoch of its file; rows that share the value of a measurement
//! need not. So a number is a setting only if all rows that agree in it, and in the settings that are certain, reach
//! back to the first epoch.

use super::columns::{Columns, Unhashed, open, wrong};
use super::curves::parse_epoch;
use super::{Names, RunsError};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The columns that a run of a log is told by. Numbers that change within runs are taken down in `columns`.
pub(super) fn identity(
    path: &Path,
    header: &[String],
    known: &Names,
    columns: &mut Columns,
) -> Result<Vec<usize>, RunsError> {
    let (certain, mut numbers): (Vec<usize>, Vec<usize>) =
        columns.settings(known).into_iter().partition(|&column| {
            let name = header[column].as_str();
            !columns.is_number(column) || known.is_setting(name) || name == "seed"
        });
    let mut certain = certain;
    certain.extend(header.iter().position(|name| name == "trial_id"));
    let rows = Rows::read(path, header, &certain, &numbers)?;
    let first = rows.epochs.iter().copied().min().unwrap_or(0);
    let all = 0..numbers.len();
    let reach_back: Vec<usize> = all.filter(|&number| rows.reach_back(&[number], first)).collect();
    let mut kept = reach_back;
    // Each may reach back with the certain ones alone and not with all: then the one of most values is none.
    while !kept.is_empty() && !rows.reach_back(&kept, first) {
        let most = kept.iter().copied().max_by_key(|&n| columns.distinct(numbers[n]));
        kept.retain(|&number| Some(number) != most);
    }
    if let Some(epoch) = rows.repeated(&kept) {
        return Err(RunsError::Repeated { path: path.into(), epoch });
    }
    let changing = (0..numbers.len()).filter(|number| !kept.contains(number));
    columns.changing.extend(changing.map(|number| numbers[number]));
    numbers.retain(|number| !columns.changing.contains(number));
    let mut identity = [certain, numbers].concat();
    identity.sort_unstable();
    Ok(identity)
}

/// The rows of a log, as hashes.
struct Rows {
    epochs: Vec<usize>,
    /// Of the certain settings together.
    certain: Vec<u64>,
    /// Of every number, row by row.
    numbers: Vec<u64>,
    width: usize,
}

impl Rows {
    fn read(
        path: &Path,
        header: &[String],
        certain: &[usize],
        numbers: &[usize],
    ) -> Result<Self, RunsError> {
        let epoch = header.iter().position(|name| name == "epoch").unwrap_or(0);
        let mut rows = Self {
            epochs: Vec::new(),
            certain: Vec::new(),
            numbers: Vec::new(),
            width: numbers.len(),
        };
        let mut reader = open(path)?;
        let mut row = csv::ByteRecord::new();
        while reader.read_byte_record(&mut row).map_err(|e| wrong(path, &e))? {
            let at = parse_epoch(&row[epoch]).ok_or_else(|| RunsError::Number {
                path: path.into(),
                row: rows.epochs.len() + 1,
                column: "epoch".into(),
                cell: String::from_utf8_lossy(&row[epoch]).into_owned(),
            })?;
            rows.epochs.push(at);
            rows.certain.push(certain.iter().fold(0, |hash, &c| xxh3_64_with_seed(&row[c], hash)));
            rows.numbers.extend(numbers.iter().map(|&column| xxh3_64_with_seed(&row[column], 1)));
        }
        Ok(rows)
    }

    /// What the rows have in the certain settings and in some numbers.
    fn keys<'a>(&'a self, numbers: &'a [usize]) -> impl Iterator<Item = u64> + 'a {
        self.certain.iter().enumerate().map(move |(row, &certain)| {
            numbers.iter().fold(certain, |hash, &number| {
                let cell = self.numbers[row * self.width + number];
                xxh3_64_with_seed(&cell.to_le_bytes(), hash)
            })
        })
    }

    /// Whether all rows that agree in these include one of the first epoch.
    fn reach_back(&self, numbers: &[usize], first: usize) -> bool {
        let mut groups: HashMap<u64, bool, Unhashed> = HashMap::default();
        for (key, &epoch) in self.keys(numbers).zip(&self.epochs) {
            *groups.entry(key).or_default() |= epoch == first;
        }
        groups.into_values().all(|reaches| reaches)
    }

    /// An epoch that a run has twice.
    fn repeated(&self, numbers: &[usize]) -> Option<usize> {
        let mut seen: HashSet<u64, Unhashed> = HashSet::default();
        let mut rows = self.keys(numbers).zip(self.epochs.iter().copied());
        let of_epoch = |key: u64, epoch: usize| xxh3_64_with_seed(&epoch.to_le_bytes(), key);
        rows.find(|&(key, epoch)| !seen.insert(of_epoch(key, epoch))).map(|(_, epoch)| epoch)
    }
}
