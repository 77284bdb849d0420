use super::language::{Language, aligned, backslashed};
use crate::report::ablation::Sheet;

/// Tables with their headings, then the sentences.
pub(super) struct Markdown;

impl Language for Markdown {
    const BEST: [&'static str; 2] = ["**", "**"];
    const DIFFERS: &'static str = " \\*";

    /// `|` is the table's.
    fn escape(text: &str) -> String {
        backslashed(text, "\\*_`<#[~$&")
    }

    fn heading(heading: &str) -> String {
        format!("**{heading}**\n\n")
    }

    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String {
        format!("{heading}{}\n", aligned(sheet, &head, rows).to_markdown())
    }

    fn whole(tables: &str, caption: &str, _name: &str) -> String {
        format!("{tables}{caption}\n")
    }
}
