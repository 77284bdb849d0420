use super::shared::SharedNumbers;
use super::{Generator, Order, Randomised, TrainingSpec};
use crate::data::Dataset;
use crate::nn::{Initialiser, LayerShape, ParameterSource};
use crate::rng::{NumpyLegacy, Purpose, Python2Random, Stream};

/// The random numbers of one training: its first parameters and the order of the images.
#[derive(Debug)]
pub struct Randomness {
    source: Source,
    order: Order,
}

#[derive(Debug)]
enum Source {
    /// A stream for each purpose and layer: what one of them draws changes nothing elsewhere.
    Streams { init: u64, biases: Vec<Stream>, weights: Vec<Stream>, order: Box<Stream> },
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
        let source = match spec.rng {
            Generator::Chacha8 => Source::Streams {
                init: spec.seed_of(Randomised::Init),
                biases: Vec::new(),
                weights: Vec::new(),
                order: Box::new(Stream::new(spec.seed_of(Randomised::Order), Purpose::Order, 0)),
            },
            Generator::Author => {
                let seed = u32::try_from(spec.seed).expect("a validated seed");
                let mut author = Author {
                    parameters: NumpyLegacy::new(seed),
                    shuffling: Python2Random::new(seed),
                    order: (0..data.training.len() as u32).collect(),
                };
                let layers = spec.architecture(data).layers();
                let layers: Vec<[usize; 2]> = layers.iter().map(LayerShape::weights).collect();
                author.skip_earlier(spec, &layers);
                Source::Author(Box::new(author))
            }
            Generator::Shared => Source::Shared(SharedNumbers::new(spec.seed)),
        };
        Self { source, order: spec.order }
    }

    /// The order of the `n` images before the first epoch.
    pub fn initial_order(&mut self, n: usize) -> Vec<u32> {
        let mut order = match &mut self.source {
            Source::Streams { .. } | Source::Shared(_) => (0..n as u32).collect(),
            Source::Author(author) => std::mem::take(&mut author.order),
        };
        if self.order == Order::Once {
            self.shuffle(&mut order);
        }
        order
    }

    /// Makes the order of the next epoch, in place. Where every epoch is [shuffled](Order::Shuffled) that is from the
    /// order of the epoch before, but with [`Generator::Shared`] from scratch; else nothing changes.
    pub fn next_order(&mut self, order: &mut [u32]) {
        if self.order == Order::Shuffled {
            self.shuffle(order);
        }
    }

    fn shuffle(&mut self, order: &mut [u32]) {
        match &mut self.source {
            Source::Streams { order: stream, .. } => stream.shuffle(order),
            Source::Author(author) => author.shuffling.shuffle(order),
            Source::Shared(numbers) => numbers.shuffle(order),
        }
    }
}

impl Author {
    /// Draws what the same program drew before.
    fn skip_earlier(&mut self, spec: &TrainingSpec, layers: &[[usize; 2]]) {
        for _ in 0..spec.earlier_networks {
            skip_network(&mut self.parameters, layers);
        }
        for _ in 0..spec.earlier_draws {
            self.shuffling.random();
        }
        for _ in 0..spec.earlier_epochs {
            self.shuffling.shuffle(&mut self.order);
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
        match &mut self.source {
            Source::Streams { init, biases, weights, .. } => {
                let numbers = 0..layers.len() as u32;
                *biases = numbers.clone().map(|l| Stream::new(*init, Purpose::Biases, l)).collect();
                *weights = numbers.map(|l| Stream::new(*init, Purpose::Weights, l)).collect();
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
        match &mut self.source {
            Source::Streams { biases, .. } => biases[l].gaussian(),
            Source::Author(author) => author.parameters.randn(),
            Source::Shared(numbers) => numbers.bias(l),
        }
    }

    fn weight(&mut self, l: usize) -> f64 {
        match &mut self.source {
            Source::Streams { weights, .. } => weights[l].gaussian(),
            Source::Author(author) => author.parameters.randn(),
            Source::Shared(numbers) => numbers.weight(l),
        }
    }

    fn uniform_weight(&mut self, l: usize) -> f64 {
        let from_0_to_1 = match &mut self.source {
            Source::Streams { weights, .. } => weights[l].uniform(),
            Source::Author(author) => author.parameters.random(),
            Source::Shared(numbers) => return numbers.uniform_weight(l),
        };
        2.0 * from_0_to_1 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The orders of the first epochs.
    fn orders(data: &Dataset, order: Order, seed: u64) -> [Vec<u32>; 3] {
        let spec = TrainingSpec { order, seed, ..TrainingSpec::default() };
        let mut randomness = Randomness::new(&spec, data);
        let mut images = randomness.initial_order(100);
        [(); 3].map(|()| {
            randomness.next_order(&mut images);
            images.clone()
        })
    }

    #[test]
    fn an_epoch_has_a_new_order_or_that_of_the_first_or_that_of_the_file() {
        let data = Dataset::mnist().unwrap();
        let orders = |order, seed| orders(&data, order, seed);
        let file: Vec<u32> = (0..100).collect();
        assert_eq!(orders(Order::File, 1), [(); 3].map(|()| file.clone()));
        let shuffled = orders(Order::Shuffled, 1);
        assert!(shuffled[0] != file && shuffled[1] != shuffled[0] && shuffled[2] != shuffled[1]);
        let once = orders(Order::Once, 1);
        assert_eq!(once, [(); 3].map(|()| shuffled[0].clone()));
        assert_ne!(once, orders(Order::Once, 2));
    }

    #[test]
    fn the_programs_that_shuffle_every_epoch_have_no_other_order() {
        let data = Dataset::mnist().unwrap();
        for rng in [Generator::Author, Generator::Shared] {
            for order in [Order::Once, Order::File] {
                let spec = TrainingSpec { rng, order, ..TrainingSpec::default() };
                let error = spec.validate(&data).unwrap_err();
                let words =
                    format!("order {}: expected shuffled with --rng {}", order.name(), rng.name());
                assert!(
                    error.option() == "order" && error.to_string().starts_with(&words),
                    "{error}"
                );
            }
            let spec = TrainingSpec { rng, ..TrainingSpec::default() };
            assert_eq!(spec.validate(&data), Ok(()));
        }
    }
}
