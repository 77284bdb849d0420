//! Digits as people draw them, as MNIST has them.
//!
//! MNIST was made of scanned digits, each cut to its box, scaled to fit 20 x 20 pixels with its aspect kept, and put into 28 x 28
//! with its centre of mass in the middle (LeCun, Bottou, Bengio and Haffner 1998, section III.A). A picture becomes such
//! images in five steps: `ink` tells how far each pixel is from the ground behind it, which `ground` estimates from the border;
//! `parts` finds what is connected and which parts make a digit; `stroke` makes the lines of each about as
//! wide as MNIST's; `fit` cuts, scales and centres them.

mod fit;
mod ground;
mod ink;
mod parts;
mod stroke;
#[cfg(test)]
mod tests;

use super::framing::Framing;
use super::picture::Invert;
use super::pixels::Pixels;
use super::transparency::{Behind, flattened};
use ink::Ink;

/// A digit found in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digit {
    /// Its 28 x 28 grey pixels, row by row: light on black, as MNIST has it.
    pub pixels: Vec<u8>,
    /// The first column and row of its box in the picture, and the first ones behind it, in pixels.
    pub place: [[usize; 2]; 2],
}

/// The digits of a picture from left to right, or why there are none.
pub(super) fn digits(picture: &Pixels<[u8; 2]>, invert: Invert) -> Result<Vec<Digit>, String> {
    if let Some(digit) = already_framed(picture, invert) {
        return Ok(vec![digit]);
    }
    let ink = Ink::of(picture, invert)?;
    let groups = parts::groups(&ink);
    if groups.is_empty() {
        return Err("nothing on it is as large as a digit".into());
    }
    let unshrunk = |[x, y]: [usize; 2]| {
        [
            ink.origin[0] + (x as f64 * ink.scale).round() as usize,
            ink.origin[1] + (y as f64 * ink.scale).round() as usize,
        ]
    };
    let digit = |group: &parts::Group| Digit {
        pixels: fit::fitted(&ink, group),
        place: group.bounds.map(unshrunk),
    };
    Ok(groups.iter().map(digit).collect())
}

/// A picture that is one of MNIST, or made as those are, keeps its pixels.
fn already_framed(picture: &Pixels<[u8; 2]>, invert: Invert) -> Option<Digit> {
    const SIDE: usize = Framing::SIDE as usize;
    if (picture.width, picture.height) != (SIDE, SIDE) {
        return None;
    }
    let (mut grey, behind) = flattened(picture);
    let is_light = match (invert, behind) {
        (_, Some(Behind::White)) | (Invert::Yes, None) => true,
        (_, Some(Behind::Black)) | (Invert::No, None) => false,
        (Invert::Auto, None) => super::picture::border(&grey) > 127.5,
    };
    if is_light {
        grey.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    // Of coloured ink on nothing the shades would be paler.
    let is_white = grey.pixels.iter().any(|&pixel| pixel >= 250);
    let is_framed = is_white && Framing::of(&grey.pixels).problem().is_none();
    is_framed.then_some(Digit { pixels: grey.pixels, place: [[0, 0], [SIDE, SIDE]] })
}
