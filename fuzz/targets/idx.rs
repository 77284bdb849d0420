//! Data sets of four IDX files, raw or gzipped: made right, then damaged in some places.
//!
//! A plain reader of the format says whether they must be accepted, and as what.

#![no_main]

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use nablab::data::{Dataset, Split};
use nablab_fuzz::{Bytes, check_message, directory, write};
use std::io::{Read, Write};

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let mut files = made(&mut bytes);
    let zipped = bytes.byte();
    let validation = match bytes.byte() {
        n @ 0..32 => Some(usize::from(n)),
        _ => None,
    };
    damage(&mut files, &mut bytes);
    for (place, file) in files.iter_mut().enumerate() {
        if zipped >> place & 1 == 1 {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(file).unwrap();
            *file = encoder.finish().unwrap();
        }
    }
    damage(&mut files, &mut bytes);
    for (name, file) in NAMES.iter().zip(&files) {
        write(name, file);
    }
    let Some(files) = unzipped(&files) else {
        let error = Dataset::from_dir(directory(), validation).expect_err("accepted, and wrong");
        return check_message(&error.to_string());
    };
    // Numbers of other types, and of other dimensions, are images, features or labels by rules of their own.
    let kinds = [0x803, 0x801, 0x803, 0x801];
    if files.iter().zip(kinds).any(|(file, kind)| is_of_another_kind(file, kind)) {
        if let Err(error) = Dataset::from_dir(directory(), validation) {
            check_message(&error.to_string());
        }
        return;
    }
    let expected = plain(&files, validation);
    match (Dataset::from_dir(directory(), validation), expected) {
        (Ok(data), Some(expected)) => {
            assert_eq!([data.image_rows, data.image_columns], expected.size);
            assert_eq!(data.classes, expected.classes);
            let found = [&data.training, &data.validation, &data.test];
            for (found, expected) in found.iter().zip(&expected.parts) {
                assert_eq!((&dense(found), &found.labels), (&expected.0, &expected.1));
            }
        }
        (Err(error), None) => check_message(&error.to_string()),
        (Ok(_), None) => panic!("accepted, and wrong"),
        (Err(error), Some(_)) => panic!("right, and refused: {error}"),
    }
});

/// Four files that belong together.
fn made(bytes: &mut Bytes) -> [Vec<u8>; 4] {
    let (rows, columns) = (1 + bytes.below(5), 1 + bytes.below(5));
    let mut pair = |count: usize| {
        let header = |magic: u32, numbers: &[usize]| {
            let numbers = numbers.iter().map(|&n| n as u32);
            [magic].into_iter().chain(numbers).flat_map(u32::to_be_bytes).collect::<Vec<u8>>()
        };
        let mut images = header(0x803, &[count, rows, columns]);
        let pixels = bytes.take(count * rows * columns);
        images.extend_from_slice(pixels);
        images.resize(16 + count * rows * columns, 0);
        let mut labels = header(0x801, &[count]);
        labels.extend_from_slice(bytes.take(count));
        labels.resize(8 + count, 0);
        [images, labels]
    };
    let ([a, b], [c, d]) = (pair(20), pair(4));
    [a, b, c, d]
}

/// Other bytes, cuts and additions.
fn damage(files: &mut [Vec<u8>; 4], bytes: &mut Bytes) {
    for _ in 0..bytes.byte() % 4 {
        let file = &mut files[bytes.below(4)];
        let (what, place) = (bytes.byte(), bytes.below(file.len() + 1));
        match what % 8 {
            0..=3 => {
                let place = if what % 2 == 0 { place % 16 } else { place };
                if let Some(byte) = file.get_mut(place) {
                    *byte = bytes.byte();
                }
            }
            4 => file.truncate(place),
            5 => file.extend_from_slice(bytes.take(3)),
            6 if place < file.len() => {
                file.remove(place);
            }
            6 => {}
            _ => file.insert(place, bytes.byte()),
        }
    }
}

fn dense(split: &Split) -> Vec<u8> {
    let columns = split.images.columns();
    let mut pixels = vec![0; split.images.len() * columns];
    for (i, row) in pixels.chunks_exact_mut(columns).enumerate() {
        split.images.dense_row(i, row);
    }
    pixels
}

/// What a right data set holds.
struct Expected {
    size: [usize; 2],
    classes: usize,
    /// Pixels and labels.
    parts: [(Vec<u8>, Vec<u8>); 3],
}

/// The files without compression, if all that have it are whole.
fn unzipped(files: &[Vec<u8>; 4]) -> Option<Vec<Vec<u8>>> {
    let unzipped = |file: &Vec<u8>| match file.starts_with(&[0x1f, 0x8b]) {
        true => {
            let mut bytes = Vec::new();
            MultiGzDecoder::new(&file[..]).read_to_end(&mut bytes).ok().map(|_| bytes)
        }
        false => Some(file.clone()),
    };
    files.iter().map(unzipped).collect()
}

/// A word of the header.
fn word(file: &[u8], at: usize) -> Option<usize> {
    let word = file.get(4 * at..4 * at + 4)?;
    Some(u32::from_be_bytes(word.try_into().unwrap()) as usize)
}

/// Whether it is IDX of one of the types of the format and of 1 to 4 dimensions, but not of this kind.
fn is_of_another_kind(file: &[u8], kind: usize) -> bool {
    let magic = word(file, 0).unwrap_or(0);
    let is_type = matches!(magic >> 8, 0x08 | 0x09 | 0x0b..=0x0e);
    magic != kind && is_type && (1..=4).contains(&(magic & 0xff))
}

/// The data set, if the files are one.
fn plain(files: &[Vec<u8>], validation: Option<usize>) -> Option<Expected> {
    let images = |file: &[u8]| {
        let [magic, count, rows, columns] =
            [word(file, 0)?, word(file, 1)?, word(file, 2)?, word(file, 3)?];
        let pixels = rows.checked_mul(columns).filter(|pixels| (1..=65535).contains(pixels))?;
        let right = magic == 0x803 && count > 0 && file.len() == count.checked_mul(pixels)? + 16;
        right.then(|| (count, [rows, columns], file[16..].to_vec()))
    };
    let labels = |file: &[u8]| {
        let (magic, count) = (word(file, 0)?, word(file, 1)?);
        (magic == 0x801 && file.len() == count + 8).then(|| file[8..].to_vec())
    };
    let (train, train_labels) = (images(&files[0])?, labels(&files[1])?);
    let (test, test_labels) = (images(&files[2])?, labels(&files[3])?);
    let largest = *train_labels.iter().max()?;
    let kept_back = validation.unwrap_or(train.0 / 6);
    let fits = train.0 == train_labels.len() && test.0 == test_labels.len() && train.1 == test.1;
    if !fits || kept_back >= train.0 || test_labels.iter().any(|&label| label > largest) {
        return None;
    }
    // Labels from 1 on.
    let all = || train_labels.iter().chain(&test_labels);
    let least = u8::from(all().any(|&label| label == 1) && all().all(|&label| label > 0));
    let classes = |labels: &[u8]| labels.iter().map(|label| label - least).collect::<Vec<u8>>();
    let first = train.0 - kept_back;
    let pixels = train.1[0] * train.1[1];
    Some(Expected {
        size: train.1,
        classes: usize::from(largest - least) + 1,
        parts: [
            (train.2[..first * pixels].to_vec(), classes(&train_labels[..first])),
            (train.2[first * pixels..].to_vec(), classes(&train_labels[first..])),
            (test.2, classes(&test_labels)),
        ],
    })
}
