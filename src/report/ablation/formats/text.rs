use super::language::{Language, aligned};
use crate::report::ablation::Sheet;

/// Boxes and sentences.
pub(super) struct Text;

/// The width of a terminal that nobody has widened.
const WIDTH: usize = 80;

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
        let parts = table.split(keys, WIDTH);
        let parts: Vec<String> = parts.iter().map(|part| part.to_terminal() + "\n").collect();
        format!("{heading}{}\n", parts.concat())
    }

    fn whole(tables: &str, caption: &str, _name: &str) -> String {
        format!("{tables}{}", wrap(caption))
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
