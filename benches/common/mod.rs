//! What the benches share: real images, a trained-looking network, the shapes.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput};
use nablab::data::Dataset;
use nablab::nn::{Network, Workspace};
use nablab::simd::SimdLevel;
use nablab::train::{MiniBatch, TrainingSpec, initial_network};
use pulp::{Arch, Simd, WithSimd};

/// The hidden widths and mini-batch sizes that are measured.
pub const HIDDEN: [usize; 2] = [30, 100];
pub const BATCHES: [usize; 3] = [1, 10, 100];

/// The instruction set: the best one, or the one that the variable `NABLAB_SIMD` names.
pub fn arch() -> Arch {
    let level = match std::env::var("NABLAB_SIMD") {
        Ok(name) => name.parse().expect("NABLAB_SIMD"),
        Err(_) => SimdLevel::best(),
    };
    level.arch().unwrap_or_default()
}

/// One network with a mini-batch of real digits.
pub struct Subject {
    pub arch: Arch,
    pub network: Network<f32>,
    pub batch: MiniBatch<f32>,
    pub workspace: Workspace<f32>,
    pub images: usize,
}

impl Subject {
    pub fn new(data: &Dataset, hidden: usize, images: usize) -> Self {
        let spec = TrainingSpec { hidden: vec![hidden], ..TrainingSpec::default() };
        let network = initial_network(&spec, data);
        let mut batch = MiniBatch::new();
        batch.gather(pulp::Scalar::new(), &data.training, 0..images);
        let workspace = Workspace::new(&network, images);
        let arch = arch();
        Self { arch, network, batch, workspace, images }
    }

    /// Floating-point operations of a dense forward pass of the mini-batch: two a weight.
    pub fn forward_flop(&self) -> u64 {
        let sizes = &self.network.architecture().sizes;
        let weights: usize = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
        (2 * weights * self.images) as u64
    }
}

/// Measures every shape twice: as images a second and as dense floating-point operations a second.
/// Zeros that are skipped count as done, so that the latter may exceed the peak of the CPU.
pub fn every_shape(
    criterion: &mut Criterion,
    name: &str,
    flop: impl Fn(&Subject) -> u64,
    mut measure: impl FnMut(&mut BenchmarkGroup<WallTime>, BenchmarkId, Subject),
) {
    let data = Dataset::mnist().expect("the embedded data set");
    for unit in ["images", "flop"] {
        let mut group = criterion.benchmark_group(format!("{name}/{unit}"));
        for hidden in HIDDEN {
            for images in BATCHES {
                let subject = Subject::new(&data, hidden, images);
                group.throughput(Throughput::Elements(match unit {
                    "images" => images as u64,
                    _ => flop(&subject),
                }));
                let id = BenchmarkId::new(format!("784-{hidden}-10"), format!("batch {images}"));
                measure(&mut group, id, subject);
            }
        }
        group.finish();
    }
}

/// The forward pass of a subject.
pub struct Forward<'a>(pub &'a mut Subject);

impl WithSimd for Forward<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Subject { network, batch, workspace, .. } = self.0;
        workspace.forward(simd, network, batch.input());
    }
}
