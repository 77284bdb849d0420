use super::design::MeanSquare;
use crate::rng::Stream;
use crate::stats::Interval;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Draws of what the expected mean squares may be, given those that were measured: df · mean square / χ²(df).
pub(super) struct Pivots {
    /// Draw by draw, one number a mean square.
    draws: Vec<f64>,
    width: usize,
    /// Memory of the quantities that follow.
    quantities: Vec<f64>,
}

impl Pivots {
    pub(super) fn new(squares: &[MeanSquare], draws: usize, stream: &mut Stream) -> Self {
        let one = |square: &MeanSquare, stream: &mut Stream| {
            let degrees = square.degrees as f64;
            degrees * square.value / chi_squared(degrees, stream)
        };
        let mut all = Vec::with_capacity(draws * squares.len());
        for _ in 0..draws {
            all.extend(squares.iter().map(|square| one(square, stream)));
        }
        Self { draws: all, width: squares.len(), quantities: Vec::with_capacity(draws) }
    }

    /// The interval between the quantiles of a quantity that follows from the expected mean squares, with equal tails.
    pub(super) fn interval(&mut self, quantity: impl Fn(&[f64]) -> f64, level: f64) -> Interval {
        self.quantities.clear();
        self.quantities.extend(self.draws.chunks_exact(self.width).map(quantity));
        if self.quantities.iter().any(|quantity| quantity.is_nan()) {
            return Interval { low: f64::NAN, high: f64::NAN };
        }
        self.quantities.sort_unstable_by(f64::total_cmp);
        let last = (self.quantities.len() - 1) as f64;
        let tail = (1.0 - level) / 2.0;
        let [low, high] = [tail, 1.0 - tail].map(|p| self.quantities[(p * last).round() as usize]);
        Interval { low, high }
    }
}

impl Interval {
    /// The part of it between two numbers: where the parameter cannot lie beyond them, nothing is lost.
    pub(super) fn within(self, low: f64, high: f64) -> Self {
        match self.low.is_nan() {
            true => self,
            false => Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) },
        }
    }
}

/// The exact interval of a variance by its estimate with so many degrees of freedom, for normally distributed values.
pub(super) fn chi_squared_interval(variance: f64, degrees: usize, level: f64) -> Interval {
    let degrees = degrees as f64;
    let tail = (1.0 - level) / 2.0;
    let chi = |p| chi_squared_quantile(p, degrees);
    Interval { low: degrees * variance / chi(1.0 - tail), high: degrees * variance / chi(tail) }
}

/// The `p` quantile of χ²: that of `statrs`, which has few digits, and Newton's method from there.
fn chi_squared_quantile(p: f64, degrees: f64) -> f64 {
    use statrs::distribution::Continuous;
    let chi = ChiSquared::new(degrees).expect("positive degrees of freedom are valid");
    let step = |x: f64| x - (chi.cdf(x) - p) / chi.pdf(x);
    (0..4).fold(chi.inverse_cdf(p), |x, _| step(x))
}

/// A χ² value: twice a gamma value of shape df/2, by the method of Marsaglia and Tsang (2000).
///
/// A normal value x makes the candidate d (1 + c x)³, accepted by a uniform one. Below shape 1 the value of shape + 1 is
/// multiplied by a uniform number to the power 1/shape.
fn chi_squared(degrees: f64, stream: &mut Stream) -> f64 {
    let shape = degrees / 2.0;
    let (shape, factor) = match shape < 1.0 {
        // Never 0, by which it would have to be divided.
        true => (shape + 1.0, libm::pow(1.0 - stream.uniform(), 1.0 / shape)),
        false => (shape, 1.0),
    };
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.gaussian();
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - stream.uniform();
        if v > 0.0 && libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return 2.0 * d * v * factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    /// Mean df and variance 2 df, each within 5 standard errors; and the share below the median.
    #[test]
    fn chi_squared_values_have_their_moments_and_median() {
        let n = 100_000;
        for degrees in [1.0, 2.0, 4.0, 81.0] {
            let mut stream = Stream::new(1, Purpose::Pivots, 0);
            let values: Vec<f64> = (0..n).map(|_| chi_squared(degrees, &mut stream)).collect();
            let n = f64::from(n);
            let mean = values.iter().sum::<f64>() / n;
            assert!((mean - degrees).abs() < 5.0 * (2.0 * degrees / n).sqrt(), "{degrees}: {mean}");
            let square = values.iter().map(|x| (x - degrees).powi(2)).sum::<f64>() / n;
            let spread = ((12.0 * degrees + 48.0) * degrees - 4.0 * degrees * degrees) / n;
            let error = spread.sqrt();
            assert!((square - 2.0 * degrees).abs() < 5.0 * error, "{degrees}: {square}");
            for p in [0.025, 0.5, 0.975] {
                let quantile = chi_squared_quantile(p, degrees);
                let below = values.iter().filter(|&&x| x < quantile).count() as f64 / n;
                let error = (p * (1.0 - p) / n).sqrt();
                assert!((below - p).abs() < 5.0 * error, "{degrees}: {below} below that of {p}");
            }
        }
    }
}
