//! Classes from words: the labels of a CSV file, and their names.

use super::{DataError, Dataset};
use crate::input::{printable, read_text};
use std::path::Path;

/// The most classes: a label is a byte.
const MOST: usize = 256;
/// The largest file of names, in bytes, and the longest name.
const LARGEST: u64 = 1 << 20;
const LONGEST: usize = 64;

/// The classes of the rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classes {
    /// One a row.
    pub(super) of_rows: Vec<u8>,
    /// How many there are.
    pub(super) count: usize,
    /// What they are called; nothing if by their numbers from 0.
    pub(super) names: Vec<String>,
    /// The label of class 0.
    pub(super) first_label: u8,
}

impl Classes {
    /// None: there are numbers to be answered.
    pub(super) fn none() -> Self {
        Self { of_rows: Vec::new(), count: 0, names: Vec::new(), first_label: 0 }
    }

    /// Those of some labels. Whole numbers from 0 or 1 on are themselves, with what is missing between them; all else are
    /// classes by name, in alphabetical order, numbers by size. If classes are known, the labels are some of these.
    pub(super) fn of(labels: &[String], known: &[String]) -> Result<Self, String> {
        let words: Vec<String> = labels.iter().map(|label| canonical(label)).collect();
        if !known.is_empty() {
            return Self::among(&words, known.to_vec());
        }
        let numbers: Option<Vec<u8>> = words.iter().map(|word| word.parse().ok()).collect();
        let ends = numbers.as_ref().and_then(|n| Some((*n.iter().min()?, *n.iter().max()?)));
        if let (Some(numbers), Some((first @ 0..=1, last))) = (numbers, ends) {
            if first == last {
                return Err("the same class in every row: there is nothing to learn".into());
            }
            let names = (first..=last).filter(|_| first > 0).map(|label| label.to_string());
            return Ok(Self {
                of_rows: numbers.into_iter().map(|label| label - first).collect(),
                count: usize::from(last - first) + 1,
                names: names.collect(),
                first_label: first,
            });
        }
        let mut names = words.clone();
        let number = |word: &str| word.parse::<f64>().ok();
        names.sort_by(|a, b| match (number(a), number(b)) {
            (Some(x), Some(y)) => x.total_cmp(&y),
            _ => a.cmp(b),
        });
        names.dedup();
        match names.len() {
            1 => Err("the same class in every row: there is nothing to learn".into()),
            n if n > MOST => Err(format!(
                "{n} different classes; expected at most {MOST} (numbers are learnt with --target-columns)"
            )),
            _ => Self::among(&words, names),
        }
    }

    fn among(words: &[String], names: Vec<String>) -> Result<Self, String> {
        let class = |word: &String| {
            let class = names.iter().position(|name| name == word);
            class.map(|class| class as u8).ok_or_else(|| {
                let names = printable(&listed(&names));
                format!("'{}': the network knows no such class; expected {names}", printable(word))
            })
        };
        let of_rows = words.iter().map(class).collect::<Result<_, _>>()?;
        Ok(Self { of_rows, count: names.len(), names, first_label: 0 })
    }

    /// What they are, in a sentence.
    pub(super) fn note(&self) -> String {
        match self.names.is_empty() {
            true => format!("classes 0 to {}", self.count - 1),
            false => format!("{} classes: {}", self.count, listed(&self.names)),
        }
    }
}

/// Some of the names, if there are many.
fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    match names.len() > MOST {
        true => format!("{}, …, {}", names[..MOST - 1].join(", "), names[names.len() - 1]),
        false => names.join(", "),
    }
}

/// A whole number without the point that pandas puts behind it; words as they are.
fn canonical(label: &str) -> String {
    match label.parse::<f64>() {
        Ok(x) if x.fract() == 0.0 && x.abs() < 1e15 => (x + 0.0).to_string(),
        _ => label.into(),
    }
}

impl Dataset {
    /// Gives the classes names: those of a text file, one a line, or a list with commas. EMNIST's mapping files, whose lines
    /// are a label and the codes of its characters, are understood.
    ///
    /// # Errors
    ///
    /// When there are no classes, the file cannot be read, or there are not as many names as classes, each a word of its own.
    pub fn name_classes(&mut self, text: &str) -> Result<(), DataError> {
        let wrong = |problem: String| DataError::ClassNames { problem };
        if self.classes == 0 {
            return Err(wrong(format!("{} has no classes", self.name)));
        }
        let path = Path::new(text);
        let names = match path.is_file() {
            true => {
                let text = read_text(path, LARGEST);
                let text =
                    text.map_err(|e| wrong(format!("{}: cannot be read: {e}", path.display())))?;
                self.names_of(&text)
                    .map_err(|problem| wrong(format!("{}: {problem}", path.display())))?
            }
            false if text.contains(',') => {
                let names: Vec<String> = text.split(',').map(|name| name.trim().into()).collect();
                self.check_names(&names).map_err(wrong)?;
                names
            }
            false => {
                let text = printable(text);
                return Err(wrong(format!(
                    "{text}: expected a file of names, or names separated by commas"
                )));
            }
        };
        self.class_names = names;
        Ok(())
    }

    fn names_of(&self, text: &str) -> Result<Vec<String>, String> {
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let names = match mapping(text) {
            Some(mapping) => self.names_of_mapping(mapping)?,
            None => text.lines().map(|line| line.trim().into()).collect(),
        };
        self.check_names(&names)?;
        Ok(names)
    }

    /// The names of labels, which are those of the data in any order.
    fn names_of_mapping(&self, mut mapping: Vec<(u64, String)>) -> Result<Vec<String>, String> {
        mapping.sort();
        let first = u64::from(self.first_label);
        let labels: Vec<u64> = mapping.iter().map(|(label, _)| *label).collect();
        if labels != (first..first + self.classes as u64).collect::<Vec<_>>() {
            let (n, last) = (labels.len(), first + self.classes as u64 - 1);
            return Err(format!(
                "a mapping of {n} labels; expected the labels {first} to {last}, each once"
            ));
        }
        Ok(mapping.into_iter().map(|(_, name)| name).collect())
    }

    fn check_names(&self, names: &[String]) -> Result<(), String> {
        if names.len() != self.classes {
            let (found, n) = (names.len(), self.classes);
            return Err(format!("{found} names, but {} has {n} classes", self.name));
        }
        check_names(names)
    }
}

/// Makes sure that names of classes can be told apart and printed.
pub(crate) fn check_names(names: &[String]) -> Result<(), String> {
    for (i, name) in names.iter().enumerate() {
        let shown = printable(name);
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            return Err(format!(
                "name {i} (counted from 0) is '{shown}'; expected 1 to {LONGEST} printable characters"
            ));
        }
        if names[..i].contains(name) {
            return Err(format!("two classes are called '{shown}'"));
        }
    }
    Ok(())
}

/// The lines of a mapping file of EMNIST, `label code` or `label code code`; `None` if it is none.
fn mapping(text: &str) -> Option<Vec<(u64, String)>> {
    let line = |line: &str| {
        let numbers = line.split_whitespace().map(|word| word.parse().ok());
        let numbers = numbers.collect::<Option<Vec<u32>>>()?;
        let [label, codes @ ..] = &numbers[..] else { return None };
        let characters =
            codes.iter().map(|&code| char::from_u32(code)).collect::<Option<String>>()?;
        (!codes.is_empty()).then_some((u64::from(*label), characters))
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(labels: &[&str]) -> Result<Classes, String> {
        let labels: Vec<String> = labels.iter().map(|&label| label.into()).collect();
        Classes::of(&labels, &[])
    }

    #[test]
    fn numbers_from_0_or_1_are_classes_with_their_gaps() {
        let from_zero = classes(&["3", "0", "5.0"]).unwrap();
        assert_eq!((from_zero.of_rows, from_zero.count), (vec![3, 0, 5], 6));
        assert!(from_zero.names.is_empty());
        let from_one = classes(&["3", "1"]).unwrap();
        assert_eq!((from_one.of_rows, from_one.first_label), (vec![2, 0], 1));
        assert_eq!(from_one.names, ["1", "2", "3"]);
    }

    #[test]
    fn other_numbers_and_words_are_classes_by_name() {
        let numbers = classes(&["1", "-1", "10", "2"]).unwrap();
        assert_eq!((numbers.of_rows, numbers.first_label), (vec![1, 0, 3, 2], 0));
        assert_eq!(numbers.names, ["-1", "1", "2", "10"]);
        let years = classes(&["2001", "1999"]).unwrap();
        assert_eq!(
            (years.of_rows, years.names),
            (vec![1, 0], vec!["1999".into(), "2001".to_string()])
        );
        assert_eq!(classes(&["yes", "no"]).unwrap().names, ["no", "yes"]);
    }

    fn data(classes: usize, first_label: u8) -> Dataset {
        let mut data = crate::data::task::open("parity:2", None).unwrap().unwrap();
        (data.classes, data.first_label) = (classes, first_label);
        data
    }

    #[test]
    fn names_are_read_from_lists_lines_and_mappings() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("names.txt");
        let named = |mut data: Dataset, text: &str| -> Result<Vec<String>, String> {
            std::fs::write(&path, text).unwrap();
            data.name_classes(path.to_str().unwrap()).map_err(|error| error.to_string())?;
            Ok(data.class_names)
        };
        assert_eq!(named(data(2, 0), "a b\r\nc\n\n").unwrap(), ["a b", "c"]);
        assert_eq!(named(data(3, 0), "0 48\n2 97\n1 65\n").unwrap(), ["0", "A", "a"]);
        assert_eq!(named(data(2, 1), "1 65 97\n2 66 98\n").unwrap(), ["Aa", "Bb"]);
        assert_eq!(named(data(2, 0), "7\n8\n").unwrap(), ["7", "8"]);
        for (text, words) in [
            ("a\n", "1 names, but parity:2 has 2 classes"),
            ("a\na\n", "two classes are called 'a'"),
            ("a\n\nb", "3 names"),
            ("\na", "name 0 (counted from 0) is ''"),
            ("1 65\n2 66\n", "expected the labels 0 to 1, each once"),
        ] {
            let error = named(data(2, 0), text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        let mut two = data(2, 0);
        two.name_classes("odd, even").unwrap();
        assert_eq!(two.class_names, ["odd", "even"]);
        assert!(two.name_classes("none").unwrap_err().to_string().contains("expected a file"));
    }
}
