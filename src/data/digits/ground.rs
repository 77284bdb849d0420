//! The ground of a picture: paper in uneven light, or a canvas.

use super::super::pixels::Pixels;

/// Coefficients of a surface over the picture: 1, x, y, x², xy and y², with x and y from -1 to 1.
const TERMS: usize = 6;
/// Surfaces by how many of the terms they have: level, inclined, curved.
const ORDERS: [usize; 3] = [1, 3, 6];
/// A surface with more terms must leave less than this share of the spread.
const BETTER: f64 = 0.75;
/// Samples of the border, or of the whole.
const SAMPLES: usize = 4_000;
/// A spread of shades, as median of the absolute deviations, that is no shading.
const FLAT: f64 = 1.5;
/// Tukey's biweight loses 5 % of the efficiency of least squares with this many standard deviations.
const BIWEIGHT: f64 = 4.685;
/// Standard deviations of a normal distribution in a median of absolute deviations.
pub(super) const DEVIATIONS: f64 = 1.4826;

/// The shade of the ground at every place, a polynomial of degree 0, 1 or 2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ground {
    coefficients: [f64; TERMS],
    size: [usize; 2],
}

/// A place, as the terms of its surface, and its shade.
type Sample = ([f64; TERMS], f64);

impl Ground {
    /// Estimated from the outermost pixels, by least absolute deviations and then Tukey's biweight (Beaton and Tukey 1974), so
    /// that a digit which touches the border does not count; a surface that is not level is estimated again from all pixels
    /// near it. The simplest of the surfaces that fit.
    pub(super) fn of(picture: &Pixels<u8>) -> Self {
        let size = [picture.width, picture.height];
        let wide = (picture.width.min(picture.height) / 32).max(1);
        let is_border = |x: usize, y: usize| {
            x < wide || y < wide || x + wide >= picture.width || y + wide >= picture.height
        };
        let all = || picture.places().map(|(x, y, pixel)| (x, y, f64::from(pixel)));
        let border: Vec<_> = all().filter(|&(x, y, _)| is_border(x, y)).collect();
        let samples = |places: Vec<(usize, usize, f64)>| -> Vec<Sample> {
            let step = places.len().div_ceil(SAMPLES);
            places.iter().step_by(step).map(|&(x, y, shade)| (terms(size, x, y), shade)).collect()
        };
        let border = samples(border);
        let mut best = [0.0; TERMS];
        best[0] = median(border.iter().map(|sample| sample.1).collect());
        let mut spread = deviation(&border, &best);
        let mut is_level = true;
        for order in ORDERS.into_iter().skip(1) {
            if spread <= FLAT {
                break;
            }
            let surface = robust(&border, order, best);
            let left = deviation(&border, &surface);
            if left < BETTER * spread {
                (best, spread, is_level) = (surface, left, false);
            }
        }
        if !is_level {
            let near = 3.0 * DEVIATIONS * spread.max(FLAT);
            let mut inner = samples(all().collect());
            inner.retain(|sample| (sample.1 - value(&best, &sample.0)).abs() < near);
            inner.extend(border);
            best = robust(&inner, TERMS, best);
        }
        Self { coefficients: best, size }
    }

    /// The shade at a place, from 0 to 255.
    pub(super) fn at(&self, x: usize, y: usize) -> f64 {
        value(&self.coefficients, &terms(self.size, x, y)).clamp(0.0, 255.0)
    }
}

fn terms([width, height]: [usize; 2], x: usize, y: usize) -> [f64; TERMS] {
    let scaled = |i: usize, n: usize| (2 * i + 1) as f64 / n as f64 - 1.0;
    let (x, y) = (scaled(x, width), scaled(y, height));
    [1.0, x, y, x * x, x * y, y * y]
}

fn value(coefficients: &[f64; TERMS], terms: &[f64; TERMS]) -> f64 {
    coefficients.iter().zip(terms).map(|(c, t)| c * t).sum()
}

/// The middle one of at least one.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The median of the absolute deviations from a surface.
fn deviation(samples: &[Sample], surface: &[f64; TERMS]) -> f64 {
    median(samples.iter().map(|(terms, shade)| (shade - value(surface, terms)).abs()).collect())
}

/// Least squares with weights that depend on the deviations, over and over.
fn robust(samples: &[Sample], order: usize, start: [f64; TERMS]) -> [f64; TERMS] {
    const ABSOLUTE: usize = 20;
    const ALL: usize = 35;
    let mut surface = start;
    for step in 0..ALL {
        let scale = BIWEIGHT * DEVIATIONS * deviation(samples, &surface).max(FLAT);
        let weight = |deviation: f64| match step < ABSOLUTE {
            true => 1.0 / deviation.abs().max(1.0),
            false => (1.0 - (deviation / scale).powi(2)).max(0.0).powi(2),
        };
        let Some(next) = least_squares(samples, order, |s| weight(s.1 - value(&surface, &s.0)))
        else {
            break;
        };
        surface = next;
    }
    surface
}

/// The first `order` coefficients by the normal equations, and 0 for the others; `None` if they have no one solution.
fn least_squares(
    samples: &[Sample],
    order: usize,
    weight: impl Fn(&Sample) -> f64,
) -> Option<[f64; TERMS]> {
    // The last column is the right-hand side.
    let mut rows = [[0.0; TERMS + 1]; TERMS];
    for sample in samples {
        let (terms, shade) = sample;
        let weight = weight(sample);
        for i in 0..order {
            for j in 0..order {
                rows[i][j] += weight * terms[i] * terms[j];
            }
            rows[i][TERMS] += weight * terms[i] * shade;
        }
    }
    // Gauss and Jordan; the matrix is positive definite, so no row need be exchanged.
    for i in 0..order {
        let pivot = rows[i][i];
        if pivot < 1e-9 {
            return None;
        }
        rows[i].iter_mut().for_each(|cell| *cell /= pivot);
        let row = rows[i];
        for (_, other) in rows.iter_mut().take(order).enumerate().filter(|&(j, _)| j != i) {
            let factor = other[i];
            other.iter_mut().zip(row).for_each(|(cell, one)| *cell -= factor * one);
        }
    }
    Some(std::array::from_fn(|i| if i < order { rows[i][TERMS] } else { 0.0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shades of a polynomial on 120 x 90 pixels, with a dark bar on it.
    fn paper(coefficients: [f64; TERMS], bar: [[usize; 2]; 2]) -> Pixels<u8> {
        let size = [120, 90];
        let [first, end] = bar;
        Pixels::from_fn(size[0], size[1], |x, y| {
            let is_bar = (first[0]..end[0]).contains(&x) && (first[1]..end[1]).contains(&y);
            let shade = value(&coefficients, &terms(size, x, y));
            if is_bar { 20 } else { shade.round() as u8 }
        })
    }

    #[test]
    fn the_shades_of_uneven_light_are_found_behind_a_digit() {
        for coefficients in [
            [200.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [180.0, 40.0, -25.0, 0.0, 0.0, 0.0],
            [210.0, -20.0, 10.0, -50.0, 15.0, -30.0],
        ] {
            // In the middle, and off the edge.
            for bar in [[[50, 20], [70, 70]], [[90, 0], [105, 90]]] {
                let ground = Ground::of(&paper(coefficients, bar));
                let size = ground.size;
                for (x, y) in [(0, 0), (60, 45), (119, 0), (100, 80), (119, 89)] {
                    let expected = value(&coefficients, &terms(size, x, y));
                    let found = ground.at(x, y);
                    assert!(
                        (found - expected).abs() < 3.0,
                        "{coefficients:?}: {found}, {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_even_ground_is_no_surface() {
        let ground = Ground::of(&paper([200.0, 0.0, 0.0, 0.0, 0.0, 0.0], [[0, 30], [40, 50]]));
        assert_eq!(ground.coefficients, [200.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn least_squares_that_have_no_one_solution_are_refused() {
        let same: Vec<Sample> = (0..9).map(|_| (terms([3, 3], 1, 1), 7.0)).collect();
        assert_eq!(least_squares(&same, 3, |_| 1.0), None);
        let level = least_squares(&same, 1, |_| 1.0).unwrap();
        assert!((level[0] - 7.0).abs() < 1e-12);
    }
}
