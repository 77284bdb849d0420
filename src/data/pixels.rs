//! Pictures in memory.

/// Pixels row by row: `u8` of a grey picture, `[u8; 2]` of one with opacities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pixels<P> {
    /// Columns.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// All of them, the upper left one first.
    pub(super) pixels: Vec<P>,
}

impl<P: Copy> Pixels<P> {
    /// Each made of its column and row.
    pub(super) fn from_fn(
        width: usize,
        height: usize,
        mut pixel: impl FnMut(usize, usize) -> P,
    ) -> Self {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, pixels: places.map(|(x, y)| pixel(x, y)).collect() }
    }

    /// One of them.
    pub(super) fn at(&self, x: usize, y: usize) -> P {
        self.pixels[y * self.width + x]
    }

    /// The rows, from above.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[P]> {
        self.pixels.chunks_exact(self.width)
    }

    /// All of them with their columns and rows.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize, P)> {
        self.rows()
            .enumerate()
            .flat_map(|(y, row)| row.iter().enumerate().map(move |(x, &pixel)| (x, y, pixel)))
    }
}
