use super::MiniBatch;
use super::evaluate::rows_at_once;
use crate::data::Split;
use crate::nn::{Gradient, LayerShape, Network, Weights, Workspace};
use crate::simd::{Real, padded};
use pulp::{Arch, Simd, WithSimd};

/// What one layer of a network looks like at one moment of its training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerRecord {
    /// The number of epochs trained before; 0 is the start.
    pub epochs_trained: usize,
    /// The layer, as the book counts: 1 is the first hidden one, or the output layer without any.
    pub layer: usize,
    /// ‖∂C/∂b‖, the book's speed of learning (chapter 5): of the mean gradient of the cost, without
    /// penalties, over the first 1,000 training images.
    pub bias_gradient: f64,
    /// ‖∂C/∂w‖ of the same.
    pub weight_gradient: f64,
    /// ‖w‖ of the weights that lead into the layer.
    pub weights: f64,
    /// The fraction of neurons and images with |f'(z)| no more than a twentieth of its largest value,
    /// over the same images, in a recurrent layer at all steps; `None` for the output layer, and for LSTM units, in which
    /// no single function makes the activation.
    pub saturated: Option<f64>,
    /// The fraction of neurons of which that is true for every image.
    pub dead: Option<f64>,
    /// ‖Δw‖ / ‖w‖ of the last mini-batch; `None` at the start.
    pub update: Option<f64>,
    /// ‖∂C/∂a_t‖ of a recurrent layer, the mean over the same images, for every one of the [`LAGS`] that its sequences have.
    pub lags: [Option<f64>; LAGS.len()],
}

/// How many steps before the last one the errors of recurrent layers are told of.
pub const LAGS: [usize; 11] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/// The images that gradients are averaged over, as in the book's program.
pub(super) const MEASURED_IMAGES: usize = 1000;
/// A derivative smaller than this part of the largest one counts as saturated.
const FLAT: f64 = 0.05;

/// Measures every layer. `updates` are ‖Δw‖ / ‖w‖ of each, if they are known.
///
/// # Panics
///
/// When the images do not fit the network, or there are none.
pub(super) fn measure_layers<T: Real>(
    arch: Arch,
    network: &Network<T>,
    training: &Split,
    epochs_trained: usize,
    updates: Option<&[f64]>,
) -> Vec<LayerRecord> {
    let images = training.len().min(MEASURED_IMAGES);
    // The passes may make copies of the weights inside the network.
    let mut network = network.clone();
    let passes = arch.dispatch(Passes { network: &mut network, training, images });
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let layers = network.layers().iter().enumerate().map(|(l, layer)| {
        let (n_out, n_in) = (layer.n_out(), layer.n_in());
        let gradient = |j| (0..n_in).map(move |k| (j, k));
        let weight_gradients = (0..n_out).flat_map(gradient);
        let flat = passes.flat.get(l).and_then(Option::as_ref);
        let share = |count: usize, of: usize| count as f64 / of as f64;
        let samples = images * network.shapes()[l].steps();
        let norms = &passes.error_norms[l];
        LayerRecord {
            epochs_trained,
            layer: l + 1,
            bias_gradient: norm(&mut passes.gradient.biases(l).iter().map(|b| b.to_f64()))
                / images as f64,
            weight_gradient: norm(
                &mut weight_gradients.map(|(j, k)| passes.gradient.weight(l, j, k).to_f64()),
            ) / images as f64,
            weights: layer_norm(layer),
            saturated: flat.map(|flat| share(flat.iter().sum(), samples * flat.len())),
            dead: flat
                .map(|flat| share(flat.iter().filter(|&&n| n == samples).count(), flat.len())),
            update: updates.map(|updates| updates[l]),
            lags: LAGS.map(|lag| {
                let step = norms.len().checked_sub(1 + lag)?;
                Some(norms[step] / images as f64)
            }),
        }
    });
    layers.collect()
}

/// ‖w‖ of a layer.
fn layer_norm<T: Real>(layer: &Weights<T>) -> f64 {
    let weights = (0..layer.n_out()).flat_map(|j| (0..layer.n_in()).map(move |k| (j, k)));
    weights.map(|(j, k)| layer.weight(j, k).to_f64().powi(2)).sum::<f64>().sqrt()
}

/// ‖Δw‖ / ‖w‖ of every layer from one network to the next.
pub(super) fn updates<T: Real>(before: &Network<T>, after: &Network<T>) -> Vec<f64> {
    let layers = before.layers().iter().zip(after.layers());
    let ratio = |(before, after): (&Weights<T>, &Weights<T>)| {
        let mut change = 0.0;
        for j in 0..before.n_out() {
            for k in 0..before.n_in() {
                change += (after.weight(j, k).to_f64() - before.weight(j, k).to_f64()).powi(2);
            }
        }
        change.sqrt() / layer_norm(before)
    };
    layers.map(ratio).collect()
}

/// ‖∂C/∂a_t‖ of every recurrent layer, the mean over the first `images` images, for every step of the sequence; nothing for other
/// layers.
///
/// # Panics
///
/// When the images do not fit the network, or there are not so many.
pub fn lag_norms<T: Real>(
    arch: Arch,
    network: &Network<T>,
    split: &Split,
    images: usize,
) -> Vec<Vec<f64>> {
    let mut network = network.clone();
    let sums = arch.dispatch(Passes { network: &mut network, training: split, images });
    let mean = |norms: Vec<f64>| norms.into_iter().map(|sum| sum / images as f64).collect();
    sums.error_norms.into_iter().map(mean).collect()
}

/// The passes of some images, mini-batch by mini-batch.
struct Passes<'a, T: Real> {
    network: &'a mut Network<T>,
    training: &'a Split,
    images: usize,
}

/// What the passes add up.
struct Sums<T: Real> {
    gradient: Gradient<T>,
    /// For every hidden layer and neuron the number of images, or steps of them, that saturate it; `None` of LSTM units.
    flat: Vec<Option<Vec<usize>>>,
    /// For every layer and step the sum of ‖∂C/∂a_t‖ over the images; none but in recurrent layers.
    error_norms: Vec<Vec<f64>>,
}

impl<T: Real> WithSimd for Passes<'_, T> {
    type Output = Sums<T>;
    fn with_simd<S: Simd>(self, simd: S) -> Sums<T> {
        let Self { network, training, images } = self;
        let architecture = network.architecture().clone();
        let hidden = &architecture.hidden;
        let neurons = network.shapes()[..hidden.len()].iter().map(LayerShape::neurons);
        let mut sums = Sums {
            gradient: Gradient::zeros(network),
            flat: neurons.map(|n| Some(vec![0; n])).collect(),
            error_norms: Vec::new(),
        };
        let rows = rows_at_once(&architecture);
        let mut workspace = Workspace::new(network, rows);
        workspace.watch_errors();
        let mut batch = MiniBatch::new(rows);
        for first in (0..images).step_by(rows) {
            batch.gather(simd, training, first..(first + rows).min(images));
            workspace.forward(simd, network, batch.input());
            workspace.backward(simd, network, batch.desired());
            workspace.add_gradient(simd, batch.input(), &mut sums.gradient);
            for (l, counted) in sums.flat.iter_mut().enumerate() {
                let flat = FLAT * hidden[l].activation.largest_slope();
                let slopes = workspace.slopes(simd, network, l);
                let (Some(slopes), Some(counts)) = (slopes, &mut *counted) else {
                    *counted = None;
                    continue;
                };
                for row in slopes.chunks_exact(padded(counts.len())) {
                    for (count, slope) in counts.iter_mut().zip(row) {
                        *count += usize::from(slope.to_f64().abs() <= flat);
                    }
                }
            }
        }
        let layers = 0..network.layers().len();
        sums.error_norms = layers.map(|l| workspace.error_norms(l).to_vec()).collect();
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::nn::textbook::Textbook;
    use crate::nn::{Activation, Initialiser, dense};
    use crate::simd::SimdLevel;
    use crate::train::{TrainingSpec, initial_network};

    #[test]
    fn norms_and_saturation_are_those_of_the_textbook() {
        let mut data = Dataset::mnist().unwrap();
        data.training = data.training.first(150).into();
        for (activation, initialiser) in [
            (Activation::Sigmoid, Initialiser::Large),
            (Activation::Relu, Initialiser::Scaled),
            (Activation::Gelu, Initialiser::Large),
        ] {
            let spec = TrainingSpec {
                hidden: dense([20, 12]),
                activation: activation.into(),
                init: initialiser,
                ..TrainingSpec::default()
            };
            let network = initial_network::<f64>(&spec, &data);
            let textbook = Textbook::from_network(&network);
            let (mut biases, mut flat) = ([0.0; 20], [0usize; 20]);
            let edge = FLAT * activation.largest_slope();
            for i in 0..150 {
                let mut pixels = vec![0; 784];
                data.training.images.dense_row(i, &mut pixels);
                let x: Vec<f64> = pixels.iter().map(|&p| f64::from(p) / 256.0).collect();
                let nabla = textbook.backpropagate(&x, usize::from(data.training.labels[i]));
                biases.iter_mut().zip(&nabla.biases[0]).for_each(|(sum, b)| *sum += b / 150.0);
                let (zs, _) = textbook.feed_forward(&x);
                for (count, &z) in flat.iter_mut().zip(&zs[0]) {
                    *count += usize::from(slope(activation, z).abs() <= edge);
                }
            }
            let arch = SimdLevel::best().arch();
            let records = measure_layers(arch, &network, &data.training, 0, None);
            assert_eq!(records.len(), 3);
            let norm = biases.iter().map(|b| b * b).sum::<f64>().sqrt();
            assert!((records[0].bias_gradient / norm - 1.0).abs() < 1e-10);
            let saturated = flat.iter().sum::<usize>() as f64 / 3000.0;
            assert_eq!(records[0].saturated, Some(saturated), "{activation:?}");
            let dead = flat.iter().filter(|&&n| n == 150).count() as f64 / 20.0;
            assert_eq!(records[0].dead, Some(dead), "{activation:?}");
            assert_eq!((records[2].saturated, records[2].update), (None, None));
        }
    }

    /// f'(z) by a difference.
    fn slope(activation: Activation, z: f64) -> f64 {
        let f = |z: f64| match activation {
            Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
            Activation::Relu => z.max(0.0),
            _ => 0.5 * z * (1.0 + libm::erf(z / 2f64.sqrt())),
        };
        (f(z + 1e-6) - f(z - 1e-6)) / 2e-6
    }
}
