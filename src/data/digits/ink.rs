//! How much ink is where.

use super::super::picture::Invert;
use super::super::pixels::Pixels;
use super::super::resize::resized;
use super::super::transparency::{Layer, layer};
use super::ground::{DEVIATIONS, Ground, median};
use super::parts::covers_sides;

/// The longer side of a picture in which digits are looked for; larger ones are made smaller.
const LARGEST: usize = 1_024;
/// Ink, of 255, that is less is a blank picture.
const CONTRAST: f32 = 24.0;
/// What lies this many standard deviations of the noise above the ground is ink.
const NOISE: f32 = 3.0;
/// Ink must stand out from the noise by this many.
const DISTINCT: f32 = 6.0;
/// Below this standard deviation, of 255, there is no noise.
const CLEAN: f32 = 2.0;
/// Shares of the strongest ink: what is less is ground, and what has no more anywhere is no part of a digit.
const FAINT: f32 = 0.1;
const STRONG: f32 = 0.4;
/// What fills more than this share of its box, and all sides of it, is the paper in a frame.
const PAPER: f64 = 0.5;
/// Frames in frames.
const FRAMES: usize = 2;

/// A picture of ink, 0 where there is none.
#[derive(Debug, Clone)]
pub(super) struct Ink {
    /// From 0 to 255, the strongest.
    pub(super) strength: Pixels<u8>,
    /// Smoothed if there is noise, to tell ink from it.
    pub(super) smooth: Pixels<f32>,
    /// What is more is ink in `smooth`.
    pub(super) faint: f32,
    /// What every part of a digit has more of somewhere.
    pub(super) strong: f32,
    /// Pixels of the picture to one of these.
    pub(super) scale: f64,
    /// Where in the picture these begin.
    pub(super) origin: [usize; 2],
}

impl Ink {
    /// The ink of a picture, or why there is none.
    pub(super) fn of(picture: &Pixels<[u8; 2]>, invert: Invert) -> Result<Self, String> {
        match layer(picture) {
            // Whatever its colour.
            Layer::Ink => {
                let (opacity, scale) = shrunk(&picture.map(|[_, alpha]| alpha));
                Self::from_strength(opacity.map(f32::from), scale)
            }
            Layer::Sheet(shade) => {
                let on_sheet = |[luma, alpha]: [u8; 2]| {
                    let (luma, alpha) = (f64::from(luma), f64::from(alpha) / 255.0);
                    (luma * alpha + shade * (1.0 - alpha)).round() as u8
                };
                let (grey, scale) = shrunk(&picture.map(on_sheet));
                Self::on_ground(&grey, scale, invert)
            }
        }
    }

    fn on_ground(grey: &Pixels<u8>, scale: f64, invert: Invert) -> Result<Self, String> {
        let mut ink = Self::from_strength(strength(grey, invert), scale)?;
        let mut origin = [0; 2];
        let mut grey = grey.clone();
        for _ in 0..FRAMES {
            let Some([first, end]) = ink.paper() else { break };
            grey = grey.part(first, end);
            // A bold stroke that fills its picture is no paper: there is nothing on it.
            let Ok(inner) = Self::from_strength(strength(&grey, invert), scale) else { break };
            origin =
                [0, 1].map(|axis| origin[axis] + (first[axis] as f64 * scale).round() as usize);
            ink = Self { origin, ..inner };
        }
        Ok(ink)
    }

    fn from_strength(strength: Pixels<f32>, scale: f64) -> Result<Self, String> {
        let mut noise = noise(&strength);
        let mut smooth = strength.clone();
        if noise > CLEAN {
            let reach = (strength.width.max(strength.height) / 256).max(1);
            smooth = strength.smoothed(reach);
            noise /= (2 * reach + 1) as f32;
        }
        let strongest = strongest(&smooth);
        if strongest < CONTRAST.max(DISTINCT * noise) {
            return Err(match strongest < 1.0 {
                true => "all of it has one shade".into(),
                false => format!(
                    "its strongest ink stands out from the ground by {strongest:.0} of 255 (expected {:.0} or more)",
                    CONTRAST.max(DISTINCT * noise).ceil()
                ),
            });
        }
        Ok(Self {
            strength: strength.map(|ink| (ink / strongest * 255.0).clamp(0.0, 255.0).round() as u8),
            faint: (FAINT * strongest).max(NOISE * noise),
            strong: (STRONG * strongest).max(DISTINCT * noise),
            smooth,
            scale,
            origin: [0; 2],
        })
    }

    /// The box of the paper, without its edge, if the border is a frame around it.
    fn paper(&self) -> Option<[[usize; 2]; 2]> {
        let inked = || self.smooth.places().filter(|&(_, _, ink)| ink > self.strong);
        let (mut first, mut end, mut count) = ([usize::MAX; 2], [0; 2], 0);
        for (x, y, _) in inked() {
            first = [first[0].min(x), first[1].min(y)];
            end = [end[0].max(x + 1), end[1].max(y + 1)];
            count += 1;
        }
        let size = [0, 1].map(|axis| end[axis].saturating_sub(first[axis]));
        let is_full = count as f64 > PAPER * (size[0] * size[1]) as f64;
        if !is_full || !covers_sides([first, end], inked().map(|(x, y, _)| (x, y))) {
            return None;
        }
        let edge = 1 + size[0].min(size[1]) / 100;
        let (first, end) = (first.map(|i| i + edge), end.map(|i| i.saturating_sub(edge)));
        (0..2).all(|axis| first[axis] + 8 <= end[axis]).then_some([first, end])
    }
}

/// How much darker each pixel is than the ground, or lighter if that is where the ink is: as a share of all it could be, so
/// that ink in a shadow is as strong as ink in the light; times 255.
fn strength(grey: &Pixels<u8>, invert: Invert) -> Pixels<f32> {
    /// Of a darker ground the shares would be noise.
    const LEAST: f64 = 48.0;
    let ground = Ground::of(grey);
    let deviation = |(x, y, shade): (usize, usize, u8)| ground.at(x, y) - f64::from(shade);
    let is_dark = match invert {
        Invert::Auto => grey.places().map(|place| deviation(place).powi(3)).sum::<f64>() > 0.0,
        Invert::Yes => true,
        Invert::No => false,
    };
    let relative = |place: (usize, usize, u8)| {
        let ground = ground.at(place.0, place.1);
        let share = match is_dark {
            true => deviation(place) / ground.max(LEAST),
            false => -deviation(place) / (255.0 - ground).max(LEAST),
        };
        (255.0 * share) as f32
    };
    let pixels = grey.places().map(relative).collect();
    Pixels { width: grey.width, height: grey.height, pixels }
}

/// The standard deviation of the noise: of what lies on the other side of the ground, or of the differences between neighbours if these
/// are less, as where a digit fills its picture. Both by medians.
fn noise(ink: &Pixels<f32>) -> f32 {
    let below = ink.pixels.iter().filter(|&&ink| ink <= 0.0).map(|&ink| f64::from(-ink));
    let beside = ink.rows().flat_map(|row| row.windows(2));
    let beside = beside.map(|pair| f64::from(pair[1] - pair[0]).abs() / std::f64::consts::SQRT_2);
    let deviation = |values: Vec<f64>| match values.is_empty() {
        true => 0.0,
        false => (DEVIATIONS * median(values)) as f32,
    };
    deviation(below.collect()).min(deviation(beside.collect()))
}

/// The most ink there is, but for a pixel in ten thousand, and no more than a few: a small digit in pencil has not many.
fn strongest(ink: &Pixels<f32>) -> f32 {
    const FEW: usize = 9;
    let mut strengths = ink.pixels.clone();
    let rank = (strengths.len() / 10_000).min(FEW);
    *strengths.select_nth_unstable_by(rank, |a, b| b.total_cmp(a)).1
}

/// The picture, smaller if it is a large one, and how many of its pixels are one then.
fn shrunk(picture: &Pixels<u8>) -> (Pixels<u8>, f64) {
    let longer = picture.width.max(picture.height);
    if longer <= LARGEST {
        return (picture.clone(), 1.0);
    }
    let scale = longer as f64 / LARGEST as f64;
    let [width, height] =
        [picture.width, picture.height].map(|n| ((n as f64 / scale).round() as usize).max(1));
    (resized(picture, width, height), scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar of 8 x 40 pixels on 60 x 80.
    fn bar(ink: [u8; 2], ground: [u8; 2]) -> Pixels<[u8; 2]> {
        let is_bar = |x, y| (26..34).contains(&x) && (20..60).contains(&y);
        Pixels::from_fn(60, 80, |x, y| if is_bar(x, y) { ink } else { ground })
    }

    #[test]
    fn ink_is_what_differs_from_the_ground() {
        for (ink, ground) in [
            ([0, 255], [255, 255]),
            ([255, 255], [0, 255]),
            ([110, 255], [190, 255]),
            ([255, 255], [255, 0]),
            ([90, 255], [7, 0]),
            // Half transparent.
            ([40, 120], [0, 0]),
        ] {
            let found = Ink::of(&bar(ink, ground), Invert::Auto).unwrap();
            for (x, y, strength) in found.strength.places() {
                let is_bar = (26..34).contains(&x) && (20..60).contains(&y);
                assert_eq!(strength, if is_bar { 255 } else { 0 }, "{ink:?} on {ground:?}");
            }
        }
    }

    #[test]
    fn ink_in_the_shadow_is_as_strong_as_in_the_light() {
        let light = |y: usize| 0.5 + 0.5 * y as f64 / 80.0;
        let is_bar = |x, y| (26..34).contains(&x) && (10..70).contains(&y);
        let shade = |x, y| if is_bar(x, y) { 60.0 } else { 240.0 };
        let picture = Pixels::from_fn(60, 80, |x, y| [(light(y) * shade(x, y)) as u8, 255]);
        let ink = Ink::of(&picture, Invert::Auto).unwrap();
        for y in 10..70 {
            assert!(ink.strength.at(30, y) > 240, "{}", ink.strength.at(30, y));
            assert!(ink.strength.at(5, y) < 12, "{}", ink.strength.at(5, y));
        }
    }

    #[test]
    fn which_side_is_ink_can_be_told() {
        let picture = bar([0, 255], [255, 255]);
        assert!(Ink::of(&picture, Invert::Yes).is_ok());
        // Nothing is lighter than the ground.
        assert!(Ink::of(&picture, Invert::No).unwrap_err().contains("one shade"));
    }

    #[test]
    fn paper_in_a_frame_is_the_ground() {
        // A dark table, a sheet of paper, and a bar on it.
        let is_in =
            |x, y, edge: usize| (edge..120 - edge).contains(&x) && (edge..100 - edge).contains(&y);
        let picture = Pixels::from_fn(120, 100, |x, y| {
            let is_bar = (50..60).contains(&x) && (30..70).contains(&y);
            [
                if is_bar {
                    10
                } else if is_in(x, y, 12) {
                    250
                } else {
                    60
                },
                255,
            ]
        });
        let ink = Ink::of(&picture, Invert::Auto).unwrap();
        let [left, above] = ink.origin;
        assert!((12..16).contains(&left) && (12..16).contains(&above), "{:?}", ink.origin);
        assert!(ink.strength.at(55 - left, 50 - above) > 250);
        assert!(ink.strength.at(5, 5) == 0);
    }

    #[test]
    fn noise_alone_is_no_ink() {
        let noise = |x: usize, y: usize| ((x * 7_919 + y * 104_729) ^ (x * y * 31)) % 30;
        let picture = Pixels::from_fn(90, 70, |x, y| [190 + noise(x, y) as u8, 255]);
        let problem = Ink::of(&picture, Invert::Auto).unwrap_err();
        assert!(problem.contains("stands out from the ground by"), "{problem}");
    }

    #[test]
    fn large_pictures_are_made_smaller() {
        let picture = Pixels::from_fn(3_000, 1_500, |x, y| {
            let is_bar = (1_400..1_600).contains(&x) && (300..1_200).contains(&y);
            [if is_bar { 0 } else { 255 }, 255]
        });
        let ink = Ink::of(&picture, Invert::Auto).unwrap();
        assert_eq!([ink.strength.width, ink.strength.height], [LARGEST, LARGEST / 2]);
        assert!((ink.scale - 3_000.0 / LARGEST as f64).abs() < 1e-9);
    }
}
