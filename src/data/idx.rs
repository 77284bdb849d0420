//! The IDX format of MNIST and its successors.
//!
//! All numbers are big-endian. Images: magic `0x00000803`, count, rows, columns, then one byte a
//! pixel; or magic `0x00000804`, count, rows, columns, channels, then the bytes of all channels of a
//! pixel, pixel by pixel. Labels: magic `0x00000801`, count, then one byte a label.
//!
//! Nothing is allocated on the word of a header: memory grows with the data that arrive.

use std::io::{self, Read};

use super::{FileProblem, SparseRows};

/// First four bytes of a file of images: unsigned bytes (08) in 3 dimensions.
pub(super) const IMAGES_MAGIC: u32 = 0x0000_0803;
/// First four bytes of a file of images with channels: unsigned bytes (08) in 4 dimensions.
pub(super) const CHANNELS_MAGIC: u32 = 0x0000_0804;
/// First four bytes of a file of labels: unsigned bytes (08) in 1 dimension.
pub(super) const LABELS_MAGIC: u32 = 0x0000_0801;

const IMAGES_HEADER: u64 = 16;
const CHANNELS_HEADER: u64 = 20;
const LABELS_HEADER: u64 = 8;

/// Bytes to read at a time, about.
const CHUNK: usize = 1 << 16;

/// What the header of a file of images says, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImagesHeader {
    pub(super) images: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// The bytes of a pixel: 1 for grey images.
    pub(super) channels: usize,
}

impl ImagesHeader {
    /// Rows, columns and channels.
    pub(super) fn shape(&self) -> [usize; 3] {
        [self.rows, self.columns, self.channels]
    }

    /// Bytes of an image: 1 to `SparseRows::MAX_COLUMNS`.
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
        let (size, [images, rows, columns, channels]) = match self.magic(IMAGES_HEADER)? {
            IMAGES_MAGIC => {
                let [images, rows, columns] = self.words(IMAGES_HEADER)?;
                (IMAGES_HEADER, [images, rows, columns, 1])
            }
            CHANNELS_MAGIC => (CHANNELS_HEADER, self.words(CHANNELS_HEADER)?),
            found => return Err(FileProblem::Magic { expected: IMAGES_MAGIC, found }),
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
        // The product is below 2^48.
        self.promised = size + u64::from(images) * pixels as u64;
        let [rows, columns, channels] = shape;
        Ok(ImagesHeader { images: images as usize, rows, columns, channels })
    }

    /// Reads and checks the header of a file of labels: how many there are.
    pub(super) fn labels_header(&mut self) -> Result<usize, FileProblem> {
        match self.magic(LABELS_HEADER)? {
            LABELS_MAGIC => {}
            found => return Err(FileProblem::Magic { expected: LABELS_MAGIC, found }),
        }
        let [labels] = self.words(LABELS_HEADER)?;
        self.promised = LABELS_HEADER + u64::from(labels);
        Ok(labels as usize)
    }

    /// Begins a file, whose header has `header` bytes.
    fn magic(&mut self, header: u64) -> Result<u32, FileProblem> {
        self.position = 0;
        self.word(header)
    }

    fn words<const N: usize>(&mut self, header: u64) -> Result<[u32; N], FileProblem> {
        let mut words = [0; N];
        for word in &mut words {
            *word = self.word(header)?;
        }
        Ok(words)
    }

    fn word(&mut self, header: u64) -> Result<u32, FileProblem> {
        let mut bytes = [0; 4];
        if self.fill(&mut bytes)? < bytes.len() {
            return Err(FileProblem::Header { header, found: self.position });
        }
        Ok(u32::from_be_bytes(bytes))
    }

    /// Reads `images` images of `pixels` pixels. The caller has checked their total.
    pub(super) fn images(
        &mut self,
        images: usize,
        pixels: usize,
    ) -> Result<SparseRows, FileProblem> {
        let mut rows = SparseRows::new(pixels);
        let images_per_chunk = (CHUNK / pixels).max(1);
        let mut buffer = vec![0; images_per_chunk * pixels];
        let mut left = images;
        while left > 0 {
            let now = left.min(images_per_chunk);
            let chunk = &mut buffer[..now * pixels];
            if self.fill(chunk)? < chunk.len() {
                return Err(self.truncated());
            }
            rows.push_dense(chunk);
            left -= now;
        }
        rows.shrink_to_fit();
        Ok(rows)
    }

    /// Reads `count` labels.
    pub(super) fn labels(&mut self, count: usize) -> Result<Vec<u8>, FileProblem> {
        let mut labels = Vec::new();
        let read = (&mut self.source).take(count as u64).read_to_end(&mut labels)?;
        self.position += read as u64;
        if read < count {
            return Err(self.truncated());
        }
        labels.shrink_to_fit();
        Ok(labels)
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
        let images = reader.images(2, 3).unwrap();
        assert_eq!(images, SparseRows::from_dense(&[0, 1, 2, 3, 0, 0], 3));
        assert_eq!(reader.labels_header().unwrap(), 2);
        assert_eq!(reader.labels(2).unwrap(), [8, 9]);
        reader.end().unwrap();
    }

    #[test]
    fn a_fourth_dimension_is_that_of_the_channels() {
        let bytes = channels_file(2, [1, 3, 2], &[1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]);
        let mut reader = IdxReader::new(&bytes[..]);
        let header = reader.images_header().unwrap();
        assert_eq!((header.images, header.shape(), header.pixels()), (2, [1, 3, 2], 6));
        assert_eq!(reader.promised(), 32);
        assert_eq!(reader.images(2, 6).unwrap(), SparseRows::from_dense(&bytes[20..], 6));
        reader.end().unwrap();
        let error = IdxReader::new(&bytes[..19]).images_header().unwrap_err();
        assert_eq!(error.to_string(), "truncated: 19 bytes, but the header alone has 20");
    }

    #[test]
    fn a_hostile_count_allocates_nothing() {
        let bytes = images_file(u32::MAX, 255, 257, &[1; 100]);
        let mut reader = IdxReader::new(&bytes[..]);
        let header = reader.images_header().unwrap();
        let error = reader.images(header.images, header.pixels()).unwrap_err();
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
}
