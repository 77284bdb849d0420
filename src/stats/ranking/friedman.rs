//! Several methods on several data sets: ranks, and whether they differ at all.

use crate::stats::tied_ranks::ranks_at;
use crate::stats::{Best, same};
use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor};

/// The ranks of some scores, 1 for the best; equal ones share the mean of their ranks.
///
/// What only rounding tells apart is equal (see [`same`](crate::stats::same)). Infinite scores have ranks like any other. All
/// ranks are NaN if a score is.
#[must_use]
pub fn mean_ranks(scores: &[f64], best: Best) -> Vec<f64> {
    if scores.iter().any(|score| score.is_nan()) {
        return vec![f64::NAN; scores.len()];
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| match best {
        Best::Highest => scores[b].total_cmp(&scores[a]),
        Best::Lowest => scores[a].total_cmp(&scores[b]),
    });
    ranks_at(&order, |&a, &b| same(scores[a], scores[b]))
}

/// Whether k methods differ over N data sets, by their ranks on each (Friedman 1937).
#[derive(Clone, Debug, PartialEq)]
pub struct Friedman {
    /// N.
    pub data_sets: usize,
    /// k.
    pub methods: usize,
    /// The average rank of each method.
    pub average_ranks: Vec<f64>,
    /// χ², corrected for ties; 0 if all methods tie everywhere.
    pub chi2: f64,
    /// p of χ², with k − 1 degrees of freedom.
    pub chi2_p: f64,
    /// χ² without the correction, as Demšar (2006) gives it; the same without ties.
    pub chi2_uncorrected: f64,
    /// The less conservative F = (N − 1) χ² / (N (k − 1) − χ²) (Iman and Davenport 1980), of the corrected χ²; infinite
    /// if all data sets have the same order.
    pub f: f64,
    /// p of F, with k − 1 and (k − 1)(N − 1) degrees of freedom; (1/k!)^(N − 1) if F is infinite.
    pub f_p: f64,
    /// F of the χ² that is not corrected.
    pub f_uncorrected: f64,
}

/// Friedman's test with the correction of Iman and Davenport, of the ranks on each data set, as [`mean_ranks`] makes
/// them.
///
/// `None` for fewer than two methods or data sets. NaN if there is a NaN.
///
/// # Panics
///
/// If the data sets have different numbers of methods.
#[must_use]
#[track_caller]
pub fn friedman(ranks: &[Vec<f64>]) -> Option<Friedman> {
    let (n, k) = (ranks.len(), ranks.first()?.len());
    assert!(ranks.iter().all(|row| row.len() == k), "a rank for each method on each data set");
    if n < 2 || k < 2 {
        return None;
    }
    let (sets, methods) = (n as f64, k as f64);
    let average_ranks: Vec<f64> =
        (0..k).map(|method| ranks.iter().map(|row| row[method]).sum::<f64>() / sets).collect();
    let middle = (methods + 1.0) / 2.0;
    let between = average_ranks.iter().map(|rank| (rank - middle).powi(2)).sum::<f64>();
    let chi2_uncorrected = 12.0 * sets / (methods * (methods + 1.0)) * between;
    // 1 − Σ (t³ − t) / (N (k³ − k)) over the ties of t: the variance of the ranks there are, of that of 1 … k.
    let spread = ranks.iter().flatten().map(|rank| (rank - middle).powi(2)).sum::<f64>();
    let whole = sets * methods * (methods * methods - 1.0) / 12.0;
    let chi2 = if spread == 0.0 { 0.0 } else { chi2_uncorrected * whole / spread };
    let freedom = methods - 1.0;
    let f_of = |chi2: f64| {
        let rest = sets * freedom - chi2;
        // Rounding is no order that all data sets share.
        if rest <= 1e-9 * chi2 { f64::INFINITY } else { (sets - 1.0) * chi2 / rest }
    };
    let f = f_of(chi2);
    let f_p = if f == f64::INFINITY {
        let orders = (1..=k).map(|i| i as f64).product::<f64>();
        orders.powi(1 - i32::try_from(n).unwrap_or(i32::MAX))
    } else {
        upper_tail(f, || FisherSnedecor::new(freedom, freedom * (sets - 1.0)))
    };
    Some(Friedman {
        data_sets: n,
        methods: k,
        chi2,
        chi2_p: upper_tail(chi2, || ChiSquared::new(freedom)),
        chi2_uncorrected,
        f,
        f_p,
        f_uncorrected: f_of(chi2_uncorrected),
        average_ranks,
    })
}

/// P(X > x); 1 at zero, NaN of a NaN.
fn upper_tail<D: ContinuousCDF<f64, f64>, E: std::fmt::Debug>(
    x: f64,
    distribution: impl Fn() -> Result<D, E>,
) -> f64 {
    match x {
        x if x.is_nan() => f64::NAN,
        x if x <= 0.0 => 1.0,
        x => distribution().expect("degrees of freedom are positive").sf(x),
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::stats::vectors::assert_close;

    fn ranks(scores: &[&[f64]]) -> Vec<Vec<f64>> {
        scores.iter().map(|row| mean_ranks(row, Best::Highest)).collect()
    }

    #[test]
    fn agrees_with_scipy() {
        for case in vectors::TABLES {
            let test = friedman(&ranks(case.scores)).unwrap();
            for (ours, theirs) in test.average_ranks.iter().zip(case.average_ranks) {
                assert_close(*ours, *theirs, 1e-12);
            }
            assert_close(test.chi2, case.chi2, 1e-10);
            assert_close(test.chi2_p, case.chi2_p, 1e-9);
            assert_close(test.f, case.f, 1e-9);
            assert_close(test.f_p, case.f_p, 1e-8);
        }
    }

    /// Table 6 of Demšar (2006) and what section 3.2.2 says of it.
    #[test]
    fn has_the_published_numbers_of_demsar() {
        let test = friedman(&ranks(vectors::TABLES[0].scores)).unwrap();
        let rounded = |x: f64, digits: i32| (x * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
        assert_eq!((test.data_sets, test.methods), (14, 4));
        let averages: Vec<f64> = test.average_ranks.iter().map(|&r| rounded(r, 3)).collect();
        assert_eq!(averages, [3.143, 2.0, 2.893, 1.964]);
        assert_eq!(rounded(test.chi2_uncorrected, 2), 9.28);
        assert_eq!(rounded(test.f_uncorrected, 2), 3.69);
    }

    #[test]
    fn equal_scores_share_ranks_and_rounding_is_no_difference() {
        assert_eq!(mean_ranks(&[0.3, 0.9, 0.3, 0.1], Best::Highest), [2.5, 1.0, 2.5, 4.0]);
        assert_eq!(mean_ranks(&[0.3, 0.9, 0.3, 0.1], Best::Lowest), [2.5, 4.0, 2.5, 1.0]);
        assert_eq!(mean_ranks(&[0.1 + 0.2, 0.3], Best::Highest), [1.5, 1.5]);
        let lost = f64::NEG_INFINITY;
        assert_eq!(mean_ranks(&[lost, 0.5, lost], Best::Highest), [2.5, 1.0, 2.5]);
        assert!(mean_ranks(&[0.1, f64::NAN], Best::Highest)[0].is_nan());
    }

    #[test]
    fn the_extremes_have_a_p_value_too() {
        let tied = friedman(&[vec![2.0; 3], vec![2.0; 3]]).unwrap();
        assert_eq!((tied.chi2, tied.chi2_p, tied.f, tied.f_p), (0.0, 1.0, 0.0, 1.0));
        let one_order = friedman(&vec![vec![1.0, 2.0, 3.0]; 4]).unwrap();
        assert_eq!((one_order.chi2, one_order.f), (8.0, f64::INFINITY));
        assert_close(one_order.f_p, 1.0 / 216.0, 1e-12);
        assert_eq!((friedman(&[]), friedman(&[vec![1.0, 2.0]])), (None, None));
        assert_eq!(friedman(&[vec![1.0], vec![1.0]]), None);
    }

    /// 10,000 tables of nothing; F is at its level, χ² below it.
    #[test]
    fn the_test_keeps_its_level() {
        let mut stream = Stream::new(3, Purpose::Weights, 0);
        let mut wrong = [0_u32; 2];
        for _ in 0..10_000 {
            let table: Vec<Vec<f64>> = (0..10)
                .map(|_| {
                    let row: Vec<f64> = (0..5).map(|_| stream.uniform()).collect();
                    mean_ranks(&row, Best::Highest)
                })
                .collect();
            let test = friedman(&table).unwrap();
            wrong[0] += u32::from(test.f_p < 0.05);
            wrong[1] += u32::from(test.chi2_p < 0.05);
        }
        let [f, chi2] = wrong.map(|count| f64::from(count) / 100.0);
        assert!((4.2..5.8).contains(&f) && (3.3..5.3).contains(&chi2), "{f} % and {chi2} %");
    }
}
