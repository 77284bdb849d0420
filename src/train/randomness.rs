use super::shared::SharedNumbers;
use super::{Generator, TrainingSpec};
use crate::data::Dataset;
use crate::nn::{Initialiser, LayerShape, ParameterSource};
use crate::rng::{NumpyLegacy, Purpose, Python2Random, Stream};

/// The random numbers of one training: its first parameters and the order of the images.
#[derive(Debug)]
pub struct Randomness(Source);

#[derive(Debug)]
enum Source {
    /// A stream for each purpose and layer: what one of them draws changes nothing elsewhere.
    Streams { seed: u64, biases: Vec<Stream>, weights: Vec<Stream>, order: Box<Stream> },
    /// Two generators for everything, in the order in which the book's programs draw.
    Author(Box<Author>),
    /// The numbers of [`Generator::Shared`].
    Shared(SharedNumbers),
}

/// The generators of the book's programs.
#[derive(Debug)]
struct Author {
    parameters: NumpyLegacy,
    shuffling: Python2Random,
    /// The order of the images that earlier trainings left behind.
    order: Vec<u32>,
}

impl Randomness {
    /// The random numbers of the training `spec` on `data`.
    ///
    /// # Panics
    ///
    /// When the specification was not [validated](TrainingSpec::validate).
    pub fn new(spec: &TrainingSpec, data: &Dataset) -> Self {
        match spec.rng {
            Generator::Chacha8 => Self(Source::Streams {
                seed: spec.seed,
                biases: Vec::new(),
                weights: Vec::new(),
                order: Box::new(Stream::new(spec.seed, Purpose::Order, 0)),
            }),
            Generator::Author => {
                let seed = u32::try_from(spec.seed).expect("a validated seed");
                let mut source = Self(Source::Author(Box::new(Author {
                    parameters: NumpyLegacy::new(seed),
                    shuffling: Python2Random::new(seed),
                    order: (0..data.training.len() as u32).collect(),
                })));
                let layers = spec.architecture(data).layers();
                let layers: Vec<[usize; 2]> = layers.iter().map(LayerShape::weights).collect();
                source.skip_earlier(spec, &layers);
                source
            }
            Generator::Shared => Self(Source::Shared(SharedNumbers::new(spec.seed))),
        }
    }

    /// Draws what the same program drew before.
    fn skip_earlier(&mut self, spec: &TrainingSpec, layers: &[[usize; 2]]) {
        for _ in 0..spec.earlier_networks {
            if let Source::Author(author) = &mut self.0 {
                skip_network(&mut author.parameters, layers);
            }
        }
        if let Source::Author(author) = &mut self.0 {
            for _ in 0..spec.earlier_draws {
                author.shuffling.random();
            }
            for _ in 0..spec.earlier_epochs {
                author.shuffling.shuffle(&mut author.order);
            }
        }
    }

    /// The order of the `n` images before the first shuffle.
    pub fn initial_order(&mut self, n: usize) -> Vec<u32> {
        match &mut self.0 {
            Source::Streams { .. } | Source::Shared(_) => (0..n as u32).collect(),
            Source::Author(author) => std::mem::take(&mut author.order),
        }
    }

    /// Shuffles the order for the next epoch, in place: from the order of the epoch before, but with
    /// [`Generator::Shared`] from scratch.
    pub fn shuffle(&mut self, order: &mut [u32]) {
        match &mut self.0 {
            Source::Streams { order: stream, .. } => stream.shuffle(order),
            Source::Author(author) => author.shuffling.shuffle(order),
            Source::Shared(numbers) => numbers.shuffle(order),
        }
    }
}

/// Draws the parameters of a network and forgets them.
fn skip_network(parameters: &mut NumpyLegacy, layers: &[[usize; 2]]) {
    let count: usize = layers.iter().map(|[n_in, n_out]| (n_in + 1) * n_out).sum();
    for _ in 0..count {
        parameters.randn();
    }
}

impl ParameterSource for Randomness {
    fn begin(&mut self, initialiser: Initialiser, layers: &[[usize; 2]]) {
        match &mut self.0 {
            Source::Streams { seed, biases, weights, .. } => {
                let numbers = 0..layers.len() as u32;
                *biases = numbers.clone().map(|l| Stream::new(*seed, Purpose::Biases, l)).collect();
                *weights = numbers.map(|l| Stream::new(*seed, Purpose::Weights, l)).collect();
            }
            Source::Author(author) => {
                // The book's programs always run the default initialiser first.
                if initialiser == Initialiser::Large {
                    skip_network(&mut author.parameters, layers);
                }
            }
            Source::Shared(numbers) => numbers.begin(initialiser, layers),
        }
    }

    fn bias(&mut self, l: usize) -> f64 {
        match &mut self.0 {
            Source::Streams { biases, .. } => biases[l].gaussian(),
            Source::Author(author) => author.parameters.randn(),
            Source::Shared(numbers) => numbers.bias(l),
        }
    }

    fn weight(&mut self, l: usize) -> f64 {
        match &mut self.0 {
            Source::Streams { weights, .. } => weights[l].gaussian(),
            Source::Author(author) => author.parameters.randn(),
            Source::Shared(numbers) => numbers.weight(l),
        }
    }

    fn uniform_weight(&mut self, l: usize) -> f64 {
        let from_0_to_1 = match &mut self.0 {
            Source::Streams { weights, .. } => weights[l].uniform(),
            Source::Author(author) => author.parameters.random(),
            Source::Shared(numbers) => return numbers.uniform_weight(l),
        };
        2.0 * from_0_to_1 - 1.0
    }
}
