use crate::report::ablation::{Document, Entry, Sheet};
use crate::report::figure::escape;

/// A `<figure>` with tables and a caption, fit to be part of a page.
pub(super) fn render(document: &Document) -> String {
    let mut text = String::from("<figure class=\"ablation\">\n");
    for sheet in &document.sheets {
        text += &table(sheet, document.sheets.len() > 1);
    }
    let caption = escape(&document.caption.join(" "));
    text + &format!("<figcaption>{caption}</figcaption>\n</figure>\n")
}

fn table(sheet: &Sheet, headed: bool) -> String {
    let mut text = String::from("<table>\n");
    if let (Some(heading), true) = (&sheet.heading, headed) {
        text += &format!("<caption>{}</caption>\n", escape(heading));
    }
    text += "<thead><tr>";
    for (name, words) in &sheet.columns {
        text += &format!("<th scope=\"col\"{}>{}</th>", class(*words), escape(name));
    }
    text += "</tr></thead>\n<tbody>\n";
    for row in &sheet.rows {
        text += "<tr>";
        for (i, (cell, (_, words))) in row.iter().zip(&sheet.columns).enumerate() {
            let body = entry(cell);
            text += &match i {
                0 => format!("<th scope=\"row\">{body}</th>"),
                _ => format!("<td{}>{body}</td>", class(*words)),
            };
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n"
}

fn class(words: bool) -> &'static str {
    if words { "" } else { " class=\"number\"" }
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Words(words) => escape(words),
        Entry::Measured { mean, half, best, differs } => {
            let half = half.as_ref().map_or(String::new(), |half| format!(" ± {half}"));
            let number = format!("{mean}{half}");
            let number = if *best { format!("<strong>{number}</strong>") } else { number };
            format!("{number}{}", if *differs { " *" } else { "" })
        }
    }
}
