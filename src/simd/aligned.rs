use std::ops::{Deref, DerefMut};

/// A fixed-length vector of zero-initialised elements whose first one is 64-byte-aligned: a row
/// of [`BLOCK`](super::BLOCK) floats is one cache line (two for `f64`), never parts of two.
#[derive(Debug)]
pub struct AlignedVec<T> {
    // Over-allocated by a cache line; the elements are `buffer[start..start + len]`.
    buffer: Vec<T>,
    start: usize,
    len: usize,
}

const ALIGNMENT: usize = 64;

impl<T: Copy + Default> AlignedVec<T> {
    /// A vector of `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let spare = ALIGNMENT / size_of::<T>();
        let buffer = vec![T::default(); len + spare];
        // An allocation of floats can always be aligned within one cache line; were it not, the
        // kernels would still be right, only slower.
        let start = buffer.as_ptr().align_offset(ALIGNMENT).min(spare);
        Self { buffer, start, len }
    }

    /// A vector with the elements of `values`.
    pub fn from_slice(values: &[T]) -> Self {
        let mut vector = Self::zeros(values.len());
        vector.copy_from_slice(values);
        vector
    }
}

impl<T> Deref for AlignedVec<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.buffer[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for AlignedVec<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.buffer[self.start..self.start + self.len]
    }
}

impl<T: Copy + Default> Clone for AlignedVec<T> {
    fn clone(&self) -> Self {
        Self::from_slice(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_aligned_and_zero_and_stays_so_when_cloned() {
        for len in 0..100 {
            let mut v = AlignedVec::<f32>::zeros(len);
            assert_eq!(v.len(), len);
            assert!(v.iter().all(|&x| x == 0.0));
            assert_eq!(v.as_ptr() as usize % ALIGNMENT, 0);
            v.iter_mut().enumerate().for_each(|(i, x)| *x = i as f32);
            let w = v.clone();
            assert_eq!(&v[..], &w[..]);
            assert_eq!(w.as_ptr() as usize % ALIGNMENT, 0);
            assert_eq!(AlignedVec::<f64>::zeros(len).as_ptr() as usize % ALIGNMENT, 0);
        }
    }
}
