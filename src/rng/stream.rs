//! The generator of our own trials.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use super::{SplitMix64, draw};

/// What a stream's numbers are used for.
///
/// The numbers are part of the format: changing one changes every result. New purposes take new numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Purpose {
    /// Initial weights; the index is the layer.
    Weights = 1,
    /// Initial biases; the index is the layer.
    Biases = 2,
    /// The order in which the training images are visited.
    Order = 3,
    /// How training images are distorted; the index is the copy or the epoch.
    Expansion = 4,
    /// Which neurons a mini-batch drops.
    Dropout = 5,
    /// Which values a bootstrap draws again.
    Bootstrap = 6,
    /// What is drawn where nothing is trained: guesses, examples of weighted inputs.
    Demonstration = 7,
    /// The fixed order in which a sequence of permuted pixels is seen.
    Permutation = 8,
    /// Data that are generated; the index is the part.
    Data = 9,
    /// What stands for unknown parameters in a generalized interval.
    Pivots = 10,
}

/// A ChaCha8 key stream that belongs to one (seed, purpose, index).
///
/// - Key: the first four outputs of [`SplitMix64`] started at `seed`, as little-endian bytes.
/// - Stream id (the nonce): `purpose · 2³² + index`. Block counter from 0.
///
/// Different seeds have different keys, and different (purpose, index) have different nonces, so no two streams share
/// a block. Hence a configuration that draws more biases, say, leaves its weights and its image order untouched:
/// trials with equal seeds are paired.
///
/// Each method draws whole 64-bit words, so the k-th word does not depend on how earlier words were used.
#[derive(Debug)]
pub struct Stream {
    words: ChaCha8Rng,
    spare: Option<f64>,
}

impl Stream {
    /// The stream for `seed`, `purpose` and `index` (a layer number, or 0 where there is only one), at its start.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, index: u32) -> Self {
        let mut words = ChaCha8Rng::from_seed(key(seed));
        words.set_stream((u64::from(purpose as u32) << 32) | u64::from(index));
        Self { words, spare: None }
    }

    /// How many words have been drawn. A normal number that is kept for the next call is not told.
    pub(crate) fn position(&self) -> u64 {
        (self.words.get_word_pos() / 2) as u64
    }

    /// Goes on after so many words.
    pub(crate) fn go_to(&mut self, position: u64) {
        self.words.set_word_pos(2 * u128::from(position));
        self.spare = None;
    }

    /// The next 64 random bits: two key stream words, the earlier one in the low half.
    pub fn next_u64(&mut self) -> u64 {
        self.words.next_u64()
    }

    /// A uniform value in [0, 1): the upper 53 bits of a word, divided by 2⁵³.
    pub fn uniform(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * UNIT
    }

    /// A uniform integer in 0 … n−1, without bias.
    ///
    /// Lemire's method: ⌊x·n / 2³²⌋ for x the upper 32 bits of a word, rejecting x where (x·n mod 2³²) < (2³² mod n).
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "below: no integer is below 0");
        let reject_below = n.wrapping_neg() % n;
        loop {
            let product = (self.next_u64() >> 32) * u64::from(n);
            if product as u32 >= reject_below {
                return (product >> 32) as u32;
            }
        }
    }

    /// An N(0, 1) value by Marsaglia's polar method, which makes two; the second is kept for the next call.
    ///
    /// Equal bits on every platform.
    pub fn gaussian(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        let (now, later) = draw::polar_pair(|| self.uniform());
        self.spare = Some(later);
        now
    }

    /// Puts `items` in a uniformly random order: for i = n−1 … 1, swap elements i and `below(i + 1)`.
    ///
    /// # Panics
    ///
    /// If there are 2³² items or more.
    #[track_caller]
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        assert!(u32::try_from(items.len()).is_ok(), "shuffle: too many items");
        draw::shuffle(items, |n| self.below(n as u32) as usize);
    }
}

/// Expands a seed to a ChaCha key.
fn key(seed: u64) -> [u8; 32] {
    let mut key = [0; 32];
    for (n, bytes) in (0..).zip(key.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&SplitMix64::new(seed).output(n).to_le_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, checksum};
    use super::*;

    fn fresh() -> Stream {
        Stream::new(12_345_678, Purpose::Weights, 1)
    }

    /// χ² of `counts` against equal expected counts.
    fn chi2(counts: &[u32]) -> f64 {
        let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let deviation = counts.iter().map(|&c| (f64::from(c) - expected).powi(2));
        deviation.sum::<f64>() / expected
    }

    #[test]
    fn purposes_keep_their_numbers() {
        let numbers = [
            Purpose::Weights,
            Purpose::Biases,
            Purpose::Order,
            Purpose::Expansion,
            Purpose::Dropout,
        ];
        assert_eq!(numbers.map(|p| p as u32), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn keys_are_splitmix64() {
        for (seed, expected) in vectors::KEYS {
            assert_eq!(key(seed), expected, "seed {seed}");
        }
    }

    /// The ChaCha8 block of test case 1 in draft-strombergson-chacha-test-vectors: key, nonce and counter zero.
    #[test]
    fn the_generator_is_chacha8() {
        let mut rng = ChaCha8Rng::from_seed([0; 32]);
        assert_eq!([(); 8].map(|()| rng.next_u64()), vectors::CHACHA8_ZERO);
    }

    #[test]
    fn words_match_the_vectors() {
        for ((seed, purpose, index), head, sum) in vectors::WORDS {
            let mut stream = Stream::new(seed, purpose, index);
            assert_eq!([(); 4].map(|()| stream.next_u64()), head);
            assert_eq!(checksum((4..10_000).map(|_| stream.next_u64())), sum);
        }
    }

    #[test]
    fn uniforms_match_the_vectors() {
        let mut stream = fresh();
        assert_eq!([(); 4].map(|()| stream.uniform()), vectors::UNIFORMS);
    }

    #[test]
    fn gaussians_have_the_bits_of_the_vectors() {
        let mut stream = fresh();
        assert_eq!([(); 8].map(|()| stream.gaussian()), vectors::GAUSSIANS);
        let rest = (8..100_000).map(|_| stream.gaussian().to_bits());
        assert_eq!(checksum(rest), vectors::GAUSSIANS_CHECKSUM);
    }

    /// 3·2³⁰ rejects a quarter of all words.
    #[test]
    fn bounded_integers_match_the_vectors() {
        for (n, head, sum) in vectors::BELOW {
            let mut stream = fresh();
            assert_eq!([(); 8].map(|()| stream.below(n)), head, "below {n}");
            let rest = (8..10_000).map(|_| u64::from(stream.below(n)));
            assert_eq!(checksum(rest), sum, "below {n}");
        }
    }

    #[test]
    fn shuffles_match_the_vectors() {
        let mut stream = Stream::new(12_345_678, Purpose::Order, 0);
        let mut order: Vec<u32> = (0..50_000).collect();
        for (head, sum) in vectors::SHUFFLES {
            stream.shuffle(&mut order);
            assert_eq!(order[..8], head);
            assert_eq!(checksum(order.iter().map(|&i| u64::from(i))), sum);
        }
    }

    #[test]
    fn a_shuffle_of_one_or_none_draws_nothing() {
        let mut stream = fresh();
        stream.shuffle::<u8>(&mut []);
        stream.shuffle(&mut [7]);
        assert_eq!(stream.next_u64(), fresh().next_u64());
    }

    #[test]
    fn streams_differ_in_seed_purpose_and_index() {
        let mut first_words: Vec<u64> = Vec::new();
        for seed in [0, 1, u64::MAX] {
            for purpose in [Purpose::Weights, Purpose::Biases, Purpose::Order] {
                for index in [0, 1, u32::MAX] {
                    first_words.push(Stream::new(seed, purpose, index).next_u64());
                }
            }
        }
        first_words.sort_unstable();
        first_words.dedup();
        assert_eq!(first_words.len(), 27);
    }

    #[test]
    #[should_panic(expected = "below 0")]
    fn below_zero_is_refused() {
        fresh().below(0);
    }

    #[test]
    fn below_one_is_zero_and_the_largest_bound_is_valid() {
        let mut stream = fresh();
        assert_eq!(stream.below(1), 0);
        assert!(stream.below(u32::MAX) < u32::MAX);
    }

    /// Each moment within 5 standard errors of that of N(0, 1).
    #[test]
    fn gaussian_moments_are_those_of_the_normal_distribution() {
        let n = 400_000;
        let mut stream = fresh();
        let values: Vec<f64> = (0..n).map(|_| stream.gaussian()).collect();
        for (power, moment, variance) in
            [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)]
        {
            let mean = values.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
            let error = f64::sqrt(variance / f64::from(n));
            assert!((mean - moment).abs() < 5.0 * error, "moment {power} is {mean}");
        }
        let neighbours = values.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / f64::from(n);
        assert!(neighbours.abs() < 5.0 / f64::from(n).sqrt(), "correlation {neighbours}");
    }

    /// Bounds: the 0.9999 quantiles of χ² with 99, 6 and 23 degrees of freedom.
    #[test]
    fn uniforms_bounded_integers_and_permutations_are_equally_likely() {
        let mut stream = fresh();
        let mut cells = [0; 100];
        let mut faces = [0; 7];
        let mut permutations = [0; 24];
        for _ in 0..100_000 {
            cells[(stream.uniform() * 100.0) as usize] += 1;
            faces[stream.below(7) as usize] += 1;
            let mut order = [0, 1, 2, 3];
            stream.shuffle(&mut order);
            permutations[rank(order)] += 1;
        }
        assert!(chi2(&cells) < 160.1, "{}", chi2(&cells));
        assert!(chi2(&faces) < 27.9, "{}", chi2(&faces));
        assert!(chi2(&permutations) < 57.1, "{}", chi2(&permutations));
    }

    /// The position of a permutation of 0..4 in lexicographic order.
    fn rank(order: [usize; 4]) -> usize {
        let smaller_after = |i: usize| order[i + 1..].iter().filter(|&&x| x < order[i]).count();
        smaller_after(0) * 6 + smaller_after(1) * 2 + smaller_after(2)
    }
}
