//! What tells the runs of a log apart: the settings, which stay the same within a run.
//!
//! A number that repeats may be a setting or a coarse measurement: a recall of two decimals, a learning rate that a
//! schedule changes. A word may be one too: the time of an epoch, the name of a checkpoint, a flag. Every run begins
//! with the first epoch of its file; rows that share the value of a measurement need not. So a column is a setting only
//! if all rows that agree in it, and in the settings that are certain, reach back to the first epoch.

use super::columns::{Columns, Unhashed, is_seed};
use super::curves::parse_epoch;
use super::direction::words;
use super::missing::is_missing;
use super::naming::names_runs;
use super::sheet::Sheet;
use super::{Names, Reading, RunsError, same_name};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Of as many rows the first tell how many different numbers they have.
const FEW_ROWS: usize = 10_000;

/// How the rows of a file become runs.
pub(super) enum Identity {
    /// Rows that agree in these columns are one run.
    Log {
        /// The columns.
        columns: Vec<usize>,
        /// The smallest number of a row.
        first: usize,
        /// Whether several rows of a number have different columns of one run.
        merged: bool,
        /// Whether a run has a number again after it was taken up anew.
        resumed: bool,
    },
    /// Every row is a run, whose column of epochs says how many it had.
    Single,
    /// Every row is a run, and the column is a setting in spite of its name.
    Unnumbered,
}

/// Makes sure that what is said to be a setting does not change within the runs that there are without it: its values
/// would part each of these into pieces.
fn check_said(
    path: &Path,
    header: &[String],
    index: usize,
    known: &Names,
    columns: &Columns,
) -> Result<(), RunsError> {
    let said = |name: &&String| known.is_setting(name) && !is_seed(name) && !names_runs(name);
    for name in header.iter().filter(said) {
        let mut without = known.clone();
        without.settings.retain(|other| !same_name(other, name));
        without.reading.settings.retain(|other| !same_name(other, name));
        let told = identity(path, header, index, &without, &mut columns.clone());
        let Ok(Identity::Log { columns: told, resumed: false, .. }) = told else { continue };
        let said: Vec<usize> = header.iter().position(|other| other == name).into_iter().collect();
        if said.iter().any(|said| told.contains(said)) {
            continue;
        }
        let rows = Rows::read(path, &known.reading, index, &told, &said, &[])?;
        if rows.count(&[0]) > rows.count(&[]) {
            return Err(RunsError::Changes { path: path.into(), column: name.clone() });
        }
    }
    Ok(())
}

/// What the runs of a log are told by, whose rows the column `index` numbers. What changes within runs is taken down in
/// `columns`.
pub(super) fn identity(
    path: &Path,
    header: &[String],
    index: usize,
    known: &Names,
    columns: &mut Columns,
) -> Result<Identity, RunsError> {
    let (mut certain, mut others): (Vec<usize>, Vec<usize>) =
        columns.settings(known).into_iter().partition(|&column| {
            let name = &header[column];
            known.is_setting(name) || is_seed(name) || columns.told_by == Some(column)
        });
    others.extend(header.iter().position(|name| name == "trial_id"));
    let metrics: Vec<usize> =
        (0..header.len()).filter(|&column| columns.is_measurement(column, known)).collect();
    let gaps = metrics.iter().any(|&column| columns.has_gaps(column));
    let metrics = if gaps { &metrics[..] } else { &[] };
    let rows = Rows::read(path, &known.reading, index, &certain, &others, metrics)?;
    let first = rows.epochs.iter().copied().min().unwrap_or(0);
    let all = 0..others.len();
    // One or two round numbers of steps are what runs were given.
    let mut numbers: Vec<usize> = rows.epochs.iter().copied().take(FEW_ROWS).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let is_epoch = header[index].eq_ignore_ascii_case("epoch");
    let may_be_runs = !columns.is_chart;
    if may_be_runs && !is_epoch && first > 1 && numbers.len() < 3 && rows.epochs.len() > 1 {
        return Ok(Identity::Unnumbered);
    }
    let mut kept: Vec<usize> = all.filter(|&other| rows.late(&[other], first) == 0).collect();
    // What is written in some rows of a run only, as the learning rate of a schedule, is none of its settings.
    let sparse: Vec<usize> =
        kept.iter().copied().filter(|&other| gaps && columns.has_gaps(others[other])).collect();
    for other in sparse {
        let rest: Vec<usize> = kept.iter().copied().filter(|&o| o != other).collect();
        if rows.repeated(&rest).is_none() && rows.count(&rest) < rows.count(&kept) {
            kept = rest;
        }
    }
    // Each may reach back with the certain ones alone and not with all. Then that one goes whose loss leaves the fewest
    // runs without a beginning, and of these the one of most values.
    while !kept.is_empty() && rows.late(&kept, first) > 0 {
        let worst = kept.iter().copied().min_by_key(|&other| {
            let rest: Vec<usize> = kept.iter().copied().filter(|&o| o != other).collect();
            let late = rows.late(&rest, first) + usize::from(rows.repeated(&rest).is_some());
            (late, std::cmp::Reverse(columns.distinct(others[other])))
        });
        kept.retain(|&other| Some(other) != worst);
    }
    // Some runs may begin later than others. A word tells them apart then, if it is in many rows.
    let mut words: Vec<usize> = (0..others.len())
        .filter(|other| !kept.contains(other) && columns.is_words(others[*other]))
        .filter(|&other| 2 * columns.distinct(others[other]) <= rows.epochs.len())
        .collect();
    words.sort_by_key(|&other| columns.distinct(others[other]));
    for word in words {
        let with: Vec<usize> = kept.iter().copied().chain([word]).collect();
        if rows.repeated(&kept).is_some() && rows.repeated(&with).is_none() {
            kept = with;
        }
    }
    let repeated = rows.repeated(&kept);
    // No log, but a row a run and how many epochs each had, if what is set tells all rows apart.
    let broken = repeated.is_some() || rows.late(&kept, first) > 0;
    let candidates: Vec<usize> = (0..others.len())
        .filter(|&other| broken || !columns.is_words(others[other]))
        .filter(|&other| !counts_steps(&header[others[other]]))
        .filter(|&other| 2 * columns.distinct(others[other]) <= rows.epochs.len())
        .collect();
    if broken {
        check_said(path, header, index, known, columns)?;
    }
    let late_start = first > 1 && kept.len() < others.len();
    if may_be_runs && (broken || late_start) && rows.are_all_told_apart(&candidates) {
        return Ok(Identity::Single);
    }
    if let Some(epoch) = repeated
        && !rows.are_resumed(&kept, first)
    {
        let column = header[index].clone();
        return Err(RunsError::Repeated { path: path.into(), column, epoch });
    }
    let merged = gaps && rows.repeated_number(&kept);
    let changing = (0..others.len()).filter(|other| !kept.contains(other));
    columns.changing.extend(changing.map(|other| others[other]));
    others.retain(|other| !columns.changing.contains(other));
    certain.extend(others);
    certain.sort_unstable();
    Ok(Identity::Log { columns: certain, first, merged, resumed: repeated.is_some() })
}

/// Whether a name is that of a number that grows along a run.
fn counts_steps(name: &str) -> bool {
    const STEPS: [&str; 9] = [
        "step",
        "steps",
        "iter",
        "iteration",
        "iterations",
        "epoch",
        "epochs",
        "timesteps",
        "batches",
    ];
    words(name).iter().any(|word| STEPS.contains(&word.as_str()))
}

/// The rows of a log, as hashes.
struct Rows {
    epochs: Vec<usize>,
    /// Of the certain settings together.
    certain: Vec<u64>,
    /// Of every other column that may be a setting, row by row.
    others: Vec<u64>,
    width: usize,
    /// Which metrics have a value, a bit each; empty if every row has all.
    measured: Vec<u64>,
}

impl Rows {
    fn read(
        path: &Path,
        reading: &Reading,
        index: usize,
        certain: &[usize],
        others: &[usize],
        metrics: &[usize],
    ) -> Result<Self, RunsError> {
        let mut rows = Self {
            epochs: Vec::new(),
            certain: Vec::new(),
            others: Vec::new(),
            width: others.len(),
            measured: Vec::new(),
        };
        let mut sheet = Sheet::open(path, reading)?;
        let mut row = csv::ByteRecord::new();
        while sheet.read(&mut row)? {
            let at = parse_epoch(&row[index]).ok_or_else(|| RunsError::Whole {
                path: path.into(),
                row: sheet.rows_read,
                column: sheet.names[index].clone(),
                cell: String::from_utf8_lossy(&row[index]).into_owned(),
            })?;
            rows.epochs.push(at);
            rows.certain.push(certain.iter().fold(0, |hash, &c| xxh3_64_with_seed(&row[c], hash)));
            rows.others.extend(others.iter().map(|&column| xxh3_64_with_seed(&row[column], 1)));
            if !metrics.is_empty() {
                let bits = metrics.iter().enumerate().map(|(place, &column)| {
                    match is_missing(&row[column]) {
                        true => 0,
                        false => 1 << (place % 63),
                    }
                });
                rows.measured.push(bits.fold(0, |all: u64, bit: u64| all | bit));
            }
        }
        Ok(rows)
    }

    /// What the rows have in the certain settings and in some others.
    fn keys<'a>(&'a self, others: &'a [usize]) -> impl Iterator<Item = u64> + 'a {
        self.certain.iter().enumerate().map(move |(row, &certain)| {
            others.iter().fold(certain, |hash, &other| {
                let cell = self.others[row * self.width + other];
                xxh3_64_with_seed(&cell.to_le_bytes(), hash)
            })
        })
    }

    /// How many groups of rows that agree in these have none of the first epoch.
    fn late(&self, others: &[usize], first: usize) -> usize {
        let mut groups: HashMap<u64, bool, Unhashed> = HashMap::default();
        for (key, &epoch) in self.keys(others).zip(&self.epochs) {
            *groups.entry(key).or_default() |= epoch == first;
        }
        groups.into_values().filter(|reaches| !reaches).count()
    }

    /// What a row has, as bits; 63 if it has no metric.
    fn has(&self, row: usize) -> u64 {
        match self.measured.get(row) {
            Some(&bits) if bits > 0 => bits,
            _ => 1 << 63,
        }
    }

    /// An epoch that a run has twice. Rows that have different metrics are one, which was written in parts.
    fn repeated(&self, others: &[usize]) -> Option<usize> {
        let of_epoch = |key: u64, epoch: usize| xxh3_64_with_seed(&epoch.to_le_bytes(), key);
        let mut rows = self.keys(others).zip(self.epochs.iter().copied());
        if self.measured.is_empty() {
            let mut seen: HashSet<u64, Unhashed> = HashSet::default();
            let twice = rows.find(|&(key, epoch)| !seen.insert(of_epoch(key, epoch)));
            return twice.map(|(_, epoch)| epoch);
        }
        let mut seen: HashMap<u64, u64, Unhashed> = HashMap::default();
        let twice = rows.enumerate().find(|&(row, (key, epoch))| {
            let known = seen.entry(of_epoch(key, epoch)).or_default();
            let twice = *known & self.has(row) != 0;
            *known |= self.has(row);
            twice
        });
        twice.map(|(_, (_, epoch))| epoch)
    }

    /// Whether a run has two rows of one number.
    fn repeated_number(&self, others: &[usize]) -> bool {
        let mut seen: HashSet<u64, Unhashed> = HashSet::default();
        let mut rows = self.keys(others).zip(&self.epochs);
        rows.any(|(key, epoch)| !seen.insert(xxh3_64_with_seed(&epoch.to_le_bytes(), key)))
    }

    /// How many groups of rows agree in these.
    fn count(&self, others: &[usize]) -> usize {
        self.keys(others).collect::<HashSet<u64, Unhashed>>().len()
    }

    /// Whether what runs have twice was written after they went back by some epochs, but not to their first, as
    /// trainings do that go on from their last checkpoint. Runs that nothing tells apart begin again at the first.
    fn are_resumed(&self, others: &[usize], first: usize) -> bool {
        let mut last: HashMap<u64, (usize, bool), Unhashed> = HashMap::default();
        let mut seen: HashMap<u64, u64, Unhashed> = HashMap::default();
        self.keys(others).zip(&self.epochs).enumerate().all(|(row, (key, &epoch))| {
            let (before, resumed) = last.entry(key).or_insert((epoch, false));
            if epoch < *before {
                *resumed = epoch > first;
            }
            *before = epoch;
            let known = seen.entry(xxh3_64_with_seed(&epoch.to_le_bytes(), key)).or_default();
            let twice = *known & self.has(row) != 0;
            *known |= self.has(row);
            !twice || *resumed
        })
    }

    /// Whether no two rows agree in all of these.
    fn are_all_told_apart(&self, others: &[usize]) -> bool {
        let mut seen: HashSet<u64, Unhashed> = HashSet::default();
        self.epochs.len() > 1 && self.keys(others).all(|key| seen.insert(key))
    }
}
