//! Trained networks on disk: the book's JSON, and safetensors.

mod error;
mod json;
mod learnt_from;
mod lists;
mod parameters;
mod safetensors;
mod source;

pub use error::ModelError;
pub use learnt_from::LearntFrom;

use crate::data::{SparseRows, Split};
use crate::files::write_atomically;
use crate::nn::{Architecture, Network};
use crate::simd::{Real, SimdLevel};
use crate::train::{Checkpoint, Evaluation, Evaluator, Precision, Predictor};
use parameters::Parameters;
use source::Source;
use std::path::Path;

/// A trained network in the precision of its training.
#[derive(Debug, Clone)]
pub enum Model {
    /// 32-bit floating point.
    F32(Network<f32>),
    /// 64-bit floating point.
    F64(Network<f64>),
}

/// All that a model file holds.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// The network.
    pub model: Model,
    /// What it has learnt from.
    pub learnt_from: LearntFrom,
    /// What a training needs to go on with the network, if that is kept.
    pub training: Option<Checkpoint>,
    /// The first 16 hexadecimal digits of the SHA-256 of the file.
    pub digest: String,
}

/// Larger files are no models of ours.
const LARGEST_FILE: u64 = 1 << 32;

/// The two formats, by the extension of a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Safetensors,
}

impl Format {
    fn of(path: &Path) -> Result<Self, ModelError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Ok(Self::Json),
            Some("safetensors") => Ok(Self::Safetensors),
            _ => Err(ModelError::Extension { path: path.into() }),
        }
    }
}

impl Model {
    /// Its shape and functions.
    pub fn architecture(&self) -> &Architecture {
        match self {
            Self::F32(network) => network.architecture(),
            Self::F64(network) => network.architecture(),
        }
    }

    /// The precision of its parameters.
    pub fn precision(&self) -> Precision {
        match self {
            Self::F32(_) => Precision::F32,
            Self::F64(_) => Precision::F64,
        }
    }

    /// Whether every parameter is a finite number in f32 too.
    pub fn fits_f32(&self) -> bool {
        match self {
            Self::F32(_) => true,
            Self::F64(network) => network.layers().iter().all(|layer| {
                let weights = (0..layer.n_out())
                    .flat_map(|j| (0..layer.n_in()).map(move |k| layer.weight(j, k)));
                let mut parameters = weights.chain(layer.biases().iter().copied());
                parameters.all(|parameter| (parameter as f32).is_finite())
            }),
        }
    }

    /// The network, its parameters rounded to the precision asked for. Those that do not
    /// [fit](Self::fits_f32) become infinite.
    pub fn network<T: Real>(&self) -> Network<T> {
        match self {
            Self::F32(network) => network.convert(),
            Self::F64(network) => network.convert(),
        }
    }

    /// Its outputs for images, one after the other.
    ///
    /// # Panics
    ///
    /// When the images do not fit the inputs of the network.
    pub fn outputs(&self, images: SparseRows, level: SimdLevel) -> Vec<f64> {
        let labels = vec![0; images.len()];
        self.outputs_of(&(images, labels).into(), level)
    }

    /// Its outputs for all that a split holds, one row after the other.
    ///
    /// # Panics
    ///
    /// When the images or numbers do not fit the inputs of the network.
    pub fn outputs_of(&self, split: &Split, level: SimdLevel) -> Vec<f64> {
        let arch = level.arch();
        match self {
            Self::F32(network) => {
                let mut predictor = Predictor::new(network, split);
                predictor.predict(arch, network).iter().map(|&output| output.into()).collect()
            }
            Self::F64(network) => Predictor::new(network, split).predict(arch, network).to_vec(),
        }
    }

    /// How it does on all that a split holds.
    ///
    /// # Panics
    ///
    /// When the images or numbers do not fit the network.
    pub fn evaluate(&self, split: &Split, level: SimdLevel) -> Evaluation {
        let arch = level.arch();
        match self {
            Self::F32(network) => Evaluator::new(network).evaluate(arch, network, split),
            Self::F64(network) => Evaluator::new(network).evaluate(arch, network, split),
        }
    }

    /// Whether [`save`](Self::save) knows the format of a file of this name.
    ///
    /// # Errors
    ///
    /// When its extension is neither `.json` nor `.safetensors`.
    pub fn check_path(path: &Path) -> Result<(), ModelError> {
        Format::of(path).map(|_| ())
    }

    /// Whether [`save`](Self::save) can write a network of this architecture to a file of this name.
    ///
    /// # Errors
    ///
    /// Those of [`check_path`](Self::check_path), and when the format is network2's, which has no
    /// convolutions, and the network has some.
    pub fn check_format(path: &Path, architecture: &Architecture) -> Result<(), ModelError> {
        match Format::of(path)? {
            Format::Json if architecture.sees_images() => {
                Err(ModelError::Convolutions { path: path.into() })
            }
            _ => Ok(()),
        }
    }

    /// What it is once it was saved and loaded; `None` if a parameter is not finite.
    pub(super) fn read_back(&self) -> Option<Self> {
        Parameters::of(self).into_model().ok()
    }

    /// Writes the network, in the format that the extension of the name says:
    ///
    /// - `.json`: that of the book's network2, with a key more for what that has no place for; for
    ///   networks of dense layers;
    /// - `.safetensors`: for PyTorch, with the names that a `Sequential` of linear layers and
    ///   activations has: `0.weight` `[n_out, n_in]`, `0.bias` `[n_out]`, `2.weight` and so on. A
    ///   convolution is a `Conv2d`, `[maps, channels, kernel, kernel]`, then a `MaxPool2d` if it pools,
    ///   and an activation; a `Flatten` stands before the first linear layer after convolutions.
    ///
    /// With dropout, the weights that leave a hidden layer are stored times 1 − p, so that a reader
    /// that knows nothing of it computes the same outputs; loading divides again.
    ///
    /// # Errors
    ///
    /// When the extension is another one or the format [does not hold](Self::check_format) such a
    /// network, a parameter is not finite, or the file cannot be written. What stood there before is
    /// untouched then.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        self.save_with(path, &LearntFrom::default(), None).map(|_| ())
    }

    /// The same with what is to be kept of the data, and what a training needs to go on with the network, under keys that other
    /// programs do not look at. The header of a safetensors file has at most 100 MB: a training that does not fit is left out.
    /// Returns whether one is there.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save).
    pub fn save_with(
        &self,
        path: &Path,
        learnt_from: &LearntFrom,
        training: Option<&Checkpoint>,
    ) -> Result<bool, ModelError> {
        Self::check_format(path, self.architecture())?;
        let format = Format::of(path)?;
        let has_room = |training: &&Checkpoint| match format {
            Format::Json => true,
            Format::Safetensors => safetensors::has_room(training),
        };
        let kept = training.filter(has_room);
        let parameters = Parameters {
            training: kept.cloned(),
            learnt_from: learnt_from.clone(),
            ..Parameters::of(self)
        };
        if !parameters.is_finite() {
            return Err(ModelError::NotFinite { path: path.into() });
        }
        let bytes = match format {
            Format::Json => json::write(&parameters),
            Format::Safetensors => safetensors::write(&parameters),
        };
        write_atomically(path, &bytes)?;
        Ok(kept.is_some())
    }

    /// Reads a network back, in the precision of its training; in f64 if a parameter is beyond f32. A file
    /// has at most 4 GiB, 65,536 layers and 268 million parameters, which take 8 bytes each while they
    /// are read.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or does not hold a network; the message says what is wrong.
    pub fn load(path: &Path) -> Result<Self, ModelError> {
        Ok(ModelFile::read(path)?.model)
    }
}

impl ModelFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// As [`Model::load`].
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let format = Format::of(path)?;
        let unreadable = |source| ModelError::Read { path: path.into(), source };
        let mut source = Source::open(path).map_err(unreadable)?;
        let length = source.length();
        let parameters = match format {
            _ if length > LARGEST_FILE => Err(format!("{length} bytes, more than 4 GiB")),
            Format::Json => json::read(&mut source),
            Format::Safetensors => safetensors::read(&mut source, length),
        };
        let read = parameters.and_then(|mut parameters| {
            let training = parameters.training.take();
            let learnt_from = parameters.learnt_from.clone();
            Ok((parameters.into_model()?, learnt_from, training))
        });
        let read = read.map_err(|problem| ModelError::Content { path: path.into(), problem });
        let (model, learnt_from, training) = read?;
        Ok(Self { model, learnt_from, training, digest: source.digest() })
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

#[cfg(test)]
mod tests;
