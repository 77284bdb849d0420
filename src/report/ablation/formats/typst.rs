use super::language::{Language, backslashed};
use crate::report::ablation::Sheet;

/// A figure with tables.
pub(super) struct Typst;

impl Language for Typst {
    const BEST: [&'static str; 2] = ["*", "*"];
    const DIFFERS: &'static str = " \\*";

    fn escape(text: &str) -> String {
        backslashed(&text.replace(char::is_whitespace, " "), "-+.\\*_`<>#$@[]~=/")
    }

    fn heading(heading: &str) -> String {
        format!("  [{heading}],\n")
    }

    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String {
        let columns = sheet.columns.len();
        let align = |(_, words): &(String, bool)| if *words { "left" } else { "right" };
        let aligns = sheet.columns.iter().map(align).collect::<Vec<_>>().join(", ");
        // Numbers stay on one line.
        let unbroken = |(i, cell): (usize, String)| match sheet.columns[i].1 {
            true => cell,
            false => cell.replace(' ', "~"),
        };
        let cells = |row: Vec<String>| {
            let cells: Vec<String> = row.into_iter().enumerate().map(unbroken).collect();
            format!("[{}]", cells.join("], ["))
        };
        let head = cells(head);
        let rows: String = rows.into_iter().map(|row| format!("    {},\n", cells(row))).collect();
        format!(
            "{heading}  table(\n    columns: {columns}, stroke: none, align: ({aligns},),\n    table.hline(),\n    \
             table.header({head}),\n    table.hline(stroke: 0.5pt),\n{rows}    table.hline(),\n  ),\n"
        )
    }

    fn whole(tables: &str, caption: &str, name: &str) -> String {
        format!(
            "#figure(kind: table, caption: [\n  {caption}\n], stack(spacing: 1em,\n{tables})) <tab-{name}>\n"
        )
    }
}
