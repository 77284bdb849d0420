use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

/// What is read or written in a round at least, so that it takes much longer than reading the clock.
const ROUND: usize = 8 << 20;
/// Vectors in a group. They are combined independently: a single chain would wait for its own
/// latency.
const GROUP: usize = 8;

/// Reads `data` again and again and returns the number of bytes read.
pub(super) fn load(arch: Arch, data: &[u32]) -> f64 {
    arch.dispatch(Load { data, passes: passes(data) })
}

/// Writes `data` again and again and returns the number of bytes written.
pub(super) fn store(arch: Arch, data: &mut [u32]) -> f64 {
    let passes = passes(data);
    arch.dispatch(Store { data, passes })
}

fn passes(data: &[u32]) -> usize {
    ROUND.div_ceil(size_of_val(data).max(1))
}

/// Kernel: the exclusive or of all vectors of `data`, in `passes` passes. Of all operations, this
/// one is the least likely to be scarcer than loads.
struct Load<'a> {
    data: &'a [u32],
    passes: usize,
}

impl WithSimd for Load<'_> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (groups, _) = S::as_simd_u32s(self.data).0.as_chunks::<GROUP>();
        let mut sums = [simd.splat_u32s(0); GROUP];
        for _ in 0..self.passes {
            // As if it had changed, or one pass would do for all.
            for group in black_box(groups) {
                for (sum, &x) in sums.iter_mut().zip(group) {
                    *sum = simd.xor_u32s(*sum, x);
                }
            }
        }
        black_box(sums);
        (self.passes * size_of_val(groups)) as f64
    }
}

/// Kernel: writes every vector of `data`, in `passes` passes.
struct Store<'a> {
    data: &'a mut [u32],
    passes: usize,
}

impl WithSimd for Store<'_> {
    type Output = f64;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (groups, _) = S::as_mut_simd_u32s(self.data).0.as_chunks_mut::<GROUP>();
        // Bytes that differ, or the compiler might call memset.
        let x = simd.splat_u32s(black_box(0x0102_0304));
        for _ in 0..self.passes {
            // As if it were read here, or the last pass would do for all.
            for group in &mut *black_box(&mut *groups) {
                *group = [x; GROUP];
            }
        }
        (self.passes * size_of_val(groups)) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    #[test]
    fn every_byte_of_whole_groups_is_counted_in_every_pass() {
        for level in SimdLevel::available() {
            let arch = level.arch();
            let mut data = vec![1; 4096];
            assert_eq!(load(arch, &data), ROUND as f64, "{level}");
            assert_eq!(store(arch, &mut data), ROUND as f64, "{level}");
            assert!(data.iter().all(|&x| x == 0x0102_0304), "{level}");
        }
    }

    #[test]
    fn nothing_is_read_or_written_where_there_is_nothing() {
        let arch = SimdLevel::best().arch();
        assert_eq!((load(arch, &[]), store(arch, &mut [])), (0.0, 0.0));
    }
}
