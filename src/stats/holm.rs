//! Many tests at once.

/// Holm's step-down correction: p values, in their order, such that rejecting all below α is wrong about anything with
/// a probability of at most α, however the tests depend on each other.
///
/// The k-th smallest of m is multiplied by m − k + 1, kept no smaller than those before it, and cut at 1. NaN stays NaN
/// and does not count.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| !p[i].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut largest: f64 = 0.0;
    for (place, &i) in order.iter().enumerate() {
        largest = largest.max((order.len() - place) as f64 * p[i]).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn agrees_with_the_definition() {
        for (p, expected) in vectors::HOLM {
            for (ours, theirs) in holm(p).into_iter().zip(expected) {
                vectors::assert_close(ours, *theirs, 1e-14);
            }
        }
    }

    #[test]
    fn nan_does_not_count() {
        let adjusted = holm(&[0.01, f64::NAN, 0.04]);
        assert_eq!((adjusted[0], adjusted[2]), (0.02, 0.04));
        assert!(adjusted[1].is_nan() && holm(&[]).is_empty());
    }

    /// Five tests of nothing: at least one below 0.05 in at most 5 % of 20,000 cases.
    #[test]
    fn the_family_keeps_the_level() {
        let mut stream = Stream::new(1, Purpose::Weights, 0);
        let wrong = (0..20_000).filter(|_| {
            let p: Vec<f64> = (0..5).map(|_| stream.uniform()).collect();
            holm(&p).iter().any(|&p| p < 0.05)
        });
        assert!(wrong.count() < 1_100);
    }
}
