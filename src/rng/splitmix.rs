//! The generator that any language has in five lines.

/// SplitMix64 (Steele, Lea and Flood, 2014).
///
/// It hashes a counter, so that each of its numbers can be had without those before it.
#[derive(Clone, Copy, Debug)]
pub struct SplitMix64 {
    seed: u64,
}

impl SplitMix64 {
    /// The generator whose state is `seed` before its first output.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Output `n`, counted from 0.
    #[must_use]
    pub fn output(self, n: u64) -> u64 {
        let step = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed.wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// N(0, 1) value `n`, counted from 0, by the method of Box and Muller: √(−2 ln u₁) cos(2π u₂) with u₁ and u₂ from
    /// outputs 2n and 2n + 1, u = ((output >> 11) + ½) / 2⁵³.
    ///
    /// Equal bits on every platform.
    #[must_use]
    pub fn gaussian(self, n: u64) -> f64 {
        let uniform = |n| ((self.output(n) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let radius = (-2.0 * libm::log(uniform(2 * n))).sqrt();
        radius * libm::cos(std::f64::consts::TAU * uniform(2 * n + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;

    #[test]
    fn outputs_match_the_vectors() {
        for (seed, expected) in vectors::KEYS {
            let outputs = (0..4).flat_map(|n| SplitMix64::new(seed).output(n).to_le_bytes());
            assert!(outputs.eq(expected), "seed {seed}");
        }
    }

    /// As `shared_start` in `scripts/peers/common.py` has them, from the platform's logarithm and cosine.
    #[test]
    fn gaussians_are_those_of_the_peers() {
        let expected = [
            (0, -0.028_249_746_095_854_695),
            (1, -0.227_919_522_867_635_17),
            (2, 0.103_090_951_685_739_73),
            (23_859, -0.610_605_629_381_679_7),
        ];
        for (n, expected) in expected {
            let value = SplitMix64::new(1).gaussian(n);
            assert!((value - expected).abs() <= 4.0 * f64::EPSILON, "{n}: {value}");
        }
    }
}
