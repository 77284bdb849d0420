use crate::report::ablation::{Document, Entry, Sheet};
use crate::report::{Align, Table};

/// The width of the sentences.
const WIDTH: usize = 96;

/// Boxes and sentences.
pub(super) fn render(document: &Document) -> String {
    let mut text = String::new();
    for sheet in &document.sheets {
        if let (Some(heading), true) = (&sheet.heading, document.sheets.len() > 1) {
            text += &format!("{heading}\n");
        }
        text += &format!("{}\n\n", table(sheet, entry).to_terminal());
    }
    text + &wrap(&document.caption.join(" "))
}

/// The table of a sheet, its entries in some words.
pub(super) fn table(sheet: &Sheet, entry: fn(&Entry) -> String) -> Table {
    let align = |words: &bool| if *words { Align::Left } else { Align::Right };
    let columns: Vec<(&str, Align)> =
        sheet.columns.iter().map(|(name, words)| (name.as_str(), align(words))).collect();
    let mut table = Table::new(&columns);
    for row in &sheet.rows {
        table.row(row.iter().map(entry));
    }
    table
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Words(words) => words.clone(),
        Entry::Measured { mean, half, best, differs } => {
            let best = if *best { "• " } else { "" };
            let half = half.as_ref().map_or(String::new(), |half| format!(" ± {half}"));
            format!("{best}{mean}{half}{}", if *differs { " *" } else { "" })
        }
    }
}

fn wrap(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &format!("{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    format!("{lines}{line}\n")
}
