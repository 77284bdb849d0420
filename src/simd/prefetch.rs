//! Asking for memory before it is needed.

/// Starts fetching the cache lines of a slice into L1, without waiting for them. Does nothing where
/// the compiler offers no stable prefetch instruction.
#[inline(always)]
pub fn prefetch<T>(slice: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        const LINE: usize = 64;
        let start = slice.as_ptr().cast::<i8>();
        // From the beginning of the first line, so that the last one is not missed.
        let before = start as usize % LINE;
        for offset in (0..before + size_of_val(slice)).step_by(LINE) {
            let line = start.wrapping_sub(before).wrapping_add(offset);
            // SAFETY: a prefetch changes nothing that the program can see and never faults,
            // whatever the address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = slice;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_slice_can_be_prefetched_and_stays_as_it_is() {
        let bytes: Vec<u8> = (0..=255).collect();
        for start in 0..70 {
            for end in start..200 {
                prefetch(&bytes[start..end]);
            }
        }
        prefetch::<u64>(&[]);
        assert!(bytes.iter().enumerate().all(|(i, &b)| i == usize::from(b)));
    }
}
