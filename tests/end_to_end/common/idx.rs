use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A synthetic data set: an image is faint noise with one bright pixel, whose place is the class.
pub struct Images {
    rows: usize,
    columns: usize,
    channels: usize,
    classes: usize,
    training: usize,
    test: usize,
}

impl Images {
    pub const TRAINING_IMAGES: &str = "train-images-idx3-ubyte";
    pub const TRAINING_LABELS: &str = "train-labels-idx1-ubyte";
    pub const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
    pub const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

    /// 3×2 pixels, 5 classes, 60 training images (10 of them for validation) and 20 test images.
    pub const SMALL: Self =
        Self { rows: 3, columns: 2, channels: 1, classes: 5, training: 60, test: 20 };

    /// The shape of MNIST, small enough for the scalar kernels.
    pub const MNIST_LIKE: Self =
        Self { rows: 28, columns: 28, channels: 1, classes: 10, training: 300, test: 50 };

    /// As many pixels, in another shape.
    pub const WIDE: Self = Self { rows: 14, columns: 56, ..Self::MNIST_LIKE };

    /// Nine rows of eight pixels of three numbers, in files of four dimensions.
    pub const COLOURS: Self =
        Self { rows: 9, columns: 8, channels: 3, classes: 5, training: 120, test: 20 };

    /// The four files: training images and labels, test images and labels.
    pub fn files(&self) -> [(&'static str, Vec<u8>); 4] {
        let [training, test] = [self.training, self.test].map(|count| {
            let labels: Vec<u8> = (0..count).map(|i| (i * 7 % self.classes) as u8).collect();
            let pixels = self.rows * self.columns * self.channels;
            let mut noise = 12_345_u32;
            let image = |&label: &u8| {
                let mut image: Vec<u8> = (0..pixels)
                    .map(|_| {
                        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        // A quarter of the pixels is black: the inputs are stored sparsely.
                        if noise >> 30 == 0 { 0 } else { (noise >> 24) as u8 / 4 }
                    })
                    .collect();
                image[usize::from(label)] = 250;
                image
            };
            let pixels: Vec<u8> = labels.iter().flat_map(image).collect();
            let sizes = [count, self.rows, self.columns, self.channels];
            let images = match self.channels {
                1 => idx(0x803, &sizes[..3], &pixels),
                _ => idx(0x804, &sizes, &pixels),
            };
            (images, idx(0x801, &[count], &labels))
        });
        [
            (Self::TRAINING_IMAGES, training.0),
            (Self::TRAINING_LABELS, training.1),
            (Self::TEST_IMAGES, test.0),
            (Self::TEST_LABELS, test.1),
        ]
    }

    /// Writes the files into a new directory.
    pub fn write(&self, parent: &Path, name: &str) -> PathBuf {
        let directory = parent.join(name);
        fs::create_dir_all(&directory).unwrap();
        for (name, bytes) in self.files() {
            fs::write(directory.join(name), bytes).unwrap();
        }
        directory
    }

    /// Writes the files gzipped into a new directory.
    pub fn write_gzipped(&self, parent: &Path, name: &str) -> PathBuf {
        let directory = parent.join(name);
        fs::create_dir_all(&directory).unwrap();
        for (name, bytes) in self.files() {
            let file = fs::File::create(directory.join(format!("{name}.gz"))).unwrap();
            let mut encoder = GzEncoder::new(file, Compression::default());
            encoder.write_all(&bytes).unwrap();
            encoder.finish().unwrap();
        }
        directory
    }
}

/// Writes a file of numbers of a type, 08 (bytes) to 0e (64-bit floating-point numbers), into a directory.
pub fn write_idx(path: &Path, code: u8, sizes: &[usize], numbers: &[f64]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let encode = |&x: &f64| match code {
        0x08 => vec![x as u8],
        0x09 => (x as i8).to_be_bytes().to_vec(),
        0x0b => (x as i16).to_be_bytes().to_vec(),
        0x0c => (x as i32).to_be_bytes().to_vec(),
        0x0d => (x as f32).to_be_bytes().to_vec(),
        0x0e => x.to_be_bytes().to_vec(),
        _ => panic!("no type {code:#x}"),
    };
    let numbers: Vec<u8> = numbers.iter().flat_map(encode).collect();
    let magic = u32::from(code) << 8 | sizes.len() as u32;
    fs::write(path, idx(magic, sizes, &numbers)).unwrap();
}

fn idx(magic: u32, sizes: &[usize], data: &[u8]) -> Vec<u8> {
    let sizes = sizes.iter().flat_map(|&size| (size as u32).to_be_bytes());
    magic.to_be_bytes().into_iter().chain(sizes).chain(data.iter().copied()).collect()
}
