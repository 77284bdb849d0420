//! CSV files of other programs, and the tables made of them.
//!
//! After a `t` stand numbers of which a right table is made, in any dialect: its means and differences are known. After
//! anything else come two bytes that choose what is asked for, and a file as it is.

#![no_main]

use nablab::report::ablation::{Ablation, Also, Format, IntervalKind, Request, TestKind};
use nablab::results::runs::{At, Better, Runs};
use nablab_fuzz::{Bytes, check_message, write};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind {
        b't' => check_made(&mut Bytes(rest)),
        _ if rest.len() > 1 => check_any(*kind, rest[0], rest[1], &rest[2..]),
        _ => {}
    }
});

/// Any file makes a table that holds together, or a message.
fn check_any(kind: u8, one: u8, other: u8, text: &[u8]) {
    let path = write("runs.csv", text);
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let names: Vec<String> = String::from_utf8_lossy(first)
        .split([',', ';', '\t'])
        .map(|n| n.trim().to_string())
        .collect();
    let name = |byte: u8| names[usize::from(byte) % names.len()].clone();
    let mut request = Request::default();
    match kind % 8 {
        1 => request.by = vec![name(one)],
        2 => (request.by, request.vs) = (vec![name(one)], Some(name(other)).into()),
        3 => request.leave_one_out = Some(Vec::new()),
        4 => (request.metric, request.at) = (name(one).parse().ok(), Some(At::Best)),
        5 => request.metric = format!("epochs_to:{}:0.{other}", name(one)).parse().ok(),
        6 => (request.pair_by, request.metric) = (name(one), name(other).parse().ok()),
        7 => request.at = Some(At::BestOf(name(one))),
        _ => {}
    }
    request.better = [None, Some(Better::Lower), Some(Better::Higher)][usize::from(kind / 8) % 3];
    request.test = [TestKind::T, TestKind::Wilcoxon, TestKind::Sign][usize::from(kind / 24) % 3];
    if kind > 127 {
        request.also =
            vec![Also::Std, Also::Median, Also::Iqm, Also::Prediction, Also::PBetter, Also::Effect];
    }
    if kind > 191 {
        request.interval = IntervalKind::Bca;
    }
    let table = match table(&path, &request) {
        Ok(table) => table,
        Err(problem) => return check_message(&nablab::text::message(&problem, &path)),
    };
    for format in [Format::Text, Format::Markdown, Format::Latex, Format::Typst, Format::Html] {
        assert!(!table.render(format).is_empty());
    }
    let csv = table.render(Format::Csv);
    check_numbers(&csv);
    assert_eq!(table.to_safe_csv().lines().count(), csv.lines().count());
    // The command that is printed makes the same table.
    let again = self::table(&path, &table.request)
        .unwrap_or_else(|problem| panic!("{problem}: {:?}", table.request));
    assert_eq!(again.render(Format::Csv), csv, "{:?}", table.request);
}

fn table(path: &std::path::Path, request: &Request) -> Result<Ablation, String> {
    let runs = Runs::open(&[path.into()], &request.names()).map_err(|error| error.to_string())?;
    Ablation::new(&runs, request).map_err(|error| error.to_string())
}

/// Rows as they are read back: the header first.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let rows = reader.records().map(|row| row.expect("rows of one length"));
    rows.map(|row| row.iter().map(String::from).collect()).collect()
}

/// What is written as a number is finite, and intervals hold their means.
fn check_numbers(csv: &str) {
    let rows = rows(csv);
    let header = &rows[0];
    let start = header.len() - header.iter().rev().position(|name| name == "ci_low").unwrap() - 3;
    assert_eq!(
        (&*header[start], &*header[start + 1], &*header[start + 3]),
        ("n", "mean", "ci_high")
    );
    for row in &rows[1..] {
        let number = |column: usize| {
            let number =
                (!row[column].is_empty()).then(|| row[column].parse::<f64>().expect("a number"));
            assert!(number.is_none_or(f64::is_finite), "{row:?}");
            number
        };
        for (mean, low, high) in [(1, 2, 3), (4, 5, 6)] {
            let [mean, low, high] = [mean, low, high].map(|column| number(start + column));
            if let (Some(mean), Some(low), Some(high)) = (mean, low, high) {
                // Means are rounded.
                let slack = 1e-12 * mean.abs().max(low.abs()).max(high.abs());
                assert!(low <= mean + slack && mean <= high + slack, "{row:?}");
            }
        }
        let p = number(start + 7);
        assert!(p.is_none_or(|p| (0.0..=1.0).contains(&p)), "{row:?}");
    }
}

/// A table with a row for every method and seed, written in some dialect.
fn check_made(bytes: &mut Bytes) {
    let (methods, seeds) = (1 + bytes.below(4), 1 + bytes.below(8));
    let style = bytes.byte();
    let (delimiter, decimals) = ([",", ";", "\t"][usize::from(style) % 3], style & 4 == 4);
    let (quoted, spaced, crlf, bom) =
        (style & 8 == 8, style & 16 == 16, style & 32 == 32, style & 64 == 64);
    let end = if crlf { "\r\n" } else { "\n" };
    let line = |cells: [&str; 3]| {
        let cells = cells.map(|cell| if quoted { format!("\"{cell}\"") } else { cell.into() });
        cells.join(&if spaced && !quoted { format!("{delimiter} ") } else { delimiter.into() })
            + end
    };
    let mut text = if bom { "\u{feff}".to_string() } else { String::new() };
    text += &line(["method", "seed", "score"]);
    let mut values = vec![Vec::new(); methods];
    for (method, values) in values.iter_mut().enumerate() {
        for seed in 0..seeds {
            let cell = match bytes.byte() {
                n @ 0..3 => ["", "NA", "nan"][usize::from(n)].to_string(),
                _ if decimals => format!("{}", f64::from(bytes.below(1000) as u16) / 1000.0),
                n => format!(
                    "{:e}",
                    (bytes.below(2000) as f64 - 1000.0) * 10f64.powi(i32::from(n) / 4 - 32)
                ),
            };
            values.push(cell.parse::<f64>().ok().filter(|value| !value.is_nan()));
            text += &line([&format!("m{method}"), &seed.to_string(), &cell]);
        }
    }
    let path = write("runs.csv", text.as_bytes());
    let request = Request {
        by: vec!["method".into()],
        metric: "score".parse().ok(),
        better: Some(Better::Higher),
        ..Request::default()
    };
    if values.iter().flatten().all(Option::is_none) {
        // A column of nothing but NaN is one of numbers.
        let table = table(&path, &request);
        let nothing = |table: &Ablation| {
            table.cells.iter().flatten().flatten().all(|cell| cell.mean.is_none())
        };
        return assert!(table.as_ref().map_or(true, nothing), "{text}");
    }
    let table = table(&path, &request).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
    let csv = table.render(Format::Csv);
    check_numbers(&csv);
    let rows = rows(&csv);
    assert_eq!(rows.len(), 1 + methods);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let column = |name: &str| rows[0].iter().position(|n| n == name).unwrap();
    let close = |found: &str, expected: Option<f64>, scale: f64| match expected {
        None => assert!(found.is_empty(), "{found} for nothing\n{text}"),
        Some(expected) => {
            let found: f64 =
                found.parse().unwrap_or_else(|_| panic!("nothing for {expected}\n{text}"));
            assert!((found - expected).abs() <= 1e-9 * scale, "{found} for {expected}\n{text}");
        }
    };
    let first = &values[0];
    for (row, of_row) in rows[1..].iter().zip(&values) {
        assert_eq!(row[column("n")], seeds.to_string());
        let all: Option<Vec<f64>> = of_row.iter().copied().collect();
        let scale =
            values.iter().flatten().flatten().fold(0f64, |most, value| most.max(value.abs()));
        close(&row[column("mean")], all.as_deref().map(mean), scale);
        if row[0] != "m0" && seeds > 1 && values.iter().flatten().all(Option::is_some) {
            let pairs = of_row.iter().zip(first).filter_map(|(a, b)| Some((*a)? - (*b)?));
            close(&row[column("difference")], Some(mean(&pairs.collect::<Vec<_>>())), scale);
        }
    }
}
