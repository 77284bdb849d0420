//! The fast passes against the textbook's scalar f64 ones, and those against finite differences.

use nablab::nn::textbook::Textbook;
use nablab::nn::{
    Activation, Architecture, BiasInitialiser, Cost, Gradient, Initialiser, Network,
    ParameterSource, Workspace,
};
use nablab::rng::{Purpose, Stream};
use nablab::simd::sparse::SparseBatch;
use nablab::simd::{BLOCK, Real, SimdLevel};
use proptest::prelude::*;
use pulp::{Simd, WithSimd};

const COSTS: [Cost; 3] = [Cost::Quadratic, Cost::CrossEntropy, Cost::LogLikelihood];

/// Standard normal numbers, scaled down so that deep networks do not saturate.
struct Normal(Stream);

impl ParameterSource for Normal {
    fn begin(&mut self, _: Initialiser, _: &[usize]) {}
    fn bias(&mut self, _: usize) -> f64 {
        self.0.gaussian()
    }
    fn weight(&mut self, _: usize) -> f64 {
        self.0.gaussian()
    }
}

/// A random network and a mini-batch of images with many zeros.
struct Case {
    network: Network<f64>,
    images: Vec<Vec<f64>>,
    labels: Vec<u8>,
}

impl Case {
    fn new(sizes: Vec<usize>, cost: Cost, images: usize, seed: u64) -> Self {
        let mut source = Normal(Stream::new(seed, Purpose::Weights, 0));
        let activation =
            if seed.is_multiple_of(3) { Activation::Relu } else { Activation::Sigmoid };
        let architecture = Architecture { sizes, activation, output: cost.output(), cost };
        let (inputs, outputs) = (architecture.inputs(), architecture.outputs());
        let network = Network::random(
            architecture,
            Initialiser::Scaled,
            BiasInitialiser::Normal,
            &mut source,
        );
        let stream = &mut source.0;
        // Multiples of 1/256, so that they are the same numbers in f32.
        let mut pixel = || match stream.below(3) {
            0 => f64::from(stream.below(256)) / 256.0,
            _ => 0.0,
        };
        let images: Vec<Vec<f64>> =
            (0..images).map(|_| (0..inputs).map(|_| pixel()).collect()).collect();
        let labels = images.iter().map(|_| stream.below(outputs as u32) as u8).collect();
        Self { network, images, labels }
    }

    /// Whether a rectifier stands so near to its kink that a change of z by `distance` may cross it.
    fn has_kink_within(&self, distance: f64) -> bool {
        let textbook = Textbook::from_network(&self.network);
        let hidden = self.network.layers().len() - 1;
        textbook.activation == Activation::Relu
            && self.images.iter().any(|x| {
                let (zs, _) = textbook.feed_forward(x);
                zs[..hidden].iter().flatten().any(|z| z.abs() < distance)
            })
    }

    /// The same network in another precision.
    fn network_as<T: Real>(&self) -> Network<T> {
        let mut network = Network::zeros(self.network.architecture().clone());
        for (to, from) in network.layers_mut().iter_mut().zip(self.network.layers()) {
            for j in 0..from.n_out() {
                to.biases_mut()[j] = T::from_f64(from.biases()[j]);
                for k in 0..from.n_in() {
                    to.set_weight(j, k, T::from_f64(from.weight(j, k)));
                }
            }
        }
        network
    }
}

/// Runs the passes of `T` at an instruction set and hands the results to `check`.
struct Passes<'a, T: Real> {
    network: &'a mut Network<T>,
    case: &'a Case,
    /// With (η/m, 1 − ηλ/n): takes a step of gradient descent after the gradient.
    step: Option<(f64, f64)>,
}

impl<T: Real> WithSimd for Passes<'_, T> {
    type Output = (Gradient<T>, Vec<T>);
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let (mut starts, mut offsets, mut values) = (vec![0u32], Vec::new(), Vec::new());
        for image in &self.case.images {
            for (k, &x) in image.iter().enumerate().filter(|&(_, &x)| x != 0.0) {
                offsets.push((k * BLOCK) as u32);
                values.push(T::from_f64(x));
            }
            starts.push(offsets.len() as u32);
        }
        let input = SparseBatch::new(&starts, &offsets, &values);
        let mut workspace = Workspace::new(self.network, self.case.images.len());
        workspace.forward(simd, self.network, input);
        workspace.backward(simd, self.network, &self.case.labels);
        let mut gradient = Gradient::zeros(self.network);
        workspace.add_gradient(simd, input, &mut gradient);
        let output = workspace.output().to_vec();
        if let Some((rate, decay)) = self.step {
            let (rate, decay) = (T::from_f64(rate), T::from_f64(decay));
            workspace.descend(simd, self.network, input, rate, decay);
        }
        (gradient, output)
    }
}

/// |got − want| relative to the larger of |want| and the scale of its neighbours.
fn assert_close(got: f64, want: f64, scale: f64, tolerance: f64, what: &str) {
    let error = (got - want).abs() / want.abs().max(scale);
    assert!(error < tolerance, "{what}: {got} is not {want} (relative error {error:e})");
}

fn check_against_textbook<T: Real>(case: &Case, level: SimdLevel, tolerance: f64) {
    let textbook = Textbook::from_network(&case.network);
    let mut network = case.network_as::<T>();
    let (eta, lambda, n) = (0.7, 1.3, 50);
    let m = case.images.len();
    let step = Some((eta / m as f64, 1.0 - eta * lambda / n as f64));
    let arch = level.arch().unwrap();
    let passes = Passes { network: &mut network, case, step };
    let (gradient, output) = arch.dispatch(passes);
    let stride = output.len() / m;

    let mut sums = textbook.backpropagate(&case.images[0], usize::from(case.labels[0]));
    for (r, (x, &label)) in case.images.iter().zip(&case.labels).enumerate() {
        let (_, activations) = textbook.feed_forward(x);
        for (j, &want) in activations.last().unwrap().iter().enumerate() {
            assert_close(output[r * stride + j].to_f64(), want, 1e-3, tolerance, "output");
        }
        if r > 0 {
            let nabla = textbook.backpropagate(x, usize::from(label));
            for l in 0..sums.biases.len() {
                for j in 0..sums.biases[l].len() {
                    sums.biases[l][j] += nabla.biases[l][j];
                    for k in 0..sums.weights[l][j].len() {
                        sums.weights[l][j][k] += nabla.weights[l][j][k];
                    }
                }
            }
        }
    }
    // Sums over images cancel, and so does a − y of a saturated output: errors are relative to the
    // largest of the layer, and to a hundredth where all are smaller.
    for l in 0..sums.biases.len() {
        let scale = sums.biases[l].iter().fold(1e-2f64, |a, b| a.max(b.abs()));
        for j in 0..sums.biases[l].len() {
            let got = gradient.biases(l)[j].to_f64();
            assert_close(got, sums.biases[l][j], scale, tolerance, "∂C/∂b");
            for k in 0..sums.weights[l][j].len() {
                let got = gradient.weight(l, j, k).to_f64();
                assert_close(got, sums.weights[l][j][k], scale, tolerance, "∂C/∂w");
            }
        }
    }

    let mut stepped = textbook.clone();
    let batch: Vec<_> =
        case.images.iter().cloned().zip(case.labels.iter().map(|&y| usize::from(y))).collect();
    stepped.step(&batch, eta, lambda, n);
    for (l, layer) in network.layers().iter().enumerate() {
        for j in 0..layer.n_out() {
            let got = layer.biases()[j].to_f64();
            assert_close(got, stepped.biases[l][j], 1.0, tolerance, "bias after a step");
            for k in 0..layer.n_in() {
                let got = layer.weight(j, k).to_f64();
                assert_close(got, stepped.weights[l][j][k], 1.0, tolerance, "weight after a step");
            }
        }
    }
}

fn check_everywhere(case: &Case) {
    if case.has_kink_within(1e-4) {
        // Rounding may decide there whether a rectifier is on.
        return;
    }
    for level in SimdLevel::available() {
        check_against_textbook::<f64>(case, level, 1e-12);
        check_against_textbook::<f32>(case, level, 1e-5);
    }
}

#[test]
fn every_width_of_a_hidden_layer_agrees_with_the_textbook() {
    // Every remainder of a block, one and several vectors, below and above the register blocks.
    for width in (1..=35).chain([47, 48, 49, 100, 113, 128, 129]) {
        let cost = COSTS[width % 3];
        check_everywhere(&Case::new(vec![23, width, 10], cost, 1 + width % 7, width as u64));
    }
}

#[test]
fn every_mini_batch_size_agrees_with_the_textbook() {
    for images in 1..=17 {
        let case = Case::new(vec![40, 19, 18, 5], Cost::CrossEntropy, images, images as u64);
        check_everywhere(&case);
    }
}

#[test]
fn large_layers_through_faer_agree_with_the_textbook() {
    let case = Case::new(vec![50, 130, 140, 10], Cost::CrossEntropy, 33, 7);
    for level in SimdLevel::available() {
        check_against_textbook::<f64>(&case, level, 1e-12);
        check_against_textbook::<f32>(&case, level, 1e-4);
    }
}

#[test]
fn a_network_without_hidden_layers_agrees_with_the_textbook() {
    check_everywhere(&Case::new(vec![30, 10], Cost::Quadratic, 6, 3));
    check_everywhere(&Case::new(vec![1, 1], Cost::CrossEntropy, 1, 4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn random_shapes_agree_with_the_textbook(
        sizes in prop::collection::vec(1usize..40, 2..6),
        images in 1usize..12,
        cost in 0usize..3,
        seed: u64,
    ) {
        let cost = COSTS[cost];
        check_everywhere(&Case::new(sizes, cost, images, seed));
    }

    /// BP1–BP4 against (C(w + ε) − C(w − ε)) / 2ε for every single parameter.
    #[test]
    fn backpropagation_agrees_with_finite_differences(
        sizes in prop::collection::vec(1usize..8, 2..6),
        cost in 0usize..3,
        seed: u64,
    ) {
        const EPSILON: f64 = 1e-5;
        let cost = COSTS[cost];
        let mut case = Case::new(sizes, cost, 1, seed);
        prop_assume!(!case.has_kink_within(1e-2));
        let (gradient, _) = {
            let mut network = case.network_as::<f64>();
            let arch = SimdLevel::best().arch().unwrap();
            arch.dispatch(Passes { network: &mut network, case: &case, step: None })
        };
        let mut textbook = Textbook::from_network(&case.network);
        let (x, label) = (case.images.remove(0), usize::from(case.labels[0]));
        let mut slope = |change: &dyn Fn(&mut Textbook, f64)| {
            let mut cost_at = |epsilon| {
                change(&mut textbook, epsilon);
                let cost = textbook.cost_of(&x, label);
                change(&mut textbook, -epsilon);
                cost
            };
            (cost_at(EPSILON) - cost_at(-EPSILON)) / (2.0 * EPSILON)
        };
        for l in 0..case.network.layers().len() {
            let layer = &case.network.layers()[l];
            for j in 0..layer.n_out() {
                let want = slope(&|textbook, epsilon| textbook.biases[l][j] += epsilon);
                assert_close(gradient.biases(l)[j], want, 1e-3, 1e-6, "∂C/∂b");
                for k in 0..layer.n_in() {
                    let want = slope(&|textbook, epsilon| textbook.weights[l][j][k] += epsilon);
                    assert_close(gradient.weight(l, j, k), want, 1e-3, 1e-6, "∂C/∂w");
                }
            }
        }
    }
}
