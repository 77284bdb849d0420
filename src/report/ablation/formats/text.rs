use super::language::{Language, aligned};
use crate::report::ablation::Sheet;
use crate::text::{LINE, wrapped};

/// Boxes and sentences.
pub(super) struct Text;

impl Language for Text {
    const BEST_NAME: &'static str = "•";
    const BEST: [&'static str; 2] = ["• ", ""];
    const DIFFERS: &'static str = " *";

    fn escape(text: &str) -> String {
        text.into()
    }

    fn heading(heading: &str) -> String {
        format!("{heading}\n")
    }

    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String {
        let table = aligned(sheet, &head, rows);
        let keys = sheet.columns.iter().take_while(|(_, words)| *words).count();
        let parts = table.split(keys, LINE);
        let parts: Vec<String> = parts.iter().map(|part| part.to_terminal() + "\n").collect();
        format!("{heading}{}\n", parts.concat())
    }

    fn whole(tables: &str, caption: &str, _name: &str) -> String {
        format!("{tables}{}\n", wrapped(caption, 0))
    }
}
