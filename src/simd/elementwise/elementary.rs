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
    /// Below the first, e^x rounds to 0; above the second, to ∞.
    const EXP_RANGE: [Self; 2];
    /// (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2.
    const EXP: &'static [Self];
    /// (2 artanh s − 2 s) / s³ as a polynomial in s², for 0 ≤ s ≤ 1/3; minimax.
    const ARTANH: &'static [Self];
    /// Numerator and denominator of e^(x²/2) (1 − Φ(x)), with Φ the normal distribution, for x from
    /// 0 to where the tail of Φ rounds to 0; minimax.
    const NORMAL_TAIL: [&'static [Self]; 2];

    /// 2^n, from [`MAGIC`](Self::MAGIC) + n.
    fn power_of_two(shifted: Self) -> Self;
    /// This number with the sign of another.
    fn with_sign_of(self, other: Self) -> Self;
}

impl Elementary for f32 {
    const LOG2_E: Self = std::f32::consts::LOG2_E;
    const LN2: [Self; 2] = [0.693_359_4, -2.121_944_4e-4];
    const MAGIC: Self = 12_582_912.0 + 127.0;
    const EXP_RANGE: [Self; 2] = [-104.0, 89.0];
    const EXP: &'static [Self] =
        &[1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    const ARTANH: &'static [Self] = &[0.280_207_49, 0.279_999_96, 0.400_216_37, 0.666_664_1];
    const NORMAL_TAIL: [&'static [Self]; 2] = [
        &[0.004_083_862_5, 0.040_434_543, 0.182_674_84, 0.437_583_63, 0.5],
        &[0.010_236_603, 0.101_360_93, 0.467_982_5, 1.200_248_4, 1.673_052_1, 1.0],
    ];

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
    const ARTANH: &'static [Self] = &[
        0.170_114_503_052_073_76,
        0.083_442_026_304_584_6,
        0.121_050_778_100_514_12,
        0.133_011_117_467_973_95,
        0.153_865_483_937_262_18,
        0.181_817_445_263_115_5,
        0.222_222_239_503_975_02,
        0.285_714_285_482_160_77,
        0.400_000_000_001_537_57,
        0.666_666_666_666_663_2,
    ];
    const NORMAL_TAIL: [&'static [Self]; 2] = [
        &[
            2.234_899_901_555_033_8e-7,
            6.957_868_809_240_576_6e-6,
            1.063_396_808_294_632_7e-4,
            1.037_806_956_672_017e-3,
            7.112_011_080_827_427e-3,
            0.035_623_401_149_014_75,
            0.131_915_997_439_475_02,
            0.357_079_962_789_002_1,
            0.679_266_377_719_767_7,
            0.827_705_668_987_722_4,
            0.5,
        ],
        &[
            5.602_063_284_206_571e-7,
            1.744_079_068_844_608e-5,
            2.671_142_570_075_598_6e-4,
            2.618_837_052_099_212_3e-3,
            0.018_092_601_693_540_41,
            0.091_861_139_534_868_57,
            0.347_964_023_769_315_84,
            0.979_333_113_125_646_7,
            2.000_300_203_595_887,
            2.815_979_676_155_731_4,
            2.453_295_898_778_310_2,
            1.0,
        ],
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
