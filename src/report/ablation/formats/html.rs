use super::language::Language;
use crate::report::ablation::Sheet;

/// A `<figure>` with tables and a caption, fit to be part of a page.
pub(super) struct Html;

impl Language for Html {
    const BEST: [&'static str; 2] = ["<strong>", "</strong>"];
    const DIFFERS: &'static str = " *";

    fn escape(text: &str) -> String {
        crate::text::escape(text)
    }

    fn heading(heading: &str) -> String {
        format!("<caption>{heading}</caption>\n")
    }

    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String {
        let class = |column: usize| if sheet.columns[column].1 { "" } else { " class=\"number\"" };
        let name = |(i, name)| format!("<th scope=\"col\"{}>{name}</th>", class(i));
        let cell = |(i, body)| match i {
            0 => format!("<th scope=\"row\">{body}</th>"),
            _ => format!("<td{}>{body}</td>", class(i)),
        };
        let row = |row: Vec<String>| {
            format!("<tr>{}</tr>\n", row.into_iter().enumerate().map(cell).collect::<String>())
        };
        let head: String = head.into_iter().enumerate().map(name).collect();
        let rows: String = rows.into_iter().map(row).collect();
        format!(
            "<table>\n{heading}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        )
    }

    fn whole(tables: &str, caption: &str, _name: &str) -> String {
        format!(
            "<figure class=\"ablation\">\n{tables}<figcaption>{caption}</figcaption>\n</figure>\n"
        )
    }
}
