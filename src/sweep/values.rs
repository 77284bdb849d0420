//! The values of one axis: lists, ranges, random draws. The same text on the command line and in a
//! file.
//!
//! ```text
//! 0.025,0.25,2.5        these values
//! lin:0..1:5            5 values from 0 to 1, equal steps, both ends included
//! log:1e-3..1e1:9       9 values from 0.001 to 10, equal ratios, both ends included
//! rand:lin:0..1         a random value for every draw, uniform
//! rand:log:1e-3..1e1    the same, uniform in the logarithm
//! rand:relu,tanh        one of these, at random
//! ```

use super::seeds::seed_list;
use crate::train::settings::{Setting, Values as Kind};
use xxhash_rust::xxh3::xxh3_64;

/// The values of one axis, as texts that its option reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    /// Each of these.
    Listed(Vec<String>),
    /// Each of these seeds.
    Seeds(Vec<u64>),
    /// One value for every random draw.
    Random(Draw),
}

/// How a random value is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Draw {
    /// Within a range.
    Within(Range, Numbers),
    /// One of these.
    OneOf(Vec<String>),
}

/// From a low to a high number, in equal steps or ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    low: f64,
    high: f64,
    logarithmic: bool,
}

const RANGES: &str = "expected lin:LOW..HIGH:POINTS or log:LOW..HIGH:POINTS, such as \
                      log:1e-3..1e1:9";
const RANDOM: &str = "expected rand:lin:LOW..HIGH, rand:log:LOW..HIGH or rand:A,B,C";
/// More values on one axis are a typing error.
const MOST: usize = 1_000_000;
/// The significant digits of a random number.
const DIGITS: usize = 4;

impl Values {
    /// Reads the values of a setting.
    ///
    /// # Errors
    ///
    /// In one line, with what was expected.
    pub(super) fn read(setting: &Setting, text: &str) -> Result<Self, String> {
        if setting.name == "seed" {
            return Ok(Self::Seeds(seed_list(text)?));
        }
        if matches!(setting.values, Kind::Seeds) {
            return Ok(Self::Listed(own_seeds(setting, text)?));
        }
        let Some(draw) = text.strip_prefix("rand:") else {
            return Ok(Self::Listed(listed(setting, text)?));
        };
        let range = draw.split_once(':').filter(|(kind, _)| is_range(kind));
        let draw = match range {
            Some((kind, ends)) => {
                let numbers = numbers(setting)?;
                let range = Range::read(kind, ends)
                    .map_err(|problem| format!("'{text}': {problem}; {RANDOM}"))?;
                Draw::Within(range, numbers)
            }
            None => Draw::OneOf(listed(setting, draw)?),
        };
        Ok(Self::Random(draw))
    }

    /// The value at a place, which of random ones is the number of the draw.
    pub(super) fn value(&self, name: &str, sweep_seed: u64, place: usize) -> String {
        match self {
            Self::Listed(values) => values[place].clone(),
            Self::Seeds(seeds) => seeds[place].to_string(),
            Self::Random(draw) => draw.value(name, sweep_seed, place as u64),
        }
    }

    /// How many there are; `None` of random ones.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Listed(values) => Some(values.len()),
            Self::Seeds(seeds) => Some(seeds.len()),
            Self::Random(_) => None,
        }
    }
}

impl Draw {
    /// The value of draw `k` of the option `name`: a function of these and of the seed alone, so
    /// that it stays the same when other axes, or more draws, are added.
    pub(super) fn value(&self, name: &str, seed: u64, k: u64) -> String {
        let word = xxh3_64(format!("nablab sweep {seed} {name} {k}").as_bytes());
        let uniform = (word >> 11) as f64 / (1u64 << 53) as f64;
        match self {
            Self::Within(range, Numbers::Fractions) => {
                decimal(round_digits(range.at(uniform), DIGITS))
            }
            // Every whole number of the range has its share.
            Self::Within(range, Numbers::Integers) => {
                let wide = Range { low: range.low - 0.5, high: range.high + 0.5, ..*range };
                let wide = if range.logarithmic && range.low < 1.0 { *range } else { wide };
                decimal(wide.at(uniform).round().clamp(range.low.ceil(), range.high.floor()))
            }
            Self::OneOf(values) => values[(uniform * values.len() as f64) as usize].clone(),
        }
    }
}

impl Range {
    /// Reads the ends of a range: `0..1`.
    fn read(kind: &str, ends: &str) -> Result<Self, String> {
        let (low, high) = ends.split_once("..").ok_or("no '..' between two numbers")?;
        let number = |text: &str| {
            let number: Option<f64> = text.parse().ok().filter(|n: &f64| n.is_finite());
            number.ok_or_else(|| format!("'{text}' is not a number"))
        };
        let (low, high) = (number(low)?, number(high)?);
        if low >= high {
            return Err(format!("an empty range, since {low} is not below {high}"));
        }
        let logarithmic = kind == "log";
        if logarithmic && low <= 0.0 {
            return Err(format!("a logarithmic range cannot begin at {low}"));
        }
        Ok(Self { low, high, logarithmic })
    }

    /// The number at a part of the way, from 0 to 1.
    fn at(self, part: f64) -> f64 {
        match self.logarithmic {
            true => self.low * libm::pow(self.high / self.low, part),
            false => self.low + (self.high - self.low) * part,
        }
    }

    /// `n` numbers with both ends: short decimals, all different.
    fn points(self, n: usize, numbers: Numbers) -> Vec<f64> {
        let at = |i: usize, digits: usize| match i {
            0 => self.low,
            i if i == n - 1 => self.high,
            i => {
                let exact = self.at(i as f64 / (n - 1) as f64);
                match self.logarithmic {
                    true => round_digits(exact, digits),
                    false => round_like(exact, (self.high - self.low) / (n - 1) as f64, digits),
                }
            }
        };
        if numbers == Numbers::Integers {
            let mut points: Vec<f64> = (0..n).map(|i| at(i, 17).round()).collect();
            points.dedup();
            return points;
        }
        // Three digits are enough unless the points lie close together.
        let points = (3..17).map(|digits| (0..n).map(|i| at(i, digits)).collect::<Vec<_>>());
        let mut rising = points.filter(|points| points.windows(2).all(|pair| pair[0] < pair[1]));
        rising.next().unwrap_or_else(|| (0..n).map(|i| at(i, 17)).collect())
    }
}

fn is_range(kind: &str) -> bool {
    kind == "lin" || kind == "log"
}

/// The numbers that a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    Fractions,
    Integers,
}

fn numbers(setting: &Setting) -> Result<Numbers, String> {
    match setting.values {
        Kind::Fractions => Ok(Numbers::Fractions),
        Kind::Counts => Ok(Numbers::Integers),
        // The width of a single hidden layer.
        Kind::Text(_) if setting.canonical("1").is_ok() => Ok(Numbers::Integers),
        _ => Err("a range of numbers, but the values are names".into()),
    }
}

/// Seeds of its own of something random, or the word for that of all.
fn own_seeds(setting: &Setting, text: &str) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    for item in text.split(',').map(str::trim) {
        match item.eq_ignore_ascii_case(setting.absent) {
            true => values.push(setting.absent.into()),
            false => {
                let seeds = seed_list(item)
                    .map_err(|problem| format!("{problem}; or {}", setting.absent))?;
                values.extend(seeds.iter().map(u64::to_string));
            }
        }
    }
    Ok(values)
}

/// The values of a list, whose items may be ranges.
fn listed(setting: &Setting, text: &str) -> Result<Vec<String>, String> {
    let mut values = Vec::new();
    for item in text.split(',').map(str::trim) {
        match item.split_once(':').filter(|(kind, _)| is_range(kind)) {
            Some((kind, rest)) => {
                let numbers = numbers(setting)?;
                let points = range(kind, rest, numbers)
                    .map_err(|problem| format!("'{item}': {problem}; {RANGES}"))?;
                for point in points {
                    values.push(setting.canonical(&decimal(point))?);
                }
            }
            None if item.starts_with("rand:") => {
                return Err(format!("'{item}' in a list; {RANDOM}"));
            }
            None => values.push(setting.canonical(item)?),
        }
    }
    if values.len() > MOST {
        return Err(format!("{} values: at most {MOST} make sense", values.len()));
    }
    Ok(values)
}

fn range(kind: &str, rest: &str, numbers: Numbers) -> Result<Vec<f64>, String> {
    let (ends, points) = rest.rsplit_once(':').ok_or("no number of points")?;
    let range = Range::read(kind, ends)?;
    let n = points.parse().ok().filter(|n| (2..=MOST).contains(n));
    let n = n.ok_or_else(|| format!("'{points}' is no number of points from 2 to {MOST}"))?;
    Ok(range.points(n, numbers))
}

/// The shortest decimal that reads back to the same bits; whole numbers without an exponent.
pub(super) fn decimal(number: f64) -> String {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => format!("{number}"),
        false => format!("{number:?}"),
    }
}

fn round_digits(number: f64, digits: usize) -> f64 {
    format!("{number:.*e}", digits - 1).parse().expect("a number that was just written")
}

/// Rounded to so many digits of a step.
fn round_like(number: f64, step: f64, digits: usize) -> f64 {
    let places = digits as i32 - 1 - libm::floor(libm::log10(step)) as i32;
    match places {
        1.. => format!("{number:.*}", places as usize),
        _ => format!("{number:.0}"),
    }
    .parse()
    .expect("a number that was just written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::settings::setting;

    fn values(name: &str, text: &str) -> Result<Vec<String>, String> {
        let values = Values::read(setting(name).unwrap(), text)?;
        let len = values.len().unwrap_or(200);
        Ok((0..len).map(|place| values.value(name, 7, place)).collect())
    }

    #[test]
    fn lists_and_ranges_have_both_ends_and_short_decimals() {
        for (name, text, expected) in [
            ("eta", "0.025,0.25,2.5", "0.025 0.25 2.5"),
            ("eta", "0.10, 1e-1,1.0,auto", "0.1 0.1 1 auto"),
            ("eta", "lin:0..1:5", "0 0.25 0.5 0.75 1"),
            ("eta", "lin:0..1:4", "0 0.333 0.667 1"),
            ("eta", "lin:100..101:3", "100 100.5 101"),
            ("eta", "lin:1000..9000:4", "1000 3667 6333 9000"),
            ("eta", "log:0.01..10:7", "0.01 0.0316 0.1 0.316 1 3.16 10"),
            ("eta", "log:1e-3..1e1:9", "0.001 0.00316 0.01 0.0316 0.1 0.316 1 3.16 10"),
            ("eta", "log:1..1.001:3", "1 1.0005 1.001"),
            ("eta", "0,log:1..100:3", "0 1 10 100"),
            ("batch-size", "log:1..1000:4", "1 10 100 1000"),
            ("batch-size", "log:1..4:9", "1 2 3 4"),
            ("batch-size", "lin:10..20:3,full", "10 15 20 full"),
            ("hidden", "30,100,30x30", "30 100 30x30"),
            ("hidden", "log:10..1000:3", "10 100 1000"),
            ("activation", "relu,relu+tanh", "relu relu+tanh"),
            ("seed", "18446744073709551615", "18446744073709551615"),
            ("seed", "1..3,7", "1 2 3 7"),
            ("seed-init", "seed, 4..6,9", "seed 4 5 6 9"),
        ] {
            assert_eq!(values(name, text).unwrap().join(" "), expected, "{name} {text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_was_expected() {
        for (name, text, words) in [
            ("eta", "", "''"),
            ("eta", "0.1,,0.2", "''"),
            ("eta", "lin:0..1", "no number of points; expected lin:LOW..HIGH:POINTS"),
            ("eta", "lin:1..0:5", "an empty range"),
            ("eta", "lin:1..1:2", "an empty range"),
            ("eta", "log:0..1:5", "cannot begin at 0"),
            ("eta", "log:a..1:5", "'a' is not a number"),
            ("eta", "log:1:5", "no '..'"),
            ("eta", "log:1..2:1", "'1' is no number of points"),
            ("eta", "rand:log:1..2:3", "'2:3' is not a number; expected rand:lin"),
            ("eta", "0.1,rand:log:1..2", "in a list"),
            ("eta", "rand:fast,slow", "'fast'"),
            ("activation", "lin:0..1:5", "the values are names"),
            ("activation", "sigmoid,tan", "tanh"),
            ("batch-size", "lin:-5..5:3", "'-5'"),
        ] {
            let error = values(name, text).unwrap_err();
            assert!(error.contains(words) && !error.contains('\n'), "{name} {text}: {error}");
        }
    }

    #[test]
    fn random_values_are_within_their_range_and_stay_for_ever() {
        let etas = values("eta", "rand:log:1e-3..1e1").unwrap();
        // The first ones are part of the format.
        assert_eq!(etas[..3], ["0.02344", "0.003342", "0.03489"]);
        let etas: Vec<f64> = etas.iter().map(|eta| eta.parse().unwrap()).collect();
        assert!(etas.iter().all(|eta| (1e-3..=1e1).contains(eta)));
        let low = etas.iter().filter(|&&eta| eta < 0.1).count();
        assert!((70..130).contains(&low), "half of the draws lie below the middle: {low}");
        let sizes = values("batch-size", "rand:lin:1..3").unwrap();
        for size in ["1", "2", "3"] {
            let share = sizes.iter().filter(|&other| other == size).count();
            assert!((40..95).contains(&share), "{size}: {share}");
        }
        assert!(sizes.iter().all(|size| ["1", "2", "3"].contains(&size.as_str())));
        let names = values("activation", "rand:relu,tanh").unwrap();
        assert!(names.iter().any(|name| name == "relu") && names.iter().any(|n| n == "tanh"));
    }
}
