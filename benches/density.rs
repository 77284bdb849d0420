//! The two forms of a mini-batch's inputs, sparse and dense, by the part of the pixels that is not zero.
//!
//! Each line is a whole step of learning (gather, both passes, update), f32, one thread, 784-N-10: both
//! forms in turn, the fastest of several rounds. `chosen` is what the rule of [`Form::choose`] takes, and
//! `slower` how much longer that takes than the better one: the rule is the same for all CPUs, and should
//! stay below 1.15 on each.

mod common;

use nablab::data::{Dataset, SparseRows, Split};
use nablab::nn::{DropoutBy, Form, Learner, Network, Optimiser, StepConstants, Workspace, dense};
use nablab::report::{Align, Table};
use nablab::rng::{Purpose, Stream};
use nablab::simd::SimdLevel;
use nablab::train::{MiniBatch, TrainingSpec, initial_network};
use pulp::{Simd, WithSimd};
use std::time::Instant;

const PIXELS: usize = 784;
/// Per cent of the pixels that are not zero.
const DENSITIES: [u32; 12] = [2, 5, 10, 20, 30, 40, 45, 50, 65, 80, 90, 100];
const HIDDEN: [usize; 2] = [30, 100];
const BATCHES: [usize; 7] = [1, 2, 3, 4, 5, 10, 100];
/// More than fit into the second cache.
const IMAGES: usize = 2000;
const ROUNDS: usize = 9;

fn main() {
    let level = common::level();
    let mnist = Dataset::mnist().expect("the embedded data set");
    println!("{} on {}", level, nablab::machine::cpu_name());
    let mut worst = 0.0f64;
    for hidden in HIDDEN {
        let spec = TrainingSpec { hidden: dense([hidden]), ..TrainingSpec::default() };
        let network = initial_network::<f32>(&spec, &mnist);
        for batch_size in BATCHES {
            let columns = ["density %", "sparse µs", "dense µs", "chosen", "slower"];
            let mut table = Table::new(&columns.map(|name| (name, Align::Right)));
            for density in DENSITIES {
                let data = images(density);
                let forms = [Form::Sparse, Form::Dense];
                let [sparse, dense] = microseconds(level, &data, &network, batch_size, forms);
                let chosen = Form::choose(data.images.density(), batch_size);
                let taken = if chosen == Form::Sparse { sparse } else { dense };
                let slower = taken / sparse.min(dense);
                worst = worst.max(slower);
                table.row([
                    density.to_string(),
                    format!("{sparse:.3}"),
                    format!("{dense:.3}"),
                    format!("{chosen:?}").to_lowercase(),
                    format!("{slower:.2}"),
                ]);
            }
            println!(
                "\n{PIXELS}-{hidden}-10, mini-batch {batch_size}, a step divided by its images"
            );
            println!("{}", table.to_terminal());
        }
    }
    println!("\nat most {worst:.2} times the time of the better form");
}

/// Images of which `density` per cent of the pixels are not zero, wherever they are.
fn images(density: u32) -> Split {
    let mut stream = Stream::new(1, Purpose::Expansion, density);
    let pixels = (0..IMAGES * PIXELS).map(|_| {
        let value = 1 + stream.below(255) as u8;
        if stream.below(100) < density { value } else { 0 }
    });
    let images = SparseRows::from_dense(&pixels.collect::<Vec<u8>>(), PIXELS);
    (images, (0..IMAGES).map(|i| (i % 10) as u8).collect()).into()
}

/// The shortest time of a step for an image, in each form.
fn microseconds<const N: usize>(
    level: SimdLevel,
    data: &Split,
    network: &Network<f32>,
    batch_size: usize,
    forms: [Form; N],
) -> [f64; N] {
    let mut trainings = forms.map(|form| {
        let network = network.clone();
        let mut learner = Learner::new(Optimiser::Sgd, 0.0, &network);
        learner.set_step(StepConstants::plain(0.01));
        let workspace = Workspace::for_training(&network, batch_size, DropoutBy::Batch);
        let batch = MiniBatch::in_form(batch_size, form);
        Epoch { data, network, learner, workspace, batch }
    });
    let arch = level.arch();
    let mut times = [f64::INFINITY; N];
    for _ in 0..ROUNDS {
        for (training, fastest) in trainings.iter_mut().zip(&mut times) {
            let start = Instant::now();
            arch.dispatch(&mut *training);
            *fastest = fastest.min(1e6 * start.elapsed().as_secs_f64() / IMAGES as f64);
        }
    }
    times
}

/// A pass over all images.
struct Epoch<'a> {
    data: &'a Split,
    network: Network<f32>,
    learner: Learner<f32>,
    workspace: Workspace<f32>,
    batch: MiniBatch<f32>,
}

impl WithSimd for &mut Epoch<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Epoch { data, network, learner, workspace, batch } = self;
        for first in (0..IMAGES).step_by(workspace.capacity()) {
            batch.gather(simd, data, first..IMAGES.min(first + workspace.capacity()));
            workspace.forward(simd, network, batch.input());
            workspace.backward(simd, network, batch.desired());
            learner.learn(simd, workspace, network, batch.input());
        }
    }
}
