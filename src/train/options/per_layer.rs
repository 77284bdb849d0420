//! Settings of the hidden layers: `relu`, or `relu+relu+tanh`.

use crate::nn::{Activation, PerLayer};
use clap::ValueEnum;

/// Activations by name.
pub(super) fn activations(text: &str) -> Result<PerLayer<Activation>, String> {
    PerLayer::parse(text, |name| {
        Activation::from_str(name, false).map_err(|_| {
            let names = Activation::value_variants().iter().map(|a| a.name());
            format!("expected one of {}", names.collect::<Vec<_>>().join(", "))
        })
    })
}

/// Probabilities.
pub(super) fn probabilities(text: &str) -> Result<PerLayer<f64>, String> {
    PerLayer::parse(text, |p| {
        p.parse().map_err(|_| "expected a number, or one a hidden layer: 0.5 or 0.2+0.5".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_nonsense_is_refused() {
        let two = activations("relu,leaky-relu").unwrap();
        assert_eq!(two.values(), [Activation::Relu, Activation::LeakyRelu]);
        assert!(activations("relu,junk").unwrap_err().contains("gelu"));
        assert!(activations("").is_err());
        assert_eq!(probabilities("0.2,0.5").unwrap().values(), [0.2, 0.5]);
        assert!(probabilities("0.2,x").is_err());
    }
}
