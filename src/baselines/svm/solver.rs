//! Two classes: sequential minimal optimisation.

use crate::simd::{BLOCK, SimdLevel, padded};
use pulp::{Simd, WithSimd};
use std::rc::Rc;

/// What is solved: minimise ½ αᵀQα − Σα with 0 ≤ α ≤ C and Σ yα = 0, where Q_st = y_s y_t K(x_s, x_t).
pub(super) struct Problem<'a> {
    /// Which rows are of the first class, whose y is 1; of the others it is −1. There are some of both.
    pub is_first: &'a [bool],
    /// C, the most that an α can be.
    pub c: f64,
    /// By how much the optimality of a pair of α may still be violated (ε).
    pub eps: f64,
}

/// The α of which no pair violates optimality by ε.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    /// yα, row by row.
    pub signed: Vec<f64>,
    /// What is added to Σ yα K(x, ·), which then is positive for the first class.
    pub bias: f64,
}

/// ‖φ(x_i) − φ(x_j)‖² of two rows that do not differ.
const TAU: f64 = 1e-12;

/// ‖φ(x_i) − φ(x_j)‖², where K(x, x) = 1.
#[inline(always)]
fn distance(kernel: f32) -> f64 {
    let distance = 2.0 - 2.0 * f64::from(kernel);
    if distance > 0.0 { distance } else { TAU }
}

impl Problem<'_> {
    /// Solves it by steps in two α at a time: the one that violates optimality most, and the one with which a step gains most
    /// to second order (Fan, Chen and Lin, *Working set selection using second order information for training support vector
    /// machines*, 2005, WSS 2). Of equals the last one is taken, as LIBSVM does.
    ///
    /// `row(t)` is K(x_t, ·), filled up with zeros to [`padded`] length; K(x, x) = 1. `None` if `steps` steps do not suffice.
    pub fn solve(&self, steps: u64, mut row: impl FnMut(usize) -> Rc<[f32]>) -> Option<Solution> {
        let arch = SimdLevel::best().arch();
        let n = self.is_first.len();
        let sign = |t: usize| if self.is_first[t] { 1.0 } else { -1.0 };
        let mut alpha = vec![0.0; n];
        // y − Σ yα K, which is −y times the gradient.
        let mut slack = vec![0.0; padded(n)];
        // The padding neither rises nor falls.
        let mut bounds = Bounds { rise: vec![NEVER; padded(n)], fall: vec![-NEVER; padded(n)] };
        for (t, slack) in slack.iter_mut().enumerate().take(n) {
            *slack = sign(t);
            bounds.set(t, self.room(t, 0.0));
        }
        let mut gains = vec![0.0; padded(n)];
        let (mut highest, mut lowest) = (1.0, -1.0);
        for _ in 0..=steps {
            if highest - lowest < self.eps {
                return Some(self.solution(&alpha, &slack, f64::midpoint(highest, lowest)));
            }
            let i = (0..n).rposition(|t| slack[t] + bounds.rise[t] == highest)?;
            let of_i = row(i);
            let fall = &bounds.fall;
            let (slack_of, gains_of) = (&slack, &mut gains);
            let best = arch.dispatch(Gains {
                slack: slack_of,
                fall,
                of_i: &of_i,
                highest,
                gains: gains_of,
            });
            let j = (0..n).rposition(|t| gains[t] == best)?;
            let of_j = row(j);
            // yα of i rises by as much as that of j falls, until it gains no more or one of them meets a bound.
            let (room_i, room_j) = (self.room(i, alpha[i]).0, self.room(j, alpha[j]).1);
            let wanted = (highest - slack[j]) / distance(of_i[j]);
            let step = wanted.min(room_i).min(room_j);
            for (t, direction, room) in [(i, sign(i), room_i), (j, -sign(j), room_j)] {
                // Whether it is at a bound must not depend on rounding.
                alpha[t] = match (step < room, direction > 0.0) {
                    (true, _) => alpha[t] + direction * step,
                    (false, true) => self.c,
                    (false, false) => 0.0,
                };
                bounds.set(t, self.room(t, alpha[t]));
            }
            let bounds = &bounds;
            (highest, lowest) =
                arch.dispatch(Move { slack: &mut slack, bounds, step, of_i: &of_i, of_j: &of_j });
        }
        None
    }

    /// By how much yα can rise and fall.
    fn room(&self, t: usize, alpha: f64) -> (f64, f64) {
        match self.is_first[t] {
            true => (self.c - alpha, alpha),
            false => (alpha, self.c - alpha),
        }
    }

    /// At the optimum the slack of all α between the bounds is the bias; where there are none it lies in the middle of what
    /// the others allow.
    fn solution(&self, alpha: &[f64], slack: &[f64], middle: f64) -> Solution {
        let free = alpha.iter().zip(slack).filter(|(alpha, _)| (0.0 < **alpha) && **alpha < self.c);
        let (count, sum) = free.fold((0, 0.0), |(n, sum), (_, slack)| (n + 1, sum + slack));
        let bias = if count == 0 { middle } else { sum / f64::from(count) };
        let signed = alpha.iter().zip(self.is_first).map(|(&a, first)| if *first { a } else { -a });
        Solution { signed: signed.collect(), bias }
    }
}

const NEVER: f64 = f64::NEG_INFINITY;

/// What is added to the slack so that its maximum and its minimum pass over those that are at a bound.
struct Bounds {
    /// 0 where yα can rise, −∞ where it cannot.
    rise: Vec<f64>,
    /// 0 where yα can fall, ∞ where it cannot.
    fall: Vec<f64>,
}

impl Bounds {
    fn set(&mut self, t: usize, (rise, fall): (f64, f64)) {
        self.rise[t] = if rise > 0.0 { 0.0 } else { NEVER };
        self.fall[t] = if fall > 0.0 { 0.0 } else { -NEVER };
    }
}

/// Kernel: how much a step gains with i and each of those that can fall, at best; the most of it.
struct Gains<'a> {
    slack: &'a [f64],
    fall: &'a [f64],
    of_i: &'a [f32],
    highest: f64,
    gains: &'a mut [f64],
}

impl WithSimd for Gains<'_> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let mut best = [0.0; BLOCK];
        let blocks = self.gains.as_chunks_mut::<BLOCK>().0.iter_mut();
        let (slack, fall) = (self.slack.as_chunks::<BLOCK>().0, self.fall.as_chunks::<BLOCK>().0);
        let of_i = self.of_i.as_chunks::<BLOCK>().0;
        for (((gains, slack), fall), of_i) in blocks.zip(slack).zip(fall).zip(of_i) {
            for t in 0..BLOCK {
                let difference = self.highest - (slack[t] + fall[t]);
                let difference = if difference > 0.0 { difference } else { 0.0 };
                gains[t] = difference * difference / distance(of_i[t]);
                best[t] = if gains[t] > best[t] { gains[t] } else { best[t] };
            }
        }
        best.into_iter().fold(0.0, f64::max)
    }
}

/// Kernel: the slack after yα of i has risen and that of j has fallen by `step`; the highest of those that can rise and the
/// lowest of those that can fall.
struct Move<'a> {
    slack: &'a mut [f64],
    bounds: &'a Bounds,
    step: f64,
    of_i: &'a [f32],
    of_j: &'a [f32],
}

impl WithSimd for Move<'_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> (f64, f64) {
        let (mut highest, mut lowest) = ([NEVER; BLOCK], [-NEVER; BLOCK]);
        let blocks = self.slack.as_chunks_mut::<BLOCK>().0.iter_mut();
        let rise = self.bounds.rise.as_chunks::<BLOCK>().0;
        let fall = self.bounds.fall.as_chunks::<BLOCK>().0;
        let (of_i, of_j) = (self.of_i.as_chunks::<BLOCK>().0, self.of_j.as_chunks::<BLOCK>().0);
        for ((((slack, rise), fall), of_i), of_j) in blocks.zip(rise).zip(fall).zip(of_i).zip(of_j)
        {
            for t in 0..BLOCK {
                slack[t] -= self.step * (f64::from(of_i[t]) - f64::from(of_j[t]));
                let (rising, falling) = (slack[t] + rise[t], slack[t] + fall[t]);
                highest[t] = if rising > highest[t] { rising } else { highest[t] };
                lowest[t] = if falling < lowest[t] { falling } else { lowest[t] };
            }
        }
        let highest = highest.into_iter().fold(NEVER, f64::max);
        (highest, lowest.into_iter().fold(-NEVER, f64::min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A problem in the plane, with its matrix K.
    struct Points {
        is_first: Vec<bool>,
        kernel: Vec<Vec<f32>>,
    }

    impl Points {
        /// Two clouds that overlap, and two pairs of equal points, one of them of both classes.
        fn clouds(n: usize, seed: u64) -> Self {
            let mut state = seed;
            let mut uniform = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as f64 / (1 << 24) as f64
            };
            let is_first: Vec<bool> = (0..n).map(|t| t % 3 == 0).collect();
            let mut points: Vec<[f64; 2]> = is_first
                .iter()
                .map(|&first| [uniform() + 0.5 * f64::from(first), uniform()])
                .collect();
            (points[1], points[5]) = (points[0], points[4]);
            Self::new(is_first, &points)
        }

        /// exp(−‖x − y‖²).
        fn new(is_first: Vec<bool>, points: &[[f64; 2]]) -> Self {
            let of = |x: &[f64; 2], y: &[f64; 2]| {
                libm::exp(-(x[0] - y[0]).powi(2) - (x[1] - y[1]).powi(2)) as f32
            };
            let row = |x| points.iter().map(|y| of(x, y)).collect();
            Self { is_first, kernel: points.iter().map(row).collect() }
        }

        fn sign(&self, t: usize) -> f64 {
            if self.is_first[t] { 1.0 } else { -1.0 }
        }

        fn solve(&self, c: f64, eps: f64) -> Solution {
            let row = |t: usize| {
                let mut row = self.kernel[t].clone();
                row.resize(padded(row.len()), 0.0);
                row.into()
            };
            let problem = Problem { is_first: &self.is_first, c, eps };
            problem.solve(1_000_000, row).expect("a small problem")
        }

        /// Σ_s yα_s K(x_s, x_t).
        fn sum(&self, signed: &[f64], t: usize) -> f64 {
            signed.iter().zip(&self.kernel[t]).map(|(a, &k)| a * f64::from(k)).sum()
        }

        /// Σα − ½ αᵀQα, which is to be large.
        fn dual(&self, signed: &[f64]) -> f64 {
            let terms = signed.iter().enumerate();
            terms.map(|(t, a)| a.abs() - 0.5 * a * self.sum(signed, t)).sum()
        }

        /// The dual by gradient ascent, projected onto 0 ≤ α ≤ C and Σ yα = 0.
        fn ascended(&self, c: f64) -> f64 {
            let n = self.is_first.len();
            let mut alpha = vec![0.0; n];
            for _ in 0..5_000 {
                let signed: Vec<f64> = (0..n).map(|t| self.sign(t) * alpha[t]).collect();
                let free: Vec<f64> = (0..n)
                    .map(|t| alpha[t] + (1.0 - self.sign(t) * self.sum(&signed, t)) / n as f64)
                    .collect();
                // α − y m, cut off at the bounds: Σ yα falls as m rises.
                let cut = |m: f64, t: usize| (free[t] - self.sign(t) * m).clamp(0.0, c);
                let (mut low, mut high) = (-10.0 * c - 10.0, 10.0 * c + 10.0);
                for _ in 0..80 {
                    let m = f64::midpoint(low, high);
                    let sum: f64 = (0..n).map(|t| self.sign(t) * cut(m, t)).sum();
                    (low, high) = if sum > 0.0 { (m, high) } else { (low, m) };
                }
                alpha = (0..n).map(|t| cut(low, t)).collect();
            }
            let signed: Vec<f64> = (0..n).map(|t| self.sign(t) * alpha[t]).collect();
            self.dual(&signed)
        }
    }

    #[test]
    fn two_points_have_a_closed_form() {
        // α₁ = α₂ = α maximises 2α − ½ α² ‖φ(x) − φ(y)‖².
        let pair = Points::new(vec![false, true], &[[0.0, 0.0], [0.6, 0.3]]);
        let best = 2.0 / (2.0 - 2.0 * f64::from(pair.kernel[0][1]));
        for c in [0.25, 1.0, 100.0] {
            let Solution { signed, bias } = pair.solve(c, 1e-3);
            let alpha = best.min(c);
            assert!((signed[1] - alpha).abs() < 1e-12 && signed[0] == -signed[1], "{signed:?}");
            assert!(bias.abs() < 1e-12, "{bias}");
        }
    }

    #[test]
    fn equal_points_of_both_classes_meet_the_bound() {
        let same = Points::new(vec![true, false], &[[0.5, 0.5]; 2]);
        assert_eq!(same.solve(3.0, 1e-3), Solution { signed: vec![3.0, -3.0], bias: 0.0 });
    }

    #[test]
    fn solutions_are_optimal_to_within_eps() {
        for (seed, c) in [(1, 0.5), (2, 1.0), (3, 30.0), (4, 1e4)] {
            for eps in [0.1, 1e-3, 1e-7] {
                let points = Points::clouds(40, seed);
                let Solution { signed, bias } = points.solve(c, eps);
                let size: f64 = signed.iter().map(|a| a.abs()).sum();
                assert!(signed.iter().sum::<f64>().abs() <= 1e-13 * size);
                let (mut highest, mut lowest) = (f64::NEG_INFINITY, f64::INFINITY);
                for (t, &a) in signed.iter().enumerate() {
                    let (y, alpha) = (points.sign(t), points.sign(t) * a);
                    assert!((0.0..=c).contains(&alpha), "{alpha}");
                    // Karush, Kuhn and Tucker: the bias is at least what may rise wants, and at most what may fall.
                    let slack = y - points.sum(&signed, t);
                    if (y > 0.0 && alpha < c) || (y < 0.0 && alpha > 0.0) {
                        highest = slack.max(highest);
                    }
                    if (y > 0.0 && alpha > 0.0) || (y < 0.0 && alpha < c) {
                        lowest = slack.min(lowest);
                    }
                }
                let rounding = 1e-13 * (1.0 + size);
                assert!(highest - lowest < eps + rounding, "C {c}, ε {eps}: {highest} {lowest}");
                let within = lowest.min(highest) - rounding..=lowest.max(highest) + rounding;
                assert!(within.contains(&bias), "C {c}, ε {eps}: {bias}");
            }
        }
    }

    #[test]
    fn no_ascent_finds_better() {
        for (seed, c) in [(5, 0.3), (6, 1.0), (7, 5.0)] {
            let points = Points::clouds(24, seed);
            let dual = points.dual(&points.solve(c, 1e-9).signed);
            let ascended = points.ascended(c);
            // The ascent comes near the optimum from below.
            assert!(dual >= ascended && dual - ascended < 0.01 * dual, "{dual} {ascended}");
        }
    }

    #[test]
    fn too_few_steps_are_told() {
        let points = Points::clouds(40, 1);
        let row = |t: usize| {
            let mut row = points.kernel[t].clone();
            row.resize(padded(row.len()), 0.0);
            row.into()
        };
        let problem = Problem { is_first: &points.is_first, c: 1.0, eps: 1e-3 };
        assert_eq!(problem.solve(3, row), None);
    }

    #[test]
    fn kernels_give_the_bits_of_plain_loops_at_every_level() {
        let wave =
            |n: usize, by: f64| -> Vec<f64> { (0..n).map(|t| libm::sin(by * t as f64)).collect() };
        for level in SimdLevel::available() {
            for n in [16, 48, 160] {
                let slack = wave(n, 0.7);
                let rise: Vec<f64> = (0..n).map(|t| if t % 3 == 0 { NEVER } else { 0.0 }).collect();
                let fall: Vec<f64> =
                    (0..n).map(|t| if t % 5 == 1 { -NEVER } else { 0.0 }).collect();
                let of_i: Vec<f32> = wave(n, 1.3).iter().map(|&x| x as f32).collect();
                let of_j: Vec<f32> = wave(n, 2.9).iter().map(|&x| x as f32).collect();
                let gain = |t: usize| match 0.4 - slack[t] {
                    difference if t % 5 != 1 && difference > 0.0 => {
                        difference * difference / (2.0 - 2.0 * f64::from(of_i[t]))
                    }
                    _ => 0.0,
                };
                let mut gains = vec![7.0; n];
                let kernel = Gains {
                    slack: &slack,
                    fall: &fall,
                    of_i: &of_i,
                    highest: 0.4,
                    gains: &mut gains,
                };
                let best = level.arch().dispatch(kernel);
                assert_eq!(gains, (0..n).map(gain).collect::<Vec<_>>(), "{level}");
                assert_eq!(best, (0..n).map(gain).fold(0.0, f64::max));

                let moved: Vec<f64> = (0..n)
                    .map(|t| slack[t] - 0.3 * (f64::from(of_i[t]) - f64::from(of_j[t])))
                    .collect();
                let rising = (0..n).filter(|t| t % 3 != 0).map(|t| moved[t]).fold(NEVER, f64::max);
                let falling =
                    (0..n).filter(|t| t % 5 != 1).map(|t| moved[t]).fold(-NEVER, f64::min);
                let mut slack = slack.clone();
                let bounds = Bounds { rise, fall };
                let kernel = Move {
                    slack: &mut slack,
                    bounds: &bounds,
                    step: 0.3,
                    of_i: &of_i,
                    of_j: &of_j,
                };
                assert_eq!(level.arch().dispatch(kernel), (rising, falling), "{level}");
                assert_eq!(slack, moved);
            }
        }
    }
}
