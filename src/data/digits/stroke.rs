//! Strokes as wide as those of MNIST.
//!
//! A pencil of one pixel on a large canvas would all but vanish in 20 x 20 pixels, and a brush that is too thick fills
//! them. So the strokes are measured on a digit of `FINE` pixels, and spread or worn away where hardly a digit of MNIST
//! is like that.

use super::super::pixels::Pixels;
use super::super::resize::resized;
use super::ground::median;

/// The longer side of a digit whose strokes are measured: four pixels to one of MNIST's box.
const FINE: usize = 80;
/// Strokes that are thinner than the first become as wide as the second. Of every fifth of MNIST's training digits the
/// widths have a median of 10.2; 5 % are below 7.5, and 5 % above 15.3. A thin pen costs 1.6 points of
/// accuracy so, instead of 4.6 as drawn, a pencil of one pixel on 500 x 500 1.8 instead of 12, and MNIST's own
/// validation images, cut to their boxes, are read as well as without.
const THIN: [f64; 2] = [8.0, 10.0];
/// The same of thicker ones.
const THICK: [f64; 2] = [15.0, 13.0];
/// A line of one pixel is darker or paler by where it lies between the pixels of a smaller picture. After it is spread,
/// this share of its median and more is full ink.
const FULL: f64 = 0.7;

/// The digit, cut to its box, of strokes about as wide as MNIST's.
pub(super) fn regular(digit: Pixels<u8>) -> Pixels<u8> {
    let longer = digit.width.max(digit.height);
    let scaled = |n: usize| ((n * FINE) as f64 / longer as f64).round().max(1.0) as usize;
    let fine = resized(&digit, scaled(digit.width), scaled(digit.height));
    let width = width(&fine);
    let target = match width {
        _ if width < THIN[0] => THIN[1],
        _ if width > THICK[0] => THICK[1],
        _ => return digit,
    };
    // The digit becomes larger by the strokes that become wider, and is scaled back to its size after.
    let radius = (target - width) / 2.0 / (1.0 - target / FINE as f64);
    match radius > 0.0 {
        true => full(spread(&padded(&fine, radius.ceil() as usize), radius)),
        false => worn(&fine, -radius).unwrap_or(digit),
    }
}

/// Twice the area by the perimeter: that of a long stroke. The perimeter of ink in shades is their total variation
/// (Federer's coarea formula, 1959), so neither contrast nor soft edges matter. It is smoothed against noise, by
/// which a line of one pixel seems about 3 wide, and becomes a fifth thinner than asked for.
fn width(fine: &Pixels<u8>) -> f64 {
    let smooth = padded(fine, 2).map(f32::from).smoothed(1);
    let at = |x: usize, y: usize| f64::from(smooth.at(x, y));
    let (mut area, mut perimeter) = (0.0, 0.0);
    for y in 0..smooth.height - 1 {
        for x in 0..smooth.width - 1 {
            let ink = at(x, y);
            area += ink;
            perimeter += (at(x + 1, y) - ink).hypot(at(x, y + 1) - ink);
        }
    }
    if perimeter > 0.0 { 2.0 * area / perimeter } else { 0.0 }
}

/// With so many pixels of no ink on each side.
fn padded(picture: &Pixels<u8>, edge: usize) -> Pixels<u8> {
    let [width, height] = [picture.width, picture.height];
    Pixels::from_fn(width + 2 * edge, height + 2 * edge, |x, y| {
        match (x.checked_sub(edge), y.checked_sub(edge)) {
            (Some(x), Some(y)) if x < width && y < height => picture.at(x, y),
            _ => 0,
        }
    })
}

/// Each pixel the strongest of a disc around it, whose edge is soft: a dilation of grey shades.
fn spread(picture: &Pixels<u8>, radius: f64) -> Pixels<u8> {
    let reach = radius.ceil() as isize;
    let places = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
    let share = |(x, y): (isize, isize)| {
        let share = (radius + 0.5 - (x as f64).hypot(y as f64)).min(1.0);
        (x, y, share as f32)
    };
    let disc: Vec<_> = places.map(share).filter(|place| place.2 > 0.0).collect();
    let mut wide = picture.map(|_| 0);
    for (x, y, ink) in picture.places().filter(|place| place.2 > 0) {
        for &(right, down, share) in &disc {
            let (Some(x), Some(y)) = (x.checked_add_signed(right), y.checked_add_signed(down))
            else {
                continue;
            };
            if x < wide.width && y < wide.height {
                let pixel = &mut wide.pixels[y * picture.width + x];
                *pixel = (f32::from(ink) * share).round().max(f32::from(*pixel)) as u8;
            }
        }
    }
    wide
}

/// Without what lies so near to an edge of the ink, an erosion, and cut to its box; `None` if hardly anything is left.
fn worn(fine: &Pixels<u8>, radius: f64) -> Option<Pixels<u8>> {
    let strongest = strongest(fine);
    let ground = padded(fine, 1 + radius.ceil() as usize).map(|ink| strongest - ink);
    let ink = spread(&ground, radius).map(|ground| strongest - ground);
    let (mut first, mut end) = ([usize::MAX; 2], [0; 2]);
    for (x, y, _) in ink.places().filter(|place| place.2 > strongest / 4) {
        first = [first[0].min(x), first[1].min(y)];
        end = [end[0].max(x + 1), end[1].max(y + 1)];
    }
    (end != [0; 2]).then(|| ink.part(first, end))
}

/// Its strokes as dark everywhere.
fn full(picture: Pixels<u8>) -> Pixels<u8> {
    let strongest = strongest(&picture);
    let ink = picture.pixels.iter().filter(|&&ink| ink > strongest / 4);
    let ink: Vec<f64> = ink.map(|&ink| ink.into()).collect();
    if ink.is_empty() {
        return picture;
    }
    let white = FULL * median(ink);
    picture.map(|ink| (f64::from(ink) / white * 255.0).round().min(255.0) as u8)
}

fn strongest(picture: &Pixels<u8>) -> u8 {
    picture.pixels.iter().copied().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of 200 pixels from edge to edge, drawn with a pen.
    fn ring(pen: f64) -> Pixels<u8> {
        Pixels::from_fn(200, 200, |x, y| {
            let apart = (x as f64 - 99.5).hypot(y as f64 - 99.5) - (100.0 - pen / 2.0);
            (255.0 * (pen / 2.0 + 0.5 - apart.abs()).clamp(0.0, 1.0)) as u8
        })
    }

    fn fine_width(picture: &Pixels<u8>) -> f64 {
        let scaled = |n: usize| n * FINE / picture.width.max(picture.height);
        width(&resized(picture, scaled(picture.width), scaled(picture.height)))
    }

    #[test]
    fn the_width_is_that_of_the_pen() {
        for pen in [20.0, 30.0, 40.0] {
            let expected = pen * FINE as f64 / 200.0;
            let width = fine_width(&ring(pen));
            assert!((width / expected - 1.0).abs() < 0.1, "{width}, expected {expected}");
            // In a third of the contrast as well.
            let pale = fine_width(&ring(pen).map(|ink| ink / 3));
            assert!((pale / width - 1.0).abs() < 0.02, "{pale}, {width}");
        }
    }

    #[test]
    fn strokes_become_as_wide_as_those_of_mnist() {
        for (pen, expected) in [(1.0, THIN[1]), (5.0, THIN[1]), (15.0, THIN[1]), (60.0, THICK[1])] {
            let width = fine_width(&regular(ring(pen)));
            assert!((width / expected - 1.0).abs() < 0.25, "{pen}: {width}, expected {expected}");
        }
        let usual = ring(25.0);
        assert_eq!(regular(usual.clone()), usual);
    }

    #[test]
    fn a_line_of_one_pixel_is_a_stroke() {
        for [width, height] in [[1, 300], [1, 1], [3, 1]] {
            let stroke = regular(Pixels::from_fn(width, height, |_, _| 255));
            assert!(strongest(&stroke) == 255, "{width} x {height}: {stroke:?}");
            assert!(stroke.height >= 10 || height == 1, "{stroke:?}");
        }
        let nothing = Pixels::from_fn(5, 9, |_, _| 0);
        assert!(regular(nothing).pixels.iter().all(|&ink| ink == 0));
    }
}
