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
    }
}
