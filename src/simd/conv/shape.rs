use crate::simd::{BLOCK, padded};

/// The shape of a convolution with max-pooling (the book's chapter 6): square kernels that move by one pixel
/// within the image, and square windows side by side of which the largest output is kept. What is left over at
/// the right and at the bottom, too little for a window, is ignored.
///
/// Images are stored pixel by pixel with the channels of a pixel together, `[rows][columns][channels]`, and the
/// pooled outputs so too, `[pooled rows][pooled columns][maps]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvShape {
    /// The rows of an image.
    pub rows: usize,
    /// The columns of an image.
    pub columns: usize,
    /// The numbers of a pixel: 1 for grey images, the maps of the layer before for others.
    pub channels: usize,
    /// The feature maps: the outputs for each place of the kernel.
    pub maps: usize,
    /// The side of the kernel, the local receptive field, in pixels.
    pub kernel: usize,
    /// The side of a pooling window; 1 for no pooling.
    pub pool: usize,
}

impl ConvShape {
    /// The rows and columns of a map before pooling.
    ///
    /// # Panics
    ///
    /// When the kernel is larger than the image.
    pub fn convolved(&self) -> [usize; 2] {
        [self.rows - self.kernel + 1, self.columns - self.kernel + 1]
    }

    /// The rows and columns of a map after pooling.
    pub fn pooled(&self) -> [usize; 2] {
        self.convolved().map(|side| side / self.pool)
    }

    /// The numbers of an image.
    pub fn inputs(&self) -> usize {
        self.rows * self.columns * self.channels
    }

    /// The neurons: a number a place and map after pooling.
    pub fn neurons(&self) -> usize {
        self.pooled().into_iter().product::<usize>() * self.maps
    }

    /// The length of a run: what the kernel covers of a row of the image, neighbours in memory.
    pub fn run(&self) -> usize {
        self.kernel * self.channels
    }

    /// The weights of a map, one a pixel and channel under the kernel.
    pub fn field(&self) -> usize {
        self.kernel * self.run()
    }

    /// The stride of the weights of a map where they are stored map by map, each run padded:
    /// `[maps][kernel][padded(run)]`.
    pub fn field_stride(&self) -> usize {
        self.kernel * padded(self.run())
    }

    /// Where the image begins under the kernel for the output that won place `window` (row by row) of the
    /// pooling window at (`row`, `column`).
    pub fn corner(&self, row: usize, column: usize, window: usize) -> usize {
        let y = row * self.pool + window / self.pool;
        let x = column * self.pool + window % self.pool;
        (y * self.columns + x) * self.channels
    }
}

/// The kernels of this module read and write whole vectors, and so up to this many numbers after the last
/// row of images, errors or outputs, whose values are arbitrary.
pub const BEYOND: usize = BLOCK;
