//! What stands behind the transparent parts of a picture.

use super::pixels::Pixels;
use std::fmt;

/// The shade that transparent parts are taken to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// 0
    Black,
    /// 255
    White,
}

impl Behind {
    fn shade(self) -> u32 {
        match self {
            Self::Black => 0,
            Self::White => 255,
        }
    }

    /// The one farther from a shade.
    fn far_from(shade: f64) -> Self {
        if shade > 127.5 { Self::Black } else { Self::White }
    }

    /// The one nearer to a shade.
    fn near(shade: f64) -> Self {
        if shade > 127.5 { Self::White } else { Self::Black }
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Black => "black",
            Self::White => "white",
        })
    }
}

/// Shades that differ by less, as their standard deviation, are one.
const ONE_SHADE: f64 = 32.0;

/// How far a sheet may be from black or white.
const EXTREME: f64 = 64.0;

/// Shades that are summed up, each as often as it is opaque.
#[derive(Debug, Clone, Copy, Default)]
struct Shades {
    weight: f64,
    sum: f64,
    squares: f64,
}

impl Shades {
    fn add(&mut self, [luma, alpha]: [u8; 2]) {
        let (luma, alpha) = (f64::from(luma), f64::from(alpha));
        self.weight += alpha;
        self.sum += alpha * luma;
        self.squares += alpha * luma * luma;
    }

    /// NaN without any.
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }

    /// Whether it is nearly black or white.
    fn is_extreme(&self) -> bool {
        (self.mean() - 127.5).abs() > 127.5 - EXTREME
    }

    fn is_one(&self) -> bool {
        (self.squares / self.weight - self.mean().powi(2)).max(0.0).sqrt() < ONE_SHADE
    }
}

/// What the transparent parts of a picture leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Layer {
    /// Ink on nothing: how opaque it is tells how much there is.
    Ink,
    /// A sheet with ink on it, of this shade where it is transparent; of a picture without such parts any.
    Sheet(f64),
}

/// What opaque parts fill more than this share of their box is a sheet if it has more than one shade.
const FILLED: f64 = 0.8;

/// Whether the opaque parts are ink or a sheet.
pub(super) fn layer(picture: &Pixels<[u8; 2]>) -> Layer {
    match Opaque::of(picture) {
        None => Layer::Sheet(255.0),
        Some(opaque) if opaque.is_sheet() || opaque.is_filled() => Layer::Sheet(opaque.edge.mean()),
        Some(_) => Layer::Ink,
    }
}

/// What a picture shows if something stands behind it, and what that is if any part is transparent.
///
/// What is opaque is the ink, whatever its shade, so black stands behind light ink and white behind dark.
/// Only where an ink stands on an opaque sheet, whose edge has one shade, nearly black or white, and the
/// whole has more, the sheet goes on.
pub(super) fn flattened(picture: &Pixels<[u8; 2]>) -> (Pixels<u8>, Option<Behind>) {
    let behind = behind(picture);
    let ground = behind.map_or(0, Behind::shade);
    let shade = |pixel: &[u8; 2]| {
        let [luma, alpha] = pixel.map(u32::from);
        ((luma * alpha + ground * (255 - alpha) + 127) / 255) as u8
    };
    let pixels = picture.pixels.iter().map(shade).collect();
    (Pixels { width: picture.width, height: picture.height, pixels }, behind)
}

/// `None` if no part is transparent.
fn behind(picture: &Pixels<[u8; 2]>) -> Option<Behind> {
    let opaque = Opaque::of(picture)?;
    Some(match opaque.is_sheet() {
        true => Behind::near(opaque.edge.mean()),
        false => Behind::far_from(opaque.all.mean()),
    })
}

/// The opaque parts of a picture.
#[derive(Debug, Clone, Copy)]
struct Opaque {
    all: Shades,
    /// Beside transparent ones; of a veil over all of it, which has no edge, everything.
    edge: Shades,
    is_veil: bool,
    /// The share of their box that they fill.
    filled: f64,
}

impl Opaque {
    /// `None` if nothing else is there.
    fn of(picture: &Pixels<[u8; 2]>) -> Option<Self> {
        if picture.pixels.iter().all(|pixel| pixel[1] == 255) {
            return None;
        }
        let (mut all, mut edge) = (Shades::default(), Shades::default());
        let (mut first, mut end, mut count) = ([usize::MAX; 2], [0; 2], 0);
        let is_opaque = |x: usize, y: usize| picture.at(x, y)[1] >= 128;
        for (x, y, pixel) in picture.places() {
            all.add(pixel);
            if !is_opaque(x, y) {
                continue;
            }
            first = [first[0].min(x), first[1].min(y)];
            end = [end[0].max(x + 1), end[1].max(y + 1)];
            count += 1;
            let beside = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
            let mut beside =
                beside.into_iter().filter(|&(x, y)| x < picture.width && y < picture.height);
            if beside.any(|(x, y)| !is_opaque(x, y)) {
                edge.add(pixel);
            }
        }
        let is_veil = picture.pixels.iter().all(|pixel| pixel[1] >= 128);
        let area =
            [0, 1].map(|axis| end[axis].saturating_sub(first[axis])).iter().product::<usize>();
        let filled = f64::from(count) / area.max(1) as f64;
        Some(Self { all, edge: if is_veil { all } else { edge }, is_veil, filled })
    }

    fn is_sheet(&self) -> bool {
        self.is_veil || (self.edge.is_one() && self.edge.is_extreme() && !self.all.is_one())
    }

    /// Whether they are as full as no digit is, and something is on them.
    fn is_filled(&self) -> bool {
        self.filled > FILLED && !self.all.is_one()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 9 x 9 pixels, `[luma, alpha]` by their distance from the middle.
    fn rings(ring: impl Fn(usize) -> [u8; 2]) -> (Pixels<u8>, Option<Behind>) {
        flattened(&Pixels::from_fn(9, 9, |x, y| ring(x.abs_diff(4).max(y.abs_diff(4)))))
    }

    #[test]
    fn behind_ink_stands_its_opposite() {
        for (ink, behind, ground) in [
            (0, Behind::White, 255),
            (90, Behind::White, 255),
            (200, Behind::Black, 0),
            (255, Behind::Black, 0),
        ] {
            let (grey, found) = rings(|r| [ink, if r < 2 { 255 } else { 0 }]);
            assert_eq!((found, grey.at(0, 0), grey.at(4, 4)), (Some(behind), ground, ink));
        }
        // The ink of a shade that varies, such as a fading one.
        let (_, found) = rings(|r| [255 - 60 * r as u8, if r < 3 { 255 } else { 0 }]);
        assert_eq!(found, Some(Behind::Black));
    }

    #[test]
    fn a_sheet_goes_on() {
        for (sheet, ink, behind) in [(255, 0, Behind::White), (0, 255, Behind::Black)] {
            let (grey, found) =
                rings(|r| [if r < 2 { ink } else { sheet }, if r < 4 { 255 } else { 0 }]);
            assert_eq!((found, grey.at(0, 0)), (Some(behind), sheet));
        }
        // A veil over all of it.
        let (grey, found) = rings(|r| [if r < 2 { 0 } else { 255 }, 200]);
        assert_eq!((found, grey.at(0, 0), grey.at(4, 4)), (Some(Behind::White), 255, 55));
    }

    #[test]
    fn an_opaque_picture_keeps_its_shades() {
        let (grey, found) = rings(|r| [10 * r as u8, 255]);
        assert_eq!((found, grey.at(0, 0), grey.at(4, 4)), (None, 40, 0));
    }

    #[test]
    fn nothing_at_all_is_white() {
        let (grey, found) = rings(|_| [7, 0]);
        assert_eq!((found, grey.at(3, 3)), (Some(Behind::White), 255));
    }
}
