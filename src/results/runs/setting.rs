use super::missing::is_missing;
use crate::text::plain;
use std::collections::HashMap;

/// A setting of all runs: which of its values each has.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The column.
    pub name: String,
    /// The values as they are written, each once: numbers ascending, words as they first appear.
    pub values: Vec<String>,
    /// The place of its value for every run.
    pub codes: Vec<usize>,
    /// Whether all values are numbers.
    pub numeric: bool,
    /// The values short enough to be read, no two the same.
    labels: Vec<String>,
}

impl Setting {
    pub(super) fn new<'a>(name: String, cells: impl Iterator<Item = &'a str>) -> Self {
        let mut values: Vec<String> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let codes: Vec<usize> = cells
            .map(|cell| {
                *places.entry(cell).or_insert_with(|| {
                    values.push(plain(cell).into_owned());
                    values.len() - 1
                })
            })
            .collect();
        let numbers: Option<Vec<f64>> =
            values.iter().map(|value| value.parse().ok().filter(|v: &f64| v.is_finite())).collect();
        let Some(numbers) = numbers else {
            // Nothing before the first number.
            let number = |value: &String| value.parse::<f64>().ok().filter(|v| v.is_finite());
            if values.iter().all(|value| is_absent(value) || number(value).is_some()) {
                let mut order: Vec<usize> = (0..values.len()).collect();
                order.sort_by(|&a, &b| {
                    let key = |i: usize| number(&values[i]).unwrap_or(f64::NEG_INFINITY);
                    key(a).total_cmp(&key(b))
                });
                let mut moved = vec![0; values.len()];
                order.iter().enumerate().for_each(|(new, &old)| moved[old] = new);
                let codes = codes.into_iter().map(|code| moved[code]).collect();
                let values: Vec<String> = order.into_iter().map(|i| values[i].clone()).collect();
                return Self { name, labels: labels(&values), values, codes, numeric: false };
            }
            return Self { name, labels: labels(&values), values, codes, numeric: false };
        };
        // By number, and of two forms of one number, as 0.5 and 0.50, that which comes first.
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        let mut moved = vec![0; values.len()];
        let mut sorted: Vec<String> = Vec::new();
        for same in order.chunk_by(|&a, &b| numbers[a] == numbers[b]) {
            same.iter().for_each(|&old| moved[old] = sorted.len());
            sorted.push(values[same[0]].clone());
        }
        let codes = codes.into_iter().map(|code| moved[code]).collect();
        Self { name, labels: labels(&sorted), values: sorted, codes, numeric: true }
    }

    /// The number of the value at a place, if it is one.
    #[must_use]
    pub fn number(&self, code: usize) -> Option<f64> {
        self.values[code].parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether an axis of numbers can show the values: all are numbers, but for some that say that there is none.
    #[must_use]
    pub fn has_axis(&self) -> bool {
        let numbers = (0..self.values.len()).filter(|&code| self.number(code).is_some()).count();
        let absent = self.values.iter().filter(|value| is_absent(value)).count();
        self.numeric || numbers > 1 && numbers + absent == self.values.len()
    }

    /// Whether more than one value occurs among some runs.
    pub fn varies(&self, runs: &[usize]) -> bool {
        let mut codes = runs.iter().map(|&run| self.codes[run]);
        let first = codes.next();
        codes.any(|code| Some(code) != first)
    }

    /// The places of the values that occur among some runs, ascending.
    pub fn present(&self, runs: &[usize]) -> Vec<usize> {
        let mut codes: Vec<usize> = runs.iter().map(|&run| self.codes[run]).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The value at a place, short enough to be read.
    pub fn shown(&self, code: usize) -> String {
        self.labels[code].clone()
    }

    /// The place of a value that is written as in the file, as it is shown, or as another form of the
    /// same number.
    pub fn find(&self, text: &str) -> Option<usize> {
        let number: Option<f64> = text.parse().ok();
        let same = |value: &String| {
            let equal = number.is_some() && value.parse::<f64>().ok() == number;
            value == text || equal || (text.is_empty() && value.is_empty())
        };
        let exact = self.values.iter().position(same);
        let exact = exact.or_else(|| self.labels.iter().position(|label| label == text));
        exact.or_else(|| {
            // 0.316 for 0.31622776601683794, unless that could be two of them.
            let mut close = (0..self.values.len()).filter(|&code| rounds(&self.values[code], text));
            match (close.next(), close.next()) {
                (Some(place), None) => Some(place),
                _ => None,
            }
        })
    }
}

/// Whether a value says that there is none.
fn is_absent(value: &str) -> bool {
    is_missing(value.as_bytes()) || value.eq_ignore_ascii_case("nan")
}

/// Fewer digits than these are a number of their own.
const ENOUGH_DIGITS: usize = 3;

/// Whether a number with more digits, rounded to as many as `text` has, is `text`.
fn rounds(value: &str, text: &str) -> bool {
    let digits = |text: &str| {
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        digits.trim_start_matches('0').len()
    };
    let (Ok(number), Ok(wanted)) = (value.parse::<f64>(), text.parse::<f64>()) else {
        return false;
    };
    let (of_value, of_text) = (digits(value), digits(text));
    let rounded = format!("{number:.*e}", of_text.max(1) - 1);
    (ENOUGH_DIGITS..of_value).contains(&of_text) && rounded.parse() == Ok(wanted)
}

/// The values short enough to be read; those that would read the same as they are.
fn labels(values: &[String]) -> Vec<String> {
    let short: Vec<String> = values.iter().map(|value| shown(value)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    short.iter().for_each(|label| *counts.entry(label).or_default() += 1);
    let label = |(value, short): (&String, &String)| match counts[short.as_str()] {
        1 => short.clone(),
        _ => value.clone(),
    };
    values.iter().zip(&short).map(label).collect()
}

/// A value short enough to be read: a number with more than four significant digits rounded to these.
pub fn shown(value: &str) -> String {
    match value.parse::<f64>() {
        _ if value.is_empty() => "none".into(),
        Ok(number) if number.is_finite() => {
            let short: f64 = format!("{number:.3e}").parse().unwrap_or(number);
            // Seeds and sizes are exact.
            if number.fract() == 0.0 && number.abs() < 1e15 {
                let power = format!("{number:e}");
                let round = number.abs() >= 1e6 && power.len() <= 6;
                return if round { power } else { format!("{number}") };
            }
            if short != 0.0 && !(1e-4..1e6).contains(&short.abs()) {
                return format!("{short:e}");
            }
            format!("{short}")
        }
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_and_words_are_not() {
        let eta = Setting::new("eta".into(), ["10.0", "0.5", "0.50", "2"].into_iter());
        assert_eq!(
            (eta.values.as_slice(), eta.numeric),
            (&["0.5", "2", "10.0"].map(String::from)[..], true)
        );
        assert_eq!(eta.codes, [2, 0, 0, 1]);
        let words = Setting::new("a".into(), ["tanh", "relu", "tanh"].into_iter());
        assert_eq!((words.values.len(), words.codes.as_slice()), (2, &[0, 1, 0][..]));
        assert!(eta.varies(&[0, 1]) && !eta.varies(&[1, 2]));
        assert_eq!(eta.present(&[3, 0]), [1, 2]);
    }

    #[test]
    fn values_are_found_in_any_form() {
        let cells = ["0.31622776601683794", "0.03162277660168379", "1.0", ""];
        let eta = Setting::new("eta".into(), cells.into_iter().take(3));
        assert_eq!(eta.find("0.316"), Some(1));
        assert_eq!(eta.find("0.3162"), Some(1));
        assert_eq!(eta.find("1"), Some(2));
        assert_eq!(eta.find("0.32"), None, "two digits are a number of their own");
        let near = Setting::new("lr".into(), ["2.5", "0.12341", "0.12342"].into_iter());
        assert_eq!((near.find("2"), near.find("0.123")), (None, None));
        assert_eq!((near.shown(0), near.shown(2)), ("0.12341".into(), "2.5".into()));
        assert_eq!(eta.find("2"), None);
        assert_eq!(eta.find("relu"), None);
        assert_eq!(Setting::new("l".into(), cells.into_iter()).find(""), Some(0));
    }

    #[test]
    fn numbers_beside_none_make_an_axis() {
        let of = |cells: &[&str]| Setting::new("wd".into(), cells.iter().copied());
        let decay = of(&["0.1", "None", "0.01"]);
        assert_eq!(decay.values, ["None", "0.01", "0.1"]);
        assert!(decay.has_axis() && !decay.numeric);
        assert_eq!((decay.number(0), decay.number(1)), (None, Some(0.01)));
        assert!(of(&["", "1", "2"]).has_axis() && of(&["nan", "1", "2"]).has_axis());
        assert!(!of(&["relu", "1", "2"]).has_axis() && !of(&["None", "1"]).has_axis());
    }

    #[test]
    fn numbers_are_shown_short() {
        let short = |value| shown(value);
        assert_eq!(short("0.31622776601683794"), "0.3162");
        assert_eq!(short("10.0"), "10");
        assert_eq!(short("12345678"), "12345678");
        assert_eq!((short("464000000"), short("100000")), ("4.64e8".into(), "100000".into()));
        assert_eq!(short("1e-7"), "1e-7");
        assert_eq!(short("relu"), "relu");
        assert_eq!(short(""), "none");
    }
}
