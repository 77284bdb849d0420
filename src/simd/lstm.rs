//! What a layer of long short-term memory units does at a time step, apart from its products.
//!
//! Of every unit there are four weighted inputs, in the order of PyTorch: the input gate i, the forget gate f, the
//! candidate g and the output gate o, each of `units` numbers, one after the other in a row of `4 · units`, padded.

use super::elementwise::{sigmoid, tanh};
use super::{Real, padded};
use pulp::{Simd, WithSimd};

/// The numbers of a unit that the weights lead to: i, f, g and o.
pub const GATES: usize = 4;

/// Kernel, for every row: the gates i = σ(z_i), f = σ(z_f), g = tanh z_g, o = σ(z_o) in place of their weighted inputs, the
/// cells c = f ⊙ c′ + i ⊙ g of those c′ of the step before, tanh c, and the activations h = o ⊙ tanh c.
///
/// # Panics
///
/// When a slice is not `[rows][stride]`, with the stride of so many units, of `gates` that of four times as many.
pub struct LstmStep<'a, T> {
    /// The units.
    pub units: usize,
    /// `[rows][padded(4 · units)]`: weighted inputs, which become activated gates. Padding stays as it is.
    pub gates: &'a mut [T],
    /// The cells of the step before, `None` for zeros.
    pub before: Option<&'a [T]>,
    /// The cells, overwritten but for the padding.
    pub cells: &'a mut [T],
    /// tanh of them, likewise.
    pub tanh_cells: &'a mut [T],
    /// The activations, likewise.
    pub output: &'a mut [T],
}

impl<T: Real> WithSimd for LstmStep<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { units, gates, before, cells, tanh_cells, output } = self;
        let stride = padded(units);
        for (r, gates) in gates.chunks_exact_mut(padded(GATES * units)).enumerate() {
            let row = r * stride..r * stride + units;
            let [i, f, g, o] = parts_mut(gates, units);
            // One loop a function: each is vectorised by itself.
            for gate in [&mut *i, &mut *f, &mut *o] {
                gate.iter_mut().for_each(|z| *z = sigmoid(*z));
            }
            g.iter_mut().for_each(|z| *z = tanh(*z));
            let cells = &mut cells[row.clone()];
            match before {
                Some(before) => {
                    let before = &before[row.clone()];
                    for j in 0..units {
                        cells[j] = f[j].fused_mul_add(before[j], i[j] * g[j]).flushed();
                    }
                }
                None => (0..units).for_each(|j| cells[j] = (i[j] * g[j]).flushed()),
            }
            let tanh_cells = &mut tanh_cells[row.clone()];
            for (t, &c) in tanh_cells.iter_mut().zip(&*cells) {
                *t = tanh(c);
            }
            let output = &mut output[row];
            for j in 0..units {
                output[j] = (o[j] * tanh_cells[j]).flushed();
            }
        }
    }
}

/// The four parts of a row.
#[inline(always)]
fn parts<T>(row: &[T], units: usize) -> [&[T]; GATES] {
    let (i, rest) = row.split_at(units);
    let (f, rest) = rest.split_at(units);
    let (g, rest) = rest.split_at(units);
    [i, f, g, &rest[..units]]
}

/// The same, to be changed.
#[inline(always)]
fn parts_mut<T>(row: &mut [T], units: usize) -> [&mut [T]; GATES] {
    let (i, rest) = row.split_at_mut(units);
    let (f, rest) = rest.split_at_mut(units);
    let (g, rest) = rest.split_at_mut(units);
    [i, f, g, &mut rest[..units]]
}

/// Kernel, for every row: the errors ∂C/∂z of the four weighted inputs of every unit from ∂C/∂h, and ∂C/∂c passed on to the
/// step before.
///
/// With e = ∂C/∂h ⊙ o ⊙ (1 − tanh² c) + what the step after has passed on: δ_i = e g i (1 − i), δ_f = e c′ f (1 − f),
/// δ_g = e i (1 − g²), δ_o = ∂C/∂h tanh c o (1 − o), and e f is passed on.
///
/// # Panics
///
/// As [`LstmStep`].
pub struct LstmErrors<'a, T> {
    /// The units.
    pub units: usize,
    /// The activated gates, `[rows][padded(4 · units)]`.
    pub gates: &'a [T],
    /// The cells of the step before, `None` for zeros.
    pub before: Option<&'a [T]>,
    /// tanh of the cells.
    pub tanh_cells: &'a [T],
    /// ∂C/∂h.
    pub errors: &'a [T],
    /// What the step after has passed on, which becomes what this one does.
    pub passed: &'a mut [T],
    /// `[rows][padded(4 · units)]`, overwritten but for its padding.
    pub delta: &'a mut [T],
}

impl<T: Real> WithSimd for LstmErrors<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { units, gates, before, tanh_cells, errors, passed, delta } = self;
        let (stride, wide) = (padded(units), padded(GATES * units));
        for (r, delta) in delta.chunks_exact_mut(wide).enumerate() {
            let row = r * stride..r * stride + units;
            let [i, f, g, o] = parts(&gates[r * wide..][..wide], units);
            let (t, h) = (&tanh_cells[row.clone()], &errors[row.clone()]);
            let passed = &mut passed[row.clone()];
            let [of_i, of_f, of_g, of_o] = parts_mut(delta, units);
            for j in 0..units {
                of_o[j] = (h[j] * t[j] * (o[j] * (T::ONE - o[j]))).flushed();
                let slope = (-t[j]).fused_mul_add(t[j], T::ONE);
                // The error of the cell, for now.
                passed[j] = (h[j] * o[j]).fused_mul_add(slope, passed[j]);
            }
            for j in 0..units {
                of_i[j] = (passed[j] * g[j] * (i[j] * (T::ONE - i[j]))).flushed();
                of_g[j] = (passed[j] * i[j] * (-g[j]).fused_mul_add(g[j], T::ONE)).flushed();
            }
            match before {
                Some(before) => {
                    let before = &before[row];
                    for j in 0..units {
                        let bell = f[j] * (T::ONE - f[j]);
                        of_f[j] = (passed[j] * before[j] * bell).flushed();
                    }
                }
                None => of_f.fill(T::ZERO),
            }
            for j in 0..units {
                passed[j] = (passed[j] * f[j]).flushed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    /// Numbers with both signs.
    fn numbers<T: Real>(rows: usize, columns: usize, seed: usize) -> Vec<T> {
        let stride = padded(columns);
        let number = |i: usize| match i % stride < columns {
            true => (((i + seed) * 37 % 23) as f64 - 11.0) / 8.0,
            false => 0.0,
        };
        (0..rows * stride).map(number).map(T::from_f64).collect()
    }

    /// gates, cells, tanh of them, activations; and errors, what is passed on.
    type Numbers<T> = [Vec<T>; 6];

    fn run<T: Real>(level: SimdLevel, rows: usize, units: usize, first: bool) -> Numbers<T> {
        let zeros = || numbers::<T>(rows, units, 5);
        let mut gates = numbers::<T>(rows, GATES * units, 3);
        let past = numbers::<T>(rows, units, 7);
        let before = (!first).then_some(&past[..]);
        let [mut cells, mut tanh_cells, mut output] = [zeros(), zeros(), zeros()];
        level.arch().dispatch(LstmStep {
            units,
            gates: &mut gates,
            before,
            cells: &mut cells,
            tanh_cells: &mut tanh_cells,
            output: &mut output,
        });
        let errors = numbers::<T>(rows, units, 11);
        let mut passed = numbers::<T>(rows, units, 13);
        let mut delta = numbers::<T>(rows, GATES * units, 0);
        level.arch().dispatch(LstmErrors {
            units,
            gates: &gates,
            before,
            tanh_cells: &tanh_cells,
            errors: &errors,
            passed: &mut passed,
            delta: &mut delta,
        });
        [gates, cells, tanh_cells, output, delta, passed]
    }

    fn check<T: Real>(tolerance: f64, rows: usize, units: usize, first: bool) {
        let mut levels = SimdLevel::available();
        let got = run::<T>(levels.next().expect("a level"), rows, units, first);
        for level in levels {
            assert_eq!(run::<T>(level, rows, units, first), got, "{level} {rows} {units}");
        }
        let (stride, wide) = (padded(units), padded(GATES * units));
        let [z, past] = [numbers::<T>(rows, GATES * units, 3), numbers::<T>(rows, units, 7)];
        let [errors, passed] = [numbers::<T>(rows, units, 11), numbers::<T>(rows, units, 13)];
        let sigma = |z: f64| 1.0 / (1.0 + (-z).exp());
        for r in 0..rows {
            for j in 0..stride {
                let (at, is_unit) = (r * stride + j, j < units);
                let near = |what: usize, at: usize, want: f64| {
                    let got = got[what][at].to_f64();
                    let want = if is_unit { want } else { 0.0 };
                    assert!((got - want).abs() < tolerance, "{what} {r} {j}: {got} {want}");
                };
                let place = |q: usize| r * wide + q * units + j;
                let z = |q: usize| if is_unit { z[place(q)].to_f64() } else { 0.0 };
                let [i, f, o] = [z(0), z(1), z(3)].map(sigma);
                let g = z(2).tanh();
                let past = if first { 0.0 } else { past[at].to_f64() };
                let c = f * past + i * g;
                let t = c.tanh();
                near(1, at, c);
                near(2, at, t);
                near(3, at, o * t);
                let h = errors[at].to_f64();
                let e = h * o * (1.0 - t * t) + passed[at].to_f64();
                near(5, at, e * f);
                let want = [
                    e * g * i * (1.0 - i),
                    e * past * f * (1.0 - f),
                    e * i * (1.0 - g * g),
                    h * t * o * (1.0 - o),
                ];
                if is_unit {
                    for (q, (gate, want)) in [i, f, g, o].into_iter().zip(want).enumerate() {
                        near(0, place(q), gate);
                        near(4, place(q), want);
                    }
                }
            }
        }
    }

    #[test]
    fn a_step_and_its_errors_are_those_of_f64_and_the_same_bits_at_every_level() {
        for rows in 1..=3 {
            for units in [1, 2, 15, 16, 17, 31, 33, 64] {
                for first in [true, false] {
                    check::<f64>(1e-14, rows, units, first);
                    check::<f32>(3e-6, rows, units, first);
                }
            }
        }
    }
}
