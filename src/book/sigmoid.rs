//! The sigmoid of experiments that are computed: of `libm`, so that their numbers are the same bits everywhere.

/// σ(z) = 1/(1 + e^−z).
pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// σ′(z) = σ(z) (1 − σ(z)).
pub(super) fn sigmoid_prime(z: f64) -> f64 {
    sigmoid(z) * (1.0 - sigmoid(z))
}
