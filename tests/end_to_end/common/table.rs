/// A CSV file of results.
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Parses a file, whose rows must all be as long as the header.
    #[track_caller]
    pub fn parse(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let cells = |record: &csv::StringRecord| record.iter().map(String::from).collect();
        let header = cells(reader.headers().unwrap());
        let rows = reader.records().map(|record| cells(&record.unwrap())).collect();
        Self { header, rows }
    }

    /// The cells of a column.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<&str> {
        let index = self.header.iter().position(|column| column == name);
        let index = index.unwrap_or_else(|| panic!("no column {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[index].as_str()).collect()
    }

    /// The cells of a column as numbers.
    #[track_caller]
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.column(name).into_iter().map(|cell| cell.parse().unwrap()).collect()
    }
}

/// A CSV file without its last column, the only one in which two runs may differ.
#[track_caller]
pub fn without_seconds(text: &str) -> String {
    let mut lines = text.lines();
    let header = lines.next().and_then(|line| line.strip_suffix(",seconds"));
    let header = header.expect("seconds stand last").to_owned();
    lines.fold(header, |all, line| all + "\n" + line.rsplit_once(',').unwrap().0)
}
