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

    /// Another value of each.
    pub(super) fn map<Q>(&self, value: impl FnMut(P) -> Q) -> Pixels<Q> {
        let pixels = self.pixels.iter().copied().map(value).collect();
        Pixels { width: self.width, height: self.height, pixels }
    }

    /// Those from a column and row up to before others.
    pub(super) fn part(&self, first: [usize; 2], end: [usize; 2]) -> Self {
        let [width, height] = [end[0] - first[0], end[1] - first[1]];
        Self::from_fn(width, height, |x, y| self.at(first[0] + x, first[1] + y))
    }
}

impl Pixels<f32> {
    /// Each the mean of the square that reaches so far from it, as far as that lies inside.
    pub(super) fn smoothed(&self, reach: usize) -> Self {
        self.smoothed_rows(reach).transposed().smoothed_rows(reach).transposed()
    }

    fn smoothed_rows(&self, reach: usize) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        // Sums in f64, or those of long rows would drift.
        let mut sums = vec![0.0; self.width + 1];
        for row in self.rows() {
            for (x, &pixel) in row.iter().enumerate() {
                sums[x + 1] = sums[x] + f64::from(pixel);
            }
            pixels.extend((0..self.width).map(|x| {
                let (first, end) = (x.saturating_sub(reach), (x + reach + 1).min(self.width));
                ((sums[end] - sums[first]) / (end - first) as f64) as f32
            }));
        }
        Self { width: self.width, height: self.height, pixels }
    }

    fn transposed(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| self.at(y, x))
    }
}
