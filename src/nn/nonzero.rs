use super::layers::dense::{FEW_ROWS, is_large};
use super::{Activation, Weights};
use crate::simd::Real;
use crate::simd::dense::{FEW, list_nonzero};

/// Where the activations of a hidden layer are not 0, if the products with them, and with the errors of
/// these neurons, skip the others.
///
/// The rule: they do where the [activation](Activation::is_often_zero) makes half of them 0, for two kinds of mini-batches.
///
/// - One row. Of a step of 784-100-100-10 that saves a fifth to a quarter, of 784-800-800-10 two fifths; where nothing is 0 it
///   would cost an eighth (f32, AVX2).
/// - A few rows, of which at most two fifths are not 0, before a layer whose weights have
///   [one copy](super::layers::dense::has_one_copy) and rows of at least 256. With dropout it is a quarter or so: of that the
///   products of ten rows with 640 x 1000 and 1000 x 1000 weights take 0.7 of the time, the errors and the step of the plain rule
///   half of it, and where others make use of the memory, less (f32, AVX2). Of half of them nothing would be gained, and of shorter
///   rows each is too little work by itself.
///
/// Elsewhere rows of a mini-batch share a row of weights once it is loaded, and most rows are needed by one of them: there the
/// kernels that skip nothing are as fast or faster.
///
/// As long as all parameters are finite, the bits of a training are those without skipping, but for the sign of a weight of 0.
/// A parameter that is not finite stays so, and errors that would make weights so make a bias so too: a training diverges in
/// the same step. Only how many of its numbers are lost then may differ.
#[derive(Debug)]
pub(super) struct Nonzero {
    /// Room for the places of a single row: one a neuron, of which those that count come first, ascending.
    places: Vec<u32>,
    /// Whether the next layer is one that skips what few rows do not need.
    before_large: bool,
    skips: Skips,
}

/// What the products with a mini-batch skip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skips {
    Nothing,
    /// All but so many places of the single row.
    AllBut(usize),
    /// Whatever is 0, row by row.
    Zeros,
}

// The kernels take no more rows than that.
const _: () = assert!(FEW_ROWS <= FEW);

/// The shortest rows of weights that are worth to be skipped one by one.
const LONG_ROW: usize = 256;

impl Nonzero {
    /// For a layer of some neurons before the weights of the `next` layer, if that is a dense one and this one not recurrent; at
    /// first skipping nothing.
    pub(super) fn new<T: Real>(neurons: usize, next: Option<&Weights<T>>) -> Self {
        let before_large = next.is_some_and(|next| is_large(next) && next.n_out() >= LONG_ROW);
        Self { places: vec![0; neurons], before_large, skips: Skips::Nothing }
    }

    /// Looks at the activations of a mini-batch, `[rows][stride]`.
    #[inline(always)]
    pub(super) fn look<T: Real>(&mut self, activation: Activation, rows: usize, a: &[T]) {
        self.skips = match rows {
            _ if !activation.is_often_zero() => Skips::Nothing,
            1 => Skips::AllBut(list_nonzero(&a[..self.places.len()], &mut self.places)),
            2..=FEW_ROWS if self.before_large => {
                let count = a.iter().filter(|&&a| a != T::ZERO).count();
                // Of all neurons of all rows at most two fifths.
                let few = 5 * count <= 2 * rows * self.places.len();
                if few { Skips::Zeros } else { Skips::Nothing }
            }
            _ => Skips::Nothing,
        };
    }

    /// The neurons whose activation in the single row is not 0, ascending, if the others are to be skipped. The errors of these
    /// are 0 too.
    #[inline(always)]
    pub(super) fn places(&self) -> Option<&[u32]> {
        match self.skips {
            Skips::AllBut(count) => Some(&self.places[..count]),
            Skips::Nothing | Skips::Zeros => None,
        }
    }

    /// Whether in each of several rows the neurons whose activation is 0 are to be skipped, whose errors are 0 too.
    #[inline(always)]
    pub(super) fn skips_zeros(&self) -> bool {
        self.skips == Skips::Zeros
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::normal::Normal;
    use crate::nn::{
        Architecture, BiasInitialiser, Cost, DropoutBy, ImageShape, Initialiser, LayerKind,
        LayerSpec, Learner, Network, Optimiser, Output, StepConstants, Workspace,
    };
    use crate::rng::{Purpose, Stream};
    use crate::simd::SimdLevel;
    use crate::simd::panels::DenseBatch;
    use pulp::{Simd, WithSimd};

    const INPUTS: usize = 16;

    /// Two trainings with one row at a time, of which the second skips nothing.
    struct Pair<'a, T: Real> {
        networks: [Network<T>; 2],
        learners: [Learner<T>; 2],
        numbers: &'a mut Stream,
        steps: usize,
    }

    impl<T: Real> Pair<'_, T> {
        fn new(optimiser: Optimiser, momentum: f64, numbers: &mut Stream) -> Pair<'_, T> {
            let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
            let sizes = [INPUTS, 30, 37, 10];
            let mut architecture = Architecture::dense(&sizes, Activation::Relu, output, cost);
            architecture.hidden.iter_mut().for_each(|layer| layer.dropout = 0.2);
            let mut source = Normal(Stream::new(5, Purpose::Weights, 0));
            let (init, biases) = (Initialiser::He, BiasInitialiser::Normal);
            let network = Network::random(architecture, init, biases, &mut source);
            let mut learner = Learner::new(optimiser, momentum, &network);
            let penalties = StepConstants { lambda: 0.1, l1: 0.1, ..StepConstants::plain(0.01) };
            learner.set_step(StepConstants { images: 50, max_norm: 4.0, ..penalties });
            Pair {
                networks: [network.clone(), network],
                learners: [learner.clone(), learner],
                numbers,
                steps: 5,
            }
        }
    }

    impl<T: Real> WithSimd for Pair<'_, T> {
        type Output = [Vec<Vec<u64>>; 2];
        fn with_simd<S: Simd>(mut self, simd: S) -> Self::Output {
            let mut workspaces = self
                .networks
                .each_ref()
                .map(|network| Workspace::for_training(network, 2, DropoutBy::Batch));
            for _ in 0..self.steps {
                let mut rows = [T::ZERO; 2 * INPUTS];
                for k in 0..INPUTS {
                    rows[k] = T::from_f64(self.numbers.gaussian());
                    rows[INPUTS + k] = rows[k];
                }
                let label = self.numbers.below(10) as u8;
                let dropped = self.numbers.below(30) as usize;
                for (i, workspace) in workspaces.iter_mut().enumerate() {
                    let (network, learner) = (&mut self.networks[i], &mut self.learners[i]);
                    workspace.drop_neurons(network, i + 1, |_, mask| {
                        mask.fill(T::ONE);
                        mask[dropped] = T::ZERO;
                    });
                    learner.look_ahead(simd, network);
                    // The same row twice is a mini-batch that skips nothing; of it only the first row is then learnt.
                    let input = DenseBatch::new(&rows[..(i + 1) * INPUTS], INPUTS, INPUTS);
                    workspace.forward(simd, network, input);
                    workspace.backward(simd, network, &[label; 2][..=i]);
                    for space in &workspace.layers[..2] {
                        let places = space.nonzero.places();
                        assert_eq!(places.is_some(), i == 0);
                        assert!(
                            places
                                .is_none_or(|p| (1..space.nonzero.places.len()).contains(&p.len()))
                        );
                    }
                    workspace.rows = 1;
                    learner.learn(
                        simd,
                        workspace,
                        network,
                        DenseBatch::new(&rows[..INPUTS], INPUTS, INPUTS),
                    );
                }
            }
            [0, 1].map(|i| {
                let (network, learner) = (&self.networks[i], &self.learners[i]);
                let stored = network.stored_numbers().into_iter().chain(learner.stored_numbers());
                let bits = |x: &[T]| x.iter().map(|x| x.to_f64().to_bits()).collect();
                stored.map(|(_, block)| bits(block)).collect()
            })
        }
    }

    fn check<T: Real>() {
        let rules = [
            (Optimiser::Sgd, 0.0),
            (Optimiser::Sgd, 0.9),
            (Optimiser::Nesterov, 0.9),
            (Optimiser::Adam, 0.0),
        ];
        for level in SimdLevel::available() {
            for (optimiser, momentum) in rules {
                let mut numbers = Stream::new(6, Purpose::Demonstration, 0);
                let pair = Pair::<T>::new(optimiser, momentum, &mut numbers);
                let [skipping, whole] = level.arch().dispatch(pair);
                assert!(skipping == whole, "{level} {optimiser:?} {momentum}");
            }
        }
    }

    #[test]
    fn a_training_that_skips_zeros_has_the_bits_of_one_that_does_not() {
        check::<f32>();
        check::<f64>();
    }

    /// Two trainings with a few rows at a time before a large layer, of which the second skips nothing.
    struct FewRows<'a, T: Real> {
        networks: [Network<T>; 2],
        learners: [Learner<T>; 2],
        by: DropoutBy,
        numbers: &'a mut Stream,
    }

    impl<T: Real> FewRows<'_, T> {
        /// A step of both with so many rows: whether they skip zeros before the second layer.
        fn step<S: Simd>(
            &mut self,
            simd: S,
            workspaces: &mut [Workspace<T>; 2],
            rows: usize,
        ) -> [bool; 2] {
            let inputs = self.networks[0].architecture().inputs();
            let numbers = &mut *self.numbers;
            let images: Vec<T> =
                (0..rows * inputs).map(|_| T::from_f64(numbers.gaussian())).collect();
            let labels: Vec<u8> = (0..rows).map(|_| numbers.below(10) as u8).collect();
            let kept: Vec<T> = (0..64).map(|_| T::from_f64(numbers.below(2) as f64)).collect();
            [0, 1].map(|i| {
                let (network, learner) = (&mut self.networks[i], &mut self.learners[i]);
                let workspace = &mut workspaces[i];
                let mut image = 0;
                workspace.drop_neurons(network, rows, |_, mask| {
                    image += 1;
                    for (k, x) in mask.iter_mut().enumerate() {
                        *x = kept[(7 * image + k) % kept.len()];
                    }
                });
                learner.look_ahead(simd, network);
                let input = DenseBatch::new(&images, inputs, inputs);
                workspace.forward(simd, network, input);
                learner.step(simd, workspace, network, input, &labels[..]);
                workspace.layers[0].nonzero.skips_zeros()
            })
        }
    }

    impl<T: Real> WithSimd for FewRows<'_, T> {
        type Output = [Vec<Vec<u64>>; 2];
        fn with_simd<S: Simd>(mut self, simd: S) -> Self::Output {
            let mut workspaces = self
                .networks
                .each_ref()
                .map(|network| Workspace::for_training(network, FEW_ROWS + 1, self.by));
            workspaces[1].layers.iter_mut().for_each(|space| space.nonzero.before_large = false);
            for (rows, skips) in [(5, true), (FEW_ROWS + 1, false), (2, true)] {
                assert_eq!(self.step(simd, &mut workspaces, rows), [skips, false], "{rows} rows");
            }
            [0, 1].map(|i| {
                let (network, learner) = (&self.networks[i], &self.learners[i]);
                let stored = network.stored_numbers().into_iter().chain(learner.stored_numbers());
                stored.map(|(_, x)| x.iter().map(|x| x.to_f64().to_bits()).collect()).collect()
            })
        }
    }

    /// A network of rectifiers with dropout.
    fn with_hidden<T: Real>(hidden: &str) -> Network<T> {
        let kinds = LayerKind::list(hidden).unwrap();
        let (output, cost) = (Output::Softmax, Cost::LogLikelihood);
        let architecture = Architecture {
            input: ImageShape { rows: 6, columns: 6, channels: 1 },
            hidden: LayerSpec::list(&kinds, &Activation::Relu.into(), &0.5.into()),
            ..Architecture::dense(&[36, 10], Activation::Relu, output, cost)
        };
        let mut source = Normal(Stream::new(5, Purpose::Weights, 0));
        Network::random(architecture, Initialiser::He, BiasInitialiser::Zero, &mut source)
    }

    /// Of 1024 neurons before 256: a dense layer, or a convolution.
    fn few_rows<T: Real>(hidden: &str, momentum: f64, by: DropoutBy, level: SimdLevel) {
        let network = with_hidden(hidden);
        let mut learner = Learner::new(Optimiser::Sgd, momentum, &network);
        learner.set_step(StepConstants { lambda: 0.1, images: 50, ..StepConstants::plain(0.1) });
        let [skipping, whole] = level.arch().dispatch(FewRows::<T> {
            networks: [network.clone(), network],
            learners: [learner.clone(), learner],
            by,
            numbers: &mut Stream::new(6, Purpose::Demonstration, 0),
        });
        assert!(skipping == whole, "{hidden} {level} {momentum} {by:?}");
    }

    #[test]
    fn a_few_rows_before_a_large_layer_that_skip_zeros_have_the_bits_of_those_that_do_not() {
        for level in SimdLevel::available() {
            few_rows::<f32>("1024x256", 0.0, DropoutBy::Image, level);
            few_rows::<f32>("64c3p1x256", 0.9, DropoutBy::Image, level);
        }
        few_rows::<f64>("64c3p1x256", 0.0, DropoutBy::Batch, SimdLevel::best());
    }

    /// Whether a layer of `neurons` before 2^18 weights skips the zeros of a mini-batch, of which so many are not 0.
    fn skips(activation: Activation, [rows, neurons]: [usize; 2], active: usize) -> bool {
        let next = Weights::<f32>::zeros(neurons, (1 << 18) / neurons);
        let mut nonzero = Nonzero::new(neurons, Some(&next));
        let mut a = vec![0.0f32; rows * neurons];
        a[..active].fill(1.0);
        nonzero.look(activation, rows, &a);
        nonzero.skips_zeros()
    }

    #[test]
    fn zeros_are_skipped_where_few_of_few_rows_are_active_before_long_rows() {
        use Activation::{Relu, Tanh};
        assert!(skips(Relu, [10, 1024], 4096) && !skips(Relu, [10, 1024], 4097));
        assert!(!skips(Tanh, [10, 1024], 0));
        assert!(skips(Relu, [2, 1024], 0) && !skips(Relu, [1, 1024], 0));
        assert!(skips(Relu, [FEW_ROWS, 1024], 0) && !skips(Relu, [FEW_ROWS + 1, 1024], 0));
        // Of 2048 neurons 128 weights each.
        assert!(!skips(Relu, [10, 2048], 0));
        // The errors of an LSTM unit are not 0 where its activation is.
        for (hidden, large) in [("512x512", true), ("r512x512", false), ("lstm512x512", false)] {
            let workspace = Workspace::new(&with_hidden::<f32>(hidden), 2);
            assert_eq!(workspace.layers[0].nonzero.before_large, large, "{hidden}");
        }
    }
}
