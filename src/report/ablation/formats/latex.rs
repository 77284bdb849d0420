use super::language::Language;
use crate::report::ablation::{Entry, Sheet};

/// A `table` float with booktabs rules and siunitx columns, no wider than the page.
pub(super) struct Latex;

impl Language for Latex {
    const BEST: [&'static str; 2] = ["\\bfseries ", ""];
    const DIFFERS: &'static str = " {*}";
    const BETWEEN: &'static str = "\n  \\medskip\n";

    /// With any engine.
    fn escape(text: &str) -> String {
        // Two hyphens would become a dash.
        let parts = text.split("--").map(|part| part.chars().map(escaped).collect::<String>());
        parts.collect::<Vec<_>>().join("-{}-")
    }

    /// A column of siunitx would take them for numbers.
    fn words(escaped: String, among_numbers: bool) -> String {
        if among_numbers { format!("{{{escaped}}}") } else { escaped }
    }

    fn number(number: String) -> String {
        // A column of siunitx knows no brackets.
        match number.contains('[') {
            true => format!("{{{}}}", Self::escape(&number)),
            false => number.replace('−', "-").replace('±', "+-"),
        }
    }

    fn heading(heading: &str) -> String {
        format!("  {heading}\\\\[1ex]\n")
    }

    fn table(heading: &str, sheet: &Sheet, head: Vec<String>, rows: Vec<Vec<String>>) -> String {
        let columns: Vec<String> = (0..sheet.columns.len()).map(|i| column(sheet, i)).collect();
        let row = |cells: Vec<String>| {
            let line = cells.join(" & ");
            // The end of the row before would take it for its own.
            let guard = if line.starts_with('*') { "{}" } else { "" };
            format!("    {guard}{line} \\\\\n")
        };
        let (columns, head) = (columns.join(" "), row(head));
        let rows: String = rows.into_iter().map(row).collect();
        // Shrunk only if it is larger than the page.
        format!(
            "{heading}  \\begin{{adjustbox}}{{max width=\\textwidth, max totalheight=.7\\textheight}}\n  \\begin{{tabular}}{{{columns}}}\n    \
             \\toprule\n{head}    \\midrule\n{rows}    \\bottomrule\n  \\end{{tabular}}\n  \\end{{adjustbox}}\n"
        )
    }

    fn whole(tables: &str, caption: &str, name: &str) -> String {
        let begin = "% \\usepackage{adjustbox,booktabs,siunitx}\n\\begin{table}\n  \\centering\n  \\small\n  \
                     \\sisetup{separate-uncertainty, retain-explicit-plus, detect-weight, mode=text}\n";
        format!(
            "{begin}  \\caption{{{caption}}}\n  \\label{{tab:{name}}}\n  \\medskip\n{tables}\\end{{table}}\n"
        )
    }
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
        if mean.contains('[') {
            continue;
        }
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

fn escaped(c: char) -> String {
    let command = match c {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => return format!("\\{c}"),
        c if c.is_whitespace() => " ",
        '\\' => "\\textbackslash{}",
        '[' => "{[}",
        ']' => "{]}",
        '|' => "\\textbar{}",
        '"' => "''",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '<' => "$<$",
        '>' => "$>$",
        '±' => "$\\pm$",
        '−' => "$-$",
        '×' => "$\\times$",
        '–' => "--",
        '…' => "\\ldots{}",
        'η' => "$\\eta$",
        'λ' => "$\\lambda$",
        'μ' => "$\\mu$",
        'χ' => "$\\chi$",
        '²' => "$^2$",
        '§' => "\\S{}",
        c => return c.into(),
    };
    command.into()
}
