/// Where every pixel of a distorted image comes from, relative to its own place, in pixels.
pub(super) struct Field {
    pub shape: (usize, usize),
    /// Down, row by row.
    pub down: Vec<f32>,
    /// To the right.
    pub right: Vec<f32>,
}

impl Field {
    /// No displacement.
    pub(super) fn new(shape: (usize, usize)) -> Self {
        let zeros = vec![0.0; shape.0 * shape.1];
        Self { shape, down: zeros.clone(), right: zeros }
    }

    /// The image with every pixel taken from its place in the original, between pixels by bilinear
    /// interpolation; outside of the original is background.
    pub(super) fn warp(&self, image: &[u8], warped: &mut [u8]) {
        let columns = self.shape.1;
        for (i, warped) in warped.iter_mut().enumerate() {
            let (y, x) = (i / columns, i % columns);
            let value = self.sample(image, y as f32 + self.down[i], x as f32 + self.right[i]);
            // Between 0 and 255, since it is a mean.
            *warped = (value + 0.5) as u8;
        }
    }

    fn sample(&self, image: &[u8], y: f32, x: f32) -> f32 {
        let (rows, columns) = self.shape;
        let pixel = |y: i32, x: i32| {
            let inside = y >= 0 && x >= 0 && (y as usize) < rows && (x as usize) < columns;
            if inside { f32::from(image[y as usize * columns + x as usize]) } else { 0.0 }
        };
        let ((y, down), (x, right)) = (split(y), split(x));
        let above = pixel(y, x) * (1.0 - right) + pixel(y, x + 1) * right;
        let below = pixel(y + 1, x) * (1.0 - right) + pixel(y + 1, x + 1) * right;
        above * (1.0 - down) + below * down
    }
}

/// The next integer below, and the rest; a library call would do the same more slowly.
fn split(x: f32) -> (i32, f32) {
    let toward_zero = x as i32;
    let below = toward_zero - i32::from(toward_zero as f32 > x);
    (below, x - below as f32)
}
