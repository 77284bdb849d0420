//! MNIST, embedded. `MNIST.md` beside this file says where it comes from and how the blob is made.
//!
//! The blob is a seekable zstd file: frames that decompress independently of each other, and a
//! table of their lengths at the end, in a frame that other decoders skip. There are two frames,
//! so that two threads can decompress at the same time:
//!
//! ```text
//! frame 0   the first SEAM training images
//! frame 1   the other training images, training labels, test images, test labels
//! ```
//!
//! Images are the places of their pixels that are not zero, a bit a pixel, image by image, and then the
//! values of these pixels, image by image: so they take 6 % less than as they are.

use std::{
    io::{BufReader, Read},
    panic::resume_unwind,
    thread::{self, ScopedJoinHandle},
};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{DataError, Dataset, FileProblem, SparseRows, Split};

static BLOB: &[u8] = include_bytes!("mnist.zst");

/// What to call the blob in an error message.
const NAME: &str = "the embedded MNIST";

/// Training images in the first frame. `scripts/make-mnist-blob` has the same number.
const SEAM: usize = 35_000;

const ROWS: usize = 28;
const COLUMNS: usize = 28;
const CLASSES: usize = 10;
const TRAINING: usize = 50_000;
const VALIDATION: usize = 10_000;
const TEST: usize = 10_000;

/// Of the uncompressed files: training images, training labels, test images, test labels.
pub(super) const SHA256: [&str; 4] = [
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
];

/// What the second frame holds.
struct Rest {
    images: SparseRows,
    labels: Vec<u8>,
    test: Split,
}

/// Unpacks the blob, on two threads if there are two to be had.
pub(super) fn load() -> Result<Dataset, DataError> {
    unpack().map_err(|problem| problem.in_file(NAME))
}

fn unpack() -> Result<Dataset, FileProblem> {
    let [first, second] = frames(BLOB).ok_or(FileProblem::Damaged("no table of two frames"))?;
    let (images, rest) = thread::scope(|scope| {
        let images = thread::Builder::new().spawn_scoped(scope, || first_images(first));
        let rest = rest(second);
        // No thread to be had: then it takes twice as long.
        (images.map_or_else(|_| first_images(first), joined), rest)
    });
    let (mut images, mut rest) = (images?, rest?);

    let validation: Split =
        (rest.images.split_off(TRAINING - SEAM), rest.labels.split_off(TRAINING)).into();
    images.append(&rest.images);
    images.shrink_to_fit();
    Ok(Dataset {
        name: "mnist".to_owned(),
        image_rows: ROWS,
        image_columns: COLUMNS,
        image_channels: 1,
        classes: CLASSES,
        class_names: Vec::new(),
        first_label: 0,
        notes: Vec::new(),
        scale: None,
        training: Split::from((images, rest.labels)).into(),
        validation: validation.into(),
        test: rest.test.into(),
        sha256: SHA256.map(str::to_owned),
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn first_images(frame: &[u8]) -> Result<SparseRows, FileProblem> {
    decode(frame, |source| images(source, SEAM))
}

fn rest(frame: &[u8]) -> Result<Rest, FileProblem> {
    decode(frame, |source| {
        let rest = images(source, TRAINING + VALIDATION - SEAM)?;
        let labels = bytes(source, TRAINING + VALIDATION)?;
        let test = images(source, TEST)?;
        Ok(Rest { images: rest, labels, test: (test, bytes(source, TEST)?).into() })
    })
}

type Decoder<'a> = BufReader<StreamingDecoder<&'a [u8], FrameDecoder>>;

/// The next bytes.
fn bytes(source: &mut Decoder<'_>, count: usize) -> Result<Vec<u8>, FileProblem> {
    let mut bytes = vec![0; count];
    source.read_exact(&mut bytes).map_err(|_| FileProblem::Damaged("a zstd frame"))?;
    Ok(bytes)
}

/// The next images.
fn images(source: &mut Decoder<'_>, count: usize) -> Result<SparseRows, FileProblem> {
    const PIXELS: usize = ROWS * COLUMNS;
    let places = bytes(source, count * PIXELS / 8)?;
    let mut images = SparseRows::new(PIXELS);
    for places in places.chunks_exact(PIXELS / 8) {
        let ones = places.iter().map(|byte| byte.count_ones() as usize).sum();
        let mut values = [0; PIXELS];
        let values = &mut values[..ones];
        source.read_exact(values).map_err(|_| FileProblem::Damaged("a zstd frame"))?;
        let mut values = values.iter();
        let mut image = [0; PIXELS];
        for (pixels, &byte) in image.as_chunks_mut::<8>().0.iter_mut().zip(places) {
            let mut left = byte;
            while left != 0 {
                let place = left.leading_zeros();
                pixels[place as usize] = values.next().copied().unwrap_or(0);
                left &= !(0x80 >> place);
            }
        }
        images.push_dense(&image);
    }
    images.shrink_to_fit();
    Ok(images)
}

/// Reads a frame to its end and checks its checksum.
fn decode<T>(
    frame: &[u8],
    read: impl FnOnce(&mut Decoder<'_>) -> Result<T, FileProblem>,
) -> Result<T, FileProblem> {
    let decoder = StreamingDecoder::new(frame)
        .map_err(|_| FileProblem::Damaged("a zstd frame without a header"))?;
    let mut source = BufReader::with_capacity(1 << 16, decoder);
    let value = read(&mut source)?;
    if !matches!(source.read(&mut [0]), Ok(0)) {
        return Err(FileProblem::Damaged("more in a zstd frame than MNIST"));
    }
    let decoder = &source.get_ref().decoder;
    if decoder.get_checksum_from_data() != decoder.get_calculated_checksum() {
        return Err(FileProblem::Damaged("checksum of a zstd frame"));
    }
    Ok(value)
}

/// The frames of a seekable zstd file, if there are just two.
///
/// At its end: of each frame its compressed and its decompressed length, the number of frames, a
/// byte of flags (0: no checksums in the table) and the magic number, all little-endian.
fn frames(blob: &[u8]) -> Option<[&[u8]; 2]> {
    const MAGIC: u32 = 0x8F92_EAB1;
    let (rest, magic) = blob.split_last_chunk()?;
    let (rest, &[flags]) = rest.split_last_chunk()?;
    let (rest, count) = rest.split_last_chunk()?;
    let known = u32::from_le_bytes(*magic) == MAGIC && flags == 0;
    if !known || u32::from_le_bytes(*count) != 2 {
        return None;
    }
    let (rest, _) = rest.split_last_chunk::<4>()?;
    let (rest, second) = rest.split_last_chunk()?;
    let (rest, _) = rest.split_last_chunk::<4>()?;
    let (_, first) = rest.split_last_chunk()?;
    let length = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
    let (first, rest) = blob.split_at_checked(length(first)?)?;
    let (second, _) = rest.split_at_checked(length(second)?)?;
    Some([first, second])
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::data::source::hex;

    static MNIST: LazyLock<Dataset> = LazyLock::new(|| load().unwrap());

    #[test]
    fn the_blob_holds_the_four_files_bit_for_bit() {
        let file = |images: &[&SparseRows]| {
            let count: usize = images.iter().map(|images| images.len()).sum();
            let header = [0x803, count as u32, 28, 28].map(u32::to_be_bytes).concat();
            let rows = images.iter().flat_map(|images| (0..images.len()).map(|i| (*images, i)));
            let pixels = rows.flat_map(|(images, i)| {
                let mut row = [0; 784];
                images.dense_row(i, &mut row);
                row
            });
            header.into_iter().chain(pixels).collect::<Vec<u8>>()
        };
        let labels = |labels: &[&[u8]]| {
            let labels = labels.concat();
            [&0x801u32.to_be_bytes()[..], &(labels.len() as u32).to_be_bytes(), &labels].concat()
        };
        let Dataset { training, validation, test, .. } = &*MNIST;
        let files = [
            file(&[&training.images, &validation.images]),
            labels(&[&training.labels, &validation.labels]),
            file(&[&test.images]),
            labels(&[&test.labels]),
        ];
        assert_eq!(files.map(|file| hex(&Sha256::digest(file))), SHA256);
    }

    #[test]
    fn the_split_is_the_books() {
        let sizes = [&MNIST.training, &MNIST.validation, &MNIST.test].map(|split| split.len());
        assert_eq!(sizes, [50_000, 10_000, 10_000]);
        assert_eq!((MNIST.inputs(), MNIST.classes), (784, 10));
        assert_eq!(MNIST.training.labels[..6], [5, 0, 4, 1, 9, 2]);
        assert_eq!(
            MNIST.test.class_counts(10),
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        );
        assert_eq!(
            MNIST.validation.class_counts(10),
            [991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961]
        );
    }

    #[test]
    fn a_fifth_of_the_pixels_is_not_zero() {
        let images = [&MNIST.training, &MNIST.validation, &MNIST.test].map(|split| &split.images);
        assert_eq!(images.map(SparseRows::nonzeros).iter().sum::<usize>(), 10_505_375);
        assert_eq!(format!("{:.3}", images[0].density()), "0.191");
    }

    fn darkness(images: &SparseRows, i: usize) -> u32 {
        images.row(i).1.iter().map(|&value| u32::from(value)).sum()
    }

    /// The book's first baseline: guess the digit whose mean darkness is nearest.
    #[test]
    fn mean_darkness_gets_2225_right() {
        let Dataset { training, test, .. } = &*MNIST;
        let counts = training.class_counts(10);
        let mut means = [0.0; 10];
        for (i, &label) in training.labels.iter().enumerate() {
            means[usize::from(label)] += f64::from(darkness(&training.images, i)) / 256.0;
        }
        for (mean, count) in means.iter_mut().zip(counts) {
            *mean /= count as f64;
        }
        let expected = [
            "135.869", "59.660", "116.294", "110.871", "95.221", "100.346", "107.383", "89.879",
            "117.881", "96.046",
        ];
        assert_eq!(means.map(|mean| format!("{mean:.3}")), expected);

        let right = (0..test.len()).filter(|&i| {
            let distance =
                |class: usize| (means[class] - f64::from(darkness(&test.images, i)) / 256.0).abs();
            let guess = (0..10).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            guess == Some(usize::from(test.labels[i]))
        });
        assert_eq!(right.count(), 2225);
    }

    #[test]
    fn a_blob_cut_off_has_no_table() {
        assert!(frames(&BLOB[..BLOB.len() - 1]).is_none());
        for length in 0..40 {
            assert!(frames(&BLOB[BLOB.len() - length..]).is_none());
        }
    }
}
