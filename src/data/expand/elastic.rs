use super::warp::Field;
use crate::rng::Stream;

/// The standard deviation of the Gaussian, in pixels.
const SIGMA: f64 = 4.0;
/// What the smoothed displacements are multiplied by.
const ALPHA: f64 = 34.0;
/// The Gaussian is cut off beyond 3σ.
const RADIUS: usize = 12;

/// Random smooth displacements, and the memory to make them.
pub(super) struct Elastic {
    shape: (usize, usize),
    /// The Gaussian, whose sum is 1.
    kernel: [f32; 2 * RADIUS + 1],
    /// A field with a margin of zeros on all sides.
    padded: Vec<f32>,
    /// The same smoothed along the rows, with a margin above and below.
    smoothed: Vec<f32>,
}

impl Elastic {
    pub(super) fn new(shape: (usize, usize)) -> Self {
        let gaussian: [f64; 2 * RADIUS + 1] = std::array::from_fn(|i| {
            let distance = i as f64 - RADIUS as f64;
            libm::exp(-0.5 * distance * distance / (SIGMA * SIGMA))
        });
        let sum: f64 = gaussian.iter().sum();
        let (rows, columns) = shape;
        Self {
            shape,
            kernel: gaussian.map(|g| (g / sum) as f32),
            padded: vec![0.0; rows * (columns + 2 * RADIUS)],
            smoothed: vec![0.0; (rows + 2 * RADIUS) * columns],
        }
    }

    /// Draws a displacement.
    pub(super) fn draw(&mut self, stream: &mut Stream, field: &mut Field) {
        for displacement in [&mut field.down, &mut field.right] {
            self.fill(stream);
            self.smooth(displacement);
        }
    }

    /// Uniform numbers in [−1, 1), two from a random word.
    fn fill(&mut self, stream: &mut Stream) {
        let columns = self.shape.1;
        for row in self.padded.chunks_exact_mut(columns + 2 * RADIUS) {
            for pair in row[RADIUS..RADIUS + columns].chunks_mut(2) {
                let word = stream.next_u64();
                for (x, half) in pair.iter_mut().zip([word as u32, (word >> 32) as u32]) {
                    *x = (half >> 8) as f32 * (2.0 / (1 << 24) as f32) - 1.0;
                }
            }
        }
    }

    /// α times the field, smoothed along the rows and then along the columns.
    fn smooth(&mut self, output: &mut [f32]) {
        let (rows, columns) = self.shape;
        let middle = &mut self.smoothed[RADIUS * columns..][..rows * columns];
        middle.fill(0.0);
        let padded = self.padded.chunks_exact(columns + 2 * RADIUS);
        for (row, padded) in middle.chunks_exact_mut(columns).zip(padded) {
            for (t, &weight) in self.kernel.iter().enumerate() {
                for (sum, x) in row.iter_mut().zip(&padded[t..]) {
                    *sum += weight * x;
                }
            }
        }
        output.fill(0.0);
        for (t, &weight) in self.kernel.iter().enumerate() {
            let weight = weight * ALPHA as f32;
            for (sum, x) in output.iter_mut().zip(&self.smoothed[t * columns..]) {
                *sum += weight * x;
            }
        }
    }
}
