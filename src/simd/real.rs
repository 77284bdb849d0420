use super::elementwise::elementary::Elementary;
use pulp::Simd;
use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub};

/// Elements in a padded row are a multiple of this: the f32 lanes of the widest vectors, and the
/// number of virtual lanes in a reduction.
pub const BLOCK: usize = 16;

/// The stride of a row of `n` elements: `n` rounded up to a multiple of [`BLOCK`].
#[inline(always)]
pub const fn padded(n: usize) -> usize {
    n.next_multiple_of(BLOCK)
}

/// An element type of the kernels: `f32` or `f64`, and no other.
pub trait Real:
    Elementary // private, so that the kernels may rely on what is said of its vectors
    + Copy
    + Default
    + Debug
    + Display
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + DivAssign
    + Sum
    + faer::traits::ComplexField
    + 'static
{
    /// A vector of elements on the instruction set `S`; [`BLOCK`] is a multiple of its lanes.
    type Vector<S: Simd>: Copy;

    /// The number of outputs in a full panel of weights: two cache lines. See
    /// [`sparse`](super::sparse).
    const PANEL: usize = 128 / size_of::<Self>();
    /// The square root of the smallest normal number: 2^−63, about 1e-19, in f32, and 2^−511 in f64.
    ///
    /// The kernels make smaller numbers 0 where they arise (tails of activations, weighted inputs,
    /// errors, what an optimiser remembers, decayed weights), so that a product of two numbers that
    /// are left is a normal number. Some CPUs compute a hundred times more slowly with subnormal
    /// ones; a weight of ordinary size is changed by neither.
    const TINY: Self;
    /// ln [`TINY`](Self::TINY).
    const LN_TINY: Self;
    /// What [`TINY`](Self::TINY) is to numbers, this is to the squares of gradients, whose root
    /// counts: 2^−100 in f32, 2^−900 in f64. A constant below 2^−20 may still multiply it.
    const TINY_SQUARE: Self;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The name of the precision: `f32` or `f64`.
    const NAME: &'static str;

    /// Rounds an f64 to nearest.
    fn from_f64(x: f64) -> Self;
    /// Widens exactly.
    fn to_f64(self) -> f64;
    /// A pixel's intensity, byte / 256, exactly.
    fn from_pixel(byte: u8) -> Self;
    /// `self * b + c`, rounded once.
    fn fused_mul_add(self, b: Self, c: Self) -> Self;
    /// The absolute value.
    fn magnitude(self) -> Self;
    /// The square root, correctly rounded.
    fn square_root(self) -> Self;
    /// 0 if the magnitude is below `least`; a NaN stays one.
    #[inline(always)]
    fn or_zero_below(self, least: Self) -> Self {
        if self.magnitude() < least { Self::ZERO } else { self }
    }
    /// 0 if the magnitude is below [`TINY`](Self::TINY); a NaN stays one.
    #[inline(always)]
    fn flushed(self) -> Self {
        self.or_zero_below(Self::TINY)
    }

    /// The number of elements in a [`Vector`](Real::Vector).
    fn lanes<S: Simd>() -> usize;
    /// Views a slice as vectors. A remainder shorter than a vector is not in the view.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// Views a slice as mutable vectors, like [`Real::vectors`].
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];
    /// `x` in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// `a * b + c` lane by lane, rounded once.
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// `a + b` lane by lane.
    fn plus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `x` where the two are equal, 0 elsewhere, lane by lane.
    fn where_equal<S: Simd>(
        simd: S,
        two: (Self::Vector<S>, Self::Vector<S>),
        x: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// Adds the upper half of the lanes to the lower half until one is left.
    fn fold_lanes<S: Simd>(simd: S, a: Self::Vector<S>) -> Self;
    /// Lane by lane the larger number and its companion: those of `a` where it is greater or a
    /// NaN, those of `b` elsewhere.
    fn larger<S: Simd>(
        simd: S,
        a: (Self::Vector<S>, Self::Vector<S>),
        b: (Self::Vector<S>, Self::Vector<S>),
    ) -> (Self::Vector<S>, Self::Vector<S>);

    /// The number whose bits are those of `byte`: a companion in [`larger`](Self::larger), not to be computed
    /// with.
    fn from_byte(byte: u8) -> Self;
    /// The byte of [`from_byte`](Self::from_byte).
    fn to_byte(self) -> u8;
}

macro_rules! real {
    ($t:ident, $bits:ident, [$tiny:literal, $tiny_square:literal], $lanes:ident, $vector:ident, $head:ident, $head_mut:ident, $splat:ident, $fma:ident, $add:ident, $sum:ident, [$less:ident, $equal:ident, $not:ident, $and:ident, $select:ident]) => {
        impl Real for $t {
            type Vector<S: Simd> = S::$vector;

            // The exponent's field of 1 is MAX_EXP − 1.
            const TINY: Self =
                Self::from_bits(($t::MAX_EXP as $bits - 1 - $tiny) << ($t::MANTISSA_DIGITS - 1));
            const LN_TINY: Self = -($tiny as $t) * std::$t::consts::LN_2;
            const TINY_SQUARE: Self = Self::from_bits(
                ($t::MAX_EXP as $bits - 1 - $tiny_square) << ($t::MANTISSA_DIGITS - 1),
            );
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NAME: &'static str = stringify!($t);

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn from_pixel(byte: u8) -> Self {
                $t::from(byte) * (1.0 / 256.0)
            }
            #[inline(always)]
            fn fused_mul_add(self, b: Self, c: Self) -> Self {
                $t::mul_add(self, b, c)
            }
            #[inline(always)]
            fn magnitude(self) -> Self {
                $t::abs(self)
            }
            #[inline(always)]
            fn square_root(self) -> Self {
                $t::sqrt(self)
            }
            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>] {
                S::$head(x).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>] {
                S::$head_mut(x).0
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S> {
                simd.$splat(x)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(
                simd: S,
                a: Self::Vector<S>,
                b: Self::Vector<S>,
                c: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$fma(a, b, c)
            }
            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S> {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn where_equal<S: Simd>(
                simd: S,
                (a, b): (Self::Vector<S>, Self::Vector<S>),
                x: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$select(simd.$equal(a, b), x, simd.$splat(0.0))
            }
            #[inline(always)]
            fn fold_lanes<S: Simd>(simd: S, a: Self::Vector<S>) -> Self {
                // Halves, on every instruction set.
                simd.$sum(a)
            }
            #[inline(always)]
            fn larger<S: Simd>(
                simd: S,
                (a, i): (Self::Vector<S>, Self::Vector<S>),
                (b, j): (Self::Vector<S>, Self::Vector<S>),
            ) -> (Self::Vector<S>, Self::Vector<S>) {
                // The complement, for which one instruction less does.
                let others = simd.$and(simd.$equal(a, a), simd.$not(simd.$less(b, a)));
                (simd.$select(others, b, a), simd.$select(others, j, i))
            }
            #[inline(always)]
            fn from_byte(byte: u8) -> Self {
                $t::from_bits($bits::from(byte))
            }
            #[inline(always)]
            fn to_byte(self) -> u8 {
                self.to_bits() as u8
            }
        }
    };
}

real!(
    f32,
    u32,
    [63, 100],
    F32_LANES,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    mul_add_f32s,
    add_f32s,
    reduce_sum_f32s,
    [less_than_f32s, equal_f32s, not_m32s, and_m32s, select_f32s]
);
real!(
    f64,
    u64,
    [511, 900],
    F64_LANES,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_add_f64s,
    add_f64s,
    reduce_sum_f64s,
    [less_than_f64s, equal_f64s, not_m64s, and_m64s, select_f64s]
);
