use super::{Desired, Output, Targets};
use crate::simd::Real;
use crate::simd::elementwise::exp_f64;
use clap::ValueEnum;
use pulp::Simd;
use serde::{Deserialize, Serialize};

/// The cost of one image, to be averaged over a set. The desired output y is 1 for the image's
/// class and 0 for all others; where numbers are learnt, y are the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cost {
    /// ½ ‖a − y‖² (chapter 1, equation 6)
    #[value(alias = "mse")]
    Quadratic,
    /// −Σ [y ln a + (1 − y) ln(1 − a)], for sigmoid outputs (chapter 3, equation 63)
    #[value(alias = "bce")]
    CrossEntropy,
    /// −ln a of the image's class, for softmax outputs (chapter 3, equation 80)
    #[value(alias = "nll")]
    LogLikelihood,
}

impl Cost {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::CrossEntropy => "cross-entropy",
            Self::LogLikelihood => "log-likelihood",
        }
    }

    /// The output layer that the book uses the cost with.
    pub fn output(self) -> Output {
        match self {
            Self::Quadratic | Self::CrossEntropy => Output::Sigmoid,
            Self::LogLikelihood => Output::Softmax,
        }
    }

    /// How the error of the output layer comes from the cost.
    ///
    /// # Errors
    ///
    /// With the reason why the cost makes no sense for such outputs.
    pub fn pairing(self, output: Output) -> Result<Pairing, &'static str> {
        use Output::{Identity, Sigmoid, Softmax, Tanh};
        match (self, output) {
            (Self::Quadratic, Identity)
            | (Self::CrossEntropy, Sigmoid)
            | (Self::LogLikelihood, Softmax) => Ok(Pairing::Fused),
            (Self::Quadratic, Sigmoid | Softmax | Tanh) => Ok(Pairing::General),
            (Self::CrossEntropy, Softmax) => Err(
                "it takes every output for a probability of its own, and softmax outputs are one \
                 distribution; use log-likelihood, which other programs call cross-entropy there",
            ),
            (Self::LogLikelihood, Sigmoid) => Err(
                "it looks at the output of the right class only, so that sigmoid outputs would all \
                 learn to be 1; use softmax outputs or the cross-entropy",
            ),
            (Self::CrossEntropy | Self::LogLikelihood, Identity | Tanh) => {
                Err("it takes logarithms of the outputs, which may be negative there; use the \
                 quadratic cost")
            }
        }
    }

    /// Whether the targets make sense for the cost and the outputs.
    ///
    /// # Errors
    ///
    /// With the reason why they do not.
    pub fn fits_targets(self, output: Output, targets: Targets) -> Result<(), &'static str> {
        match (targets, output, self) {
            (Targets::OneHot, ..) => Ok(()),
            (Targets::Numbers, Output::Softmax, _) => {
                Err("softmax outputs are parts of 1; use identity outputs")
            }
            (Targets::Numbers, _, Self::Quadratic) => Ok(()),
            (Targets::Numbers, ..) => Err(
                "this cost takes the outputs for probabilities; use the quadratic cost, with identity \
                 outputs unless the numbers lie between 0 and 1 (sigmoid) or −1 and 1 (tanh)",
            ),
            (_, Output::Softmax, _) | (_, _, Self::LogLikelihood) => Err(
                "softmax outputs are one distribution over the classes, binary digits are none; use \
                 sigmoid outputs",
            ),
            _ => Ok(()),
        }
    }

    /// The cost of an image of class `label`, given the weighted inputs `z` and the activations
    /// `a` of the output layer.
    ///
    /// The cross-entropy is computed from z, as Σ [ln(1 + e^z) − y z], and the log-likelihood as
    /// ln Σ e^z − z_y: both stay finite and accurate where an activation rounds to 0 or 1.
    #[inline(always)]
    pub fn of_image<T: Real>(self, targets: Targets, z: &[T], a: &[T], label: usize) -> f64 {
        match self {
            Self::Quadratic => {
                let mut sum = 0.0;
                for (j, a) in a.iter().enumerate() {
                    let error = a.to_f64() - f64::from(u8::from(targets.is_on(j, label)));
                    sum += error * error;
                }
                0.5 * sum
            }
            Self::CrossEntropy => {
                // ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|). The product of the (1 + e^−|z|) minus
                // 1 is at most 2^256, so that one logarithm serves all outputs.
                let mut linear = match targets {
                    Targets::OneHot => -z[label].to_f64(),
                    Targets::Binary => {
                        let on = z.iter().enumerate().filter(|(j, _)| targets.is_on(*j, label));
                        -on.map(|(_, z)| z.to_f64()).sum::<f64>()
                    }
                    Targets::Numbers => unreachable!("it does not fit"),
                };
                let mut product = 0.0;
                for z in z {
                    let z = z.to_f64();
                    let e = exp_f64(-z.abs());
                    linear += if z < 0.0 { 0.0 } else { z };
                    product = e.mul_add(product, product + e);
                }
                linear + libm::log1p(product)
            }
            Self::LogLikelihood => {
                let largest = z.iter().fold(f64::NEG_INFINITY, |a, z| a.max(z.to_f64()));
                let sum: f64 = z.iter().map(|z| exp_f64(z.to_f64() - largest)).sum();
                libm::log(sum) - (z[label].to_f64() - largest)
            }
        }
    }

    /// Σ (a − y)² of a row whose outputs are to be the numbers y: twice its quadratic cost.
    #[inline(always)]
    pub fn squared_error<T: Real>(a: &[T], y: &[T]) -> f64 {
        let errors = a.iter().zip(y).map(|(a, y)| a.to_f64() - y.to_f64());
        errors.fold(0.0, |sum, error| sum + error * error)
    }

    /// BP1, the error δ of the output layer: writes the first `outputs` elements of every row of
    /// `delta` from the activations.
    ///
    /// # Panics
    ///
    /// When a label is not below `outputs`, a slice is shorter than `stride` times the rows, or the
    /// cost makes no sense for the outputs.
    #[inline(always)]
    pub(super) fn output_delta<S: Simd, T: Real>(
        self,
        simd: S,
        (output, targets): (Output, Targets),
        activation: &[T],
        desired: Desired<T>,
        (outputs, stride): (usize, usize),
        delta: &mut [T],
    ) {
        // ∂C/∂a of the quadratic cost, and already δ where a derivative of the outputs cancels.
        let rows = delta.chunks_exact_mut(stride).zip(activation.chunks_exact(stride));
        match desired {
            Desired::Classes(labels) => {
                for ((delta, activation), &label) in rows.zip(labels) {
                    let delta = &mut delta[..outputs];
                    delta.copy_from_slice(&activation[..outputs]);
                    match targets {
                        Targets::OneHot => delta[usize::from(label)] += -T::ONE,
                        Targets::Binary | Targets::Numbers => {
                            for (j, delta) in delta.iter_mut().enumerate() {
                                if targets.is_on(j, usize::from(label)) {
                                    *delta += -T::ONE;
                                }
                            }
                        }
                    }
                }
            }
            Desired::Numbers(y) => {
                for ((delta, activation), y) in rows.zip(y.chunks_exact(outputs)) {
                    for ((delta, &a), &y) in delta.iter_mut().zip(activation).zip(y) {
                        *delta = a + -y;
                    }
                }
            }
        }
        match self.pairing(output) {
            Ok(Pairing::Fused) => {}
            Ok(Pairing::General) => output.mul_prime(simd, activation, (outputs, stride), delta),
            Err(reason) => panic!("{} cost, {} outputs: {reason}", self.name(), output.name()),
        }
    }
}

/// How the error δ of the output layer comes from the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// δ = a − y, since the derivative of the outputs cancels (equations 66, 69 and 84).
    Fused,
    /// δ = ∂C/∂a times the derivative of the outputs: BP1 as it stands.
    General,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::elementwise::sigmoid;

    #[test]
    fn cross_entropy_from_z_is_the_books_formula() {
        let z = [-3.0, 0.25, 5.0, -0.0];
        let a = z.map(sigmoid::<f64>);
        for label in 0..4 {
            let want: f64 =
                (0..4).map(|j| if j == label { -a[j].ln() } else { -(1.0 - a[j]).ln() }).sum();
            let got = Cost::CrossEntropy.of_image(Targets::OneHot, &z, &a, label);
            assert!((got - want).abs() < 1e-14 * want, "{got} {want}");
        }
    }

    #[test]
    fn saturated_outputs_have_a_finite_cost() {
        let z = [800.0f32, -800.0];
        let a = z.map(sigmoid);
        assert_eq!(Cost::CrossEntropy.of_image(Targets::OneHot, &z, &a, 0), 0.0);
        assert_eq!(Cost::CrossEntropy.of_image(Targets::OneHot, &z, &a, 1), 1600.0);
        let tiny = Cost::CrossEntropy.of_image(Targets::OneHot, &[50.0f64, -50.0], &[1.0, 0.0], 0);
        assert!((tiny / (2.0 * (-50.0f64).exp()) - 1.0).abs() < 1e-12);
        assert_eq!(Cost::Quadratic.of_image(Targets::OneHot, &z, &a, 1), 1.0);
        assert_eq!(Cost::LogLikelihood.of_image(Targets::OneHot, &z, &a, 0), 0.0);
        assert_eq!(Cost::LogLikelihood.of_image(Targets::OneHot, &z, &a, 1), 1600.0);
    }
}
