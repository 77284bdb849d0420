use crate::text::escape;
use comfy_table::{CellAlignment, ContentArrangement, presets};

/// How the cells of a column are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of text cells, for the terminal, Markdown and HTML.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|&(name, align)| (name.to_string(), align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// When it has not one cell a column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let row: Vec<String> = cells.into_iter().collect();
        assert_eq!(row.len(), self.columns.len(), "one cell a column");
        self.rows.push(row);
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as several ones of which each is at most so many characters wide in a terminal, if its columns allow it:
    /// the first `keys` columns stand in each.
    #[must_use]
    pub fn split(&self, keys: usize, width: usize) -> Vec<Self> {
        // Each column has a frame and a space on either side.
        let width_of = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].as_str());
            let cells = cells.chain([self.columns[column].0.as_str()]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0) + 3
        };
        let of_keys = 1 + (0..keys).map(width_of).sum::<usize>();
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let mut room = 0;
        for column in keys..self.columns.len() {
            match (parts.last_mut(), width_of(column)) {
                (Some(part), wide) if wide <= room => {
                    part.push(column);
                    room -= wide;
                }
                (_, wide) => {
                    parts.push((0..keys).chain([column]).collect());
                    room = width.saturating_sub(of_keys + wide);
                }
            }
        }
        if parts.len() < 2 {
            return vec![self.clone()];
        }
        let part = |columns: &Vec<usize>| Self {
            columns: columns.iter().map(|&column| self.columns[column].clone()).collect(),
            rows: self
                .rows
                .iter()
                .map(|row| columns.iter().map(|&column| row[column].clone()).collect())
                .collect(),
        };
        parts.iter().map(part).collect()
    }

    /// The table in GitHub-flavoured Markdown.
    pub fn to_markdown(&self) -> String {
        let escape = |cell: &str| cell.replace('|', "\\|").replace('\n', " ");
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|(name, _)| escape(name)).collect());
        let rule = self.columns.iter().map(|(_, align)| match align {
            Align::Left => "---".to_string(),
            Align::Right => "---:".to_string(),
        });
        text += &line(rule.collect());
        for row in &self.rows {
            text += &line(row.iter().map(|cell| escape(cell)).collect());
        }
        text
    }

    /// The table in HTML; numbers have the class `number`.
    pub fn to_html(&self) -> String {
        let class = |align: &Align| match align {
            Align::Left => "",
            Align::Right => " class=\"number\"",
        };
        let mut text = String::from("<table>\n<thead><tr>");
        for (name, align) in &self.columns {
            text += &format!("<th scope=\"col\"{}>{}</th>", class(align), escape(name));
        }
        text += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            let cells = row.iter().zip(&self.columns);
            let cells = cells
                .map(|(cell, (_, align))| format!("<td{}>{}</td>", class(align), escape(cell)));
            text += &format!("<tr>{}</tr>\n", cells.collect::<String>());
        }
        text + "</tbody>\n</table>\n"
    }

    /// The table in box-drawing characters.
    pub fn to_terminal(&self) -> String {
        self.drawn().to_string()
    }

    /// The same in at most `width` characters, if its columns allow it: long cells have several lines.
    pub fn within(&self, width: usize) -> String {
        let mut table = self.drawn();
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.to_string()
    }

    fn drawn(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(self.columns.iter().map(|(name, _)| name));
        table.add_rows(&self.rows);
        for (i, (_, align)) in self.columns.iter().enumerate() {
            if let (Some(column), Align::Right) = (table.column_mut(i), align) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_table_becomes_several_with_the_same_keys() {
        let columns = ["row", "one", "another", "third"].map(|name| (name, Align::Right));
        let mut table = Table::new(&columns);
        table.row(["a", "1.234567890", "1.23456789", "2"].map(String::from));
        let widest = |table: &Table| {
            table.to_terminal().lines().map(|line| line.chars().count()).max().unwrap_or(0)
        };
        assert_eq!(table.split(1, widest(&table)), std::slice::from_ref(&table));
        let parts = table.split(1, widest(&table) - 1);
        assert_eq!(parts.len(), 2);
        for (part, last) in parts.iter().zip(["another", "third"]) {
            assert!(widest(part) < widest(&table));
            assert_eq!(part.columns[0].0, "row");
            assert_eq!(part.columns.last().unwrap().0, last);
        }
        // What is wider alone stays whole.
        assert_eq!(table.split(1, 5).len(), 3);
    }
}
