//! What the targets share: a place for their files, and oracles.

use nablab::data::{SparseRows, Split};
use nablab::nn::{Network, Targets};
use nablab::simd::{Real, SimdLevel};
use nablab::train::{Model, assess};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// An empty directory in memory, the same for every input of a process.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let shm = Path::new("/dev/shm");
        let parent = if shm.is_dir() { shm.to_path_buf() } else { std::env::temp_dir() };
        let path = parent.join(format!("nablab-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        // The next run with the same process id would find old files there.
        libfuzzer_at_exit(remove);
        path
    })
}

fn libfuzzer_at_exit(function: extern "C" fn()) {
    unsafe extern "C" {
        safe fn atexit(function: extern "C" fn()) -> i32;
    }
    atexit(function);
}

extern "C" fn remove() {
    let _ = std::fs::remove_dir_all(directory());
}

/// Writes a file into the directory.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A message is one line, and nothing in it moves a cursor.
pub fn check_message(message: &str) {
    assert!(!message.is_empty() && !message.contains('\n'), "{message:?}");
}

/// Bytes that are used up one after the other; zeros when there are none left.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (usize::from(self.byte()) << 8 | usize::from(self.byte())) % n
    }

    pub fn take(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a file as a network, or expects a message.
///
/// What is accepted is finite, classifies images, and comes back from both formats as it was.
pub fn check_model(path: &Path) {
    let model = match Model::load(path) {
        Ok(model) => model,
        Err(error) => return check_message(&error.to_string()),
    };
    match &model {
        Model::F32(network) => assert!(network.is_finite(), "accepted, and not finite"),
        Model::F64(network) => assert!(network.is_finite(), "accepted, and not finite"),
    }
    let architecture = model.architecture();
    let is_small = architecture.inputs() <= 1000 && architecture.outputs() <= 256;
    if is_small && architecture.targets == Targets::OneHot {
        let pixels: Vec<u8> = (0..3 * architecture.inputs()).map(|i| (i * 37) as u8).collect();
        let images = SparseRows::from_dense(&pixels, architecture.inputs());
        let split: Split = (images, vec![0; 3]).into();
        let levels = [SimdLevel::SCALAR, SimdLevel::best()];
        let [scalar, best] = levels.map(|level| assess(&model, &split, level));
        for (a, b) in scalar.images.iter().zip(&best.images) {
            assert!(a.predicted < architecture.outputs());
            let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
            assert!(same(a.output, b.output) && same(a.cost, b.cost), "levels: {a:?} {b:?}");
        }
    }
    for name in ["copy.json", "copy.safetensors"] {
        let copy = directory().join(name);
        if Model::check_format(&copy, architecture).is_err() {
            // Convolutions, in the JSON of the book.
            continue;
        }
        model.save(&copy).expect("a network that was read can be written");
        let back = Model::load(&copy).expect("what we write, we read");
        assert_eq!(back.architecture(), architecture);
        match (&model, &back) {
            (Model::F32(one), Model::F32(other)) => {
                same_numbers(one, other, f64::from(f32::EPSILON))
            }
            (Model::F64(one), Model::F64(other)) => same_numbers(one, other, f64::EPSILON),
            _ => panic!("{name} has another precision"),
        }
    }
}

/// Bit for bit; where dropout scales the weights, up to a rounding.
fn same_numbers<T: Real>(one: &Network<T>, other: &Network<T>, epsilon: f64) {
    for (l, (a, b)) in one.layers().iter().zip(other.layers()).enumerate() {
        assert_eq!((a.n_in(), a.n_out()), (b.n_in(), b.n_out()));
        assert!(a.biases() == b.biases(), "biases of layer {l}");
        let dropout =
            l.checked_sub(1).map_or(0.0, |hidden| one.architecture().hidden[hidden].dropout);
        for (j, k) in (0..a.n_out()).flat_map(|j| (0..a.n_in()).map(move |k| (j, k))) {
            let (x, y) = (a.weight(j, k).to_f64(), b.weight(j, k).to_f64());
            let smallest = f64::MIN_POSITIVE / (1.0 - dropout);
            let close = dropout > 0.0 && (x - y).abs() <= 2.0 * epsilon * x.abs().max(smallest);
            assert!(x.to_bits() == y.to_bits() || close, "layer {l} weight {j},{k}: {x:e} {y:e}");
        }
    }
}
