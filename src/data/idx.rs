//! The IDX format of MNIST and its successors.
//!
//! All numbers are big-endian. A file begins with two zeros, the type of its numbers (08 unsigned bytes, 09 signed ones,
//! 0b and 0c whole numbers of 16 and 32 bits, 0d and 0e floating-point numbers of 32 and 64 bits), the number of its
//! dimensions, and their sizes; the numbers follow. Images have three dimensions, `[images][rows][columns]`, or with channels
//! four, `[images][rows][columns][channels]`; rows of features two. Labels have one dimension; or two, of which
//! the first column has the classes (QMNIST's).
//!
//! Nothing is allocated on the word of a header: memory grows with the data that arrive.

use std::io::{self, Read};

use super::element::Element;
use super::{FileProblem, Scale, SparseRows};

/// First four bytes of a file of images: unsigned bytes (08) in 3 dimensions.
pub(super) const IMAGES_MAGIC: u32 = 0x0000_0803;
/// First four bytes of a file of images with channels: unsigned bytes (08) in 4 dimensions.
#[cfg(test)]
pub(super) const CHANNELS_MAGIC: u32 = 0x0000_0804;
/// First four bytes of a file of labels: unsigned bytes (08) in 1 dimension.
pub(super) const LABELS_MAGIC: u32 = 0x0000_0801;

/// The largest number of columns of labels; more are features.
const MOST_LABEL_COLUMNS: u32 = 16;

/// Bytes to read at a time, about.
const CHUNK: usize = 1 << 16;

/// What the header of a file of images says, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImagesHeader {
    pub(super) element: Element,
    pub(super) images: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The numbers of a pixel: 1 for grey images.
    pub(super) channels: usize,
}

/// What the header of a file of labels says, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabelsHeader {
    pub(super) element: Element,
    pub(super) labels: usize,
    /// The numbers of an image, of which the first one is the class.
    pub(super) width: usize,
}

impl ImagesHeader {
    /// Rows, columns and channels.
    pub(super) fn shape(&self) -> [usize; 3] {
        [self.rows, self.columns, self.channels]
    }

    /// Numbers of an image: 1 to `SparseRows::MAX_COLUMNS`.
    pub(super) fn pixels(&self) -> usize {
        self.shape().into_iter().product()
    }

    /// Checks that the offsets of `SparseRows` can count all the pixels.
    pub(super) fn check_total(&self) -> Result<(), FileProblem> {
        let total = self.images as u64 * self.pixels() as u64;
        if total < u64::from(u32::MAX) {
            return Ok(());
        }
        Err(FileProblem::TooLarge { images: self.images, shape: self.shape() })
    }
}

/// Reads one IDX file, or several that follow each other: header, data, header, data, ...
pub(super) struct IdxReader<R> {
    source: R,
    /// Bytes read of the current file.
    position: u64,
    /// Bytes that its header promises, itself included.
    promised: u64,
}

impl<R: Read> IdxReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, position: 0, promised: 0 }
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    /// Bytes of header and data of the current file, as its header says.
    pub(super) fn promised(&self) -> u64 {
        self.promised
    }

    /// Reads and checks the header of a file of images.
    pub(super) fn images_header(&mut self) -> Result<ImagesHeader, FileProblem> {
        let (element, sizes) = self.header(IMAGES_MAGIC, 2..=4)?;
        let [images, rows, columns, channels] = match sizes[..] {
            [rows, features] => [rows, 1, features, 1],
            [images, rows, columns] => [images, rows, columns, 1],
            _ => std::array::from_fn(|i| sizes[i]),
        };
        let shape = [rows, columns, channels];
        let pixels: u128 = shape.map(u128::from).into_iter().product();
        let shape = shape.map(|n| n as usize);
        if !(1..=SparseRows::MAX_COLUMNS as u128).contains(&pixels) {
            return Err(FileProblem::ImageSize { shape });
        }
        if images == 0 {
            return Err(FileProblem::NoImages);
        }
        // The product is below 2^51.
        self.promised = self.position + u64::from(images) * pixels as u64 * element.size() as u64;
        let [rows, columns, channels] = shape;
        Ok(ImagesHeader { element, images: images as usize, rows, columns, channels })
    }

    /// Reads and checks the header of a file of labels: how many there are.
    pub(super) fn labels_header(&mut self) -> Result<LabelsHeader, FileProblem> {
        let (element, sizes) = self.header(LABELS_MAGIC, 1..=2)?;
        let (labels, width) = match sizes[..] {
            [labels, width] => (labels, width),
            _ => (sizes[0], 1),
        };
        if !(1..=MOST_LABEL_COLUMNS).contains(&width) {
            return Err(FileProblem::LabelColumns { width, most: MOST_LABEL_COLUMNS });
        }
        self.promised =
            self.position + u64::from(labels) * u64::from(width) * element.size() as u64;
        Ok(LabelsHeader { element, labels: labels as usize, width: width as usize })
    }

    /// Begins a file: the type of its numbers and the sizes of its dimensions, of which there are so many.
    fn header(
        &mut self,
        expected: u32,
        dimensions: std::ops::RangeInclusive<u8>,
    ) -> Result<(Element, Vec<u32>), FileProblem> {
        self.position = 0;
        let shortest = 4 + 4 * u64::from(expected as u8);
        let found = self.word(shortest)?;
        let [zero, zero_too, code, rank] = found.to_be_bytes();
        let element = Element::of(code).filter(|_| [zero, zero_too] == [0, 0]);
        let Some(element) = element.filter(|_| dimensions.contains(&rank)) else {
            return Err(FileProblem::Magic { expected, found });
        };
        let header = 4 + 4 * u64::from(rank);
        let sizes = (0..rank).map(|_| self.word(header)).collect::<Result<_, _>>()?;
        Ok((element, sizes))
    }

    fn word(&mut self, header: u64) -> Result<u32, FileProblem> {
        let mut bytes = [0; 4];
        if self.fill(&mut bytes)? < bytes.len() {
            return Err(FileProblem::Header { header, found: self.position });
        }
        Ok(u32::from_be_bytes(bytes))
    }

    /// Reads images of bytes, with rows and columns exchanged if so asked. The caller has checked their total.
    pub(super) fn images(
        &mut self,
        header: &ImagesHeader,
        transpose: bool,
    ) -> Result<SparseRows, FileProblem> {
        let pixels = header.pixels();
        let mut rows = SparseRows::new(pixels);
        let images_per_chunk = (CHUNK / pixels).max(1);
        let mut buffer = vec![0; images_per_chunk * pixels];
        let mut left = header.images;
        while left > 0 {
            let now = left.min(images_per_chunk);
            let chunk = &mut buffer[..now * pixels];
            if self.fill(chunk)? < chunk.len() {
                return Err(self.truncated());
            }
            if transpose {
                chunk.chunks_exact_mut(pixels).for_each(|image| transposed(image, header.shape()));
            }
            rows.push_dense(chunk);
            left -= now;
        }
        rows.shrink_to_fit();
        Ok(rows)
    }

    /// Reads images of any numbers, `[images][pixels]`, scaled, with rows and columns exchanged if so asked. Without a scale they
    /// must be floating-point numbers from 0 to 1.
    pub(super) fn numbers(
        &mut self,
        header: &ImagesHeader,
        transpose: bool,
        scale: Option<Scale>,
    ) -> Result<Vec<f64>, FileProblem> {
        let (pixels, element) = (header.pixels(), header.element);
        let mut numbers = self.decoded(header.images * pixels, element)?;
        if let Some(at) = numbers.iter().position(|x| !x.is_finite()) {
            let (image, pixel, number) = (at / pixels, at % pixels, numbers[at]);
            return Err(FileProblem::NotFinite { image, pixel, number });
        }
        match scale {
            Some(scale) => numbers.iter_mut().for_each(|x| *x = scale.of(*x)),
            None => {
                let smallest = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                if !element.is_float() || smallest < 0.0 || largest > 1.0 {
                    let element = element.name();
                    return Err(FileProblem::Unscaled { element, smallest, largest });
                }
            }
        }
        if transpose {
            numbers.chunks_exact_mut(pixels).for_each(|image| transposed(image, header.shape()));
        }
        Ok(numbers)
    }

    /// Reads the labels of a file, the first number of each image.
    pub(super) fn labels(&mut self, header: &LabelsHeader) -> Result<Vec<u8>, FileProblem> {
        let numbers = self.decoded(header.labels * header.width, header.element)?;
        let label = |(index, &number): (usize, &f64)| {
            let is_one = (0.0..=255.0).contains(&number) && number.fract() == 0.0;
            is_one.then_some(number as u8).ok_or(FileProblem::NoLabel { index, number })
        };
        numbers.iter().step_by(header.width).enumerate().map(label).collect()
    }

    /// The next numbers.
    fn decoded(&mut self, count: usize, element: Element) -> Result<Vec<f64>, FileProblem> {
        let mut numbers = Vec::new();
        let mut buffer = vec![0; CHUNK];
        let mut left = count * element.size();
        while left > 0 {
            let chunk = &mut buffer[..left.min(CHUNK)];
            if self.fill(chunk)? < chunk.len() {
                return Err(self.truncated());
            }
            element.decode(chunk, &mut numbers);
            left -= chunk.len();
        }
        numbers.shrink_to_fit();
        Ok(numbers)
    }

    /// Checks that nothing follows. Of a gzipped file this also checks the checksum at its end.
    pub(super) fn end(&mut self) -> Result<(), FileProblem> {
        match self.fill(&mut [0])? {
            0 => Ok(()),
            _ => Err(FileProblem::Trailing { promised: self.promised }),
        }
    }

    fn truncated(&self) -> FileProblem {
        FileProblem::Truncated { promised: self.promised, found: self.position }
    }

    /// Reads until the buffer is full or the source ends. Returns the bytes read.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, FileProblem> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.source.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.position += filled as u64;
        Ok(filled)
    }
}

/// Exchanges the rows and columns of an image, whose file has the shape `[rows][columns][channels]`.
pub(super) fn transposed<T: Copy>(image: &mut [T], [rows, columns, channels]: [usize; 3]) {
    let stored = image.to_vec();
    let pixels = (0..columns).flat_map(|x| (0..rows).map(move |y| (y * columns + x) * channels));
    for (to, from) in image.chunks_exact_mut(channels).zip(pixels) {
        to.copy_from_slice(&stored[from..from + channels]);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file of images as bytes.
    pub(in super::super) fn images_file(
        images: u32,
        rows: u32,
        columns: u32,
        pixels: &[u8],
    ) -> Vec<u8> {
        let header = [IMAGES_MAGIC, images, rows, columns].map(u32::to_be_bytes);
        [header.as_flattened(), pixels].concat()
    }

    /// A file of images with channels as bytes.
    pub(in super::super) fn channels_file(
        images: u32,
        [rows, columns, channels]: [u32; 3],
        pixels: &[u8],
    ) -> Vec<u8> {
        let header = [CHANNELS_MAGIC, images, rows, columns, channels].map(u32::to_be_bytes);
        [header.as_flattened(), pixels].concat()
    }

    /// A file of labels as bytes.
    pub(in super::super) fn labels_file(count: u32, labels: &[u8]) -> Vec<u8> {
        let header = [LABELS_MAGIC, count].map(u32::to_be_bytes);
        [header.as_flattened(), labels].concat()
    }

    #[test]
    fn files_may_follow_each_other() {
        let bytes = [images_file(2, 1, 3, &[0, 1, 2, 3, 0, 0]), labels_file(2, &[8, 9])].concat();
        let mut reader = IdxReader::new(&bytes[..]);
        let header = reader.images_header().unwrap();
        assert_eq!((header.images, header.pixels()), (2, 3));
        assert_eq!(reader.promised(), 22);
        let images = reader.images(&header, false).unwrap();
        assert_eq!(images, SparseRows::from_dense(&[0, 1, 2, 3, 0, 0], 3));
        let header = reader.labels_header().unwrap();
        assert_eq!((header.labels, header.width), (2, 1));
        assert_eq!(reader.labels(&header).unwrap(), [8, 9]);
        reader.end().unwrap();
    }

    #[test]
    fn a_fourth_dimension_is_that_of_the_channels() {
        let bytes = channels_file(2, [1, 3, 2], &[1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]);
        let mut reader = IdxReader::new(&bytes[..]);
        let header = reader.images_header().unwrap();
        assert_eq!((header.images, header.shape(), header.pixels()), (2, [1, 3, 2], 6));
        assert_eq!(reader.promised(), 32);
        assert_eq!(reader.images(&header, false).unwrap(), SparseRows::from_dense(&bytes[20..], 6));
        reader.end().unwrap();
        let error = IdxReader::new(&bytes[..19]).images_header().unwrap_err();
        assert_eq!(error.to_string(), "truncated: 19 bytes, but the header alone has 20");
    }

    #[test]
    fn a_hostile_count_allocates_nothing() {
        let bytes = images_file(u32::MAX, 255, 257, &[1; 100]);
        let mut reader = IdxReader::new(&bytes[..]);
        let header = reader.images_header().unwrap();
        let error = reader.images(&header, false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "truncated: the header promises 281470681677841 bytes in all, found 116"
        );
    }

    #[test]
    fn sizes_are_checked_without_overflow() {
        for (rows, columns) in [(0, 5), (5, 0), (256, 256), (u32::MAX, u32::MAX)] {
            let bytes = images_file(1, rows, columns, &[]);
            let error = IdxReader::new(&bytes[..]).images_header().unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("images of {rows}x{columns} pixels")),
                "{error}"
            );
        }
        for shape in [[2, 2, 0], [2, 2, 16384], [u32::MAX; 3]] {
            let bytes = channels_file(1, shape, &[]);
            let error = IdxReader::new(&bytes[..]).images_header().unwrap_err().to_string();
            let [rows, columns, channels] = shape;
            let start =
                format!("images of {rows}x{columns} pixels with {channels} channels; expected");
            assert!(error.starts_with(&start), "{error}");
        }
    }

    #[test]
    fn transposing_exchanges_rows_and_columns_but_not_channels() {
        let mut image = [1, 2, 3, 4, 5, 6];
        transposed(&mut image, [2, 3, 1]);
        assert_eq!(image, [1, 4, 2, 5, 3, 6]);
        transposed(&mut image, [3, 2, 1]);
        assert_eq!(image, [1, 2, 3, 4, 5, 6]);
        transposed(&mut image, [1, 3, 2]);
        assert_eq!(image, [1, 2, 3, 4, 5, 6]);
        let mut image = [1, 2, 3, 4, 5, 6, 7, 8];
        transposed(&mut image, [2, 2, 2]);
        assert_eq!(image, [1, 2, 5, 6, 3, 4, 7, 8]);
    }
}
