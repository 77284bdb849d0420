//! How a CSV file is written, as far as its beginning tells: what separates its columns, what stands before its
//! header, how many lines that has, and what commas in numbers are.

use super::cell::Commas;

/// How a file is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dialect {
    /// The bytes before the header: comments, and `sep=;`.
    pub skipped: u64,
    /// What separates the columns.
    pub delimiter: u8,
    /// Whether spaces stand around the separators, which take time to trim.
    pub spaced: bool,
    /// What commas in numbers are.
    pub commas: Commas,
    /// The rows after the first that belong to the header.
    pub header: Option<TwoLevels>,
    /// Whether a cell may be a number in another form than programs write.
    pub special: bool,
    /// The columns with a number that is not whole.
    pub fractional: Vec<bool>,
}

/// A header of two rows, as pandas writes that of a table by metric and statistic.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TwoLevels {
    /// The names of both levels, joined.
    pub names: Vec<String>,
    /// The rows after the first that are no data.
    pub rows: usize,
}

/// Rows that are looked at.
const ROWS: usize = 500;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl Dialect {
    /// That of a file which begins like this.
    pub(super) fn of(start: &[u8], whole: bool) -> Self {
        let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
        let (comments, said) = before_header(text);
        let delimiter = said.unwrap_or_else(|| separator(&text[comments..]));
        let table =
            &text[comments - names_in_comment(&text[..comments], &text[comments..], delimiter)..];
        let ends = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
        let spaced = table.windows(2).any(|pair| match (pair[0], pair[1]) {
            (b' ', next) => ends(next),
            (before, b' ') => ends(before),
            _ => false,
        });
        let mut rows = records(table, delimiter);
        if !whole && rows.len() > 1 {
            // The last row may be half.
            rows.pop();
        }
        let (names, data) =
            rows.split_first().map_or((&[][..], &[][..]), |(names, data)| (names, data));
        let header = two_levels(names, data);
        let data = &data[header.as_ref().map_or(0, |header| header.rows).min(data.len())..];
        let cells = || data.iter().flatten().map(String::as_str);
        let special =
            |cell: &str| cell.contains(['%', '\u{2212}', '\u{a0}', '\u{202f}', '\u{2009}', ',']);
        let fractional = (0..names.len()).map(|column| {
            let mut cells = data.iter().filter_map(|row| row.get(column)?.parse::<f64>().ok());
            cells.any(|number| number.is_finite() && number.fract() != 0.0)
        });
        Self {
            skipped: (start.len() - table.len()) as u64,
            delimiter,
            spaced,
            commas: commas(cells, delimiter),
            special: cells().any(special),
            fractional: fractional.collect(),
            header,
        }
    }
}

/// The length of what stands before the header, and the separator if it is said there.
fn before_header(text: &[u8]) -> (usize, Option<u8>) {
    let (mut length, mut said) = (0, None);
    loop {
        let rest = &text[length..];
        let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = rest[..end].trim_ascii();
        match line {
            // A column may be called #, for the number of a row.
            [b'#', next, ..] if !matches!(next, b',' | b';' | b'\t' | b'|') => {}
            [b'#'] => {}
            [b's', b'e', b'p', b'=', separator] => said = Some(*separator),
            [b's', b'e', b'p', b'='] if rest[..end].contains(&b'\t') => said = Some(b'\t'),
            _ => return (length, said),
        }
        length += end;
        if end == 0 {
            return (length, said);
        }
    }
}

/// How many bytes of the comments are the names of the columns: NumPy writes them as a comment. They are, if the last
/// line of the comments has as many cells as the next line, which has numbers only.
fn names_in_comment(comments: &[u8], table: &[u8], delimiter: u8) -> usize {
    let line = comments.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let Some(names) = line.strip_prefix(b"#") else { return 0 };
    let (names, first) = (records(names, delimiter), records(table, delimiter));
    let (Some(names), Some(first)) = (names.first(), first.first()) else { return 0 };
    let numbers = first.iter().all(|cell| cell.trim().parse::<f64>().is_ok());
    let end = comments.len() - comments.trim_ascii_end().len();
    if names.len() > 1 && names.len() == first.len() && numbers { line.len() - 1 + end } else { 0 }
}

/// What separates the columns: of the candidates outside quotes that which later lines have as often as the header,
/// and of several the one it has most often; a comma if nothing decides.
fn separator(table: &[u8]) -> u8 {
    const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
    const LINES: usize = 20;
    let mut lines: Vec<[usize; 4]> = vec![[0; 4]];
    let (mut quoted, mut empty) = (false, true);
    for &byte in table {
        let last = lines.len() - 1;
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && !empty => {
                if lines.len() > LINES {
                    break;
                }
                lines.push([0; 4]);
                empty = true;
                continue;
            }
            _ if quoted => {}
            _ => {
                if let Some(place) = CANDIDATES.iter().position(|&candidate| candidate == byte) {
                    lines[last][place] += 1;
                }
            }
        }
        empty &= byte == b'\n' || byte == b'\r';
    }
    if empty && lines.len() > 1 {
        lines.pop();
    }
    let header = lines[0];
    let agree = |place: &usize| {
        header[*place] > 0 && lines[1..].iter().all(|line| line[*place] == header[*place])
    };
    let most = |places: &mut dyn Iterator<Item = usize>| {
        // The first of equals.
        places.fold(None, |best: Option<usize>, place| match best {
            Some(best) if header[best] >= header[place] => Some(best),
            _ => Some(place),
        })
    };
    let best = most(&mut (0..CANDIDATES.len()).filter(agree));
    let best = best.or_else(|| most(&mut (0..3).filter(|&place| header[place] > 0)));
    best.map_or(b',', |place| CANDIDATES[place])
}

/// The first rows as text.
fn records(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut format = csv::ReaderBuilder::new();
    format.has_headers(false).flexible(true).delimiter(delimiter).trim(csv::Trim::All);
    let mut reader = format.from_reader(text);
    let rows = reader.byte_records().map_while(Result::ok).take(ROWS);
    rows.map(|row| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
        .collect()
}

/// What commas in numbers are, where they do not separate columns: tenths, unless another number has a point.
fn commas<'a, I: Iterator<Item = &'a str>>(cells: impl Fn() -> I, delimiter: u8) -> Commas {
    let number = |cell: &str, point: char| {
        let cell = cell.trim_start_matches(['-', '\u{2212}', '+']).trim_end_matches(['%', ' ']);
        let mantissa = cell.split(['e', 'E']).next().unwrap_or_default();
        mantissa.split_once(point).is_some_and(|(whole, tenths)| {
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            !tenths.is_empty() && digits(tenths) && digits(whole)
        })
    };
    let decimal = delimiter != b','
        && cells().any(|cell| number(cell, ','))
        && !cells().any(|cell| number(cell, '.'));
    if decimal { Commas::Decimal } else { Commas::Text }
}

/// A header of two rows: the first repeats names or leaves them out, the second has words that tell these apart, but for
/// the columns of an index, which come first. pandas puts the names of these in a third row, alone.
fn two_levels(names: &[String], data: &[Vec<String>]) -> Option<TwoLevels> {
    let (second, rest) = data.split_first()?;
    if second.len() != names.len() || names.len() < 2 {
        return None;
    }
    let is_number = |cell: &String| cell.parse::<f64>().is_ok();
    let repeats = (1..names.len()).any(|i| names[i].is_empty() || names[1..i].contains(&names[i]));
    let of_index = second.iter().take_while(|cell| cell.is_empty()).count().max(1);
    let words = second.iter().skip(of_index).all(|cell| !cell.is_empty() && !is_number(cell));
    if !repeats || !words || of_index == names.len() || is_number(&second[0]) {
        return None;
    }
    let mut joined: Vec<String> = Vec::new();
    let mut above = "";
    for (first, second) in names.iter().zip(second) {
        // Spreadsheets join the cells of a group.
        above = if first.is_empty() { above } else { first };
        let both = [above, second].into_iter().filter(|name| !name.is_empty());
        joined.push(both.collect::<Vec<_>>().join("_"));
    }
    let mut rows = 1;
    let is_word = |cell: &String| !cell.is_empty() && !is_number(cell);
    if let Some(index) = rest.first()
        && index.len() == names.len()
        && index[..of_index].iter().all(is_word)
        && index[of_index..].iter().all(String::is_empty)
    {
        joined[..of_index].clone_from_slice(&index[..of_index]);
        rows = 2;
    }
    let data = rest.get(rows - 1)?;
    let told_apart = joined.iter().enumerate().all(|(i, name)| !joined[..i].contains(name));
    (told_apart && data.iter().any(is_number)).then_some(TwoLevels { names: joined, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Dialect {
        Dialect::of(text.as_bytes(), true)
    }

    #[test]
    fn separators_are_looked_for_outside_quotes() {
        let separator = |text| of(text).delimiter as char;
        assert_eq!(separator("lr,seed\n0.1,1\n"), ',');
        assert_eq!(separator("\"lr, first\";seed\n0.1;1\n"), ';');
        assert_eq!(separator("lr\tseed\t\"loss (val, mean)\"\n0.1\t1\t0.3\n"), '\t');
        assert_eq!(separator("lr\tseed\tloss (val, mean)\n0.1\t1\t0.3\n"), '\t');
        assert_eq!(separator("a|b\n1|2\n"), '|');
        assert_eq!(separator("loss\n1\n"), ',');
        // A comma in the numbers, as many as there are columns.
        assert_eq!(separator("lr;loss\n0,1;0,2\n"), ';');
        assert_eq!((separator("sep=;\nx\n1\n"), of("sep=;\nx\n1\n").skipped), (';', 6));
        assert_eq!(separator("sep=\t\nx\n1\n"), '\t');
    }

    #[test]
    fn comments_before_the_header_are_skipped() {
        assert_eq!(of("# made by hand, twice\n#\nlr,loss\n0.1,0.2\n").skipped, 24);
        assert_eq!(of("#,lr\n1,0.1\n").skipped, 0, "a name");
        assert_eq!(of("# epoch,loss\n0,0.1\n").skipped, 1, "names, as NumPy writes them");
        assert_eq!(of("#\n").skipped, 2);
    }

    #[test]
    fn commas_are_tenths_where_nothing_else_is() {
        let commas = |text| of(text).commas;
        assert_eq!(commas("lr;loss\n0,1;0,2977\n"), Commas::Decimal);
        assert_eq!(commas("lr;hidden\n0.1;30,10\n"), Commas::Text, "tenths have a point");
        assert_eq!(commas("lr,hidden\n1,\"30,10\"\n"), Commas::Text);
        assert_eq!(commas("lr;hidden\n1;30,10,10\n"), Commas::Text);
    }

    #[test]
    fn headers_of_two_rows_are_joined() {
        let names = |text| of(text).header.map(|header| (header.names.join(" "), header.rows));
        let pandas = ",val_loss,val_loss,acc\n,mean,std,mean\nlr,,,\n0.1,0.3,0.01,0.9\n";
        let joined = "lr val_loss_mean val_loss_std acc_mean".to_string();
        assert_eq!(names(pandas), Some((joined.clone(), 2)));
        let two = ",,loss,loss\n,,mean,std\nlr,seed,,\n0.1,1,0.3,0.01\n";
        assert_eq!(names(two), Some(("lr seed loss_mean loss_std".into(), 2)));
        let reset = "lr,seed,loss,loss\n,,mean,std\n0.1,1,0.3,0.01\n";
        assert_eq!(names(reset), Some(("lr seed loss_mean loss_std".into(), 1)));
        let merged = "lr,val_loss,,acc\n,mean,std,mean\n0.1,0.3,0.01,0.9\n";
        assert_eq!(names(merged), Some((joined, 1)));
        assert_eq!(names("lr,note,note\n0.1,x,y\n"), None);
        assert_eq!(names("opt,note,note,loss\nadam,x,y,0.1\nsgd,x,y,0.1\n"), None);
        assert_eq!(names("lr,loss,,\n0.1,0.3,,\n"), None);
    }
}
