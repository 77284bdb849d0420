use crate::report::ablation::{Document, Entry, Sheet};

/// A `table` float with booktabs rules and siunitx columns, no wider than the page.
pub(super) fn render(document: &Document) -> String {
    let mut text = String::from(
        "% \\usepackage{adjustbox,booktabs,siunitx}\n\\begin{table}\n  \\centering\n  \\small\n  \
         \\sisetup{separate-uncertainty, retain-explicit-plus, detect-weight, mode=text}\n",
    );
    text += &format!("  \\caption{{{}}}\n  \\medskip\n", escape(&document.caption.join(" ")));
    for (i, sheet) in document.sheets.iter().enumerate() {
        if i > 0 {
            text += "\n  \\medskip\n";
        }
        if let (Some(heading), true) = (&sheet.heading, document.sheets.len() > 1) {
            text += &format!("  {}\\\\[1ex]\n", escape(heading));
        }
        text += &tabular(sheet);
    }
    text + "\\end{table}\n"
}

fn tabular(sheet: &Sheet) -> String {
    let columns: Vec<String> = (0..sheet.columns.len()).map(|i| column(sheet, i)).collect();
    let row = |cells: Vec<String>| {
        let line = cells.join(" & ");
        // The end of the row before would take it for its own.
        let guard = if line.starts_with('*') { "{}" } else { "" };
        format!("    {guard}{line} \\\\\n")
    };
    // Shrunk only if it is wider than the page.
    let mut text = format!(
        "  \\begin{{adjustbox}}{{max width=\\textwidth}}\n  \\begin{{tabular}}{{{}}}\n    \\toprule\n",
        columns.join(" ")
    );
    let heading = |(i, (name, _)): (usize, &(String, bool))| match columns[i].starts_with('S') {
        true => format!("{{{}}}", escape(name)),
        false => escape(name),
    };
    text += &row(sheet.columns.iter().enumerate().map(heading).collect());
    text += "    \\midrule\n";
    for line in &sheet.rows {
        let cells = line.iter().enumerate();
        text += &row(cells.map(|(i, cell)| entry(cell, columns[i].starts_with('S'))).collect());
    }
    text + "    \\bottomrule\n  \\end{tabular}\n  \\end{adjustbox}\n"
}

/// `S` for measured numbers, with as many digits as they have.
fn column(sheet: &Sheet, column: usize) -> String {
    let (mut whole, mut decimals, mut uncertainty) = (0, 0, 0);
    let (mut any, mut negative, mut marked) = (false, false, false);
    for row in &sheet.rows {
        let Entry::Measured { mean, half, differs, .. } = &row[column] else {
            continue;
        };
        any = true;
        marked |= differs;
        negative |= mean.starts_with('−');
        let (a, b) = mean.trim_start_matches('−').split_once('.').unwrap_or((mean, ""));
        whole = whole.max(a.chars().count());
        decimals = decimals.max(b.len());
        if let Some(half) = half {
            uncertainty =
                uncertainty.max(half.replace('.', "").trim_start_matches('0').len().max(1));
        }
    }
    if !any {
        return if sheet.columns[column].1 { "l".into() } else { "r".into() };
    }
    let sign = if negative { "-" } else { "" };
    let uncertainty = if uncertainty > 0 { format!("({uncertainty})") } else { String::new() };
    let post = if marked { ", table-space-text-post={*}" } else { "" };
    format!("S[table-format={sign}{whole}.{decimals}{uncertainty}{post}]")
}

fn entry(entry: &Entry, in_s: bool) -> String {
    match entry {
        Entry::Words(words) if in_s => format!("{{{}}}", escape(words)),
        Entry::Words(words) => escape(words),
        Entry::Measured { mean, half, best, differs } => {
            let half = half.as_ref().map_or(String::new(), |half| format!(" +- {half}"));
            let bold = if *best { "\\bfseries " } else { "" };
            let mark = if *differs { " {*}" } else { "" };
            format!("{bold}{}{half}{mark}", mean.replace('−', "-"))
        }
    }
}

/// Text of ours, or of a file, as LaTeX that works with any engine.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out += "\\textbackslash{}",
            '[' => out += "{[}",
            ']' => out += "{]}",
            '|' => out += "\\textbar{}",
            '"' => out += "''",
            c if c.is_whitespace() => out.push(' '),
            '~' => out += "\\textasciitilde{}",
            '^' => out += "\\textasciicircum{}",
            '<' => out += "$<$",
            '>' => out += "$>$",
            '±' => out += "$\\pm$",
            '−' => out += "$-$",
            '×' => out += "$\\times$",
            '–' => out += "--",
            '…' => out += "\\ldots{}",
            'η' => out += "$\\eta$",
            'λ' => out += "$\\lambda$",
            'μ' => out += "$\\mu$",
            '§' => out += "\\S{}",
            c => out.push(c),
        }
    }
    out
}
