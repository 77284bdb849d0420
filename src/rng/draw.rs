//! What every generator here does the same way: Gaussian pairs and shuffles.

/// Two independent N(0, 1) values by Marsaglia's polar method, in the order in which NumPy hands them out.
///
/// Draw `x1`, then `x2`, uniform on [−1, 1), until 0 < r² = x1² + x2² < 1. With f = sqrt(−2 ln r² / r²) the pair is
/// (f·x2, f·x1). `uniform` returns values in [0, 1).
pub(super) fn polar_pair(mut uniform: impl FnMut() -> f64) -> (f64, f64) {
    loop {
        let x1 = 2.0 * uniform() - 1.0;
        let x2 = 2.0 * uniform() - 1.0;
        let r2 = x1 * x1 + x2 * x2;
        if r2 < 1.0 && r2 != 0.0 {
            // `libm`, because the logarithm of `std` is the platform's; `sqrt` is exact by IEEE 754 everywhere.
            let f = (-2.0 * libm::log(r2) / r2).sqrt();
            return (f * x2, f * x1);
        }
    }
}

/// Fisher–Yates from the top: for i = n−1 … 1, swap elements i and `below(i + 1)`.
pub(super) fn shuffle<T>(items: &mut [T], mut below: impl FnMut(usize) -> usize) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(i + 1));
    }
}
