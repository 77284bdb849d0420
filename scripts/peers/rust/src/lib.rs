//! What the Rust peers share: command line, workloads, data, the common start, the stop-watch.

use std::error::Error;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use flate2::read::GzDecoder;

pub const TRAINING_IMAGES: usize = 50_000;
pub const PIXELS: usize = 784;
const FORWARD_REPEATS: usize = 50;
const CONVOLUTIONAL_FORWARD_REPEATS: usize = 5;
/// Images of a convolutional forward pass at a time: the first maps of 10,000 would be 460 MB.
pub const FORWARD_IMAGES: usize = 100;

/// A layer's weights (n_in rows of n_out) and biases.
pub type Layer = (Vec<f32>, Vec<f32>);
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One training in one library. `Shared` is the data in the library's own tensors.
pub trait Trainer: Sized {
    type Shared: Clone + Send;
    fn share(data: Data) -> Self::Shared;
    fn new(workload: &Workload, shared: Self::Shared) -> Self;
    fn load(&mut self, layers: &[Layer]);
    fn epoch(&mut self, order: &[u32]);
    /// The outputs for the test images, an image after the other.
    fn forward(&self) -> Vec<f32>;
}

struct Arguments {
    workload: String,
    data: PathBuf,
    workloads: PathBuf,
    epochs: Option<usize>,
    images: usize,
    threads: usize,
    seed: u64,
    check: bool,
}

impl Arguments {
    fn parse() -> Result<Self> {
        let mut parsed = Self {
            workload: String::new(),
            data: PathBuf::new(),
            workloads: "scripts/peers/workloads.csv".into(),
            epochs: None,
            images: TRAINING_IMAGES,
            threads: 1,
            seed: 1,
            check: false,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--data" => parsed.data = value()?.into(),
                "--workloads" => parsed.workloads = value()?.into(),
                "--epochs" => parsed.epochs = Some(value()?.parse()?),
                "--images" => parsed.images = value()?.parse()?,
                "--threads" => parsed.threads = value()?.parse()?,
                "--seed" => parsed.seed = value()?.parse()?,
                "--check" => parsed.check = true,
                option if option.starts_with("--") => {
                    return Err(format!("unknown option {option}").into());
                }
                _ => parsed.workload = name,
            }
        }
        if parsed.workload.is_empty() || parsed.data.as_os_str().is_empty() {
            return Err("usage: PEER WORKLOAD --data DIR [--epochs N] [--images N] [--threads N] [--seed S] \
                        [--check]"
                .into());
        }
        Ok(parsed)
    }
}

/// The shape of a layer; `kernel` is 0 for a dense one.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The inputs of a neuron: for a convolution the pixels and channels under the kernel.
    pub n_in: usize,
    /// The neurons: for a convolution the maps.
    pub n_out: usize,
    pub channels: usize,
    pub kernel: usize,
    pub pool: usize,
}

/// What is said of a workload that these programs cannot train.
const NOT_WRITTEN: &str = "not written for recurrent layers";
/// The exit status that says so.
const NOT_EXPRESSIBLE: i32 = 3;

/// The layers of, say, 784-20c5p2-100-10: 20 maps of 5 x 5, max-pooling 2 x 2, then 100 and 10 neurons.
fn shapes(sizes: &str) -> Result<Vec<Shape>> {
    let mut parts = sizes.split('-');
    let mut inputs: usize = parts.next().ok_or("no sizes")?.parse()?;
    let (mut side, mut channels) = (inputs.isqrt(), 1);
    parts
        .map(|part| {
            if part.starts_with(['r', 'l']) {
                return Err(NOT_WRITTEN.into());
            }
            let numbers: Vec<usize> = part.split(['c', 'p']).map(str::parse).collect::<std::result::Result<_, _>>()?;
            let shape = match numbers[..] {
                [maps, kernel, pool] => {
                    let shape = Shape { n_in: kernel * kernel * channels, n_out: maps, channels, kernel, pool };
                    side = (side - kernel + 1) / pool;
                    channels = maps;
                    inputs = side * side * maps;
                    shape
                }
                _ => Shape {
                    n_in: std::mem::replace(&mut inputs, numbers[0]),
                    n_out: numbers[0],
                    channels: 0,
                    kernel: 0,
                    pool: 1,
                },
            };
            Ok(shape)
        })
        .collect()
}

#[derive(Clone)]
pub struct Workload {
    pub id: String,
    pub kind: String,
    pub shapes: Vec<Shape>,
    pub activation: String,
    pub output: String,
    pub cost: String,
    pub eta: f64,
    /// What a step multiplies the weights by: the decay of L2 with lambda over n.
    pub decay: f64,
    /// One a hidden layer, of its outputs.
    pub dropout: Vec<f64>,
    pub batch: usize,
    pub init: String,
    pub epochs: usize,
    pub trainings: usize,
}

impl Workload {
    pub fn convolutional(&self) -> bool {
        self.shapes.iter().any(|shape| shape.kernel > 0)
    }

    fn read(path: &Path, id: &str, check: bool) -> Result<Self> {
        let text = fs::read_to_string(path)?;
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let names = lines.next().ok_or("no header")?;
        let row = lines.find(|row| row[0] == id).ok_or(format!("no workload {id}"))?;
        let get = |name: &str| {
            let column = names.iter().position(|n| *n == name).ok_or(format!("no column {name}"))?;
            Ok::<_, Box<dyn Error>>(row[column])
        };
        let eta: f64 = get(if check { "check_eta" } else { "eta" })?.parse()?;
        let lambda: f64 = get("lambda")?.parse()?;
        let shapes = shapes(get("sizes")?)?;
        let hidden = shapes.len() - 1;
        let dropout = get("dropout")?.split('+').map(str::parse).collect::<std::result::Result<Vec<f64>, _>>()?;
        // The check trains without, as masks are no program's but its own.
        let dropout = if check { vec![0.0; hidden] } else { dropout.repeat(hidden / dropout.len()) };
        Ok(Self {
            id: id.into(),
            kind: get("kind")?.into(),
            shapes,
            activation: get("activation")?.into(),
            output: get("output")?.into(),
            cost: get("cost")?.into(),
            eta,
            decay: 1.0 - eta * lambda / TRAINING_IMAGES as f64,
            dropout,
            batch: get("batch")?.parse()?,
            init: get("init")?.into(),
            epochs: get("epochs")?.parse()?,
            trainings: get("trainings")?.parse()?,
        })
    }
}

/// The bytes of a gzipped IDX file after its header.
fn read_idx(path: PathBuf) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?).read_to_end(&mut bytes)?;
    bytes.drain(..4 + 4 * usize::from(bytes[3]));
    Ok(bytes)
}

/// MNIST as the book uses it: 50,000 images to train with, pixels as byte / 256.
pub struct Data {
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub test_x: Vec<f32>,
    pub test_labels: Vec<u8>,
}

impl Data {
    fn read(directory: &Path) -> Result<Self> {
        let images = |name: &str, count: usize| -> Result<Vec<f32>> {
            let bytes = read_idx(directory.join(name))?;
            Ok(bytes[..count * PIXELS].iter().map(|&b| f32::from(b) / 256.0).collect())
        };
        let labels = read_idx(directory.join("train-labels-idx1-ubyte.gz"))?;
        let mut y = vec![0.0; TRAINING_IMAGES * 10];
        for (row, &label) in y.chunks_exact_mut(10).zip(&labels) {
            row[usize::from(label)] = 1.0;
        }
        Ok(Self {
            x: images("train-images-idx3-ubyte.gz", TRAINING_IMAGES)?,
            y,
            test_x: images("t10k-images-idx3-ubyte.gz", 10_000)?,
            test_labels: read_idx(directory.join("t10k-labels-idx1-ubyte.gz"))?,
        })
    }
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}

/// The parameters that all peers start from.
fn shared_start(workload: &Workload, seed: u64) -> Vec<Layer> {
    let mut random = SplitMix64(seed);
    workload
        .shapes
        .iter()
        .map(|&Shape { n_in, n_out, .. }| {
            let scale = match workload.init.as_str() {
                "unit" => 1.0,
                "scaled" => 1.0 / (n_in as f64).sqrt(),
                _ => (2.0 / n_in as f64).sqrt(),
            };
            let weights = (0..n_in * n_out).map(|_| (random.normal() * scale) as f32).collect();
            let biases = (0..n_out).map(|_| if workload.init == "he" { 0.0 } else { random.normal() as f32 }).collect();
            (weights, biases)
        })
        .collect()
}

/// The weights of a network with convolutions as libraries want them whose channels come before rows and columns:
/// kernels as [map][channel][row][column], and the layer after a pooled one with its inputs map by map.
pub fn channels_first(shapes: &[Shape], layers: &[Layer]) -> Vec<Vec<f32>> {
    let mut maps_below = 1;
    let mut permuted = Vec::with_capacity(layers.len());
    for (shape, (weights, _)) in shapes.iter().zip(layers) {
        let n_out = shape.n_out;
        if shape.kernel > 0 {
            let mut kernels = Vec::with_capacity(weights.len());
            for map in 0..n_out {
                for channel in 0..shape.channels {
                    let places = 0..shape.kernel * shape.kernel;
                    kernels.extend(places.map(|place| weights[(place * shape.channels + channel) * n_out + map]));
                }
            }
            permuted.push(kernels);
            maps_below = n_out;
        } else {
            let mut rows = Vec::with_capacity(weights.len());
            for map in 0..maps_below {
                for place in 0..shape.n_in / maps_below {
                    rows.extend_from_slice(&weights[(place * maps_below + map) * n_out..][..n_out]);
                }
            }
            permuted.push(rows);
            maps_below = 1;
        }
    }
    permuted
}

fn shuffle(order: &mut [u32], random: &mut SplitMix64) {
    for i in (1..order.len()).rev() {
        let j = (u128::from(random.next()) * (i as u128 + 1)) >> 64;
        order.swap(i, j as usize);
    }
}

/// The order for --check: the indices sorted by random keys, equal in every language.
fn shared_order(seed: u64, epoch: usize) -> Vec<u32> {
    let mut random = SplitMix64(seed.wrapping_add((epoch as u64 + 1) << 32));
    let mut keys: Vec<(u64, u32)> = (0..TRAINING_IMAGES as u32).map(|i| (random.next(), i)).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, i)| i).collect()
}

/// Train from the shared start; the seconds of each epoch, shuffle included.
fn train<T: Trainer>(
    trainer: &mut T,
    workload: &Workload,
    epochs: usize,
    images: usize,
    seed: u64,
    check: bool,
) -> Vec<f64> {
    trainer.load(&shared_start(workload, seed));
    let mut random = SplitMix64(!seed);
    let mut order: Vec<u32> = (0..TRAINING_IMAGES as u32).collect();
    (0..epochs)
        .map(|epoch| {
            let begin = Instant::now();
            if check {
                order = shared_order(seed, epoch);
            } else {
                shuffle(&mut order, &mut random);
            }
            trainer.epoch(&order[..images]);
            begin.elapsed().as_secs_f64() * TRAINING_IMAGES as f64 / images as f64
        })
        .collect()
}

fn accuracy(outputs: &[f32], labels: &[u8]) -> f64 {
    let best = |row: &[f32]| (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
    let correct = outputs.chunks_exact(10).zip(labels).filter(|(row, label)| best(row) == usize::from(**label)).count();
    100.0 * correct as f64 / labels.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
}

fn run<T: Trainer>(peer: &str, version: &str, arguments: &Arguments, workload: &Workload) -> Result<()> {
    let epochs = arguments.epochs.unwrap_or(workload.epochs);
    let data = Data::read(&arguments.data)?;
    let labels = data.test_labels.clone();
    let shared = T::share(data);
    let (result, percent) = match workload.kind.as_str() {
        "train" => {
            let mut trainer = T::new(workload, shared);
            trainer.load(&shared_start(workload, arguments.seed));
            trainer.epoch(&(0..10 * workload.batch as u32).collect::<Vec<_>>());
            let seconds = train(&mut trainer, workload, epochs, arguments.images, arguments.seed, arguments.check);
            (format!("\"seconds_per_epoch\": {seconds:?}"), accuracy(&trainer.forward(), &labels))
        }
        "forward" => {
            let mut trainer = T::new(workload, shared);
            trainer.load(&shared_start(workload, arguments.seed));
            let percent = accuracy(&trainer.forward(), &labels);
            let repeats = if workload.convolutional() { CONVOLUTIONAL_FORWARD_REPEATS } else { FORWARD_REPEATS };
            let best = (0..repeats)
                .map(|_| {
                    let begin = Instant::now();
                    std::hint::black_box(trainer.forward());
                    begin.elapsed().as_secs_f64()
                })
                .fold(f64::INFINITY, f64::min);
            (format!("\"milliseconds\": {:?}", 1e3 * best), percent)
        }
        _ => {
            let next = AtomicUsize::new(0);
            // All threads have their trainers before the watch starts.
            let barrier = Barrier::new(arguments.threads + 1);
            let (seconds, percents) = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..arguments.threads)
                    .map(|_| {
                        let shared = shared.clone();
                        let (next, barrier, labels) = (&next, &barrier, &labels);
                        let (seed, check) = (arguments.seed, arguments.check);
                        scope.spawn(move || {
                            let mut trainer = T::new(workload, shared);
                            let mut percents = Vec::new();
                            barrier.wait();
                            loop {
                                let i = next.fetch_add(1, Ordering::Relaxed);
                                if i >= workload.trainings {
                                    break percents;
                                }
                                train(&mut trainer, workload, epochs, TRAINING_IMAGES, seed + i as u64, check);
                                // A fiftieth of a training's time: not worth keeping twelve networks for.
                                percents.push(accuracy(&trainer.forward(), labels));
                            }
                        })
                    })
                    .collect();
                barrier.wait();
                let begin = Instant::now();
                let percents =
                    threads.into_iter().flat_map(|t| t.join().expect("a training failed")).collect::<Vec<_>>();
                (begin.elapsed().as_secs_f64(), percents)
            });
            (format!("\"trainings_per_second\": {:?}", workload.trainings as f64 / seconds), median(percents))
        }
    };
    let (id, threads) = (&workload.id, arguments.threads);
    let order = if arguments.check { "shared" } else { "own" };
    let note = match (arguments.images, workload.kind.as_str()) {
        (images @ 1..TRAINING_IMAGES, "train") => {
            format!(", \"note\": \"timed and trained with {images} images an epoch, the time scaled up\"")
        }
        _ => String::new(),
    };
    println!(
        "{{\"workload\": \"{id}\", \"peer\": \"{peer}\", \"version\": \"{version}\", \"threads\": {threads}, \
         \"order\": \"{order}\", {result}, \"test_accuracy\": {percent:.2}{note}}}"
    );
    Ok(())
}

/// A peer's `main`: `Dense` trains the dense networks, `Convolutional` those with convolutions.
pub fn main<Dense: Trainer, Convolutional: Trainer>(peer: &str, version: &str) {
    // SAFETY: no other thread runs yet. One thread for each training, whatever the library's default.
    unsafe { std::env::set_var("RAYON_NUM_THREADS", "1") };
    let result = Arguments::parse().and_then(|arguments| {
        let workload = Workload::read(&arguments.workloads, &arguments.workload, arguments.check)?;
        let run = if workload.convolutional() { run::<Convolutional> } else { run::<Dense> };
        run(peer, version, &arguments, &workload)
    });
    if let Err(error) = result {
        eprintln!("peer-{peer}: {error}");
        std::process::exit(if error.to_string() == NOT_WRITTEN { NOT_EXPRESSIBLE } else { 1 });
    }
}
