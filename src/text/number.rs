/// A number with the given count of significant digits, in plain decimal notation unless it is
/// very small or very large; whole numbers below a million are written whole.
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() || value == 0.0 {
        return value.to_string();
    }
    if value.fract() == 0.0 && value.abs() < 1e6 {
        return value.to_string();
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-5..=6).contains(&exponent) {
        return format!("{value:.*e}", digits - 1);
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    format!("{value:.decimals$}")
}

/// `mean ± half_width`, both rounded to the second digit of the half-width.
pub fn measurement(mean: f64, half_width: Option<f64>) -> String {
    match half_width {
        Some(half) if half.is_finite() && half > 0.0 => {
            let exponent = half.log10().floor() as i32;
            let decimals = (1 - exponent).clamp(0, 15) as usize;
            format!("{mean:.decimals$} ± {half:.decimals$}")
        }
        Some(0.0) => format!("{} ± 0", significant(mean, 6)),
        _ => significant(mean, 6),
    }
}

/// A mean and half its interval, both to the second digit of the latter, without an exponent unless they are very
/// small, and not to more than `most` decimals unless it would be nothing; without an interval to four digits.
pub fn rounded(mean: f64, half: Option<f64>, most: usize) -> (String, Option<String>) {
    let Some(half) = half.filter(|half| half.is_finite()) else {
        return (significant(mean, 4).replace('-', "−"), None);
    };
    if half <= 0.0 {
        return (significant(mean, 4).replace('-', "−"), Some("0".into()));
    }
    let exponent = half.log10().floor() as i32;
    let decimals = ((1 - exponent).max(0) as usize).min(most).max((-exponent).max(0) as usize);
    let (mean, half) = if decimals <= MOST_DECIMALS {
        (format!("{mean:.decimals$}"), format!("{half:.decimals$}"))
    } else {
        let of_mean = if mean == 0.0 { exponent } else { mean.abs().log10().floor() as i32 };
        let digits = (of_mean - exponent + 1).clamp(0, 17) as usize;
        (format!("{mean:.digits$e}"), format!("{half:.1e}"))
    };
    let zero = mean.trim_start_matches(['-', '0', '.']).is_empty();
    let mean = if zero { mean.trim_start_matches('-').into() } else { mean.replace('-', "−") };
    (mean, Some(half.replace('-', "−")))
}

/// More of them are hard to count.
const MOST_DECIMALS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_what_is_known() {
        assert_eq!(significant(0.123_456, 3), "0.123");
        assert_eq!(significant(-1234.5, 2), "-1234");
        assert_eq!(significant(1.5e-9, 2), "1.5e-9");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(14.0, 2), "14");
        assert_eq!(significant(f64::NAN, 3), "NaN");
        assert_eq!(measurement(0.339_199, Some(0.001_26)), "0.3392 ± 0.0013");
        assert_eq!(measurement(1234.5, Some(56.0)), "1234 ± 56");
        assert_eq!(measurement(0.5, None), "0.500000");
        assert_eq!(measurement(0.0, Some(0.0)), "0 ± 0");
        let of = |mean, half| {
            let (mean, half) = rounded(mean, half, 15);
            half.map_or(mean.clone(), |half| format!("{mean} ± {half}"))
        };
        assert_eq!(of(97.123, Some(0.21)), "97.12 ± 0.21");
        assert_eq!(of(0.000_321, Some(0.000_045)), "0.000321 ± 0.000045");
        assert_eq!(of(-3.21e-9, Some(4.5e-10)), "−3.21e−9 ± 4.5e−10");
        assert_eq!(of(-0.000_001, Some(0.1)), "0.00 ± 0.10");
        assert_eq!(
            (of(1234.4, Some(56.0)), of(2.5, Some(0.0))),
            ("1234 ± 56".into(), "2.500 ± 0".into())
        );
        assert_eq!(of(0.012_345, None), "0.01235");
        assert_eq!(rounded(97.123, Some(0.021), 2).1.as_deref(), Some("0.02"));
        assert_eq!(rounded(97.123, Some(0.0021), 2).1.as_deref(), Some("0.002"));
    }
}
