//! Digits of MNIST as lines, drawn again by pens of any width.

use super::drawing::{Canvas, Shape};

/// The middle line of a digit's strokes.
pub(super) struct Line {
    /// Pieces from place to place, in pixels of the digit.
    pieces: Vec<[[f64; 2]; 2]>,
}

/// Pixels of the picture that is thinned to one of the digit.
const SCALE: usize = 10;
const SIDE: usize = 28 * SCALE;

impl Line {
    /// The digit, thinned (Zhang and Suen 1984).
    pub(super) fn of(digit: &[u8]) -> Self {
        let shape = Shape::of(digit);
        let at = |i: usize| [i % SIDE, i / SIDE].map(|i| (i as f64 + 0.5) / SCALE as f64);
        let mut ink: Vec<bool> =
            (0..SIDE * SIDE).map(|i| shape.ink(at(i), SCALE as f64, 0.5) > 0.5).collect();
        let is_inside = |i: usize| (1..SIDE - 1).contains(&i);
        let mut left: Vec<usize> = (0..SIDE * SIDE)
            .filter(|&i| is_inside(i % SIDE) && is_inside(i / SIDE) && ink[i])
            .collect();
        loop {
            let before = left.len();
            for sides in [[0, 2, 4, 6], [4, 6, 0, 2]] {
                let edge: Vec<usize> =
                    left.iter().copied().filter(|&i| is_edge(&ink, i, sides)).collect();
                edge.iter().for_each(|&i| ink[i] = false);
                left.retain(|&i| ink[i]);
            }
            if left.len() == before {
                break;
            }
        }
        // Each with itself, as a dot has no other, and with the neighbours that come after it.
        let next = |&i: &usize| [i, i + 1, i + SIDE - 1, i + SIDE, i + SIDE + 1].map(|j| (i, j));
        let pieces = left.iter().flat_map(next).filter(|&(_, j)| ink[j]);
        Self { pieces: pieces.map(|(i, j)| [at(i), at(j)]).collect() }
    }

    /// Black on white, each pixel that the line crosses.
    pub(super) fn in_pencil(&self, size: [u32; 2], scale: f64, at: [f64; 2]) -> Canvas {
        let mut cover = vec![0.0; (size[0] * size[1]) as usize];
        for [x, y] in self.places(scale, at, 0.5) {
            cover[y as usize * size[0] as usize + x as usize] = 1.0;
        }
        black(size, &cover)
    }

    /// Black on white, by a round brush with a soft edge.
    pub(super) fn by_brush(
        &self,
        size: [u32; 2],
        scale: f64,
        at: [f64; 2],
        diameter: f64,
    ) -> Canvas {
        let [width, height] = size.map(|n| n as usize);
        let reach = diameter / 2.0 + 0.5;
        let near = |i: f64, end: usize| {
            (i - reach).max(0.0) as usize..((i + reach).max(0.0) as usize + 1).min(end)
        };
        let mut cover = vec![0.0_f64; width * height];
        for [x, y] in self.places(scale, at, diameter / 12.0) {
            for (row, column) in
                near(y, height).flat_map(|row| near(x, width).map(move |column| (row, column)))
            {
                let apart = (column as f64 + 0.5 - x).hypot(row as f64 + 0.5 - y);
                let cover = &mut cover[row * width + column];
                *cover = cover.max((reach - apart).clamp(0.0, 1.0));
            }
        }
        black(size, &cover)
    }

    /// Places along the line on a canvas, no farther apart than a step.
    fn places(&self, scale: f64, at: [f64; 2], step: f64) -> impl Iterator<Item = [f64; 2]> {
        self.pieces.iter().flat_map(move |&[from, to]| {
            let far = scale * (to[0] - from[0]).hypot(to[1] - from[1]);
            let count = (far / step).ceil().max(1.0);
            (0..count as u32).map(move |i| {
                let part = f64::from(i) / count;
                [0, 1].map(|axis| at[axis] + scale * (from[axis] + part * (to[axis] - from[axis])))
            })
        })
    }
}

/// Whether a pixel may go: it is at an edge and holds nothing together, and of the four sides, given by their places among
/// the eight neighbours, the two in the middle and one of the others are not all ink.
fn is_edge(ink: &[bool], i: usize, sides: [usize; 4]) -> bool {
    let around =
        [i - SIDE, i - SIDE + 1, i + 1, i + SIDE + 1, i + SIDE, i + SIDE - 1, i - 1, i - SIDE - 1];
    let near = around.map(|i| ink[i]);
    let count = near.iter().filter(|&&is| is).count();
    let begins = (0..8).filter(|&j| !near[j] && near[(j + 1) % 8]).count();
    let [a, b, c, d] = sides.map(|j| near[j]);
    (2..=6).contains(&count) && begins == 1 && !(b && c && (a || d))
}

fn black(size: [u32; 2], cover: &[f64]) -> Canvas {
    let pixel = |cover: &f64| {
        let shade = (255.0 * (1.0 - cover)).round() as u8;
        [shade, shade, shade, 255]
    };
    Canvas { size, pixels: cover.iter().map(pixel).collect() }
}
