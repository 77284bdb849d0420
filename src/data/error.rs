//! What can be wrong with a data set: every message is one line and names the file.

use std::{io, path::Path};

use thiserror::Error;

/// Why a data set could not be loaded.
///
/// The causes from the operating system are part of the message, so
/// [`source`](std::error::Error::source) is always `None`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The directory could not be listed.
    #[error("{directory}: cannot list this directory: {error}")]
    Directory {
        /// The directory as given.
        directory: String,
        /// What the operating system said.
        error: io::Error,
    },
    /// One of the four files is not there.
    #[error("{directory}: no file of {role}; looked for names ending in {looked_for}")]
    Missing {
        /// The directory as given.
        directory: String,
        /// What the file would have held: `training images`, ...
        role: &'static str,
        /// The endings that would have matched.
        looked_for: String,
    },
    /// Two different files could be meant.
    #[error(
        "{first} and {second} could both be the {role}; keep the files of one data set in a directory"
    )]
    Ambiguous {
        /// What the file should hold: `training images`, ...
        role: &'static str,
        /// One candidate.
        first: String,
        /// Another.
        second: String,
    },
    /// The four files belong to different data sets.
    #[error(
        "{first} and {second} begin differently, so they are not one data set; expected four files with one prefix"
    )]
    Prefixes {
        /// The file of training images.
        first: String,
        /// The first file whose name begins differently.
        second: String,
    },
    /// A generated task that there is not.
    #[error("{given}: expected {expected}")]
    Task {
        /// What was asked for.
        given: String,
        /// What there is.
        expected: String,
    },
    /// One file is wrong in itself.
    #[error("{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// Images and labels do not pair up.
    #[error("{labels_file}: {labels} labels, but {images_file} holds {images} images")]
    Counts {
        /// The file of images.
        images_file: String,
        /// Images in it.
        images: usize,
        /// The file of labels.
        labels_file: String,
        /// Labels in it.
        labels: usize,
    },
    /// Training and test images differ in size.
    #[error(
        "{test_file}: images of {}, but those of {training_file} are {}",
        size(test), size(training).replacen(" pixels", "", 1)
    )]
    Sizes {
        /// The file of training images.
        training_file: String,
        /// Its rows, columns and channels.
        training: [usize; 3],
        /// The file of test images.
        test_file: String,
        /// Its rows, columns and channels.
        test: [usize; 3],
    },
    /// A test label that no training image has room for.
    #[error(
        "{file}: label {index} (counted from 0) is {label}, but the training labels only go up to {largest}"
    )]
    Label {
        /// The file of test labels.
        file: String,
        /// Position of the first such label, from 0.
        index: usize,
        /// The label.
        label: u8,
        /// The largest label of the training file.
        largest: u8,
    },
    /// A file of numbers is wrong in itself, or not about what it was said to be.
    #[error("{file}: {problem}")]
    Numbers {
        /// The file.
        file: String,
        /// What is wrong with it, and what was expected.
        problem: String,
    },
    /// A directory holds several data sets, and none or no known one was named.
    #[error("{directory}: {problem}; expected --data-split with one of {names}")]
    Several {
        /// The directory as given.
        directory: String,
        /// What there is, or was asked for.
        problem: String,
        /// Those there are.
        names: String,
    },
    /// An option makes no sense with these data.
    #[error("{data}: {option}: {reason}")]
    Option {
        /// The file, directory or task as given.
        data: String,
        /// The option.
        option: &'static str,
        /// Why, and what was expected.
        reason: String,
    },
    /// Names of classes that are no names, or not those of these classes.
    #[error("--class-names: {problem}")]
    ClassNames {
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// Columns to be learnt were named of a directory of images.
    #[error(
        "{directory}: a directory of images has no columns; expected a CSV file with --target-columns"
    )]
    Columns {
        /// The directory as given.
        directory: String,
    },
    /// The validation set would leave nothing to train on.
    #[error(
        "a validation set of {requested} images leaves none of the {images} in {file} to train on; expected at most {}",
        images - 1
    )]
    Validation {
        /// Images asked for.
        requested: usize,
        /// Images there are; at least 1.
        images: usize,
        /// The file of training images.
        file: String,
    },
}

/// What is wrong with one IDX file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The operating system, or a decoder, refused.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// Found by name, but a directory.
    #[error("is a directory; expected a file")]
    IsDirectory,
    /// A pipe, socket or device.
    #[error("is a pipe or a device; expected a file (save it first)")]
    NotRegular,
    /// Compressed data that do not decompress.
    #[error("corrupt or cut off gzip data: {0}")]
    Gzip(io::Error),
    /// Decompressed, but not to what was compressed.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// The first four bytes are not those of the expected kind.
    #[error("expected magic {expected:#010x} ({}), found {found:#010x}{}", kind(*expected), hint(*expected, *found))]
    Magic {
        /// What an IDX file of this role begins with.
        expected: u32,
        /// What this file begins with.
        found: u32,
    },
    /// The file ends inside its header.
    #[error("truncated: {found} bytes, but the header alone has {header}")]
    Header {
        /// Bytes in an IDX header of this kind.
        header: u64,
        /// Bytes in the (decompressed) file.
        found: u64,
    },
    /// The file ends before the data that its header promises.
    #[error("truncated: the header promises {promised} bytes in all, found {found}")]
    Truncated {
        /// Bytes of header and data together.
        promised: u64,
        /// Bytes in the (decompressed) file.
        found: u64,
    },
    /// The file goes on after the data that its header promises.
    #[error("trailing bytes: the header promises {promised} bytes in all, but more follow")]
    Trailing {
        /// Bytes of header and data together.
        promised: u64,
    },
    /// The header promises more than images and labels in so small a gzip file expand to.
    #[error(
        "the header promises {promised} bytes in all in {compressed} bytes of gzip; expected at most \
         64 MiB, or 100 times as many (unpack it first)"
    )]
    Implausible {
        /// Bytes of header and data together.
        promised: u64,
        /// Bytes of the gzip file.
        compressed: u64,
    },
    /// Labels with too many numbers each.
    #[error("{width} numbers a label; expected 1 to {most}, of which the first is the class")]
    LabelColumns {
        /// Numbers of a label.
        width: u32,
        /// The most of them.
        most: u32,
    },
    /// A label that is none.
    #[error("label {index} (counted from 0) is {number}; expected a whole number from 0 to 255")]
    NoLabel {
        /// Its position, from 0.
        index: usize,
        /// What stands there.
        number: f64,
    },
    /// A number of an image that is not finite.
    #[error(
        "number {pixel} of image {image} (both counted from 0) is {number}; expected finite numbers"
    )]
    NotFinite {
        /// The position of the image, from 0.
        image: usize,
        /// That of the number in it.
        pixel: usize,
        /// What stands there.
        number: f64,
    },
    /// Numbers of which nobody has said which are black and white.
    #[error(
        "{element} from {smallest} to {largest}: which are to be 0 and 1? expected --scale, such as --scale \
         {smallest}:{}, or --scale 0:1 to take them as they are",
        if smallest == largest { smallest + 1.0 } else { *largest }
    )]
    Unscaled {
        /// The type of the numbers.
        element: &'static str,
        /// The smallest of them.
        smallest: f64,
        /// The largest.
        largest: f64,
    },
    /// A header with a count of zero.
    #[error("holds no images; expected at least one")]
    NoImages,
    /// A header with images too small or too large.
    #[error(
        "images of {}; expected between 1 and {} pixels an image",
        size(shape),
        super::SparseRows::MAX_COLUMNS
    )]
    ImageSize {
        /// Rows, columns and channels.
        shape: [usize; 3],
    },
    /// More pixels than 32-bit offsets can count.
    #[error("{images} images of {}; expected fewer than {} pixels in all", size(shape), u32::MAX)]
    TooLarge {
        /// Images promised.
        images: usize,
        /// Rows, columns and channels.
        shape: [usize; 3],
    },
}

impl FileProblem {
    /// Names the file that has the problem.
    pub(super) fn in_file(self, file: &str) -> DataError {
        DataError::File { file: file.to_owned(), problem: self }
    }
}

impl From<io::Error> for FileProblem {
    /// Tells a bad stream, which the gzip decoder reports by these kinds, from a bad disk.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => Self::Gzip(error),
            _ => Self::Io(error),
        }
    }
}

/// The path as text on one line: a newline in a name must not break a message in two.
pub(super) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for c in path.display().to_string().chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

/// Rows, columns and channels in words.
fn size([rows, columns, channels]: &[usize; 3]) -> String {
    match channels {
        1 => format!("{rows}x{columns} pixels"),
        _ => format!("{rows}x{columns} pixels with {channels} channels"),
    }
}

fn kind(magic: u32) -> &'static str {
    match magic {
        super::idx::IMAGES_MAGIC => "IDX images",
        _ => "IDX labels",
    }
}

fn hint(expected: u32, found: u32) -> &'static str {
    use super::idx::{IMAGES_MAGIC, LABELS_MAGIC};
    let [zero, zero_too, _, rank] = found.to_be_bytes();
    match (expected, rank) {
        _ if found >> 16 == 0x1f8b => ": gzipped twice?",
        _ if [zero, zero_too] != [0, 0] => ": not an IDX file",
        (IMAGES_MAGIC, 1) => ": these are labels; are images and labels swapped?",
        (LABELS_MAGIC, 3 | 4) => ": these are images; are images and labels swapped?",
        _ => ": IDX of an unknown element type or shape",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_on_one_line() {
        assert_eq!(shown(Path::new("a\nb/é train\tx")), "a\\nb/é train\\tx".to_owned());
    }
}
