//! A table in a sentence for each of its columns.

use super::document::rounding;
use super::{Ablation, Cell, Standing};
use crate::report::words::listed;
use crate::results::runs::Direction;

impl Ablation {
    /// What is best, and what cannot be told from it: a sentence for each column.
    pub fn verdict(&self) -> Vec<String> {
        if self.rows.len() < 2 {
            return self.only_row().into_iter().collect();
        }
        if self.measure.better == Direction::Unknown {
            let name = self.measure.name();
            return vec![format!(
                "No row is called the best: nothing says which values of {name} are better (--better lower or higher \
                 does)."
            )];
        }
        let sentences: Vec<String> = (0..self.columns.len())
            .filter_map(|column| {
                let words = self.column_verdict(column)?;
                Some(match self.request.vs.named() {
                    Some(vs) => {
                        format!("{} = {}: {words}", vs.replace('_', " "), self.columns[column])
                    }
                    None => words,
                })
            })
            .collect();
        let luck = self.luck().filter(|_| !sentences.is_empty());
        sentences.into_iter().chain(luck).collect()
    }

    /// That the best of several by the very numbers shown is flattered by them.
    fn luck(&self) -> Option<String> {
        let means = (0..self.columns.len()).map(|column| {
            (0..self.rows.len()).filter(|&row| self.mean(row, column).is_some()).count()
        });
        let most = means.max().filter(|&most| most > 1)?;
        let confirm = if self.facts.ours { " (nablab confirm)" } else { "" };
        Some(format!(
            "Whatever is best of {most} by the numbers shown was also lucky: fresh {} say what it is worth{confirm}.",
            self.facts.pairs[1]
        ))
    }

    fn mean(&self, row: usize, column: usize) -> Option<f64> {
        self.cell(row, column)?.mean
    }

    /// The best of all cells in a few words.
    pub fn short_verdict(&self) -> String {
        if self.rows.len() < 2 {
            return self.only_row().unwrap_or_default();
        }
        if self.measure.better == Direction::Unknown {
            return "no best row: --better lower or higher says which values are".into();
        }
        let cells = (0..self.columns.len()).filter_map(|column| {
            let (row, mean) = self.best_of(column)?;
            Some((row, column, mean))
        });
        let tried =
            self.cells.iter().flatten().flatten().filter(|cell| cell.mean.is_some()).count();
        let better = |a: (usize, usize, f64), b: (usize, usize, f64)| {
            if self.measure.is_better(b.2, a.2) { b } else { a }
        };
        let Some((row, column, _)) = cells.reduce(better) else {
            let lost = self.facts.all_lost.word();
            return format!("no row has a mean: trainings are {lost} everywhere")
                .replace("are diverged", "diverged");
        };
        let place = match self.request.vs.named() {
            Some(vs) => format!(" at {} = {}", vs.replace('_', " "), self.columns[column]),
            None => String::new(),
        };
        let [tied, worse, untested, constant] =
            [Standing::Tied, Standing::Worse, Standing::Untested, Standing::Constant]
                .map(|s| self.standing(column, row, s));
        let beaten = self.cell(row, column).and_then(|cell| cell.beaten_by);
        let tied = match (tied.is_empty(), worse.is_empty()) {
            _ if beaten.is_some() => {
                let by = beaten.map(|by| self.row_name(by)).unwrap_or_default();
                format!(", but {by} is better on the {} of both", self.facts.pairs[1])
            }
            _ if !constant.is_empty() && tied.is_empty() => {
                format!(
                    ", ahead of {} by the same for every {}",
                    listed(&constant),
                    self.facts.pairs[0]
                )
            }
            (true, true) if untested.is_empty() => String::new(),
            (true, true) => format!(", too few {} to tell it from others", self.facts.pairs[1]),
            (true, false) if untested.is_empty() => ", told from all others".into(),
            (true, false) => String::new(),
            (false, _) => format!(", not told from {}", listed(&tied)),
        };
        let lucky =
            if tried > 1 { format!(" (best of {tried}, so optimistic)") } else { String::new() };
        format!(
            "best mean: {}{place}, {}{lucky}{tied}",
            self.row_name(row),
            self.mean_of(row, column)
        )
    }

    /// What is measured of the only row.
    fn only_row(&self) -> Option<String> {
        self.cell(0, 0)?.mean?;
        Some(format!("{}: {}", self.measure.words(), self.mean_of(0, 0)))
    }

    fn column_verdict(&self, column: usize) -> Option<String> {
        let (row, _) = self.best_of(column)?;
        let (name, mean) = (self.row_name(row), self.mean_of(row, column));
        let others = |standing| self.standing(column, row, standing);
        let [tied, worse, untested, constant, lost] = [
            Standing::Tied,
            Standing::Worse,
            Standing::Untested,
            Standing::Constant,
            Standing::Lost,
        ]
        .map(others);
        let beaten = self.cell(row, column).and_then(|cell| cell.beaten_by);
        let mut words = match (tied.is_empty(), worse.is_empty()) {
            _ if beaten.is_some() => {
                let by = beaten.map(|by| self.row_name(by)).unwrap_or_default();
                format!(
                    "{name} has the best mean, {mean}, but {by} is better on the {} that both have",
                    self.facts.pairs[1]
                )
            }
            _ if [&tied, &worse, &untested, &constant, &lost]
                .iter()
                .all(|names| names.is_empty()) =>
            {
                return Some(format!("{name} has {mean}."));
            }
            (true, true) if untested.is_empty() && !constant.is_empty() => {
                format!("{name} has the best mean, {mean}")
            }
            (true, true) if untested.is_empty() => format!("{name} has the only mean, {mean}"),
            (true, true) => format!(
                "{name} has the best mean, {mean}; there are too few {} to tell it from the others",
                self.facts.pairs[1]
            ),
            (true, false) => format!("{name} is best with {mean}, better than {}", listed(&worse)),
            (false, true) => {
                format!(
                    "{name} has the best mean, {mean}, but cannot be told from {}",
                    listed(&tied)
                )
            }
            (false, false) => format!(
                "{name} has the best mean, {mean}, but cannot be told from {}; {} worse",
                listed(&tied),
                is_or_are(&worse)
            ),
        };
        if !constant.is_empty() {
            words += &format!(
                "; {} behind by the same for every {}, which a t test cannot judge",
                is_or_are(&constant),
                self.facts.pairs[0]
            );
        }
        let any_test = !tied.is_empty() || !worse.is_empty();
        if any_test && !untested.is_empty() {
            let pairs = &self.facts.pairs[1];
            words +=
                &format!("; too few {pairs} in common to compare it with {}", listed(&untested));
        }
        if !lost.is_empty() {
            words += &format!("; {} without a mean", is_or_are(&lost));
        }
        Some(words + ".")
    }

    fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.cells[row][column].as_ref()
    }

    /// The row with the best mean of a column; the first of equal ones, or of all where nothing is known to be better.
    pub(super) fn best_of(&self, column: usize) -> Option<(usize, f64)> {
        let means =
            (0..self.rows.len()).filter_map(|row| Some((row, self.cell(row, column)?.mean?)));
        means.reduce(|a, b| if self.measure.is_better(b.1, a.1) { b } else { a })
    }

    /// The names of the rows but one that stand so to the best of a column.
    fn standing(&self, column: usize, best: usize, standing: Standing) -> Vec<String> {
        let others = (0..self.rows.len()).filter(|&row| row != best);
        let so =
            |&row: &usize| self.cell(row, column).is_some_and(|cell| cell.standing == standing);
        others.filter(so).map(|row| self.row_name(row)).collect()
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
        let rounding = rounding(self);
        let unit = rounding.of_value();
        let Some(cell) = self.cell(row, column) else {
            return "–".into();
        };
        let Some(mean) = cell.mean else {
            return "–".into();
        };
        let (mean, half) = rounding.measured(mean, cell.half);
        let half = half.map_or(String::new(), |half| format!(" ± {half}"));
        match half.is_empty() || unit.is_empty() || unit == " %" {
            true => format!("{mean}{half}{unit}"),
            false => format!("({mean}{half}){unit}"),
        }
    }
}

/// `a is`, `a and b are`.
fn is_or_are(names: &[String]) -> String {
    format!("{} {}", listed(names), if names.len() == 1 { "is" } else { "are" })
}
