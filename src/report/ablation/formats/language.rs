//! How a table is written in any language of text.

use crate::report::ablation::{Document, Entry, Sheet};
use crate::report::{Align, Table};

/// What the languages differ in. What its methods are given is escaped.
pub(super) trait Language {
    /// What the caption calls the mark of the best.
    const BEST_NAME: &'static str = "Bold";
    /// Around the number of a cell that is among the best.
    const BEST: [&'static str; 2];
    /// After the number of a cell that differs from the baseline.
    const DIFFERS: &'static str;
    /// Between two tables.
    const BETWEEN: &'static str = "";

    /// Words in which no character means something to the language.
    fn escape(text: &str) -> String;

    /// The words of a cell or a heading, possibly in a column of numbers.
    fn words(escaped: String, _among_numbers: bool) -> String {
        escaped
    }

    /// `97.1 ± 0.2`, or a mean alone.
    fn number(number: String) -> String {
        number
    }

    /// The heading of a table, where there are several.
    fn heading(heading: &str) -> String;

    /// A table with its heading, which is empty if it is the only one.
    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String;

    /// All tables with their caption, and a name for references, of small letters, digits and hyphens.
    fn whole(tables: &str, caption: &str, name: &str) -> String;
}

/// The words of any tables with a caption in a language.
pub(super) fn write<L: Language>(document: &Document) -> String {
    let several = document.sheets.len() > 1;
    let table = |sheet: &Sheet| {
        let heading = sheet.heading.as_ref().filter(|_| several);
        let heading = heading.map_or(String::new(), |heading| L::heading(&L::escape(heading)));
        let numbers: Vec<bool> = (0..sheet.columns.len()).map(|i| sheet.has_numbers(i)).collect();
        let names = sheet.columns.iter().map(|(name, _)| L::escape(name)).zip(&numbers);
        let head = names.map(|(name, &numbers)| L::words(name, numbers)).collect();
        let row = |row: &Vec<Entry>| row.iter().zip(&numbers).map(cell::<L>).collect();
        L::table(&heading, sheet, head, sheet.rows.iter().map(row).collect())
    };
    let tables: Vec<String> = document.sheets.iter().map(table).collect();
    L::whole(&tables.join(L::BETWEEN), &L::escape(&document.caption.join(" ")), &document.name)
}

fn cell<L: Language>((entry, &among_numbers): (&Entry, &bool)) -> String {
    match entry {
        Entry::Words(words) => L::words(L::escape(words), among_numbers),
        Entry::Measured { mean, half, best, differs } => {
            let half = half.as_ref().map_or(String::new(), |half| format!(" ± {half}"));
            let [before, after] = if *best { L::BEST } else { ["", ""] };
            let differs = if *differs { L::DIFFERS } else { "" };
            format!("{before}{}{after}{differs}", L::number(mean.clone() + &half))
        }
    }
}

/// A table of plain text, whose columns are aligned.
pub(super) fn aligned(sheet: &Sheet, head: &[String], rows: Vec<Vec<String>>) -> Table {
    let align = |words| if words { Align::Left } else { Align::Right };
    let columns = head.iter().zip(&sheet.columns);
    let columns: Vec<(&str, Align)> =
        columns.map(|(name, &(_, words))| (name.as_str(), align(words))).collect();
    let mut table = Table::new(&columns);
    rows.into_iter().for_each(|row| table.row(row));
    table
}

/// Text with a backslash before every character that means something.
pub(super) fn backslashed(text: &str, special: &str) -> String {
    text.chars().flat_map(|c| special.contains(c).then_some('\\').into_iter().chain([c])).collect()
}
