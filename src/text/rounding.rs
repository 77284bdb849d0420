use super::number::rounded;

/// How the measured numbers of one table or figure are written: all to as many decimals as the second digit of the
/// smallest of their intervals, if these are of one size, otherwise each to the second digit of its own; very small ones
/// in a power of ten that the heading names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounding {
    factor: f64,
    percent: bool,
    power: i32,
    /// The decimals of all numbers; `None` for each its own.
    decimals: Option<usize>,
    most: usize,
}

/// A test set of 10,000 images has steps of 0.01 points.
const MOST_OF_PERCENT: usize = 2;
/// More digits after the point than any number of a table needs.
const MOST: usize = 40;
/// Intervals that differ by more are not of one size.
const ONE_SIZE: f64 = 100.0;
/// Nor are numbers that differ by more.
const MANY_SIZES: f64 = 1e6;
/// A table whose numbers are all smaller is written in a power of ten.
const SMALL: f64 = 1e-3;

impl Rounding {
    /// That of some means with half their intervals, where there are such; fractions that read better in `percent` or not.
    #[must_use]
    pub fn of(numbers: &[(f64, Option<f64>)], percent: bool) -> Self {
        let largest = numbers.iter().fold(0.0_f64, |most, (mean, _)| most.max(mean.abs()));
        let power = match largest {
            _ if percent => 0,
            largest if largest > 0.0 && largest < SMALL => largest.log10().floor() as i32,
            _ => 0,
        };
        let factor = if percent { 100.0 } else { 10.0_f64.powi(-power) };
        let most = if percent { MOST_OF_PERCENT } else { MOST };
        let positive = |values: &mut dyn Iterator<Item = f64>| {
            let positive = values.map(|value| factor * value).filter(|&value| value > 0.0);
            positive.fold((f64::INFINITY, 0.0_f64), |(a, b), value| (a.min(value), b.max(value)))
        };
        let (smallest, widest) = positive(&mut numbers.iter().filter_map(|&(_, half)| half));
        let (least, _) = positive(&mut numbers.iter().map(|(mean, _)| mean.abs()));
        let digits = |value: f64, digits: f64| {
            (digits - 1.0 - value.log10().floor()).clamp(0.0, MOST as f64) as usize
        };
        let decimals = match (smallest.is_finite(), least.is_finite()) {
            (true, _) if widest > ONE_SIZE * smallest => None,
            // Numbers of very different sizes have no digits in common.
            (_, true) if !percent && largest * factor > MANY_SIZES * least => None,
            // But nothing that is more than zero reads ± 0.00.
            (true, _) => Some(digits(smallest, 2.0).min(most).max(digits(smallest, 1.0))),
            (false, true) if !percent => Some(digits(least, 4.0)),
            _ => Some(2),
        };
        Self { factor, percent, power, decimals, most }
    }

    /// A unit for the heading: `10⁻⁵`; `None` if numbers are written as they are or in percent.
    #[must_use]
    pub fn unit(self) -> Option<String> {
        const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let superscript = |c: char| c.to_digit(10).map_or('⁻', |digit| DIGITS[digit as usize]);
        (self.power != 0).then(|| {
            format!("10{}", self.power.to_string().chars().map(superscript).collect::<String>())
        })
    }

    /// What stands after a number in a sentence: ` %`, ` × 10⁻⁵` or nothing.
    #[must_use]
    pub fn of_value(self) -> String {
        if self.percent { " %".into() } else { self.times() }
    }

    /// What stands after a difference of two numbers in a sentence: ` points`, ` × 10⁻⁵` or nothing.
    #[must_use]
    pub fn of_difference(self) -> String {
        if self.percent { " points".into() } else { self.times() }
    }

    fn times(self) -> String {
        self.unit().map_or(String::new(), |unit| format!(" × {unit}"))
    }

    /// A mean and half its interval.
    #[must_use]
    pub fn measured(self, mean: f64, half: Option<f64>) -> (String, Option<String>) {
        match self.decimals {
            Some(_) => (self.number(mean, None), half.map(|half| self.number(half, None))),
            None => rounded(self.factor * mean, half.map(|half| self.factor * half), self.most),
        }
    }

    /// A number that is known to half an interval.
    #[must_use]
    pub fn number(self, value: f64, half: Option<f64>) -> String {
        let Some(decimals) = self.decimals else {
            return rounded(self.factor * value, half.map(|half| self.factor * half), self.most).0;
        };
        let text = format!("{:.decimals$}", self.factor * value);
        // Not −0.00.
        if text.trim_start_matches(['-', '0', '.']).is_empty() {
            return text.trim_start_matches('-').into();
        }
        text.replace('-', "−")
    }

    /// The same with its sign, unless it is written as zero.
    #[must_use]
    pub fn signed(self, value: f64, half: Option<f64>) -> String {
        let text = self.number(value, half);
        let zero = text.trim_start_matches(['0', '.']).is_empty();
        if text.starts_with('−') || zero { text } else { format!("+{text}") }
    }

    /// `[1.2, 3.4]`, the ends of an interval.
    #[must_use]
    pub fn range(self, low: f64, high: f64, signed: bool) -> String {
        let half = (high - low) / 2.0;
        let half = Some(half).filter(|half| half.is_finite());
        let end = |value| if signed { self.signed(value, half) } else { self.number(value, half) };
        format!("[{}, {}]", end(low), end(high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(numbers: &[(f64, f64)], percent: bool) -> Vec<String> {
        let numbers: Vec<(f64, Option<f64>)> = numbers.iter().map(|&(m, h)| (m, Some(h))).collect();
        let rounding = Rounding::of(&numbers, percent);
        let text = |&(mean, half): &(f64, Option<f64>)| {
            let (mean, half) = rounding.measured(mean, half);
            format!("{mean} ± {}", half.unwrap())
        };
        numbers.iter().map(text).collect()
    }

    #[test]
    fn numbers_of_one_size_have_as_many_decimals() {
        assert_eq!(
            written(&[(0.9512, 0.0021), (0.5, 0.15)], true),
            ["95.12 ± 0.21", "50.00 ± 15.00"]
        );
        assert_eq!(written(&[(0.95, 0.000_003)], true), ["95.0000 ± 0.0003"]);
        assert_eq!(
            written(&[(2.31, 0.14), (0.52, 0.031)], false),
            ["2.310 ± 0.140", "0.520 ± 0.031"]
        );
    }

    #[test]
    fn numbers_of_several_sizes_have_their_own() {
        let numbers = [(2.31, 0.14), (0.000_123, 0.000_012), (1.2e-9, 3.4e-10)];
        assert_eq!(
            written(&numbers, false),
            ["2.31 ± 0.14", "0.000123 ± 0.000012", "1.20e−9 ± 3.4e−10"]
        );
        let rounding = Rounding::of(&numbers.map(|(mean, half)| (mean, Some(half))), false);
        assert_eq!(rounding.range(-0.0201, 0.0203, true), "[−0.020, +0.020]");
        assert_eq!((rounding.signed(0.0, Some(0.1)), rounding.unit()), ("0.00".into(), None));
    }

    #[test]
    fn one_tiny_interval_does_not_lengthen_all_numbers() {
        let percent = [(0.940_417_873, 0.001_384_759), (0.5, 1e-9)];
        assert_eq!(written(&percent, true), ["94.04 ± 0.14", "5.000000000e1 ± 1.0e−7"]);
        let single = Rounding::of(&[(1234.5, None), (9.1e-13, None)], false);
        assert_eq!(
            (single.number(1234.5, None), single.number(9.1e-13, None)),
            ("1234".into(), "9.100e−13".into())
        );
    }

    #[test]
    fn small_numbers_are_in_a_power_of_ten() {
        let numbers = [(2.31e-5, 1.4e-6), (1.1e-5, 2.0e-7)];
        assert_eq!(written(&numbers, false), ["2.310 ± 0.140", "1.100 ± 0.020"]);
        let rounding = Rounding::of(&numbers.map(|(mean, half)| (mean, Some(half))), false);
        assert_eq!(rounding.unit().unwrap(), "10⁻⁵");
        let single = Rounding::of(&[(1e-8, None), (2.5e-8, None)], false);
        assert_eq!(
            (single.number(2.5e-8, None), single.unit().unwrap()),
            ("2.500".into(), "10⁻⁸".into())
        );
    }

    #[test]
    fn nothing_is_not_negative() {
        let rounding = Rounding::of(&[(0.5, Some(0.001))], true);
        assert_eq!(
            (rounding.number(-1e-9, None), rounding.signed(-1e-9, None)),
            ("0.00".into(), "0.00".into())
        );
        assert_eq!(Rounding::of(&[], false).number(1.5, None), "1.50");
    }
}
