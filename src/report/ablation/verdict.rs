//! A table in a sentence for each of its columns.

use super::document::Rounding;
use super::{Ablation, Cell};

impl Ablation {
    /// What is best, and what cannot be told from it: a sentence for each column.
    pub fn verdict(&self) -> Vec<String> {
        if self.rows.len() < 2 {
            return self.only_row().into_iter().collect();
        }
        let sentences = (0..self.columns.len()).filter_map(|column| {
            let words = self.column_verdict(column)?;
            Some(match &self.request.vs {
                Some(vs) => format!("{} = {}: {words}", vs.replace('_', " "), self.columns[column]),
                None => words,
            })
        });
        sentences.collect()
    }

    /// The best of all cells in a few words.
    pub fn short_verdict(&self) -> String {
        if self.rows.len() < 2 {
            return self.only_row().unwrap_or_default();
        }
        let cells = (0..self.columns.len()).filter_map(|column| {
            let (row, mean) = self.best_of(column)?;
            Some((row, column, mean))
        });
        let better = |a: (usize, usize, f64), b: (usize, usize, f64)| {
            if self.measure.is_better(b.2, a.2) { b } else { a }
        };
        let Some((row, column, _)) = cells.reduce(better) else {
            return "no row has a mean: trainings diverged everywhere".into();
        };
        let place = match &self.request.vs {
            Some(vs) => format!(" at {} = {}", vs.replace('_', " "), self.columns[column]),
            None => String::new(),
        };
        let tied =
            self.told_apart(row, column).map_or(String::new(), |(tied, _)| match tied.len() {
                0 => ", told from all others".into(),
                _ => format!(", not told from {}", listed(&tied)),
            });
        format!("best mean: {}{place}, {}{tied}", self.row_name(row), self.mean_of(row, column))
    }

    /// What is measured of the only row.
    fn only_row(&self) -> Option<String> {
        self.best_of(0)
            .map(|(row, _)| format!("{}: {}", self.measure.words(), self.mean_of(row, 0)))
    }

    fn column_verdict(&self, column: usize) -> Option<String> {
        let (row, _) = self.best_of(column)?;
        let (name, mean) = (self.row_name(row), self.mean_of(row, column));
        let alone =
            (0..self.rows.len()).filter(|&row| self.cell(row, column).is_some()).count() < 2;
        if alone {
            return Some(format!("{name} has {mean}."));
        }
        Some(match self.told_apart(row, column) {
            None => format!(
                "{name} has the best mean, {mean}; there are too few seeds to tell it from the others."
            ),
            Some((tied, worse)) if tied.is_empty() => {
                format!("{name} is best with {mean}, better than {}.", listed(&worse))
            }
            Some((tied, worse)) if worse.is_empty() => format!(
                "{name} has the best mean, {mean}, but cannot be told from {}.",
                listed(&tied)
            ),
            Some((tied, worse)) => format!(
                "{name} has the best mean, {mean}, but cannot be told from {}; {} worse.",
                listed(&tied),
                match worse.len() {
                    1 => format!("{} is", worse[0]),
                    _ => format!("{} are", listed(&worse)),
                }
            ),
        })
    }

    fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.cells[row][column].as_ref()
    }

    /// The row with the best mean of a column.
    fn best_of(&self, column: usize) -> Option<(usize, f64)> {
        let means =
            (0..self.rows.len()).filter_map(|row| Some((row, self.cell(row, column)?.mean?)));
        means.reduce(|a, b| if self.measure.is_better(b.1, a.1) { b } else { a })
    }

    /// The names of the other rows: of those that cannot be told from the best one, and of those that can, or that
    /// have lost seeds. `None` without a test.
    fn told_apart(&self, best: usize, column: usize) -> Option<(Vec<String>, Vec<String>)> {
        if !self.cell(best, column)?.best {
            return None;
        }
        let others = (0..self.rows.len()).filter(|&row| row != best);
        let others = others.filter_map(|row| Some((row, self.cell(row, column)?.best)));
        let (tied, worse): (Vec<_>, Vec<_>) = others.partition(|&(_, tied)| tied);
        let names =
            |rows: Vec<(usize, bool)>| rows.iter().map(|&(row, _)| self.row_name(row)).collect();
        Some((names(tied), names(worse)))
    }

    fn row_name(&self, row: usize) -> String {
        let named = self.row_names.iter().zip(&self.rows[row]).map(|(name, value)| {
            // 0.1 alone says nothing.
            match value.parse::<f64>() {
                Ok(_) => format!("{} = {value}", name.replace('_', " ")),
                Err(_) => value.clone(),
            }
        });
        named.collect::<Vec<_>>().join(", ")
    }

    fn mean_of(&self, row: usize, column: usize) -> String {
        let rounding = Rounding::of(self);
        let unit = if self.measure.is_percentage() { " %" } else { "" };
        let Some(cell) = self.cell(row, column) else {
            return "–".into();
        };
        let mean = cell.mean.map_or("–".into(), |mean| rounding.number(mean));
        let half = cell.interval.map(|interval| rounding.number(interval.half_width()));
        format!("{mean}{}{unit}", half.map_or(String::new(), |half| format!(" ± {half}")))
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => "none".into(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
