//! Straight lines of least squares.

/// The slope and the intercept of the line through some (x, y). Not finite for fewer than two different x.
pub(super) fn best_line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let product: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let slope = product / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>();
    (slope, y - slope * x)
}

/// The slope of that through the logarithms of (x, y): p where y is in proportion to xᵖ. Not finite for fewer than two different
/// x, and for numbers that are not positive.
pub(super) fn log_slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (libm::log(x), libm::log(y))).collect();
    best_line(&logs).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_their_exponent() {
        let points = [0.01, 0.1, 0.5, 3.0].map(|x: f64| (x, 7.0 * x.powf(1.5)));
        assert!((log_slope(&points) - 1.5).abs() < 1e-12);
        // By hand: logarithms to base 10 (0, 0), (1, 1), (2, 3).
        assert!((log_slope(&[(1.0, 1.0), (10.0, 10.0), (100.0, 1000.0)]) - 1.5).abs() < 1e-12);
        assert!(log_slope(&[(1.0, 1.0)]).is_nan());
        assert!(!log_slope(&[(1.0, 1.0), (2.0, 0.0)]).is_finite());
    }
}
