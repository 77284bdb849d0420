use super::text::table;
use crate::report::ablation::{Document, Entry};

/// Tables with their headings, then the sentences.
pub(super) fn render(document: &Document) -> String {
    let mut text = String::new();
    for sheet in &document.sheets {
        if let (Some(heading), true) = (&sheet.heading, document.sheets.len() > 1) {
            text += &format!("**{}**\n\n", escape(heading));
        }
        text += &format!("{}\n", table(sheet, entry).to_markdown());
    }
    text + &escape(&document.caption.join(" ")) + "\n"
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Words(words) => escape(words),
        Entry::Measured { mean, half, best, differs } => {
            let half = half.as_ref().map_or(String::new(), |half| format!(" ± {half}"));
            let bold = if *best { "**" } else { "" };
            format!("{bold}{mean}{half}{bold}{}", if *differs { " \\*" } else { "" })
        }
    }
}

/// Without the characters that mean something to Markdown; `|` is the table's.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if ['\\', '*', '_', '`', '<', '#', '[', '~', '$', '&'].contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
