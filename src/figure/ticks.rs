//! Where an axis is marked, and how the numbers read.
//!
//! A tick is an integer times a power of ten until it is drawn: its label is exact, and its `f64` is the one nearest
//! to the label.

use super::Scale;
use super::domain::Domain;

/// A marked value. Without a label it is only a faint grid line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

/// The distance between ticks: 1, 2 or 5 times a power of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    mantissa: i64,
    exponent: i32,
}

impl Step {
    /// The smallest step that crosses `span` in about `steps` steps; at least 1 if only `whole` numbers occur,
    /// unless the span is shorter than that.
    pub(super) fn nice(span: f64, steps: f64, whole: bool) -> Self {
        let rough = span / steps;
        let exponent = libm::floor(libm::log10(rough)) as i32;
        let lead = rough / decimal(1, exponent);
        let (mantissa, exponent) = match lead {
            _ if whole && exponent < 0 && span >= 1.0 => (1, 0),
            ..=1.0 => (1, exponent),
            ..=2.0 => (2, exponent),
            ..=5.0 => (5, exponent),
            _ => (1, exponent + 1),
        };
        Self { mantissa, exponent }
    }

    /// `count` steps from zero.
    pub(super) fn times(self, count: i64) -> f64 {
        decimal(count * self.mantissa, self.exponent)
    }

    /// How many whole steps fit below `value`; a value a rounding error below a multiple counts as the multiple.
    pub(super) fn floor(self, value: f64) -> i64 {
        libm::floor(value / self.times(1) + 1e-6) as i64
    }
}

/// The nearest `f64` to `mantissa` × 10^`exponent`.
fn decimal(mantissa: i64, exponent: i32) -> f64 {
    format!("{mantissa}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// The largest 1, 2 or 5 × 10ⁿ that is not above `value`.
pub(super) fn log_floor(value: f64) -> f64 {
    let exponent = libm::floor(libm::log10(value)) as i32;
    // One decade further down in case the logarithm was rounded up.
    [(5, 0), (2, 0), (1, 0), (5, -1)]
        .into_iter()
        .map(|(mantissa, down)| decimal(mantissa, exponent + down))
        .find(|&tick| tick <= value * (1.0 + 1e-9))
        .unwrap_or(value)
}

/// The ticks of `domain`, at most about `steps` of them labelled.
pub(super) fn ticks(domain: &Domain, steps: f64) -> Vec<Tick> {
    match domain.scale {
        Scale::Linear => linear(domain, steps),
        Scale::Log10 => logarithmic(domain, steps, true),
    }
}

/// As [`ticks`], but on a logarithmic axis of two decades and more only powers of ten are labelled.
pub(super) fn powers(domain: &Domain, steps: f64) -> Vec<Tick> {
    match domain.scale {
        Scale::Linear => linear(domain, steps),
        Scale::Log10 => logarithmic(domain, steps, domain.high < 100.0 * domain.low),
    }
}

fn linear(domain: &Domain, steps: f64) -> Vec<Tick> {
    let step = Step::nice(domain.high - domain.low, steps, domain.whole);
    let largest = domain.low.abs().max(domain.high.abs());
    let plain = largest < 1e7 && step.exponent >= -6;
    let first = -step.floor(-domain.low);
    (first..=step.floor(domain.high))
        .map(|i| {
            let mantissa = i * step.mantissa;
            Tick {
                value: step.times(i),
                label: if plain {
                    plain_number(mantissa, step.exponent)
                } else {
                    scientific(mantissa, step.exponent)
                },
            }
        })
        .collect()
}

fn logarithmic(domain: &Domain, steps: f64, between: bool) -> Vec<Tick> {
    let exponent = |v: f64| libm::floor(libm::log10(v) + 1e-9) as i32;
    let (first, last) = (exponent(domain.low), exponent(domain.high));
    let decades = last - first;
    let stride = (f64::from(decades + 1) / steps).ceil().max(1.0) as i32;
    let plain = domain.low >= 0.99e-4 && domain.high < 1e6;
    // Labels at 2 and 5 only where they are wanted and have room.
    let room = between && steps > f64::from(decades + 1);
    let dense = room && 3.0 * libm::log10(domain.high / domain.low) <= steps + 5.0;
    let mut all = Vec::new();
    for exponent in first..=last {
        for mantissa in 1..=9 {
            let value = decimal(mantissa, exponent);
            let inside = value >= domain.low * (1.0 - 1e-9) && value <= domain.high * (1.0 + 1e-9);
            let labelled = match mantissa {
                1 => exponent.rem_euclid(stride) == 0,
                2 | 5 => dense && stride == 1,
                _ => false,
            };
            let skipped = stride > 1 && !labelled;
            if !inside || skipped {
                continue;
            }
            let label = match (labelled, plain) {
                (false, _) => String::new(),
                (true, true) => plain_number(mantissa, exponent),
                (true, false) => scientific(mantissa, exponent),
            };
            all.push(Tick { value, label });
        }
    }
    // Within a small part of one decade the round numbers of a linear axis say more.
    if all.iter().filter(|t| !t.label.is_empty()).count() < 2 {
        return linear(domain, steps);
    }
    all
}

/// 1,000 or −0.025: as many decimals as the step has, digits grouped in thousands.
fn plain_number(mantissa: i64, exponent: i32) -> String {
    let sign = if mantissa < 0 { "−" } else { "" };
    let decimals = exponent.min(0).unsigned_abs() as usize;
    let zeros = exponent.max(0) as usize;
    let digits = format!(
        "{}{}",
        mantissa.unsigned_abs(),
        if mantissa == 0 { String::new() } else { "0".repeat(zeros) }
    );
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    format!("{sign}{}{point}{fraction}", group_thousands(whole))
}

fn group_thousands(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// 1.5×10⁷, or 10⁻⁶ where the factor is 1.
fn scientific(mantissa: i64, exponent: i32) -> String {
    if mantissa == 0 {
        return "0".into();
    }
    let sign = if mantissa < 0 { "−" } else { "" };
    let digits = mantissa.unsigned_abs().to_string();
    let power = superscript(exponent + digits.len() as i32 - 1);
    let digits = digits.trim_end_matches('0');
    match digits.split_at(1) {
        ("1", "") => format!("{sign}10{power}"),
        (lead, "") => format!("{sign}{lead}×10{power}"),
        (lead, rest) => format!("{sign}{lead}.{rest}×10{power}"),
    }
}

fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number
        .to_string()
        .bytes()
        .map(|b| match b {
            b'-' => '⁻',
            digit => DIGITS[usize::from(digit - b'0')],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, low: f64, high: f64, whole: bool) -> Vec<String> {
        let domain = Domain { scale, low, high, whole };
        ticks(&domain, 6.0).into_iter().map(|t| t.label).filter(|l| !l.is_empty()).collect()
    }

    #[test]
    fn linear_labels_share_their_decimals() {
        let expected = ["0.2", "0.4", "0.6", "0.8", "1.0", "1.2"];
        assert_eq!(labels(Scale::Linear, 0.2, 1.2, false), expected);
        let expected = ["0", "1,000", "2,000", "3,000"];
        assert_eq!(labels(Scale::Linear, 0.0, 3500.0, true)[..], expected);
        let expected = ["−0.02", "−0.01", "0.00", "0.01", "0.02"];
        assert_eq!(labels(Scale::Linear, -0.025, 0.025, false), expected);
    }

    #[test]
    fn whole_numbers_get_no_ticks_between_them() {
        assert_eq!(labels(Scale::Linear, 0.0, 2.0, true), ["0", "1", "2"]);
    }

    #[test]
    fn very_large_and_very_small_numbers_read_as_powers() {
        let expected = ["0", "5×10⁷", "10⁸", "1.5×10⁸"];
        assert_eq!(labels(Scale::Linear, 0.0, 1.6e8, true)[..4], expected);
        assert_eq!(labels(Scale::Linear, 0.0, 3e-8, false)[1], "5×10⁻⁹");
    }

    #[test]
    fn logarithmic_labels_thin_out_as_decades_grow() {
        let expected = ["1", "2", "5", "10", "20", "50", "100"];
        assert_eq!(labels(Scale::Log10, 1.0, 100.0, false), expected);
        let expected = ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"];
        assert_eq!(labels(Scale::Log10, 1e-3, 1e3, false)[..0], expected[..0]);
        assert_eq!(labels(Scale::Log10, 1e-3, 10.0, false), expected[..5]);
        assert_eq!(
            labels(Scale::Log10, 1e-8, 1e-4, false),
            ["10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴"]
        );
        assert!(labels(Scale::Log10, 1e-290, 1e290, false).len() <= 8);
    }

    #[test]
    fn of_many_decades_only_powers_of_ten_are_labelled() {
        let labels = |low, high| {
            let domain = Domain { scale: Scale::Log10, low, high, whole: false };
            let labels = powers(&domain, 12.0).into_iter().map(|tick| tick.label);
            labels.filter(|label| !label.is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(labels(2e-3, 5.0), ["0.01", "0.1", "1"]);
        assert_eq!(labels(2e-3, 0.05), ["0.002", "0.005", "0.01", "0.02", "0.05"]);
    }

    #[test]
    fn a_sliver_of_a_decade_is_still_labelled() {
        assert!(labels(Scale::Log10, 3.1, 4.4, false).len() >= 2);
    }

    #[test]
    fn tick_values_are_the_doubles_nearest_to_their_labels() {
        let domain = Domain { scale: Scale::Linear, low: 0.0, high: 0.5, whole: false };
        for tick in ticks(&domain, 6.0) {
            assert_eq!(tick.label.parse::<f64>().unwrap(), tick.value);
        }
    }
}
