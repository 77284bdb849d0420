//! The generators behind the book's seeded runs.
//!
//! The programs in the book's `fig/` directory start with `random.seed(12345678)` and `np.random.seed(12345678)`.
//! Initial weights then come from NumPy's legacy `RandomState`, the order of the images from the `random` module of
//! Python 2.7: two separate Mersenne Twisters, seeded in two different ways.

use super::Mt19937;
use super::draw;

/// NumPy's legacy generator: `np.random.seed(seed)`, or equally `np.random.RandomState(seed)`.
///
/// The uniform draws have NumPy's bits. NumPy takes the logarithm from the C library, we from `libm`, which now and
/// then differ in the last place: against NumPy 2.4 on glibc, 1,394 of the first 47,720 values of `randn` (seed
/// 12345678) differ, none by more than a relative 4·10⁻¹⁶.
#[derive(Clone, Debug)]
pub struct NumpyLegacy {
    mt: Mt19937,
    spare: Option<f64>,
}

impl NumpyLegacy {
    /// `np.random.seed(seed)`.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self { mt: Mt19937::init_genrand(seed), spare: None }
    }

    /// A value in [0, 1): `np.random.random_sample()`.
    pub fn random(&mut self) -> f64 {
        self.mt.random_53bit()
    }

    /// One N(0, 1) value: `np.random.randn()`. `randn(d0, d1)` is d0·d1 such values in row-major order.
    pub fn randn(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        let (now, later) = draw::polar_pair(|| self.mt.random_53bit());
        self.spare = Some(later);
        now
    }
}

/// The `random` module of Python 2.7: `random.seed(seed)`.
#[derive(Clone, Debug)]
pub struct Python2Random {
    mt: Mt19937,
}

impl Python2Random {
    /// `random.seed(seed)`, for a seed below 2³².
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self { mt: Mt19937::init_by_array(&[seed]) }
    }

    /// A value in [0, 1) with 53 random bits: `random.random()`, which Python 3 shares.
    pub fn random(&mut self) -> f64 {
        self.mt.random_53bit()
    }

    /// `random.shuffle(items)` as Python 2.7 does it: for i = n−1 … 1, swap elements i and ⌊random()·(i+1)⌋.
    ///
    /// Python 3 shuffles differently.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        draw::shuffle(items, |n| (self.random() * n as f64) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, checksum};
    use super::*;

    const SEED: u32 = 12_345_678;

    fn assert_close(ours: f64, theirs: f64, tolerance: f64) {
        let error = ((ours - theirs) / theirs).abs();
        assert!(error <= tolerance, "{ours} is not {theirs}: off by a relative {error:e}");
    }

    #[test]
    fn numpy_uniforms_have_equal_bits() {
        let mut rng = NumpyLegacy::new(SEED);
        let bits = (0..10_000).map(|_| rng.mt.random_53bit().to_bits());
        assert_eq!(checksum(bits), vectors::NUMPY_RANDOM_SAMPLE_CHECKSUM);
    }

    /// 23,860 values initialise a 784-30-10 network; the book's "large" initialiser draws a second set.
    #[test]
    fn randn_is_numpys() {
        let mut rng = NumpyLegacy::new(SEED);
        let values: Vec<f64> = (0..47_720).map(|_| rng.randn()).collect();
        for (&ours, theirs) in values.iter().zip(vectors::NUMPY_RANDN) {
            assert_close(ours, theirs, 1e-15);
        }
        assert_close(values[23_859], vectors::NUMPY_RANDN_23_859, 1e-15);
        assert_close(values[47_719], vectors::NUMPY_RANDN_47_719, 1e-15);
        assert_close(values.iter().sum(), vectors::NUMPY_RANDN_SUM, 1e-12);
        let magnitude = values.iter().map(|x| x.abs()).sum();
        assert_close(magnitude, vectors::NUMPY_RANDN_ABS_SUM, 1e-13);
    }

    #[test]
    fn python_uniforms_have_equal_bits() {
        let mut rng = Python2Random::new(SEED);
        let first: Vec<f64> = (0..8).map(|_| rng.random()).collect();
        assert_eq!(first, vectors::PYTHON_RANDOM);
        let rest = (8..10_000).map(|_| rng.random().to_bits());
        assert_eq!(checksum(rest), vectors::PYTHON_RANDOM_CHECKSUM);
    }

    #[test]
    fn seed_zero_is_a_key_of_one_zero() {
        assert_eq!(Python2Random::new(0).random(), vectors::PYTHON_RANDOM_SEED_0);
    }

    /// Two shuffles of one list, as in two epochs: the second starts from the order that the first left.
    #[test]
    fn shuffles_are_python_2s() {
        let mut rng = Python2Random::new(SEED);
        let mut order: Vec<u32> = (0..50_000).collect();
        for (head, sum) in vectors::PYTHON_SHUFFLES {
            rng.shuffle(&mut order);
            assert_eq!(order[..8], head);
            assert_eq!(checksum(order.iter().map(|&i| u64::from(i))), sum);
        }
    }

    #[test]
    fn a_clone_continues_in_step_with_the_cached_value() {
        let mut rng = NumpyLegacy::new(SEED);
        rng.randn();
        let mut copy = rng.clone();
        for _ in 0..5 {
            assert_eq!(rng.randn(), copy.randn());
        }
    }
}
