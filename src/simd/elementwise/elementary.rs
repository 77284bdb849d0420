use crate::simd::Real;

/// What the functions need to know of an element type: its bits and its coefficients. Polynomials
/// are written from the highest power down.
pub trait Elementary: Sized + Copy + 'static {
    /// log₂ e.
    const LOG2_E: Self;
    /// ln 2 in two parts, the first short enough that an exponent times it is exact.
    const LN2: [Self; 2];
    /// 1.5 times the power of two above which there are no fractions, plus the bias of exponents:
    /// adding it leaves the nearest integer in the low bits, as they stand in an exponent.
    const MAGIC: Self;
    /// An even number of powers of two, more than subnormal numbers reach below the others.
    const LIFT: Self;
    /// 2^−[`LIFT`](Self::LIFT).
    const UNLIFT: Self;
    /// Below the first, e^x rounds to 0; above the second, to ∞.
    const EXP_RANGE: [Self; 2];
    /// (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2.
    const EXP: &'static [Self];

    /// 2^n, from [`MAGIC`](Self::MAGIC) + n.
    fn power_of_two(shifted: Self) -> Self;
    /// This number with the sign of another.
    fn with_sign_of(self, other: Self) -> Self;
}

impl Elementary for f32 {
    const LOG2_E: Self = std::f32::consts::LOG2_E;
    const LN2: [Self; 2] = [0.693_359_4, -2.121_944_4e-4];
    const MAGIC: Self = 12_582_912.0 + 127.0;
    const LIFT: Self = 64.0;
    const UNLIFT: Self = Self::from_bits((127 - 64) << 23);
    const EXP_RANGE: [Self; 2] = [-104.0, 89.0];
    const EXP: &'static [Self] =
        &[1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];

    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        Self::from_bits(shifted.to_bits() << 23)
    }
    #[inline(always)]
    fn with_sign_of(self, other: Self) -> Self {
        self.copysign(other)
    }
}

impl Elementary for f64 {
    const LOG2_E: Self = std::f64::consts::LOG2_E;
    const LN2: [Self; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    const MAGIC: Self = 6_755_399_441_055_744.0 + 1023.0;
    const LIFT: Self = 512.0;
    const UNLIFT: Self = Self::from_bits((1023 - 512) << 52);
    const EXP_RANGE: [Self; 2] = [-746.0, 710.0];
    // 1/13!, …, 1/2!: the first neglected term is below 2^-57.
    const EXP: &'static [Self] = &[
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];

    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        Self::from_bits(shifted.to_bits() << 52)
    }
    #[inline(always)]
    fn with_sign_of(self, other: Self) -> Self {
        self.copysign(other)
    }
}

/// A polynomial by Horner's rule, every step fused.
#[inline(always)]
pub(super) fn polynomial<T: Real>(coefficients: &[T], x: T) -> T {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = sum.fused_mul_add(x, coefficient);
    }
    sum
}
