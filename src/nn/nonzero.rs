use super::Activation;
use crate::simd::Real;
use crate::simd::dense::list_nonzero;

/// Where the activations of a hidden layer are not 0, if the products with them, and with the errors of
/// these neurons, skip the others.
///
/// The rule: they do for a mini-batch of one row where the [activation](Activation::is_often_zero) makes half of them 0. Of a
/// step of 784-100-100-10 that saves a fifth to a quarter, of 784-800-800-10 two fifths; where nothing is 0 it would cost an
/// eighth (f32, AVX2). More rows share a row of weights once it is loaded, and most rows are needed by one of them: there the
/// kernels that skip nothing are as fast or faster.
///
/// As long as all parameters are finite, the bits of a training are those without skipping, but for the sign of a weight of 0.
/// A parameter that is not finite stays so, and errors that would make weights so make a bias so too: a training diverges in
/// the same step. Only how many of its numbers are lost then may differ.
#[derive(Debug)]
pub(super) struct Nonzero {
    /// One a neuron; the first `count` are ascending.
    places: Vec<u32>,
    /// `None` where nothing is skipped.
    count: Option<usize>,
}

impl Nonzero {
    /// For a layer of some neurons, at first skipping nothing.
    pub(super) fn new(neurons: usize) -> Self {
        Self { places: vec![0; neurons], count: None }
    }

    /// Looks at the activations of a mini-batch, `[rows][stride]`.
    #[inline(always)]
    pub(super) fn look<T: Real>(&mut self, activation: Activation, rows: usize, a: &[T]) {
        let skips = rows == 1 && activation.is_often_zero();
        self.count = skips.then(|| list_nonzero(&a[..self.places.len()], &mut self.places));
    }

    /// The neurons whose activation is not 0, ascending, if the others are to be skipped. The errors of these are 0 too.
    #[inline(always)]
    pub(super) fn places(&self) -> Option<&[u32]> {
        self.count.map(|count| &self.places[..count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::normal::Normal;
    use crate::nn::{
        Architecture, BiasInitialiser, Cost, DropoutBy, Initialiser, Learner, Network, Optimiser,
        Output, StepConstants, Workspace,
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
}
