//! A digit in the frame of MNIST.

use super::super::framing::Framing;
use super::super::pixels::Pixels;
use super::super::resize::resized;
use super::ink::Ink;
use super::parts::Group;
use super::stroke::regular;

/// The side of MNIST's images, and of the box that a digit of it fits.
const SIDE: usize = Framing::SIDE as usize;
const BOX: usize = 20;
/// The centre of mass lies in the pixel that begins here in every image of MNIST, from the outer edge.
const MIDDLE: f64 = 14.0;
/// Pixels of the digit that may be lighter than the one that becomes white: MNIST has several white ones in every digit.
const LIGHTER: usize = 2;

/// The group cut out, its strokes made regular, scaled to fit 20 x 20, its shades stretched to white, its centre of mass
/// in the middle of 28 x 28.
pub(super) fn fitted(ink: &Ink, group: &Group) -> Vec<u8> {
    let [first, end] = group.bounds;
    let cut = Pixels::from_fn(end[0] - first[0], end[1] - first[1], |x, y| {
        let (x, y) = (x + first[0], y + first[1]);
        if group.is_near(x, y) { ink.strength.at(x, y) } else { 0 }
    });
    let cut = regular(cut);
    let longer = cut.width.max(cut.height);
    let scaled = |n: usize| ((n * BOX) as f64 / longer as f64).round().max(1.0) as usize;
    let mut small = resized(&cut, scaled(cut.width), scaled(cut.height));
    stretch(&mut small);
    let [left, above] = place(&small);
    let frame = Pixels::from_fn(SIDE, SIDE, |x, y| {
        let (x, y) = (x as isize - left, y as isize - above);
        let is_inside =
            (0..small.width as isize).contains(&x) && (0..small.height as isize).contains(&y);
        if is_inside { small.at(x as usize, y as usize) } else { 0 }
    });
    frame.pixels
}

/// Makes the lightest pixels white.
fn stretch(picture: &mut Pixels<u8>) {
    let mut shades = picture.pixels.clone();
    let rank = LIGHTER.min(shades.len() - 1);
    let white = u32::from(*shades.select_nth_unstable_by(rank, |a, b| b.cmp(a)).1).max(1);
    let stretched = |shade: u8| ((u32::from(shade) * 255 + white / 2) / white).min(255) as u8;
    picture.pixels.iter_mut().for_each(|pixel| *pixel = stretched(*pixel));
}

/// Where its first column and row stand in the frame. All of it stays inside.
fn place(picture: &Pixels<u8>) -> [isize; 2] {
    let (mut mass, mut moments) = (0.0, [0.0; 2]);
    for (x, y, pixel) in picture.places() {
        let pixel = f64::from(pixel);
        mass += pixel;
        moments[0] += pixel * (x as f64 + 0.5);
        moments[1] += pixel * (y as f64 + 0.5);
    }
    let size = [picture.width, picture.height];
    [0, 1].map(|axis| {
        let centred = (MIDDLE - moments[axis] / mass).ceil() as isize;
        centred.clamp(0, (SIDE - size[axis]) as isize)
    })
}

#[cfg(test)]
mod tests {
    use super::super::parts::groups;
    use super::*;
    use crate::data::Invert;

    /// What the one digit of a picture becomes.
    fn framed(picture: &Pixels<u8>) -> Vec<u8> {
        let ink = Ink::of(&picture.map(|shade| [shade, 255]), Invert::Auto).unwrap();
        let groups = groups(&ink);
        assert_eq!(groups.len(), 1);
        fitted(&ink, &groups[0])
    }

    /// A seven: a bar and a slanted stroke, from a column and row on.
    fn seven(width: usize, height: usize, at: [usize; 2], size: usize) -> Pixels<u8> {
        Pixels::from_fn(width, height, |x, y| {
            let (Some(x), Some(y)) = (x.checked_sub(at[0]), y.checked_sub(at[1])) else {
                return 255;
            };
            let is_bar = y < size / 8 && x < size * 2 / 3;
            let is_stroke = y < size && (size * 2 / 3).abs_diff(x + y / 3) < size / 12;
            if is_bar || is_stroke { 0 } else { 255 }
        })
    }

    #[test]
    fn a_digit_is_20_pixels_high_and_centred_by_mass() {
        for (at, size) in [([20, 30], 60), ([120, 5], 150), ([0, 0], 30)] {
            let pixels = framed(&seven(300, 200, at, size));
            let framing = Framing::of(&pixels);
            assert_eq!(framing.problem(), None, "{framing:?}");
            assert!((19..=20).contains(&framing.size[1]), "{framing:?}");
            assert_eq!(framing.lightest, 255);
            // MNIST's centres lie within the pixel right of the middle and below.
            assert!(
                framing.off_centre.iter().all(|off| (-0.01..=1.0).contains(off)),
                "{framing:?}"
            );
        }
    }

    #[test]
    fn place_and_size_make_hardly_a_difference() {
        let one = framed(&seven(300, 200, [20, 30], 120));
        let other = framed(&seven(500, 500, [301, 77], 240));
        let apart: u32 = one.iter().zip(&other).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        assert!(apart / 784 < 8, "{apart}");
    }

    #[test]
    fn a_wide_thing_is_20_pixels_wide() {
        let picture = Pixels::from_fn(200, 90, |x, y| {
            if (30..150).contains(&x) && (40..58).contains(&y) { 0 } else { 255 }
        });
        let framing = Framing::of(&framed(&picture));
        assert!((19..=20).contains(&framing.size[0]) && framing.size[1] < 5, "{framing:?}");
    }
}
