//! A data set, and how one is read from a directory.

use std::path::Path;
use std::sync::Arc;

use super::{
    DataError, DataOptions, FileProblem, NumberRows, Scale, Split,
    element::Element,
    error::shown,
    idx::{IdxReader, ImagesHeader, LabelsHeader},
    idx_files,
    idx_files::Found,
    source::Source,
};

/// Images of one size with their classes, or rows of numbers, in three parts, which copies of a data set
/// share.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// `mnist`, the name of the directory, that of the file with the columns that are learnt:
    /// `houses.csv:price+rent`, or that of the task: `adding:50`.
    pub name: String,
    /// Rows of pixels of an image; 1 for numbers, of a sequence its time steps.
    pub image_rows: usize,
    /// Columns of pixels of an image; of numbers the columns that are learnt from.
    pub image_columns: usize,
    /// The bytes of a pixel; 1 for grey images and for numbers.
    pub image_channels: usize,
    /// Classes: labels are below it. The largest label of the training file says how many; 0 where numbers are learnt.
    pub classes: usize,
    /// What the classes are called, in their order; nothing where they are called by their numbers from 0.
    pub class_names: Vec<String>,
    /// The label that class 0 has in the files.
    pub first_label: u8,
    /// What a network learns from: the training file without its last images.
    pub training: Arc<Split>,
    /// What hyper-parameters are chosen on: the last images of the training file.
    pub validation: Arc<Split>,
    /// What the result is measured on.
    pub test: Arc<Split>,
    /// SHA-256, in hexadecimal, of the uncompressed files: training images, training labels, test
    /// images, test labels. Of a CSV file: the file, and the names of the columns that are learnt. Of a task: all its
    /// numbers. Behind the sum of a file that is not taken as it is stands how it is read: ` transposed`.
    pub sha256: [String; 4],
    /// What has been made of the files that a reader may not expect, or must be told: a sentence each, in lower case.
    pub notes: Vec<String>,
    /// How the inputs were scaled, if that was asked for.
    pub scale: Option<Scale>,
}

/// Images of the validation set if nobody says how many: the book's number ...
const VALIDATION: usize = 10_000;
/// ... but at most this part of the training file, which for MNIST is the same.
const VALIDATION_PART: usize = 6;

impl Dataset {
    /// The SHA-256 of the four files of the embedded MNIST, uncompressed, known without unpacking it.
    pub const MNIST_SHA256: [&str; 4] = super::mnist::SHA256;

    /// The bytes of an image, which are the inputs of a network: rows times columns times channels.
    pub fn inputs(&self) -> usize {
        self.image_rows * self.image_columns * self.image_channels
    }

    /// Whether there are numbers to be answered, in the place of classes.
    pub fn is_numeric(&self) -> bool {
        self.outputs() > 0
    }

    /// Whether its inputs are bytes, which are divided by 256; else they are numbers of any kind.
    pub fn has_bytes(&self) -> bool {
        self.training.numbers.is_none()
    }

    /// Whether it has images with classes, and not features, sequences or numbers to be answered.
    pub fn has_images(&self) -> bool {
        self.classes > 0 && self.image_rows > 1
    }

    /// The numbers to be answered to a row; 0 where there are classes.
    pub fn outputs(&self) -> usize {
        self.training.numbers.as_ref().map_or(0, NumberRows::outputs)
    }

    /// What a class is called.
    pub fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).map_or_else(|| class.to_string(), String::clone)
    }

    /// The classes of some labels of the files; `None` if there is one without a class.
    pub fn classes_of(&self, labels: &[u8]) -> Option<Vec<u8>> {
        let class = |label: &u8| {
            let class = label.checked_sub(self.first_label);
            class.filter(|&class| usize::from(class) < self.classes)
        };
        labels.iter().map(class).collect()
    }

    /// The images, or rows, of some classes alone, which are numbered anew in the order given, and called as before.
    #[must_use]
    pub fn only(&self, classes: &[u8]) -> Dataset {
        let of = |split: &Split| Arc::new(split.only(classes));
        let names = classes.iter().map(|&class| self.class_name(class.into()));
        Dataset {
            classes: classes.len(),
            class_names: names.collect(),
            first_label: 0,
            training: of(&self.training),
            validation: of(&self.validation),
            test: of(&self.test),
            ..self.clone()
        }
    }

    /// A data set from a path: a directory of [IDX files](Self::from_dir), or a CSV file, whose [columns of
    /// numbers](Self::from_csv) or of labels are named; or from the name of a task, whose sequences are generated: `first-bit`,
    /// `parity`, `adding`, `copy` or `sine`, a colon and a number of time steps, and perhaps another colon and a seed. What is
    /// on the disk goes before a task of the same name.
    ///
    /// # Errors
    ///
    /// Those of the two; when an option makes no sense with such data; and when a task has no such steps.
    pub fn open(path: &Path, options: &DataOptions) -> Result<Dataset, DataError> {
        let of_csv = !options.target_columns.is_empty() || options.label_column.is_some();
        if Self::is_task(path)
            && let Some(task) =
                path.to_str().and_then(|name| super::task::open(name, options.validation))
        {
            let others = DataOptions { validation: None, ..options.clone() };
            return match others.first() {
                None => task,
                Some(option) => Err(DataError::Task {
                    given: shown(path),
                    expected: format!("no {option}, since a task says all of its sequences"),
                }),
            };
        }
        match path.is_dir() || (!of_csv && !path.is_file()) {
            true if !of_csv => Self::read_directory(path, options),
            true => Err(DataError::Columns { directory: shown(path) }),
            false => super::number_file::load(path, options),
        }
    }

    /// Whether a path is that of a task, whose sequences are generated, and of nothing on the disk.
    pub fn is_task(path: &Path) -> bool {
        !path.exists() && path.to_str().is_some_and(super::task::is_one)
    }

    /// Rows of numbers from a CSV file with a header: the columns named are learnt from all others, in
    /// the units they are in. Commas, semicolons or tabs separate them.
    ///
    /// The rows are put into a random order, the same every time, since files are often sorted. Their last
    /// sixth is the test set; before it comes the validation set, `validation` rows, by default 10,000
    /// but no more than a sixth of the rest. 0 is allowed, all of the rest are not.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or has more than 1 GiB, a cell is no finite number, a column is not
    /// there, a target is constant, or there are fewer than two rows, or too many for validation. The
    /// message is one line, names the file, and says what was expected.
    pub fn from_csv(
        path: &Path,
        validation: Option<usize>,
        target_columns: &[String],
    ) -> Result<Dataset, DataError> {
        let target_columns = target_columns.to_vec();
        let options = DataOptions { validation, target_columns, ..DataOptions::default() };
        super::number_file::load(path, &options)
    }

    /// MNIST, from the binary itself, split as the book has it: the first 50,000 images of the
    /// training file, its last 10,000 as validation set, 10,000 test images.
    ///
    /// Takes about 0.2 s and up to two threads.
    ///
    /// # Errors
    ///
    /// If the embedded copy is damaged.
    pub fn mnist() -> Result<Dataset, DataError> {
        super::mnist::load()
    }

    /// A data set from the four IDX files of a directory, raw or gzipped.
    ///
    /// Their names end in `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
    /// `t10k-images-idx3-ubyte` (or `test-…`) and `t10k-labels-idx1-ubyte` (or `test-…`); each
    /// `-` may be a `.` or `_`, one prefix before all four and `.gz` behind any are welcome, so are other numbers of
    /// dimensions and types of numbers. Of a raw file and its gzipped copy the raw one is read. A directory without any may
    /// have them in one called `raw`, `gzip` or `NAME/raw`. Several data sets with different prefixes are told apart by
    /// [`DataOptions::data_split`].
    ///
    /// Images of bytes stay bytes; other numbers are taken as they are if they are floating-point numbers from 0 to 1, else
    /// [`DataOptions::scale`] says what becomes of them. Labels that begin at 1 are the classes from there on: there is no
    /// empty class 0. Of labels with several numbers the first is the class.
    ///
    /// The last `validation` images of the training file become the validation set; by default
    /// 10,000, but no more than a sixth of the file. 0 is allowed, all of them are not.
    ///
    /// # Errors
    ///
    /// If a file is missing, ambiguous, unreadable or malformed, if the files do not belong
    /// together, or if there are too many validation images. The message is one line, names the
    /// file, and says what was expected.
    pub fn from_dir(dir: &Path, validation: Option<usize>) -> Result<Dataset, DataError> {
        Self::read_directory(dir, &DataOptions { validation, ..DataOptions::default() })
    }

    fn read_directory(dir: &Path, options: &DataOptions) -> Result<Dataset, DataError> {
        let Found { paths, name, directory } = idx_files::find(dir, options.data_split.as_deref())?;
        let [train_images, train_labels, test_images, test_labels] = paths;
        let mut train = Pair::open(&train_images, &train_labels)?;
        let mut test = Pair::open(&test_images, &test_labels)?;
        check_sizes(&train, &test)?;
        if options.transpose && train.header.rows == 1 {
            return Err(DataError::Option {
                data: train.images.name,
                option: "--transpose",
                reason: "images of one row are features, not stored column by column".into(),
            });
        }
        let validation = check_validation(&train, options.validation)?;

        let mut training = train.read(options)?;
        let largest = training.labels.iter().copied().max().unwrap_or(0);
        let mut test_split = test.read(options)?;
        check_labels(&test_split, &test, largest)?;
        let mut all = training.labels.iter().chain(&test_split.labels);
        // Labels from 2 on are some of the classes from 0 on, as those of two of the digits.
        let first = u8::from(all.clone().any(|&label| label == 1) && all.all(|&label| label > 0));
        for split in [&mut training, &mut test_split] {
            split.labels.iter_mut().for_each(|label| *label -= first);
        }

        let [rows, columns, channels] = train.header.shape();
        let [rows, columns] = if options.transpose { [columns, rows] } else { [rows, columns] };
        let sum = |file: &Named| file.reader.source().sha256();
        let images = |file: &Named| sum(file) + &options.mark();
        let labels = |file: &Named| sum(file) + if first == 1 { " from 1" } else { "" };
        let name = name.unwrap_or_else(|| directory_name(dir, &directory));
        let transposed = if options.transpose { "-transposed" } else { "" };
        let scaled = options.scale.map_or(String::new(), |scale| format!("-scaled-{scale}"));
        Ok(Dataset {
            name: name + transposed + &scaled,
            image_rows: rows,
            image_columns: columns,
            image_channels: channels,
            classes: usize::from(largest - first) + 1,
            class_names: match first {
                0 => Vec::new(),
                _ => (first..=largest).map(|label| label.to_string()).collect(),
            },
            first_label: first,
            notes: notes(&train, options, first, largest),
            scale: options.scale,
            validation: training.split_off(training.len() - validation).into(),
            training: training.into(),
            test: test_split.into(),
            sha256: [
                images(&train.images),
                labels(&train.labels),
                images(&test.images),
                labels(&test.labels),
            ],
        })
    }

    /// How many of the `images` of a training file become the validation set if nobody says.
    pub(crate) fn default_validation(images: usize) -> usize {
        VALIDATION.min(images / VALIDATION_PART)
    }
}

/// An open file with its name for messages.
struct Named {
    name: String,
    reader: IdxReader<Source>,
}

impl Named {
    fn open(path: &Path) -> Result<Self, DataError> {
        let name = shown(path);
        match Source::open(path) {
            Ok(source) => Ok(Self { name, reader: IdxReader::new(source) }),
            Err(problem) => Err(problem.in_file(&name)),
        }
    }

    /// Does something with the file; of an error says that it is in this file.
    fn with<T>(
        &mut self,
        read: impl FnOnce(&mut IdxReader<Source>) -> Result<T, FileProblem>,
    ) -> Result<T, DataError> {
        read(&mut self.reader).map_err(|problem| problem.in_file(&self.name))
    }
}

/// What has been made of the files, in sentences.
fn notes(train: &Pair, options: &DataOptions, first: u8, largest: u8) -> Vec<String> {
    let mut notes = Vec::new();
    if first == 1 {
        notes.push(format!("labels 1 to {largest} are the {largest} classes"));
    }
    if train.labels_header.width > 1 {
        let width = train.labels_header.width;
        notes.push(format!("of the {width} numbers of a label the first is the class"));
    }
    if options.transpose {
        notes.push("rows and columns of the images are exchanged".into());
    }
    let element = train.header.element;
    match options.scale {
        Some(scale) => notes.push(format!("{} scaled {scale} to 0:1", element.name())),
        None if element != Element::U8 => {
            notes.push(format!("{} from 0 to 1 taken as they are", element.name()));
        }
        None => {}
    }
    notes
}

/// A file of images and the file of their labels, both read up to the end of their headers.
struct Pair {
    images: Named,
    labels: Named,
    header: ImagesHeader,
    labels_header: LabelsHeader,
}

impl Pair {
    /// Opens both and checks all that the headers tell.
    fn open(images: &Path, labels: &Path) -> Result<Self, DataError> {
        let mut images = Named::open(images)?;
        let mut labels = Named::open(labels)?;
        let header = images.with(|reader| {
            let header = reader.images_header()?;
            reader.check_promise()?;
            header.check_total()?;
            Ok(header)
        })?;
        let labels_header = labels.with(|reader| {
            let header = reader.labels_header()?;
            reader.check_promise()?;
            Ok(header)
        })?;
        if labels_header.labels != header.images {
            return Err(DataError::Counts {
                images_file: images.name,
                images: header.images,
                labels_file: labels.name,
                labels: labels_header.labels,
            });
        }
        Ok(Self { images, labels, header, labels_header })
    }

    /// Reads the rest of both.
    fn read(&mut self, options: &DataOptions) -> Result<Split, DataError> {
        let DataOptions { transpose, scale, .. } = *options;
        let (header, labels_header) = (self.header, self.labels_header);
        let labels = self.labels.with(|reader| {
            let labels = reader.labels(&labels_header)?;
            reader.end()?;
            Ok(labels)
        })?;
        self.images.with(|reader| {
            let split = match header.element == Element::U8 && scale.is_none() {
                true => (reader.images(&header, transpose)?, labels).into(),
                false => {
                    let numbers = reader.numbers(&header, transpose, scale)?;
                    let numbers = NumberRows::of_inputs(numbers, header.pixels());
                    Split::of_labelled_numbers(numbers, labels)
                }
            };
            reader.end()?;
            Ok(split)
        })
    }
}

fn check_sizes(training: &Pair, test: &Pair) -> Result<(), DataError> {
    let size = |pair: &Pair| pair.header.shape();
    if size(training) == size(test) {
        return Ok(());
    }
    Err(DataError::Sizes {
        training_file: training.images.name.clone(),
        training: size(training),
        test_file: test.images.name.clone(),
        test: size(test),
    })
}

/// Images of the validation set: as asked for, or by the default.
fn check_validation(training: &Pair, requested: Option<usize>) -> Result<usize, DataError> {
    let images = training.header.images;
    let count = requested.unwrap_or_else(|| Dataset::default_validation(images));
    if count < images {
        return Ok(count);
    }
    Err(DataError::Validation { requested: count, images, file: training.images.name.clone() })
}

fn check_labels(test: &Split, files: &Pair, largest: u8) -> Result<(), DataError> {
    match test.labels.iter().position(|&label| label > largest) {
        None => Ok(()),
        Some(index) => Err(DataError::Label {
            file: files.labels.name.clone(),
            index,
            label: test.labels[index],
            largest,
        }),
    }
}

/// What the directory is called, even if it was given as `.`; of one that other programs have called `raw` or `gzip` the
/// one around it.
fn directory_name(given: &Path, directory: &Path) -> String {
    let name = |path: &Path| Some(shown(Path::new(path.file_name()?)));
    let resolved = directory.canonicalize();
    let resolved = resolved.as_deref().unwrap_or(directory);
    let is_plain = |name: &String| !["raw", "gzip"].contains(&name.as_str());
    let named = if given == directory { name(given) } else { None };
    let around = || resolved.parent().and_then(name);
    named
        .or_else(|| name(resolved))
        .filter(is_plain)
        .or_else(around)
        .unwrap_or_else(|| shown(given))
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use flate2::{Compression, write::GzEncoder};
    use tempfile::TempDir;

    use super::*;
    use crate::data::idx::tests::{channels_file, images_file, labels_file};

    const NAMES: [&str; 4] = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];

    /// 12 training images of 3x2 pixels with labels up to 255, and 2 test images.
    fn tiny() -> [Vec<u8>; 4] {
        let pixels: Vec<u8> = (0..14 * 6).map(|i| (i * 37 % 256 * (i % 3)) as u8).collect();
        [
            images_file(12, 3, 2, &pixels[..72]),
            labels_file(12, &[0, 1, 2, 3, 255, 5, 6, 7, 8, 9, 10, 11]),
            images_file(2, 3, 2, &pixels[72..]),
            labels_file(2, &[254, 255]),
        ]
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn written(files: &[Vec<u8>; 4]) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in NAMES.iter().zip(files) {
            fs::write(directory.path().join(name), bytes).unwrap();
        }
        directory
    }

    /// The message, on one line and without the directory.
    fn message(directory: &TempDir, validation: Option<usize>) -> String {
        let message = Dataset::from_dir(directory.path(), validation).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        message.replace(&format!("{}/", directory.path().display()), "")
    }

    /// The message for the tiny set with one file replaced.
    fn message_with(file: usize, bytes: Vec<u8>) -> String {
        let mut files = tiny();
        files[file] = bytes;
        message(&written(&files), None)
    }

    #[test]
    fn a_tiny_set_loads_raw_and_gzipped_alike() {
        let raw = written(&tiny());
        let gz = written(&tiny().map(|bytes| gzipped(&bytes)));
        let dataset = Dataset::from_dir(raw.path(), None).unwrap();
        assert_eq!((dataset.image_rows, dataset.image_columns), (3, 2));
        assert_eq!((dataset.inputs(), dataset.classes), (6, 256));
        assert_eq!(dataset.training.len(), 10);
        assert_eq!(dataset.validation.labels, [10, 11]);
        assert_eq!(dataset.test.labels, [254, 255]);
        let mut pixels = [0; 6];
        dataset.validation.images.dense_row(1, &mut pixels);
        assert_eq!(pixels, tiny()[0][16 + 66..]);
        assert_eq!(dataset.name, raw.path().file_name().unwrap().to_str().unwrap());

        let mut other = Dataset::from_dir(gz.path(), None).unwrap();
        other.name.clone_from(&dataset.name);
        assert_eq!(other, dataset);
    }

    #[test]
    fn images_may_have_channels() {
        let mut files = tiny();
        for (file, images) in [(0, 12), (2, 2)] {
            files[file] = channels_file(images, [1, 2, 3], &files[file][16..]);
        }
        let directory = written(&files);
        let dataset = Dataset::from_dir(directory.path(), None).unwrap();
        assert_eq!((dataset.image_rows, dataset.image_columns, dataset.image_channels), (1, 2, 3));
        assert_eq!(dataset.inputs(), 6);
        let grey = Dataset::from_dir(written(&tiny()).path(), None).unwrap();
        assert_eq!(dataset.training.images, grey.training.images);
        assert_eq!(grey.image_channels, 1);
        for (from, to) in
            [("train-images-idx3", "train-images-idx4"), ("t10k-images-idx3", "t10k-images-idx4")]
        {
            let [from, to] = [from, to].map(|name| directory.path().join(format!("{name}-ubyte")));
            fs::rename(from, to).unwrap();
        }
        assert_eq!(Dataset::from_dir(directory.path(), None).unwrap(), dataset);
        files[2] = tiny()[2].clone();
        assert_eq!(
            message(&written(&files), None),
            "t10k-images-idx3-ubyte: images of 3x2 pixels, but those of train-images-idx3-ubyte are \
             1x2 with 3 channels"
        );
    }

    #[test]
    fn validation_images_are_the_last() {
        let directory = written(&tiny());
        for count in 0..12 {
            let dataset = Dataset::from_dir(directory.path(), Some(count)).unwrap();
            assert_eq!(dataset.training.len(), 12 - count);
            assert_eq!(dataset.validation.images.len(), count);
            assert_eq!(dataset.classes, 256);
        }
        assert_eq!(
            message(&directory, Some(12)),
            "a validation set of 12 images leaves none of the 12 in train-images-idx3-ubyte to \
             train on; expected at most 11"
        );
    }

    #[test]
    fn a_set_cut_off_anywhere_is_refused() {
        for (pack, compressed) in [(<[u8]>::to_vec as fn(&[u8]) -> Vec<u8>, false), (gzipped, true)]
        {
            let whole = tiny().map(|bytes| pack(&bytes));
            let directory = written(&whole);
            for (name, bytes) in NAMES.iter().zip(&whole) {
                let path = directory.path().join(name);
                for length in 0..bytes.len() {
                    fs::write(&path, &bytes[..length]).unwrap();
                    let message = message(&directory, None);
                    assert!(message.starts_with(name), "{message}");
                    assert!(
                        message.contains("truncated") || (compressed && message.contains("gzip")),
                        "{message}"
                    );
                }
                fs::write(&path, bytes).unwrap();
            }
            Dataset::from_dir(directory.path(), None).unwrap();
        }
    }

    #[test]
    fn trailing_bytes_are_refused() {
        for (file, name) in NAMES.iter().enumerate() {
            let mut bytes = tiny()[file].clone();
            let promised = bytes.len();
            bytes.push(0);
            let expected = format!(
                "{name}: trailing bytes: the header promises {promised} bytes in all, but more follow"
            );
            assert_eq!(message_with(file, gzipped(&bytes)), expected);
            assert_eq!(message_with(file, bytes), expected);
        }
    }

    #[test]
    fn a_wrong_magic_says_what_it_is() {
        for (file, bytes, expected) in [
            (
                0,
                tiny()[1].clone(),
                "expected magic 0x00000803 (IDX images), found 0x00000801: these are labels; are \
                 images and labels swapped?",
            ),
            (
                3,
                tiny()[0].clone(),
                "expected magic 0x00000801 (IDX labels), found 0x00000803: these are images; are \
                 images and labels swapped?",
            ),
            (
                2,
                gzipped(&gzipped(&tiny()[2])),
                "expected magic 0x00000803 (IDX images), found 0x1f8b0800: gzipped twice?",
            ),
            (
                2,
                b"<!DOCTYPE html>".to_vec(),
                "expected magic 0x00000803 (IDX images), found 0x3c21444f: not an IDX file",
            ),
            (
                1,
                vec![0, 0, 10, 1, 0, 0, 0, 0],
                "expected magic 0x00000801 (IDX labels), found 0x00000a01: IDX of an unknown \
                 element type or shape",
            ),
        ] {
            assert_eq!(message_with(file, bytes), format!("{}: {expected}", NAMES[file]));
        }
    }

    #[test]
    fn counts_must_agree() {
        assert_eq!(
            message_with(1, labels_file(3, &[1, 2, 3])),
            "train-labels-idx1-ubyte: 3 labels, but train-images-idx3-ubyte holds 12 images"
        );
        assert_eq!(
            message_with(3, labels_file(0, &[])),
            "t10k-labels-idx1-ubyte: 0 labels, but t10k-images-idx3-ubyte holds 2 images"
        );
        assert_eq!(
            message_with(2, images_file(2, 2, 3, &[0; 12])),
            "t10k-images-idx3-ubyte: images of 2x3 pixels, but those of \
             train-images-idx3-ubyte are 3x2"
        );
    }

    #[test]
    fn empty_images_are_refused() {
        assert_eq!(
            message_with(0, images_file(0, 3, 2, &[])),
            "train-images-idx3-ubyte: holds no images; expected at least one"
        );
        assert_eq!(
            message_with(2, images_file(2, 0, 2, &[])),
            "t10k-images-idx3-ubyte: images of 0x2 pixels; expected between 1 and 65535 pixels \
             an image"
        );
    }

    #[test]
    fn a_test_label_without_a_class_is_refused() {
        let mut files = tiny();
        files[1] = labels_file(12, &[9; 12]);
        files[3] = labels_file(2, &[9, 10]);
        assert_eq!(
            message(&written(&files), None),
            "t10k-labels-idx1-ubyte: label 1 (counted from 0) is 10, but the training labels \
             only go up to 9"
        );
    }

    #[test]
    fn hostile_headers_are_refused_at_once() {
        let hostile = images_file(u32::MAX, 255, 257, &[]);
        assert_eq!(
            message_with(0, hostile.clone()),
            "train-images-idx3-ubyte: truncated: the header promises 281470681677841 bytes in \
             all, found 16"
        );
        let gz = gzipped(&hostile);
        assert_eq!(
            message_with(0, gz.clone()),
            format!(
                "train-images-idx3-ubyte: the header promises 281470681677841 bytes in all in {} \
                 bytes of gzip; expected at most 64 MiB, or 100 times as many (unpack it first)",
                gz.len()
            )
        );
        assert!(message_with(1, labels_file(u32::MAX, &[])).contains("truncated"));
    }

    #[test]
    fn pixels_beyond_the_offsets_are_refused() {
        let element = Element::U8;
        let header = ImagesHeader { element, images: 65537, rows: 255, columns: 257, channels: 1 };
        assert_eq!(
            header.check_total().unwrap_err().to_string(),
            "65537 images of 255x257 pixels; expected fewer than 4294967295 pixels in all"
        );
        let one_less = ImagesHeader { images: 65536, ..header };
        one_less.check_total().unwrap();
    }

    #[test]
    fn a_gzip_bomb_is_read_no_further_than_promised() {
        let bomb = gzipped(&images_file(12, 3, 2, &vec![0; 20_000_000]));
        assert!(bomb.len() < 30_000);
        assert!(message_with(0, bomb).contains("trailing bytes"));
    }

    #[test]
    fn corrupt_gzip_is_named_at_every_byte() {
        let good = gzipped(&tiny()[0]);
        let directory = written(&tiny());
        let whole = Dataset::from_dir(directory.path(), None).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            fs::write(directory.path().join(NAMES[0]), bad).unwrap();
            match Dataset::from_dir(directory.path(), None) {
                // Bytes of the gzip header that carry no data, such as the time stamp.
                Ok(mut dataset) => {
                    assert!(at < 10, "byte {at}");
                    dataset.name.clone_from(&whole.name);
                    assert_eq!(dataset, whole);
                }
                Err(error) => assert!(error.to_string().contains(NAMES[0]), "{error}"),
            }
        }
        let mut bad = good;
        let last = bad.len() - 1;
        bad[last - 5] ^= 1;
        fs::write(directory.path().join(NAMES[0]), bad).unwrap();
        let message = message(&directory, None);
        assert!(
            message.starts_with("train-images-idx3-ubyte: corrupt or cut off gzip data: "),
            "{message}"
        );
    }

    #[test]
    fn a_directory_in_place_of_a_file_is_named() {
        let directory = written(&tiny());
        fs::remove_file(directory.path().join(NAMES[1])).unwrap();
        fs::create_dir(directory.path().join(NAMES[1])).unwrap();
        assert_eq!(
            message(&directory, None),
            "train-labels-idx1-ubyte: is a directory; expected a file"
        );
    }

    #[test]
    fn a_directory_that_is_not_there_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let error = Dataset::from_dir(&directory.path().join("none"), None).unwrap_err();
        assert!(error.to_string().contains("none: cannot list this directory: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_dangling_link_is_named() {
        let directory = written(&tiny());
        fs::remove_file(directory.path().join(NAMES[1])).unwrap();
        std::os::unix::fs::symlink("nowhere", directory.path().join(NAMES[1])).unwrap();
        assert!(message(&directory, None).starts_with("train-labels-idx1-ubyte: cannot be read: "));
    }

    #[test]
    fn one_training_image_is_enough() {
        let mut files = tiny();
        files[0] = images_file(1, 3, 2, &[0; 6]);
        files[1] = labels_file(1, &[255]);
        let dataset = Dataset::from_dir(written(&files).path(), None).unwrap();
        assert_eq!(dataset.training.len(), 1);
        assert!(dataset.validation.is_empty());
    }
}
