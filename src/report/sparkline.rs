//! A curve in one line of text.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const GAP: char = '·';

/// Draws `values` as one character each, scaled from the smallest to the largest finite value.
///
/// A value that is not finite becomes `·`. When all finite values are equal the line runs at mid height.
///
/// ```
/// use nablab::report::sparkline;
///
/// assert_eq!(sparkline(&[0.0, 0.5, f64::NAN, 1.0]), "▁▅·█");
/// ```
pub fn sparkline(values: &[f64]) -> String {
    let finite = || values.iter().copied().filter(|v| v.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    values.iter().map(|&v| bar(v, low, high)).collect()
}

/// The same in at most `width` characters: of a longer curve each character is the mean of as many neighbours as it takes, and
/// `·` where one of them is not finite.
///
/// ```
/// use nablab::report::sparkline_within;
///
/// assert_eq!(sparkline_within(&[0.0, 0.0, 1.0, 1.0, 2.0, 2.0], 3), "▁▅█");
/// ```
pub fn sparkline_within(values: &[f64], width: usize) -> String {
    let (n, width) = (values.len(), width.max(1));
    if n <= width {
        return sparkline(values);
    }
    let mean = |i: usize| {
        let part = &values[i * n / width..(i + 1) * n / width];
        part.iter().map(|value| value / part.len() as f64).sum::<f64>()
    };
    sparkline(&(0..width).map(mean).collect::<Vec<_>>())
}

fn bar(value: f64, low: f64, high: f64) -> char {
    if !value.is_finite() {
        return GAP;
    }
    // Halved before subtracting: the full span of two finite values may overflow.
    let span = high / 2.0 - low / 2.0;
    let fraction = if span > 0.0 { (value / 2.0 - low / 2.0) / span } else { 0.5 };
    let top = BARS.len() - 1;
    BARS[((fraction * top as f64).round() as usize).min(top)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_from_the_lowest_to_the_highest_bar() {
        let values: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(sparkline(&values), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn non_finite_values_are_dots_and_do_not_stretch_the_scale() {
        assert_eq!(sparkline(&[1.0, f64::INFINITY, 2.0, f64::NAN]), "▁·█·");
    }

    #[test]
    fn equal_values_stay_in_the_middle() {
        assert_eq!(sparkline(&[3.0, 3.0]), "▅▅");
    }

    #[test]
    fn a_long_curve_keeps_its_shape_and_its_gaps() {
        let mut values: Vec<f64> = (0..400).map(f64::from).collect();
        assert_eq!(sparkline_within(&values, 8), "▁▂▃▄▅▆▇█");
        values[399] = f64::NAN;
        assert!(sparkline_within(&values, 8).ends_with('·'));
        assert_eq!(sparkline_within(&values[..8], 8), sparkline(&values[..8]));
        assert_eq!(sparkline_within(&values[..7], 3).chars().count(), 3);
        assert_eq!(sparkline_within(&values, 0).chars().count(), 1);
    }

    #[test]
    fn extremes_and_emptiness_do_not_panic() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[f64::MIN, 0.0, f64::MAX]), "▁▅█");
        assert_eq!(sparkline(&[f64::NAN]), "·");
    }
}
