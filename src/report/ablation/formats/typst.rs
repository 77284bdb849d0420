use crate::report::ablation::{Document, Entry, Sheet};

/// A figure with tables.
pub(super) fn render(document: &Document) -> String {
    let mut text = String::from("#figure(kind: table, caption: [\n");
    text += &format!("  {}\n], stack(spacing: 1em,\n", escape(&document.caption.join(" ")));
    for sheet in &document.sheets {
        if let (Some(heading), true) = (&sheet.heading, document.sheets.len() > 1) {
            text += &format!("  [{}],\n", escape(heading));
        }
        text += &table(sheet);
    }
    text + "))\n"
}

fn table(sheet: &Sheet) -> String {
    let align = |(_, words): &(String, bool)| if *words { "left" } else { "right" };
    let aligns: Vec<&str> = sheet.columns.iter().map(align).collect();
    let mut text = format!(
        "  table(\n    columns: {}, stroke: none, align: ({},),\n    table.hline(),\n",
        sheet.columns.len(),
        aligns.join(", ")
    );
    let heads: Vec<String> =
        sheet.columns.iter().map(|(name, _)| format!("[{}]", escape(name))).collect();
    text += &format!("    table.header({}),\n    table.hline(stroke: 0.5pt),\n", heads.join(", "));
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(|cell| format!("[{}]", entry(cell))).collect();
        text += &format!("    {},\n", cells.join(", "));
    }
    text + "    table.hline(),\n  ),\n"
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Words(words) => escape(words),
        Entry::Measured { mean, half, best, differs } => {
            let half = half.as_ref().map_or(String::new(), |half| format!(" ± {half}"));
            let bold = if *best { "*" } else { "" };
            format!("{bold}{mean}{half}{bold}{}", if *differs { " \\*" } else { "" })
        }
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        if "-+.\\*_`<>#$@[]~=/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
