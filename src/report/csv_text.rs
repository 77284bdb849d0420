//! CSV for programs and spreadsheets: numbers in full.

/// A number with all its digits; empty where there is none, or none that is finite.
pub(super) fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or(String::new(), |value| format!("{value:?}"))
}

/// The rows as CSV; without formulas if it has to be `safe` for spreadsheets.
pub(super) fn written(rows: Vec<Vec<String>>, safe: bool) -> String {
    const IN_MEMORY: &str = "writing to memory does not fail";
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let cells = row.into_iter().map(|cell| if safe { without_formula(cell) } else { cell });
        writer.write_record(cells).expect(IN_MEMORY);
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("the cells are text")
}

/// A spreadsheet would compute what begins so, and may run commands for it.
fn without_formula(cell: String) -> String {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
    match formula && cell.parse::<f64>().is_err() {
        true => format!("'{cell}"),
        false => cell,
    }
}
