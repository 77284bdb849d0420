use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How a step of learning follows from the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimiser {
    /// Gradient descent: v ← μ v − η ∇C, w ← w + v; with μ = 0 the book's plain rule
    Sgd,
    /// The same with the gradient taken at w + μ v, where momentum alone would go
    Nesterov,
    /// Steps by running means of the gradient (β₁ 0.9) and its square (β₂ 0.999, ε 1e-8)
    Adam,
    /// Steps by a running mean of the gradient's square (0.99, ε 1e-8)
    #[value(name = "rmsprop")]
    #[serde(rename = "rmsprop")]
    RmsProp,
}

impl Optimiser {
    /// The name used on the command line and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Nesterov => "nesterov",
            Self::Adam => "adam",
            Self::RmsProp => "rmsprop",
        }
    }

    /// Whether the momentum coefficient μ has a meaning.
    pub fn has_momentum(self) -> bool {
        matches!(self, Self::Sgd | Self::Nesterov)
    }

    /// β₁ and β₂, how much is kept of the running means of the gradient and of its square; `None`
    /// where there are no such means.
    pub fn betas(self) -> Option<[f64; 2]> {
        match self {
            Self::Sgd | Self::Nesterov => None,
            Self::Adam => Some([0.9, 0.999]),
            Self::RmsProp => Some([0.0, 0.99]),
        }
    }

    /// Whether the running means are divided by 1 − β^t, since they start at 0.
    pub fn corrects_bias(self) -> bool {
        self == Self::Adam
    }

    /// ε, which is added to the root of the mean square.
    pub const EPSILON: f64 = 1e-8;
}
