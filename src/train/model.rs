use crate::nn::{Architecture, Network};

/// A trained network in the precision of its training.
#[derive(Debug, Clone)]
pub enum Model {
    /// 32-bit floating point.
    F32(Network<f32>),
    /// 64-bit floating point.
    F64(Network<f64>),
}

impl Model {
    /// Its shape and functions.
    pub fn architecture(&self) -> &Architecture {
        match self {
            Self::F32(network) => network.architecture(),
            Self::F64(network) => network.architecture(),
        }
    }
}

impl From<Network<f32>> for Model {
    fn from(network: Network<f32>) -> Self {
        Self::F32(network)
    }
}

impl From<Network<f64>> for Model {
    fn from(network: Network<f64>) -> Self {
        Self::F64(network)
    }
}
