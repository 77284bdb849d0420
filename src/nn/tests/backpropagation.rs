//! The fast passes against the textbook's scalar f64 ones, and those against finite differences.

use crate::nn::normal::Normal;
use crate::nn::textbook::{Textbook, TextbookLearner};
use crate::nn::{
    Activation, Architecture, BiasInitialiser, Cost, Desired, DropoutBy, Gradient, ImageShape,
    Initialiser, Input, LayerKind, LayerShape, LayerSpec, Learner, Network, Optimiser, Output,
    PerLayer, Sequence, StepConstants, Targets, Workspace, dense,
};
use crate::rng::{Purpose, Stream};
use crate::simd::panels::DenseBatch;
use crate::simd::sparse::SparseBatch;
use crate::simd::{BLOCK, Real, SimdLevel, padded};
use clap::ValueEnum;
use proptest::prelude::*;
use pulp::{Simd, WithSimd};

/// Every cost with every output layer that it makes sense for.
const PAIRS: [(Cost, Output); 6] = [
    (Cost::Quadratic, Output::Sigmoid),
    (Cost::CrossEntropy, Output::Sigmoid),
    (Cost::LogLikelihood, Output::Softmax),
    (Cost::Quadratic, Output::Identity),
    (Cost::Quadratic, Output::Tanh),
    (Cost::Quadratic, Output::Softmax),
];

/// What a network is made of.
#[derive(Clone, Debug)]
struct Functions {
    activation: PerLayer<Activation>,
    cost: Cost,
    output: Output,
    targets: Targets,
    dropout: PerLayer<f64>,
    /// Whether neurons are dropped, or all at work with dropout's correction for it.
    training: bool,
}

impl Functions {
    fn new(activation: Activation, (cost, output): (Cost, Output)) -> Self {
        let (targets, dropout) = (Targets::OneHot, 0.0.into());
        Self { activation: activation.into(), cost, output, targets, dropout, training: false }
    }

    /// The functions in turn, for a network with some number of hidden layers: by themselves, with
    /// another activation in each layer, with dropout.
    fn nth(i: usize, hidden: usize) -> Self {
        let activations = Activation::value_variants();
        let activation = |i: usize| activations[i % activations.len()];
        let variety = i / 60;
        let mut functions = Self::new(activation(i), PAIRS[i % PAIRS.len()]);
        if variety % 2 == 1 && hidden > 0 {
            functions.activation = PerLayer::new((i..i + hidden).map(activation).collect());
        }
        if variety % 4 >= 2 && hidden > 0 {
            let p = |l: usize| [0.5, 0.0, 0.25][(i + l) % 3];
            functions.dropout = PerLayer::new((0..hidden).map(p).collect());
        }
        functions.training = variety % 8 >= 4;
        let (cost, output) = (functions.cost, functions.output);
        if variety % 3 == 1 && cost.fits_targets(output, Targets::Binary).is_ok() {
            functions.targets = Targets::Binary;
        }
        if variety % 3 == 2 && cost.fits_targets(output, Targets::Numbers).is_ok() {
            functions.targets = Targets::Numbers;
        }
        functions
    }
}

/// How many steps of learning are compared.
const STEPS: usize = 3;

/// How a network learns.
#[derive(Clone, Copy, Debug)]
struct Learning {
    optimiser: Optimiser,
    momentum: f64,
    step: StepConstants,
}

impl Learning {
    /// Every rule in turn, without and with each penalty and limit.
    fn nth(i: usize) -> Self {
        let optimisers = Optimiser::value_variants();
        let optimiser = optimisers[i % optimisers.len()];
        let adaptive = optimiser.betas().is_some();
        let variety = i / optimisers.len();
        let step = StepConstants {
            eta: if adaptive { 0.003 } else { 0.05 },
            lambda: [0.0, 1.3][variety % 2],
            l1: [0.0, 0.7][variety / 2 % 2],
            images: 50,
            max_norm: [f64::INFINITY, 0.8][variety / 4 % 2],
            clip_norm: [f64::INFINITY, 0.3][variety / 8 % 2],
        };
        let momentum = if adaptive { 0.0 } else { [0.0, 0.9][(variety + i) % 2] };
        Self { optimiser, momentum, step }
    }
}

/// A random network and a mini-batch of images with many zeros, and with classes or with numbers to be answered.
struct Case {
    network: Network<f64>,
    images: Vec<Vec<f64>>,
    /// None where the targets are numbers.
    labels: Vec<u8>,
    /// What the outputs are to be, image by image.
    desired: Vec<Vec<f64>>,
    training: bool,
    learning: Learning,
    /// Through how many of the last steps of a sequence errors go back.
    truncation: usize,
    seed: u64,
}

impl Case {
    fn new(sizes: Vec<usize>, functions: Functions, images: usize, seed: u64) -> Self {
        let hidden = dense(sizes[1..sizes.len() - 1].iter().copied());
        let ends = ((sizes[0].into(), Sequence::Rows), sizes[sizes.len() - 1]);
        Self::of_layers(ends, &hidden, functions, images, seed)
    }

    fn of_layers(
        ((input, sequence), outputs): ((ImageShape, Sequence), usize),
        hidden: &[LayerKind],
        functions: Functions,
        images: usize,
        seed: u64,
    ) -> Self {
        let mut source = Normal(Stream::new(seed, Purpose::Weights, 0));
        let Functions { activation, cost, output, targets, dropout, training } = functions;
        let hidden = LayerSpec::list(hidden, &activation, &dropout);
        let architecture = Architecture { input, sequence, hidden, outputs, output, cost, targets };
        let inputs = architecture.inputs();
        let classes = match targets {
            Targets::OneHot => outputs,
            Targets::Numbers => 0,
            Targets::Binary => targets.answers(outputs.min(8)),
        };
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
        let of_classes = if classes > 0 { images.len() } else { 0 };
        let labels: Vec<u8> = (0..of_classes).map(|_| stream.below(classes as u32) as u8).collect();
        let textbook = Textbook::from_network(&network);
        let mut number = || f64::from(stream.below(512)) / 256.0 - 1.0;
        let desired = match targets {
            Targets::Numbers => {
                images.iter().map(|_| (0..outputs).map(|_| number()).collect()).collect()
            }
            _ => labels.iter().map(|&label| textbook.desired(usize::from(label))).collect(),
        };
        let learning = Learning::nth((seed % 1000) as usize);
        let truncation = usize::MAX;
        Self { network, images, labels, desired, training, learning, truncation, seed }
    }

    /// Decides which neurons are dropped.
    fn is_dropped(&self) -> impl FnMut(f64) -> bool {
        let mut stream = Stream::new(self.seed, Purpose::Dropout, 0);
        move |p| stream.uniform() < p
    }

    /// The same network in the textbook's shape, with the same neurons dropped.
    fn textbook(&self) -> Textbook {
        let mut textbook = Textbook::from_network(&self.network);
        textbook.truncation = self.truncation;
        if self.training {
            let mut is_dropped = self.is_dropped();
            let hidden = &self.network.architecture().hidden;
            for (layer, kept) in hidden.iter().zip(&mut textbook.kept) {
                for kept in kept {
                    let p = layer.dropout;
                    *kept = if p > 0.0 && is_dropped(p) { 0.0 } else { 1.0 };
                }
            }
        }
        textbook
    }

    /// The weighted inputs of every layer and image.
    fn weighted_inputs(&self) -> Vec<Vec<Vec<f64>>> {
        let textbook = self.textbook();
        self.images.iter().map(|x| textbook.feed_forward(x).0).collect()
    }

    /// Whether a neuron stands so near to the kink of its activation, or of its derivative, that a
    /// change of z by `distance` may cross it.
    fn has_kink_within(&self, distance: f64) -> bool {
        use Activation::{Elu, LeakyRelu, Relu, Step};
        let hidden = &self.network.architecture().hidden;
        let kinked = |layer: &LayerSpec| matches!(layer.activation, Step | Relu | LeakyRelu | Elu);
        self.weighted_inputs().iter().any(|zs| {
            let layers = zs.iter().zip(hidden).filter(|(_, layer)| kinked(layer));
            layers.flat_map(|(z, _)| z).any(|z| z.abs() < distance)
        })
    }

    /// Whether two different weighted inputs of a pooling window are so near to each other that a change by `distance`
    /// may let the other one win.
    fn has_close_race_within(&self, distance: f64) -> bool {
        let textbook = self.textbook();
        let convolutions = self.network.shapes().iter().enumerate();
        let convolutions = convolutions.filter_map(|(l, shape)| match shape {
            LayerShape::ConvPool(shape) if shape.pool > 1 => Some((l, *shape)),
            _ => None,
        });
        convolutions.into_iter().any(|(l, shape)| {
            // A network that ends there, before the pooling.
            let mut unpooled = textbook.clone();
            let whole = crate::simd::conv::ConvShape { pool: 1, ..shape };
            unpooled.shapes.truncate(l + 1);
            unpooled.shapes[l] = LayerShape::ConvPool(whole);
            unpooled.weights.truncate(l + 1);
            unpooled.biases.truncate(l + 1);
            unpooled.output = Output::Identity;
            let ([rows, columns], wide) = (shape.pooled(), whole.pooled()[1]);
            self.images.iter().any(|x| {
                let (zs, _) = unpooled.feed_forward(x);
                (0..rows * columns * shape.maps).any(|n| {
                    let (place, map) = (n / shape.maps, n % shape.maps);
                    let candidates = (0..shape.pool * shape.pool).map(|window| {
                        let row = place / columns * shape.pool + window / shape.pool;
                        let column = place % columns * shape.pool + window % shape.pool;
                        zs[l][(row * wide + column) * shape.maps + map]
                    });
                    let candidates: Vec<f64> = candidates.collect();
                    let largest = candidates.iter().copied().fold(f64::MIN, f64::max);
                    let mut others = candidates.iter().filter(|&&z| z != largest);
                    others.any(|z| largest - z < distance)
                })
            })
        })
    }

    /// Whether an output stands so near to 0 or 1 that differences of its logarithm are inaccurate.
    fn is_saturated(&self) -> bool {
        self.weighted_inputs().iter().any(|zs| zs.last().unwrap().iter().any(|z| z.abs() > 4.0))
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
    /// Whether to take the [`STEPS`] of learning after the gradient.
    learn: bool,
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
        let images = self.case.images.len();
        let columns = self.case.images[0].len();
        let stride = padded(columns);
        let mut rows = vec![T::ZERO; images * stride];
        for (row, image) in rows.chunks_exact_mut(stride).zip(&self.case.images) {
            for (to, &x) in row.iter_mut().zip(image) {
                *to = T::from_f64(x);
            }
        }
        // Both forms of inputs, by the parity of the images.
        let input: Input<T> = match images.is_multiple_of(2) {
            true => DenseBatch::new(&rows, stride, columns).into(),
            false => SparseBatch::new(&starts, &offsets, &values).into(),
        };
        let mut workspace = match self.case.training {
            true => Workspace::for_training(self.network, images, DropoutBy::Batch),
            false => Workspace::new(self.network, images),
        };
        workspace.truncate(self.case.truncation);
        let mut is_dropped = self.case.is_dropped();
        workspace.drop_neurons(self.network, images, |p, factors| {
            for factor in factors {
                *factor = if is_dropped(p) { T::ZERO } else { T::ONE };
            }
        });
        let numbers = self.case.desired.iter().flatten().map(|&y| T::from_f64(y));
        let numbers: Vec<T> = numbers.collect();
        let desired = match self.network.architecture().targets {
            Targets::Numbers => Desired::Numbers(&numbers),
            _ => Desired::Classes(&self.case.labels),
        };
        workspace.forward(simd, self.network, input);
        workspace.backward(simd, self.network, desired);
        let mut gradient = Gradient::zeros(self.network);
        workspace.add_gradient(simd, input, &mut gradient);
        let output = workspace.output().to_vec();
        if self.learn {
            let learning = self.case.learning;
            let mut learner = Learner::new(learning.optimiser, learning.momentum, self.network);
            learner.set_step(learning.step);
            let (mut apart, mut apart_learner) = (self.network.clone(), learner.clone());
            for _ in 0..STEPS {
                learner.look_ahead(simd, self.network);
                workspace.forward(simd, self.network, input);
                learner.step(simd, &mut workspace, self.network, input, desired);
                apart_learner.look_ahead(simd, &mut apart);
                workspace.forward(simd, &apart, input);
                workspace.backward(simd, &mut apart, desired);
                apart_learner.learn(simd, &mut workspace, &mut apart, input);
            }
            let [steps, apart] = [&*self.network, &apart].map(Network::to_vector);
            let same = steps.iter().zip(&apart).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "a step is the backward pass and then learning");
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
    let textbook = case.textbook();
    let mut network = case.network_as::<T>();
    let m = case.images.len();
    let arch = level.arch();
    let passes = Passes { network: &mut network, case, learn: true };
    let (gradient, output) = arch.dispatch(passes);
    let stride = output.len() / m;

    // Probabilities come from z by a function that keeps small ones accurate.
    let output_scale = match textbook.output {
        Output::Sigmoid | Output::Softmax => 1e-3,
        Output::Identity | Output::Tanh => 1.0,
    };

    let mut sums = textbook.backpropagate_to(&case.images[0], &case.desired[0]);
    for (r, (x, y)) in case.images.iter().zip(&case.desired).enumerate() {
        let (_, activations) = textbook.feed_forward(x);
        for (j, &want) in activations.last().unwrap().iter().enumerate() {
            assert_close(output[r * stride + j].to_f64(), want, output_scale, tolerance, "output");
        }
        if r > 0 {
            let nabla = textbook.backpropagate_to(x, y);
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

    let mut learnt = textbook.clone();
    let batch: Vec<_> = case.images.iter().cloned().zip(case.desired.iter().cloned()).collect();
    let Learning { optimiser, momentum, step } = case.learning;
    let mut learner = TextbookLearner::new(optimiser, momentum, &mut learnt);
    (0..STEPS).for_each(|_| learner.step(&mut learnt, &batch, step));
    let parameters = |textbook: &Textbook| -> Vec<f64> {
        let weights = textbook.weights.iter().flatten().flatten();
        weights.chain(textbook.biases.iter().flatten()).copied().collect()
    };
    let mut moved = parameters(&textbook).into_iter().zip(parameters(&learnt));
    if !moved.all(|(a, b)| (a - b).abs() <= 2.0) {
        // Steps that overshoot so far, even beyond the numbers there are, amplify rounding as well.
        return;
    }
    // In f32 rounding decides the sign of a weight near 0, and with it the step of L1; and adaptive
    // rules divide by the size of the gradient, so that the sign of one near 0 is a whole step.
    let sign = match (tolerance > 1e-9, optimiser.betas().is_some()) {
        (false, _) => 0.0,
        (true, true) => 2.0 * step.eta,
        (true, false) => 2.0 * step.eta * step.l1 / step.images as f64 / (1.0 - momentum),
    };
    let tolerance = 10.0 * tolerance + STEPS as f64 * sign;
    for (l, layer) in network.layers().iter().enumerate() {
        for j in 0..layer.n_out() {
            let got = layer.biases()[j].to_f64();
            assert_close(got, learnt.biases[l][j], 1.0, tolerance, "bias after learning");
            for k in 0..layer.n_in() {
                let got = layer.weight(j, k).to_f64();
                assert_close(got, learnt.weights[l][j][k], 1.0, tolerance, "weight after learning");
            }
        }
    }
}

/// The bits of outputs, gradient and learnt parameters.
fn bits<T: Real>(case: &Case, level: SimdLevel) -> Vec<u64> {
    let mut network = case.network_as::<T>();
    let passes = Passes { network: &mut network, case, learn: true };
    let (gradient, output) = level.arch().dispatch(passes);
    let mut numbers = output;
    for (l, layer) in network.layers().iter().enumerate() {
        numbers.extend_from_slice(gradient.biases(l));
        numbers.extend_from_slice(layer.biases());
        for j in 0..layer.n_out() {
            for k in 0..layer.n_in() {
                numbers.extend([gradient.weight(l, j, k), layer.weight(j, k)]);
            }
        }
    }
    numbers.into_iter().map(|x| x.to_f64().to_bits()).collect()
}

fn check_everywhere(case: &Case) {
    let [f32_bits, f64_bits] =
        [bits::<f32>(case, SimdLevel::SCALAR), bits::<f64>(case, SimdLevel::SCALAR)];
    for level in SimdLevel::available() {
        assert_eq!(bits::<f32>(case, level), f32_bits, "{level}");
        assert_eq!(bits::<f64>(case, level), f64_bits, "{level}");
    }
    if case.has_kink_within(1e-4) {
        // Rounding may decide there whether a rectifier is on.
        return;
    }
    for level in SimdLevel::available() {
        check_against_textbook::<f64>(case, level, 1e-12);
        check_against_textbook::<f32>(case, level, 5e-5);
    }
}

/// BP1–BP4 against (C(w + ε) − C(w − ε)) / 2ε for every single parameter, for a case of one image.
fn check_against_finite_differences(case: &Case) {
    const EPSILON: f64 = 1e-5;
    fn gradient<T: Real>(case: &Case, level: SimdLevel) -> Gradient<T> {
        let mut network = case.network_as::<T>();
        let passes = Passes { network: &mut network, case, learn: false };
        level.arch().dispatch(passes).0
    }
    let levels = SimdLevel::available();
    let gradients: Vec<_> =
        levels.map(|level| (gradient::<f64>(case, level), gradient::<f32>(case, level))).collect();
    let mut textbook = case.textbook();
    let (x, y) = (&case.images[0], &case.desired[0]);
    let mut slope = |change: &dyn Fn(&mut Textbook, f64)| {
        let mut cost_at = |epsilon| {
            change(&mut textbook, epsilon);
            let cost = textbook.cost_to(x, y);
            change(&mut textbook, -epsilon);
            cost
        };
        (cost_at(EPSILON) - cost_at(-EPSILON)) / (2.0 * EPSILON)
    };
    for (l, layer) in case.network.layers().iter().enumerate() {
        for j in 0..layer.n_out() {
            let want = slope(&|textbook, epsilon| textbook.biases[l][j] += epsilon);
            for (double, single) in &gradients {
                assert_close(double.biases(l)[j], want, 1e-3, 1e-6, "∂C/∂b");
                assert_close(single.biases(l)[j].into(), want, 1e-1, 1e-5, "∂C/∂b in f32");
            }
            for k in 0..layer.n_in() {
                let want = slope(&|textbook, epsilon| textbook.weights[l][j][k] += epsilon);
                for (double, single) in &gradients {
                    assert_close(double.weight(l, j, k), want, 1e-3, 1e-6, "∂C/∂w");
                    assert_close(single.weight(l, j, k).into(), want, 1e-1, 1e-5, "∂C/∂w in f32");
                }
            }
        }
    }
}

#[test]
fn every_function_agrees_with_the_textbook_and_with_finite_differences() {
    // All activations with all pairs, then the varieties.
    for i in 0..60 * 8 {
        if i >= 60 && i % 7 != 0 {
            continue;
        }
        let with = |sizes: &[usize], images| {
            let functions = Functions::nth(i, sizes.len() - 2);
            let case = |seed| Case::new(sizes.to_vec(), functions.clone(), images, seed);
            let usable = |case: &Case| !case.has_kink_within(1e-2) && !case.is_saturated();
            (0..).map(case).find(usable).unwrap()
        };
        check_everywhere(&with(&[20, 18, 17, 6], 3));
        check_against_finite_differences(&with(&[5, 6, 4, 3], 1));
    }
}

/// Layers of chapter 6 in small: kernels, windows and numbers of maps of every kind, images that are not square and have
/// several channels, remainders that no window covers.
const CONVOLUTIONS: [([usize; 3], &str); 9] = [
    ([6, 6, 1], "3c3p2"),
    ([9, 7, 1], "2c3p2x5c2"),
    ([8, 9, 2], "17c3p3x7"),
    ([10, 10, 1], "4c3p2x6c3p2x9"),
    ([7, 8, 3], "33c1p2x4c2p2x5"),
    ([12, 13, 1], "5c11x6"),
    ([11, 10, 1], "3c4p4"),
    ([6, 7, 4], "1c5x12x8"),
    ([16, 16, 1], "12c5p2x17c5p2x10"),
];

fn convolution(i: usize, images: usize, seed: u64) -> Case {
    let ([rows, columns, channels], layers) = CONVOLUTIONS[i % CONVOLUTIONS.len()];
    let hidden = LayerKind::list(layers).unwrap();
    let ends = ((ImageShape { rows, columns, channels }, Sequence::Rows), 5);
    Case::of_layers(ends, &hidden, Functions::nth(i, hidden.len()), images, seed)
}

/// Recurrent layers of both kinds, one and several, with and without dense ones after them, of widths around a block; images
/// that are not square and have several channels, of one step and of many.
const RECURRENCES: [([usize; 3], &str); 11] = [
    ([4, 3, 1], "r5"),
    ([4, 3, 1], "lstm4"),
    ([1, 6, 1], "r7"),
    ([1, 6, 1], "lstm3x4"),
    ([5, 17, 1], "r16"),
    ([3, 2, 3], "lstm17"),
    ([7, 4, 1], "r17x6"),
    ([6, 1, 1], "r33xr18"),
    ([4, 5, 1], "lstm16xr9x7"),
    ([3, 4, 1], "r6xlstm15xlstm5"),
    ([9, 2, 2], "lstm6xlstm18"),
];

fn recurrence(i: usize, images: usize, seed: u64) -> Case {
    let ([rows, columns, channels], layers) = RECURRENCES[i % RECURRENCES.len()];
    let hidden = LayerKind::list(layers).unwrap();
    let sequence = Sequence::value_variants()[i / 2 % 3];
    let ends = ((ImageShape { rows, columns, channels }, sequence), 5);
    let case = Case::of_layers(ends, &hidden, Functions::nth(i, hidden.len()), images, seed);
    let truncation = if i % 4 == 3 { 1 + i / 4 % 3 } else { usize::MAX };
    Case { truncation, ..case }
}

#[test]
fn recurrent_layers_agree_with_the_textbook() {
    for i in (0..60 * 8).step_by(3) {
        let case = |seed| recurrence(i, 1 + i % 11, seed);
        let case = (0..).map(case).find(|case| !case.has_kink_within(1e-4)).unwrap();
        check_everywhere(&case);
    }
}

#[test]
fn recurrent_layers_agree_with_finite_differences() {
    for i in (0..60 * 8).step_by(7) {
        let case = |seed| Case { truncation: usize::MAX, ..recurrence(i, 1, seed) };
        let usable = |case: &Case| !case.has_kink_within(1e-3) && !case.is_saturated();
        // Some cases have too many kinks to be far from all of them.
        if let Some(case) = (0..200).map(case).find(usable) {
            check_against_finite_differences(&case);
        }
    }
}

#[test]
fn convolutions_agree_with_the_textbook() {
    for i in (0..60 * 8).step_by(5) {
        let case = |seed| convolution(i, 1 + i % 11, seed);
        // What f32 rounds must not decide who wins.
        let usable = |case: &Case| {
            !case.has_kink_within(1e-3) && !case.is_saturated() && !case.has_close_race_within(1e-4)
        };
        check_everywhere(&(i as u64..).map(case).find(usable).unwrap());
    }
}

#[test]
fn convolutions_agree_with_finite_differences() {
    for i in 0..18 {
        let case = |seed| convolution(i, 1, seed);
        let usable = |case: &Case| {
            !case.has_kink_within(1e-2) && !case.is_saturated() && !case.has_close_race_within(1e-3)
        };
        check_against_finite_differences(&(i as u64..).map(case).find(usable).unwrap());
    }
}

#[test]
fn every_rule_of_learning_agrees_with_the_textbook() {
    for i in 0..4 * 8 {
        for sizes in [vec![23, 10], vec![30, 40, 17, 5]] {
            for images in [4, 20] {
                let functions = Functions::nth(i, sizes.len() - 2);
                let mut case = Case::new(sizes.clone(), functions, images, i as u64);
                case.learning = Learning::nth(i);
                check_everywhere(&case);
            }
        }
    }
}

#[test]
fn every_width_of_a_hidden_layer_agrees_with_the_textbook() {
    // Every remainder of a block, one and several vectors, below and above the register blocks.
    for width in (1..=35).chain([47, 48, 49, 100, 113, 128, 129]) {
        let functions = Functions::nth(width, 1);
        let case = Case::new(vec![23, width, 10], functions, 1 + width % 7, width as u64);
        check_everywhere(&case);
    }
}

#[test]
fn every_mini_batch_size_agrees_with_the_textbook() {
    for images in 1..=17 {
        let sizes = vec![40, 19, 18, 5];
        let case = Case::new(sizes, Functions::nth(40 * images, 2), images, images as u64);
        check_everywhere(&case);
    }
}

#[test]
fn large_layers_through_faer_agree_with_the_textbook() {
    let functions = Functions::new(Activation::Sigmoid, PAIRS[1]);
    let case = Case::new(vec![50, 130, 140, 10], functions, 33, 7);
    for level in SimdLevel::available() {
        check_against_textbook::<f64>(&case, level, 1e-12);
        check_against_textbook::<f32>(&case, level, 1e-4);
    }
}

#[test]
fn large_layers_with_one_copy_of_their_weights_agree_with_the_textbook() {
    let plain = StepConstants { images: 50, ..StepConstants::plain(0.05) };
    for (images, optimiser, momentum, step) in [
        (5, Optimiser::Sgd, 0.0, StepConstants { lambda: 1.3, ..plain }),
        (2, Optimiser::Sgd, 0.0, StepConstants { l1: 0.7, max_norm: 0.8, ..plain }),
        (3, Optimiser::Nesterov, 0.9, plain),
        (1, Optimiser::Sgd, 0.0, plain),
    ] {
        let mut functions = Functions::new(Activation::Sigmoid, PAIRS[2]);
        (functions.dropout, functions.training) = (0.5.into(), images == 5);
        let mut case = Case::new(vec![20, 601, 437, 5], functions, images, 8);
        case.learning = Learning { optimiser, momentum, step };
        let level = SimdLevel::best();
        assert!(bits::<f32>(&case, level) == bits::<f32>(&case, SimdLevel::SCALAR));
        check_against_textbook::<f64>(&case, level, 1e-12);
        check_against_textbook::<f32>(&case, level, 1e-4);
    }
}

#[test]
fn a_network_without_hidden_layers_agrees_with_the_textbook() {
    for pair in PAIRS {
        let functions = Functions::new(Activation::Sigmoid, pair);
        check_everywhere(&Case::new(vec![30, 10], functions.clone(), 6, 3));
        check_everywhere(&Case::new(vec![1, 1], functions, 1, 4));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn random_shapes_agree_with_the_textbook(
        sizes in prop::collection::vec(1usize..40, 2..6),
        images in 1usize..12,
        choice: usize,
        seed: u64,
    ) {
        let functions = Functions::nth(choice % 480, sizes.len() - 2);
        check_everywhere(&Case::new(sizes, functions, images, seed));
    }

    #[test]
    fn backpropagation_agrees_with_finite_differences(
        sizes in prop::collection::vec(1usize..8, 2..6),
        choice: usize,
        seed: u64,
    ) {
        let functions = Functions::nth(choice % 480, sizes.len() - 2);
        let case = Case::new(sizes, functions, 1, seed);
        prop_assume!(!case.has_kink_within(1e-2) && !case.is_saturated());
        check_against_finite_differences(&case);
    }
}
