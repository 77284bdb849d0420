//! Which pixels make a digit.

use super::super::pixels::Pixels;
use super::ink::Ink;

/// A part smaller than these shares of the largest, in ink and in height, is a speck.
const SPECK: f64 = 0.03;
const LOW: f64 = 0.25;
/// A part lower than this share of the highest is a piece of a digit, such as the bar of a 5, and no digit.
const PIECE: f64 = 0.5;
/// Parts belong together if they share this much of the columns of the narrower one: neighbours may lean over each other.
const SHARED: f64 = 0.3;
/// Ink that is no farther apart than this share of the height is a broken stroke.
const BROKEN: f64 = 0.04;
/// A frame's sides are covered by this much, within this share of the size of its box.
const COVERED: f64 = 0.85;
const BAND: f64 = 0.1;

/// The parts of one digit.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The first column and row, and the first ones behind.
    pub(super) bounds: [[usize; 2]; 2],
    /// Whether a pixel belongs to it, or lies beside one that does; row by row, of the box.
    near: Vec<bool>,
}

impl Group {
    /// Whether a pixel belongs to it, or is the fringe of one that does.
    pub(super) fn is_near(&self, x: usize, y: usize) -> bool {
        let [first, end] = self.bounds;
        self.near[(y - first[1]) * (end[0] - first[0]) + x - first[0]]
    }
}

/// Connected pixels.
#[derive(Debug, Clone)]
struct Part {
    bounds: [[usize; 2]; 2],
    pixels: Vec<(usize, usize)>,
    mass: f64,
    strongest: f32,
}

impl Part {
    fn height(&self) -> usize {
        self.bounds[1][1] - self.bounds[0][1]
    }

    fn width(&self) -> usize {
        self.bounds[1][0] - self.bounds[0][0]
    }

    fn add(&mut self, other: Self) {
        let [first, end] = other.bounds;
        for axis in 0..2 {
            self.bounds[0][axis] = self.bounds[0][axis].min(first[axis]);
            self.bounds[1][axis] = self.bounds[1][axis].max(end[axis]);
        }
        self.pixels.extend(other.pixels);
        self.mass += other.mass;
        self.strongest = self.strongest.max(other.strongest);
    }

    /// Columns that both have; below 0 those between them.
    fn shared(&self, other: &Self) -> isize {
        let end = self.bounds[1][0].min(other.bounds[1][0]);
        end as isize - self.bounds[0][0].max(other.bounds[0][0]) as isize
    }

    /// Whether it lies along all four sides of its box, around something else.
    fn is_frame_of(&self, other: &Self) -> bool {
        let inside = (0..2).all(|axis| {
            self.bounds[0][axis] < other.bounds[0][axis]
                && other.bounds[1][axis] < self.bounds[1][axis]
        });
        if !inside || (other.height() as f64) < LOW * self.height() as f64 {
            return false;
        }
        covers_sides(self.bounds, self.pixels.iter().copied())
    }
}

/// Whether pixels lie along all four sides of their box.
pub(super) fn covers_sides(
    [first, end]: [[usize; 2]; 2],
    pixels: impl Iterator<Item = (usize, usize)>,
) -> bool {
    let size = [0, 1].map(|axis| end[axis] - first[axis]);
    let band = size.map(|n| ((BAND * n as f64) as usize).max(1));
    // What of the left, right, upper and lower side is covered.
    let [columns, rows] = size;
    let mut sides =
        [vec![false; rows], vec![false; rows], vec![false; columns], vec![false; columns]];
    for (x, y) in pixels {
        let at = [x - first[0], y - first[1]];
        sides[0][at[1]] |= x < first[0] + band[0];
        sides[1][at[1]] |= x + band[0] >= end[0];
        sides[2][at[0]] |= y < first[1] + band[1];
        sides[3][at[0]] |= y + band[1] >= end[1];
    }
    let covered = |side: &Vec<bool>| side.iter().filter(|&&is| is).count() as f64;
    sides.iter().all(|side| covered(side) >= COVERED * side.len() as f64)
}

/// The digits, from left to right.
pub(super) fn groups(ink: &Ink) -> Vec<Group> {
    let mut parts = parts(ink, 0);
    parts.retain(|part| part.strongest > ink.strong);
    let highest = parts.iter().map(Part::height).max().unwrap_or(0) as f64;
    let reach = (BROKEN / 2.0 * highest).round() as usize;
    if reach > 0 && parts.len() > 1 {
        parts = self::parts(ink, reach);
        parts.retain(|part| part.strongest > ink.strong);
    }
    let frames: Vec<bool> =
        parts.iter().map(|part| parts.iter().any(|other| part.is_frame_of(other))).collect();
    let mut is_frame = frames.into_iter();
    parts.retain(|_| !is_frame.next().unwrap_or(false));
    let heaviest = parts.iter().map(|part| part.mass).fold(0.0, f64::max);
    let highest = parts.iter().map(Part::height).max().unwrap_or(0) as f64;
    parts.retain(|part| part.mass >= SPECK * heaviest || part.height() as f64 >= LOW * highest);
    let mut joined = joined(parts, highest);
    joined.retain(|part| part.height() as f64 >= LOW * highest);
    joined.sort_by_key(|part| part.bounds[0][0] + part.bounds[1][0]);
    joined.iter().map(|part| group(part, [ink.smooth.width, ink.smooth.height])).collect()
}

/// What is connected, by sides or corners, or where it is no farther apart than twice the reach.
fn parts(ink: &Ink, reach: usize) -> Vec<Part> {
    let Pixels { width, height, .. } = ink.smooth;
    let inked = ink.smooth.map(|pixel| if pixel > ink.faint { 1.0 } else { 0.0 });
    let wide = if reach > 0 { inked.smoothed(reach) } else { inked.clone() };
    let mut unseen: Vec<bool> = wide.pixels.iter().map(|&share| share > 0.0).collect();
    let mut parts = Vec::new();
    for start in 0..unseen.len() {
        if !unseen[start] {
            continue;
        }
        unseen[start] = false;
        let mut part = Part {
            bounds: [[usize::MAX; 2], [0; 2]],
            pixels: Vec::new(),
            mass: 0.0,
            strongest: 0.0,
        };
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            let (x, y) = (place % width, place / width);
            let strength = ink.smooth.pixels[place];
            if inked.pixels[place] > 0.0 {
                part.pixels.push((x, y));
                part.mass += f64::from(strength);
                part.strongest = part.strongest.max(strength);
                part.bounds[0] = [part.bounds[0][0].min(x), part.bounds[0][1].min(y)];
                part.bounds[1] = [part.bounds[1][0].max(x + 1), part.bounds[1][1].max(y + 1)];
            }
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    let place = y * width + x;
                    if unseen[place] {
                        unseen[place] = false;
                        open.push(place);
                    }
                }
            }
        }
        parts.push(part);
    }
    parts
}

/// Parts that overlap horizontally as one, and pieces with what is nearest to them.
fn joined(parts: Vec<Part>, highest: f64) -> Vec<Part> {
    let (mut whole, mut pieces): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| part.height() as f64 >= PIECE * highest);
    let belong =
        |a: &Part, b: &Part| a.shared(b) as f64 >= SHARED * a.width().min(b.width()) as f64;
    // Until no two belong together.
    let pair = |parts: &[Part]| {
        let pairs = (0..parts.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.into_iter().find(|&(i, j)| belong(&parts[i], &parts[j]))
    };
    while let Some((i, j)) = pair(&whole) {
        let part = whole.swap_remove(i);
        whole[j].add(part);
    }
    // The larger first: they may lead others on.
    pieces.sort_by(|a, b| b.mass.total_cmp(&a.mass));
    for piece in pieces {
        let nearest = whole.iter_mut().max_by_key(|part| part.shared(&piece));
        if let Some(part) =
            nearest.filter(|part| part.shared(&piece) as f64 > -PIECE * part.height() as f64)
        {
            part.add(piece);
        }
    }
    whole
}

fn group(part: &Part, [width, height]: [usize; 2]) -> Group {
    let [first, end] = part.bounds;
    let (columns, rows) = (end[0] - first[0], end[1] - first[1]);
    let mut near = vec![false; columns * rows];
    for &(x, y) in &part.pixels {
        for y in y.saturating_sub(1).max(first[1])..(y + 2).min(height).min(end[1]) {
            for x in x.saturating_sub(1).max(first[0])..(x + 2).min(width).min(end[0]) {
                near[(y - first[1]) * columns + x - first[0]] = true;
            }
        }
    }
    Group { bounds: part.bounds, near }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Invert;

    /// The columns and rows of the digits of a picture of 200 x 100 pixels, on which boxes are black.
    fn found(boxes: &[[[usize; 2]; 2]]) -> Vec<[[usize; 2]; 2]> {
        let is_in = |[first, end]: &[[usize; 2]; 2], x, y| {
            (first[0]..end[0]).contains(&x) && (first[1]..end[1]).contains(&y)
        };
        let picture = Pixels::from_fn(200, 100, |x, y| {
            [if boxes.iter().any(|one| is_in(one, x, y)) { 0 } else { 255 }, 255]
        });
        let ink = Ink::of(&picture, Invert::Auto).unwrap();
        groups(&ink).iter().map(|group| group.bounds).collect()
    }

    const BAR: [[usize; 2]; 2] = [[20, 20], [28, 80]];

    #[test]
    fn digits_come_from_left_to_right() {
        let next = [[60, 25], [70, 85]];
        let last = [[120, 15], [126, 70]];
        assert_eq!(found(&[last, BAR, next]), [BAR, next, last]);
    }

    #[test]
    fn parts_above_one_another_are_one_digit() {
        // The bar of a 5 beside its upper end, and a dot over it.
        assert_eq!(found(&[BAR, [[33, 20], [50, 26]]]), [[[20, 20], [50, 80]]]);
        assert_eq!(found(&[BAR, [[18, 5], [30, 15]]]), [[[18, 5], [30, 80]]]);
        // Two halves, as of an 8 that is not closed.
        let halves = [[[20, 10], [50, 48]], [[24, 54], [54, 92]]];
        assert_eq!(found(&halves), [[[20, 10], [54, 92]]]);
    }

    #[test]
    fn columns_that_hardly_overlap_are_two_digits() {
        // As of italics that lean over each other: a foot under the next one.
        let leaning = [BAR, [[20, 74], [44, 80]]];
        let next = [[41, 20], [60, 68]];
        let both = found(&[leaning[0], leaning[1], next]);
        assert_eq!(both, [[[20, 20], [44, 80]], next]);
    }

    #[test]
    fn specks_and_frames_are_no_digits() {
        assert_eq!(found(&[BAR, [[150, 50], [153, 53]]]), [BAR]);
        let frame =
            [[[4, 4], [196, 7]], [[4, 93], [196, 96]], [[4, 4], [7, 96]], [[193, 4], [196, 96]]];
        assert_eq!(found(&[&frame[..], &[BAR]].concat()), [BAR]);
    }

    #[test]
    fn a_broken_stroke_is_one_part() {
        assert_eq!(found(&[[[20, 10], [27, 49]], [[27, 51], [34, 90]]]), [[[20, 10], [34, 90]]]);
    }
}
