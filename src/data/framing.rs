//! Whether a digit stands in its picture as those of MNIST do.

/// Where the digit of a picture stands: light on a dark ground, as a network sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Framing {
    /// Columns and rows of the smallest box around all pixels above a quarter of white, that of MNIST
    /// without its faint fringe.
    pub size: [usize; 2],
    /// How far the centre of mass lies right of the middle and below it, in pixels.
    pub off_centre: [f64; 2],
    /// The lightest pixel.
    pub lightest: u8,
    /// The mean of the outermost pixels.
    pub ground: f64,
}

/// Pixels above this belong to the digit: resizing leaves an eighth of a neighbour outside of it.
const FRINGE: u8 = 64;
/// The longer side of the box. It is 20 in MNIST, and below 17 for 1 of its 10,000 test images.
const LONGER_SIDE: std::ops::RangeInclusive<usize> = 17..=20;
/// How far the centre of mass may lie from the middle, in pixels. It is at most 1 in MNIST.
const OFF_CENTRE: f64 = 1.5;
/// The lightest pixel of MNIST is 254 or more; resizing makes thin strokes darker.
const PALE: u8 = 128;
/// The outermost pixels of MNIST are black but for a few.
const DARK: f64 = 16.0;

impl Framing {
    /// The side of MNIST's images. Of others nothing is known.
    pub const SIDE: u32 = 28;

    /// Measures a picture of [`SIDE`](Self::SIDE)² pixels.
    ///
    /// # Panics
    ///
    /// When it has another size.
    pub fn of(pixels: &[u8]) -> Self {
        const SIDE: usize = Framing::SIDE as usize;
        assert_eq!(pixels.len(), SIDE * SIDE, "not a picture of {SIDE} x {SIDE} pixels");
        let (mut first, mut last) = ([SIDE; 2], [0; 2]);
        let (mut mass, mut moments) = (0.0, [0.0; 2]);
        let (mut ground, mut outermost) = (0.0, 0.0);
        for (place, &pixel) in pixels.iter().enumerate() {
            let at = [place % SIDE, place / SIDE];
            let light = f64::from(pixel);
            mass += light;
            for axis in 0..2 {
                // From the middle of the picture to that of the pixel.
                moments[axis] += light * (at[axis] as f64 + 0.5 - SIDE as f64 / 2.0);
                if pixel > FRINGE {
                    first[axis] = first[axis].min(at[axis]);
                    last[axis] = last[axis].max(at[axis] + 1);
                }
            }
            if at.iter().any(|&i| i == 0 || i == SIDE - 1) {
                ground += light;
                outermost += 1.0;
            }
        }
        Self {
            size: [0, 1].map(|axis| last[axis].saturating_sub(first[axis])),
            off_centre: moments.map(|moment| if mass > 0.0 { moment / mass } else { 0.0 }),
            lightest: pixels.iter().copied().max().unwrap_or(0),
            ground: ground / outermost,
        }
    }

    /// What is not as in MNIST, and what is; `None` if all of it is.
    pub fn problem(&self) -> Option<String> {
        let Self { size: [width, height], off_centre: [right, down], lightest, ground } = *self;
        let (smallest, largest) = LONGER_SIDE.into_inner();
        let mut problems = Vec::new();
        if ground > DARK {
            problems.push(format!(
                "its ground has the shade {ground:.0} of 255 (expected at most {DARK})"
            ));
        }
        if lightest < PALE {
            problems
                .push(format!("its lightest pixel is {lightest} of 255 (expected {PALE} or more)"));
        } else if !LONGER_SIDE.contains(&width.max(height)) {
            problems.push(format!(
                "its digit has {width} x {height} pixels of {0} x {0} (expected {smallest} to \
                 {largest} on the longer side)",
                Self::SIDE
            ));
        }
        let off = right.abs().max(down.abs());
        if off > OFF_CENTRE {
            problems.push(format!(
                "its centre of mass lies {off:.1} pixels from the middle (expected at most {OFF_CENTRE})"
            ));
        }
        (!problems.is_empty()).then(|| problems.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    /// A light rectangle on black, and what is wrong with it.
    fn problem(x: usize, y: usize, width: usize, height: usize, light: u8) -> Option<String> {
        let inside =
            |i: usize| (x..x + width).contains(&(i % 28)) && (y..y + height).contains(&(i / 28));
        let pixels: Vec<u8> = (0..784).map(|i| if inside(i) { light } else { 0 }).collect();
        Framing::of(&pixels).problem()
    }

    #[test]
    fn hardly_a_digit_of_mnist_is_not_framed_as_one() {
        let data = Dataset::mnist().unwrap();
        for (split, expected) in [(&data.test, 1), (&data.training, 8)] {
            let mut pixels = vec![0; 784];
            let unlike = (0..split.len()).filter(|&i| {
                pixels.fill(0);
                split.images.dense_row(i, &mut pixels);
                Framing::of(&pixels).problem().is_some()
            });
            assert_eq!(unlike.count(), expected);
        }
    }

    #[test]
    fn size_place_and_shades_are_told() {
        assert_eq!(problem(4, 4, 20, 20, 255), None);
        assert_eq!(problem(12, 5, 5, 18, 200), None);
        let text = |problem: Option<String>| problem.unwrap();
        assert!(text(problem(10, 10, 8, 8, 255)).contains("8 x 8 pixels of 28 x 28"));
        assert!(text(problem(0, 0, 28, 28, 255)).contains("28 x 28 pixels"));
        assert!(text(problem(0, 0, 28, 28, 50)).starts_with("its ground has the shade 50 of 255"));
        assert!(text(problem(4, 4, 20, 20, 100)).contains("lightest pixel is 100"));
        let corner = text(problem(0, 0, 20, 20, 255));
        assert!(corner.contains("4.0 pixels from the middle") && !corner.contains("20 x 20"));
        let framing = Framing::of(&[0; 784]);
        assert_eq!((framing.size, framing.off_centre, framing.lightest), ([0; 2], [0.0; 2], 0));
    }
}
