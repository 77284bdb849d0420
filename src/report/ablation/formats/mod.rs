//! A table in the languages of terminals, papers and programs.

mod csv;
mod html;
mod language;
mod latex;
mod markdown;
mod text;
mod typst;

use super::{Ablation, Document};
use language::{Language, write};

/// The form of a written table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For the terminal
    #[default]
    Text,
    /// GitHub-flavoured Markdown
    Markdown,
    /// LaTeX with booktabs and siunitx
    Latex,
    /// A row a cell, numbers in full
    Csv,
    /// A Typst figure
    Typst,
    /// An HTML table
    Html,
}

/// The table as CSV in which no cell is a formula to a spreadsheet: before words that begin with = + - @ stands an
/// apostrophe. Numbers stay numbers.
pub(super) fn csv_without_formulas(ablation: &Ablation) -> String {
    csv::render(ablation, true)
}

/// Whether a file that begins so holds a table of [`Ablation`], in any format.
pub fn is_table(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let first = head.lines().next().unwrap_or_default();
    let has = |words: &[&str]| words.iter().all(|word| head.contains(word));
    first.starts_with("% \\usepackage{adjustbox")
        || first.starts_with("#figure(kind: table")
        || first.starts_with("<figure class=\"ablation\">")
        || first.contains("n,mean,ci_low,ci_high,difference")
        || first.contains("component,levels,degrees_of_freedom,variance")
        // The caption always says which way is better.
        || has(&["┌─", "╞═", "better"])
        || has(&["| --- |", "better"]) && !first.starts_with('#')
}

impl Format {
    pub(super) fn render(self, ablation: &Ablation) -> String {
        let words = self.document(|bold| Document::new(ablation, bold));
        words.unwrap_or_else(|| csv::render(ablation, false))
    }

    /// Any tables with a caption, made by a function of what the caption calls the mark of the best; none in CSV, which
    /// has no words.
    pub(in crate::report) fn document(self, make: impl FnOnce(&str) -> Document) -> Option<String> {
        fn of<L: Language>(make: impl FnOnce(&str) -> Document) -> String {
            write::<L>(&make(L::BEST_NAME))
        }
        Some(match self {
            Self::Text => of::<text::Text>(make),
            Self::Markdown => of::<markdown::Markdown>(make),
            Self::Latex => of::<latex::Latex>(make),
            Self::Csv => return None,
            Self::Typst => of::<typst::Typst>(make),
            Self::Html => of::<html::Html>(make),
        })
    }
}
