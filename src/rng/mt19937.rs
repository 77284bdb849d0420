//! The Mersenne Twister MT19937 of Matsumoto and Nishimura.

const N: usize = 624;
const M: usize = 397;

/// MT19937, word for word as in the authors' `mt19937ar.c`.
///
/// Here only to replay other programs; our own trials draw from [`Stream`](super::Stream).
#[derive(Clone, Debug)]
pub struct Mt19937 {
    state: [u32; N],
    /// Index of the next word to hand out; `N` when the state is used up.
    next: usize,
}

impl Mt19937 {
    /// Seeds from one word, as `init_genrand` does.
    #[must_use]
    pub fn init_genrand(seed: u32) -> Self {
        let mut state = [0; N];
        state[0] = seed;
        for i in 1..N {
            state[i] = mix(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, next: N }
    }

    /// Seeds from a key of any length, as `init_by_array` does.
    ///
    /// # Panics
    ///
    /// If `key` is empty.
    #[must_use]
    pub fn init_by_array(key: &[u32]) -> Self {
        assert!(!key.is_empty(), "init_by_array: empty key");
        let mut state = Self::init_genrand(19_650_218).state;
        let mut i = 1;
        for k in 0..N.max(key.len()) {
            let j = k % key.len();
            state[i] = (state[i] ^ mix(state[i - 1], 1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i = advance(&mut state, i);
        }
        for _ in 1..N {
            state[i] = (state[i] ^ mix(state[i - 1], 1_566_083_941)).wrapping_sub(i as u32);
            i = advance(&mut state, i);
        }
        state[0] = 0x8000_0000;
        Self { state, next: N }
    }

    /// The next 32 random bits (`genrand_int32`).
    pub fn next_u32(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// The next double in [0, 1) with 53 random bits (`genrand_res53`), which is `random()` of both Python and NumPy.
    ///
    /// With a the upper 27 bits of one word and b the upper 26 bits of the next, (a·2²⁶ + b) / 2⁵³.
    pub fn random_53bit(&mut self) -> f64 {
        let a = f64::from(self.next_u32() >> 5);
        let b = f64::from(self.next_u32() >> 6);
        (a * 67_108_864.0 + b) / 9_007_199_254_740_992.0
    }

    fn twist(&mut self) {
        let s = &mut self.state;
        for i in 0..N {
            let y = (s[i] & 0x8000_0000) | (s[(i + 1) % N] & 0x7fff_ffff);
            let matrix = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            s[i] = s[(i + M) % N] ^ (y >> 1) ^ matrix;
        }
        self.next = 0;
    }
}

fn mix(word: u32, factor: u32) -> u32 {
    (word ^ (word >> 30)).wrapping_mul(factor)
}

/// The index after `i` in the seeding loops, which wrap from the last word to word 1 and carry the last word to word 0.
fn advance(state: &mut [u32; N], i: usize) -> usize {
    if i + 1 < N {
        return i + 1;
    }
    state[0] = state[N - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::Mt19937;

    /// The output published with `mt19937ar.c`.
    #[test]
    fn init_by_array_gives_the_published_words() {
        let mut mt = Mt19937::init_by_array(&[0x123, 0x234, 0x345, 0x456]);
        let words: Vec<u32> = (0..5).map(|_| mt.next_u32()).collect();
        assert_eq!(words, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }

    /// The C++ standard states this value for `std::mt19937`.
    #[test]
    fn init_genrand_gives_the_published_10_000th_word() {
        let mut mt = Mt19937::init_genrand(5489);
        assert_eq!((0..10_000).map(|_| mt.next_u32()).last(), Some(4_123_659_995));
    }

    #[test]
    fn a_key_longer_than_the_state_is_read_to_its_end() {
        let key: Vec<u32> = (0..700).collect();
        let mut whole = Mt19937::init_by_array(&key);
        let mut short = Mt19937::init_by_array(&key[..699]);
        assert_ne!(whole.next_u32(), short.next_u32());
    }

    #[test]
    #[should_panic(expected = "empty key")]
    fn an_empty_key_is_refused() {
        let _ = Mt19937::init_by_array(&[]);
    }
}
