//! Several methods on several data sets or tasks.
//!
//! | file | idea |
//! |---|---|
//! | `friedman` | ranks, and whether the methods differ at all |
//! | `nemenyi` | which of them differ, by their average ranks |
//! | `practical` | better, worse or practically equal: the Bayesian signed-rank test |
//! | `aggregate` | one number for all runs, performance profiles, the stratified bootstrap |

mod aggregate;
mod friedman;
mod nemenyi;
mod practical;
#[cfg(test)]
mod vectors;

pub use aggregate::{Aggregate, shares_above, stratified_bootstrap};
pub use friedman::{Friedman, friedman, mean_ranks};
pub use nemenyi::{critical_difference, nemenyi, normal_range_quantile, normal_range_upper_tail};
pub use practical::{Practical, bayesian_signed_rank, bayesian_signed_ranks};

#[cfg(test)]
mod tests {
    use super::vectors;
    use crate::stats::vectors::assert_close;
    use crate::stats::{Differences, holm, wilcoxon_signed_rank};

    #[test]
    fn wilcoxon_tests_of_all_pairs_agree_with_scipy() {
        for case in vectors::TABLES {
            let k = case.average_ranks.len();
            let pairs = (0..k).flat_map(|i| (i + 1..k).map(move |j| (i, j)));
            let p = |(i, j): (usize, usize)| {
                let scores = case.scores.iter().map(|row| (row[i], row[j]));
                wilcoxon_signed_rank(&Differences::between(scores)).unwrap().p
            };
            let p: Vec<f64> = pairs.map(p).collect();
            for (ours, theirs) in p.iter().zip(case.wilcoxon) {
                assert_close(*ours, *theirs, 1e-9);
            }
            for (ours, theirs) in holm(&p).iter().zip(case.wilcoxon_holm) {
                assert_close(*ours, *theirs, 1e-9);
            }
        }
    }
}
