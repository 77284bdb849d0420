use nablab::simd::{AlignedVec, Real};

/// A kernel with operands.
pub struct Case {
    pub kernel: &'static str,
    pub shape: String,
    /// Useful floating-point operations; a division counts as one.
    pub flop: usize,
    /// Bytes of the operands that are read.
    pub read: usize,
    /// Bytes of the operands that are written.
    pub written: usize,
    pub run: Box<dyn FnMut()>,
}

/// The operations of an exponential in the source, two a fused multiply-add and one anything else,
/// without those that make the power of two.
pub fn exp_flop<T: Real>() -> usize {
    if T::NAME == "f32" { 23 } else { 35 }
}

/// Ordinary numbers, between 0.1 and 0.9.
pub fn numbers_below_one<T: Real>(len: usize) -> AlignedVec<T> {
    let mut x = AlignedVec::zeros(len);
    for (i, x) in x.iter_mut().enumerate() {
        *x = T::from_f64(0.1 + 0.8 * i as f64 / len as f64);
    }
    x
}
