//! The passes of one mini-batch: real images, networks of several shapes, and the check that all
//! who compute the same get the same.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use nablab::data::Dataset;
use nablab::nn::textbook::Textbook;
use nablab::nn::{LayerShape, Learner, Network, Optimiser, Workspace, dense};
use nablab::train::{MiniBatch, TrainingSpec, initial_network};
use pulp::{Arch, Simd, WithSimd};
use std::time::Duration;

/// The hidden widths and mini-batch sizes that are measured.
const HIDDEN: [usize; 2] = [30, 100];
const BATCHES: [usize; 3] = [1, 10, 100];
/// The scalar loops of the textbook are measured on no more images.
pub const TEXTBOOK_IMAGES: usize = 10;

/// One network with a mini-batch of real digits.
pub struct Subject {
    pub arch: Arch,
    pub network: Network<f32>,
    pub learner: Learner<f32>,
    pub batch: MiniBatch<f32>,
    pub workspace: Workspace<f32>,
    /// The same mini-batch for [`Textbook`]: all pixels of each image, and its class.
    pub dense: Vec<(Vec<f64>, usize)>,
}

impl Subject {
    fn new(data: &Dataset, hidden: usize, images: usize) -> Self {
        let spec = TrainingSpec { hidden: dense([hidden]), ..TrainingSpec::default() };
        let network = initial_network(&spec, data);
        let mut batch = MiniBatch::new(images);
        batch.gather(pulp::Scalar::new(), &data.training, 0..images);
        let workspace = Workspace::new(&network, images);
        let learner = Learner::new(Optimiser::Sgd, 0.0, &network);
        let dense = (0..images).map(|image| {
            let mut x = vec![0.0; data.inputs()];
            let (columns, pixels) = data.training.images.row(image);
            for (&column, &pixel) in columns.iter().zip(pixels) {
                x[usize::from(column)] = f64::from(pixel) / 256.0;
            }
            (x, usize::from(data.training.labels[image]))
        });
        let arch = super::level().arch();
        Self { arch, network, learner, batch, workspace, dense: dense.collect() }
    }

    /// The number of images in the mini-batch.
    pub fn images(&self) -> usize {
        self.dense.len()
    }

    /// The forward pass.
    pub fn forward(&mut self) {
        self.arch.dispatch(Forward(self));
    }

    /// The network in f64.
    pub fn textbook(&self) -> Textbook {
        Textbook::from_network(&self.network)
    }

    /// Floating-point operations of a dense forward pass of the mini-batch: two a weight.
    pub fn forward_flop(&self) -> u64 {
        let layers = self.network.shapes().iter();
        let multiply_adds: f64 = layers.map(LayerShape::multiply_adds).sum();
        (2.0 * multiply_adds) as u64 * self.images() as u64
    }
}

struct Forward<'a>(&'a mut Subject);

impl WithSimd for Forward<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Subject { network, batch, workspace, .. } = self.0;
        workspace.forward(simd, network, batch.input());
    }
}

/// Measures every shape twice: as images a second and as dense floating-point operations a second.
/// Zeros that are skipped count as done, so that the latter may exceed the peak of the CPU.
pub fn every_shape(
    criterion: &mut Criterion,
    name: &str,
    flop: impl Fn(&Subject) -> u64,
    mut measure: impl FnMut(&mut BenchmarkGroup<WallTime>, &str, Subject),
) {
    let data = Dataset::mnist().expect("the embedded data set");
    for unit in ["images", "flop"] {
        let mut group = criterion.benchmark_group(format!("{name}/{unit}"));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        for hidden in HIDDEN {
            for images in BATCHES {
                let subject = Subject::new(&data, hidden, images);
                group.throughput(Throughput::Elements(match unit {
                    "images" => images as u64,
                    _ => flop(&subject),
                }));
                let shape = format!("784-{hidden}-10 batch {images}");
                measure(&mut group, &shape, subject);
            }
        }
        group.finish();
    }
}

/// Only what is right may be timed.
///
/// # Panics
///
/// When `got` and `want` differ in length, or anywhere by more than 1e-4.
pub fn assert_close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= 1e-4, "{what}: {got} is not {want}");
    }
}
