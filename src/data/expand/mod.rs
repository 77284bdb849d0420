//! Artificial expansion of the training images (chapter 3): shifts, rotations, elastic distortions.
//!
//! Everything is a pure function of the images, a seed and the number of the copy or epoch.

mod elastic;
mod rotation;
mod shift;
mod warp;

use super::{SparseRows, Split};
use crate::rng::{Purpose, Stream};
use elastic::Elastic;
use std::fmt::{self, Display};
use std::str::FromStr;
use warp::Field;

/// How images are distorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distortion {
    /// By one pixel down, up, right or left; the line that is left empty is background: the book's.
    Shifts,
    /// Around their middle, by an angle uniform within ±15°.
    Rotations,
    /// By smooth random displacements (Simard, Steinkraus and Platt, 2003): independent ones uniform
    /// in [−1, 1) for every pixel and direction, 0 outside the image, smoothed by a Gaussian of σ = 4
    /// pixels cut off at 3σ, times α = 34. The typical displacement is 1.4 pixels.
    Elastic,
}

impl Distortion {
    const ALL: [Self; 3] = [Self::Shifts, Self::Rotations, Self::Elastic];

    fn name(self) -> &'static str {
        match self {
            Self::Shifts => "shifts",
            Self::Rotations => "rotations",
            Self::Elastic => "elastic",
        }
    }
}

/// A training set that is expanded, once or anew for every epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Expansion {
    /// How the images are distorted.
    pub distortion: Distortion,
    /// The number of distorted copies of every image that join the originals, once and for all;
    /// `None` if every epoch has each image once, freshly distorted. Shifts have four copies, one in
    /// each direction.
    pub copies: Option<usize>,
}

/// Copies if nobody says how many.
const COPIES: usize = 4;
/// The most copies; the images of MNIST take 2 GB then.
const MOST_COPIES: usize = 100;

const EXPECTED: &str = "expected shifts, rotations or elastic, and perhaps :COPIES (1 to 100; shifts \
                        have 4) or :epoch";

impl FromStr for Expansion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, copies) = text.split_once(':').map_or((text, None), |(a, b)| (a, Some(b)));
        let distortion = Distortion::ALL.into_iter().find(|d| d.name() == name);
        let distortion = distortion.ok_or(EXPECTED)?;
        let copies = match copies {
            None => Some(COPIES),
            Some("epoch") => None,
            Some(number) => {
                let copies = number.parse().ok().filter(|n| (1..=MOST_COPIES).contains(n));
                Some(copies.ok_or(EXPECTED)?)
            }
        };
        if distortion == Distortion::Shifts && copies.is_some_and(|n| n != COPIES) {
            return Err(EXPECTED.into());
        }
        Ok(Self { distortion, copies })
    }
}

impl Display for Expansion {
    /// As on the command line and in CSV files.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.copies {
            Some(copies) => write!(f, "{}:{copies}", self.distortion.name()),
            None => write!(f, "{}:epoch", self.distortion.name()),
        }
    }
}

impl Expansion {
    /// How many times as many images there are afterwards.
    pub fn factor(self) -> usize {
        1 + self.copies.unwrap_or(0)
    }

    /// Whether the distortions are drawn at random: the four copies of shifts are not.
    pub fn is_random(self) -> bool {
        self.distortion != Distortion::Shifts || self.copies.is_none()
    }

    /// The images, and after them copy 1 of all of them, copy 2 and so on; without copies the images
    /// as they are. An image has `shape` = (rows, columns) pixels, all channels of which move alike.
    ///
    /// # Panics
    ///
    /// When the images do not have that many pixels of some channels, or all together 2³² non-zero ones or more.
    pub fn once(self, split: &Split, shape: (usize, usize), seed: u64) -> Split {
        let mut expanded = split.clone();
        for copy in 1..=self.copies.unwrap_or(0) as u32 {
            let direction = (copy - 1) as usize;
            self.distort(split, shape, seed, copy, Some(direction), &mut expanded);
        }
        expanded
    }

    /// Every image once, distorted as only this epoch has it; shifts leave a fifth of the images where
    /// they are.
    ///
    /// # Panics
    ///
    /// As [`once`](Self::once).
    pub fn for_epoch(self, split: &Split, shape: (usize, usize), seed: u64, epoch: u32) -> Split {
        let mut distorted = Split::from((SparseRows::new(split.images.columns()), Vec::new()));
        self.distort(split, shape, seed, epoch, None, &mut distorted);
        distorted
    }

    /// Appends distorted images. `direction` is that of all shifts, if not a random one each.
    fn distort(
        self,
        split: &Split,
        shape: (usize, usize),
        seed: u64,
        index: u32,
        direction: Option<usize>,
        output: &mut Split,
    ) {
        let (pixels, numbers) = (shape.0 * shape.1, split.images.columns());
        assert!(numbers.is_multiple_of(pixels), "images of another shape");
        let channels = numbers / pixels;
        let mut stream = Stream::new(seed, Purpose::Expansion, index);
        let (mut image, mut distorted) = (vec![0; numbers], vec![0; numbers]);
        let mut planes = Planes::new(pixels, channels);
        let mut field = Field::new(shape);
        let mut elastic = Elastic::new(shape);
        for i in 0..split.len() {
            split.images.dense_row(i, &mut image);
            match self.distortion {
                Distortion::Shifts => {
                    let direction = direction.unwrap_or_else(|| stream.below(5) as usize);
                    planes.each(&image, &mut distorted, |from, to| {
                        shift::shift(from, shape, direction, to);
                    });
                }
                Distortion::Rotations => {
                    rotation::draw(&mut stream, &mut field);
                    planes.each(&image, &mut distorted, |from, to| field.warp(from, to));
                }
                Distortion::Elastic => {
                    elastic.draw(&mut stream, &mut field);
                    planes.each(&image, &mut distorted, |from, to| field.warp(from, to));
                }
            }
            output.images.push_dense(&distorted);
        }
        output.labels.extend_from_slice(&split.labels);
    }
}

/// Room for one channel of an image before and after its distortion.
struct Planes {
    channels: usize,
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Planes {
    fn new(pixels: usize, channels: usize) -> Self {
        Self { channels, from: vec![0; pixels], to: vec![0; pixels] }
    }

    /// Distorts the channels of an image one by one.
    fn each(&mut self, image: &[u8], distorted: &mut [u8], distort: impl Fn(&[u8], &mut [u8])) {
        let Self { channels, from, to } = self;
        if *channels == 1 {
            return distort(image, distorted);
        }
        for c in 0..*channels {
            let of_channel = image.iter().skip(c).step_by(*channels);
            from.iter_mut().zip(of_channel).for_each(|(to, &from)| *to = from);
            distort(from, to);
            let of_channel = distorted.iter_mut().skip(c).step_by(*channels);
            of_channel.zip(&*to).for_each(|(to, &from)| *to = from);
        }
    }
}

#[cfg(test)]
mod tests;
