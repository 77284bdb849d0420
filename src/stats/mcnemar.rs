use statrs::distribution::{Binomial, DiscreteCDF};

/// McNemar's exact test (1947) of two classifiers on the same cases: `only_one` cases only the one has right, `only_other`
/// only the other. p, two-sided, of a share so far from one half if both are right equally often. 1 if they never
/// differ.
#[must_use]
pub fn mcnemar(only_one: u64, only_other: u64) -> f64 {
    let n = only_one + only_other;
    if n == 0 {
        return 1.0;
    }
    let binomial = Binomial::new(0.5, n).expect("one half is a probability");
    (2.0 * binomial.cdf(only_one.min(only_other))).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, assert_close};
    use super::*;

    #[test]
    fn agrees_with_scipy() {
        for (one, other, p) in vectors::MCNEMAR {
            assert_close(mcnemar(one, other), p, 1e-10);
            assert_eq!(mcnemar(one, other), mcnemar(other, one));
        }
        assert_eq!(mcnemar(0, 0), 1.0);
    }
}
