//! Components of variance: how much of the spread of some values comes from each of several random factors that were
//! crossed, and how much from their combinations.
//!
//! The model has a random effect for every set of factors, all independent: with factors a and b
//!
//! ```text
//! y_ijk = μ + a_i + b_j + (ab)_ij + e_ijk
//! ```
//!
//! The data must be complete and balanced: every combination of levels, each with as many values. With one value for
//! each, e cannot be told from the combination of all factors, and is part of it.
//!
//! | file | idea |
//! |---|---|
//! | `design` | values of every combination, and their mean squares |
//! | `pivots` | draws that stand for what the expected mean squares may be |

mod design;
mod pivots;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use design::{Crossed, Effect};

use super::{Interval, mean};
use crate::rng::{Purpose, Stream};
use design::MeanSquare;
use pivots::{Pivots, chi_squared_interval};

/// Components of variance of a crossed design.
#[derive(Debug, Clone, PartialEq)]
pub struct VarianceComponents {
    /// The mean of all values.
    pub mean: f64,
    /// Its standard error, if all factors are random: √(Σ σ²/number of levels that it is averaged over); of a negative
    /// estimate 0.
    pub standard_error: f64,
    /// The components: single factors in their order, then pairs, and so on, what is left last.
    pub components: Vec<Component>,
    /// The variance of a value with fresh levels of all factors, which is the sum of all components.
    pub total: Estimate,
}

/// The variance that comes from one effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// The factors that it belongs to.
    pub effect: Effect,
    /// The degrees of freedom of its mean square.
    pub degrees: usize,
    /// The variance, in the unit of the values squared.
    pub variance: Estimate,
    /// Its part of the total, where 1 is all of it; `None` if the total is 0.
    pub share: Option<Estimate>,
}

/// An unbiased estimate, of a share a ratio of such, which may be below 0; with an interval, which is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Where the parameter is, 0 or above.
    pub interval: Interval,
}

/// Draws behind the intervals: their probability has a standard error of 0.15 points.
pub const DRAWS: usize = 20_000;

/// The components of variance of a design, with intervals of probability `level`.
///
/// Estimates are those of the analysis of variance, the method of moments: the mean squares are set equal to their
/// expectations (Searle, Casella and McCulloch, 1992, chapter 4). They are unbiased whatever the distribution, and so
/// may be negative where a component is small. Intervals assume normal effects. That of a variance with a mean square
/// of its own is the exact one from χ²; the others, and those of shares, are generalized confidence intervals
/// (Weerahandi, 1993): each expected mean square is replaced by df · mean square / χ²(df), drawn independently
/// `draws` times, and the quantiles of what follows are taken. A variance ends at 0, a share at 0 and 1. Equal input,
/// equal bits.
///
/// All are NaN if a value is NaN or infinite.
///
/// # Panics
///
/// If `level` is not between 0 and 1, both excluded, or there are no `draws`.
#[must_use]
#[track_caller]
pub fn variance_components(design: &Crossed, level: f64, draws: usize) -> VarianceComponents {
    assert!(level > 0.0 && level < 1.0, "level must be between 0 and 1, is {level}");
    assert!(draws > 0, "there must be draws");
    let squares = design.mean_squares();
    let combinations: Vec<Vec<f64>> =
        squares.iter().map(|square| combination(square.effect, &squares, design)).collect();
    let of_total: Vec<f64> =
        (0..squares.len()).map(|i| combinations.iter().map(|c| c[i]).sum()).collect();
    let measured: Vec<f64> = squares.iter().map(|square| square.value).collect();
    let total = dot(&of_total, &measured);
    let constant = measured.iter().all(|&square| square == 0.0);
    let mut pivots = Pivots::new(&squares, draws, &mut Stream::new(1, Purpose::Pivots, 0));
    let variance = |pivots: &mut Pivots, c: &[f64]| Estimate {
        value: dot(c, &measured),
        interval: match own(c) {
            _ if constant => Interval { low: 0.0, high: 0.0 },
            Some(i) => chi_squared_interval(c[i] * measured[i], squares[i].degrees, level),
            None => pivots.interval(|squares| dot(c, squares), level).within(0.0, f64::INFINITY),
        },
    };
    let share = |pivots: &mut Pivots, c: &[f64]| Estimate {
        value: dot(c, &measured) / total,
        interval: match squares.len() {
            1 => Interval { low: 1.0, high: 1.0 },
            _ => pivots
                .interval(|squares| dot(c, squares) / dot(&of_total, squares), level)
                .within(0.0, 1.0),
        },
    };
    let components = squares.iter().zip(&combinations).map(|(square, c)| Component {
        effect: square.effect,
        degrees: square.degrees,
        variance: variance(&mut pivots, c),
        share: (total != 0.0).then(|| share(&mut pivots, c)),
    });
    let components: Vec<Component> = components.collect();
    let averaged = components.iter().map(|component| {
        component.variance.value.max(0.0) / design.levels_of(component.effect) as f64
    });
    VarianceComponents {
        mean: mean(design.values()),
        standard_error: averaged.sum::<f64>().sqrt(),
        total: variance(&mut pivots, &of_total),
        components,
    }
}

/// The coefficients of the mean squares in the estimate of a component.
///
/// The expectation of a mean square is the sum of the components of all effects that have its factors, each times the
/// number of values that share a level of it. Hence, of effects with one factor more the mean squares are subtracted,
/// of those with two more they are added again, and so on.
fn combination(effect: Effect, squares: &[MeanSquare], design: &Crossed) -> Vec<f64> {
    let values = design.values().len() as f64 / design.levels_of(effect) as f64;
    let all = Effect::of_all(design.factors());
    let coefficient = |other: Effect| match (effect.is_rest(), other.is_rest()) {
        (true, rest) => f64::from(u8::from(rest)),
        // What is left is only subtracted from the combination of all factors, in which it is.
        (false, true) if effect == all => -1.0,
        (false, true) => 0.0,
        (false, false) if other.contains(effect) => {
            if (other.order() - effect.order()).is_multiple_of(2) { 1.0 } else { -1.0 }
        }
        (false, false) => 0.0,
    };
    squares.iter().map(|square| coefficient(square.effect) / values).collect()
}

fn dot(coefficients: &[f64], squares: &[f64]) -> f64 {
    coefficients.iter().zip(squares).map(|(c, s)| c * s).sum()
}

/// The only mean square of a combination.
fn own(coefficients: &[f64]) -> Option<usize> {
    let mut used = (0..coefficients.len()).filter(|&i| coefficients[i] != 0.0);
    used.next().filter(|_| used.next().is_none())
}
