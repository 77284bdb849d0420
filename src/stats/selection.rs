//! Which of several rows may be the best.
//!
//! The rows that are not ruled out hold the best with a given probability (subset selection: Gupta 1965; with the
//! comparisons of Hsu 1981): a row goes if another beats it. Of k rows the best has k − 1 others to be beaten by, so
//! that each comparison may be wrong with the (k − 1)th part of what all may: far more power than comparing each with
//! each, and no correction for not knowing which is the best.
//!
//! If nothing differs, every row is a best one, and each of them could be ruled out. Therefore nothing is ruled out in
//! a column unless the clearest comparison of all its rows with all others, corrected for so many, says that they
//! differ at all.

/// That a row beats another one of its column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beats {
    /// The column.
    pub column: usize,
    /// The row that may be better.
    pub winner: usize,
    /// The row that may be worse.
    pub loser: usize,
    /// The one-sided p value: how often chance alone would have the one so far ahead of the other, or farther.
    pub p: f64,
}

/// Some comparisons of rows within columns, each in both directions, that together may be wrong with the probability
/// `alpha`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    /// Below this a row beats another one.
    pub each: f64,
    /// Below this the rows of a column differ at all.
    pub gate: f64,
}

impl Selection {
    /// The levels for columns with so many rows that are compared. The best rows of all columns together are held with
    /// the probability 1 − `alpha`, and if nothing differs nothing at all is ruled out with that probability, however the
    /// comparisons depend on each other (Bonferroni).
    #[must_use]
    pub fn new(rows: &[usize], alpha: f64) -> Self {
        let others: usize = rows.iter().map(|rows| rows.saturating_sub(1)).sum();
        let ordered: usize = rows.iter().map(|rows| rows * rows.saturating_sub(1)).sum();
        Self { each: alpha / others.max(1) as f64, gate: alpha / ordered.max(1) as f64 }
    }

    /// (column, row) of those that are ruled out, each with the row that beats it most clearly.
    #[must_use]
    pub fn ruled_out(self, comparisons: &[Beats]) -> Vec<Beats> {
        let mut out: Vec<Beats> = Vec::new();
        let open = |column: usize| {
            comparisons.iter().any(|beats| beats.column == column && beats.p <= self.gate)
        };
        let columns = comparisons.iter().map(|beats| beats.column).max().map_or(0, |last| last + 1);
        let open: Vec<bool> = (0..columns).map(open).collect();
        for &beats in comparisons {
            if !open[beats.column] || beats.p.is_nan() || beats.p > self.each {
                continue;
            }
            let same =
                |other: &&mut Beats| (other.column, other.loser) == (beats.column, beats.loser);
            match out.iter_mut().find(same) {
                Some(other) if other.p <= beats.p => {}
                Some(other) => *other = beats,
                None => out.push(beats),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Differences, t_test_above};
    use super::*;
    use crate::rng::{Purpose, Stream};

    /// Rows with these true means, each of `n` runs that have a common part by seed: which are ruled out.
    fn simulated(means: &[f64], n: usize, stream: &mut Stream) -> Vec<usize> {
        let common: Vec<f64> = (0..n).map(|_| stream.gaussian()).collect();
        let row = |&mean: &f64| -> Vec<f64> {
            common.iter().map(|common| mean + 0.7 * common + 0.7 * stream.gaussian()).collect()
        };
        let rows: Vec<Vec<f64>> = means.iter().map(row).collect();
        let mut comparisons = Vec::new();
        for winner in 0..rows.len() {
            for loser in (0..rows.len()).filter(|&loser| loser != winner) {
                let pairs = rows[winner].iter().copied().zip(rows[loser].iter().copied());
                let p = t_test_above(&Differences::between(pairs), 0.0).unwrap().p;
                comparisons.push(Beats { column: 0, winner, loser, p });
            }
        }
        let out = Selection::new(&[rows.len()], 0.05).ruled_out(&comparisons);
        out.into_iter().map(|beats| beats.loser).collect()
    }

    /// The best is held in 95 % of 4,000 tables of each kind, and if nothing differs nothing is ruled out in 95 %.
    /// Standard error 0.35 points.
    #[test]
    fn holds_the_best_and_says_nothing_of_nothing() {
        const REPETITIONS: u32 = 4000;
        let mut stream = Stream::new(7, Purpose::Weights, 0);
        let share = |wrong: usize| 100.0 * wrong as f64 / f64::from(REPETITIONS);
        for n in [6, 10] {
            for k in [2, 3, 6] {
                let equal = vec![0.0; k];
                let any =
                    (0..REPETITIONS).filter(|_| !simulated(&equal, n, &mut stream).is_empty());
                let any = share(any.count());
                assert!(any < 6.1, "{k} equal rows of {n}: something is ruled out in {any} %");
                // One is the best by little, and one far behind opens the gate.
                let mut means = vec![0.0; k];
                (means[0], means[k - 1]) = (1e-6, -5.0);
                let lost =
                    (0..REPETITIONS).filter(|_| simulated(&means, n, &mut stream).contains(&0));
                let lost = share(lost.count());
                assert!(lost < 6.1, "{k} rows of {n}: the best is ruled out in {lost} %");
            }
        }
    }

    #[test]
    fn what_is_far_behind_is_ruled_out_whatever_the_number_of_rows() {
        let mut stream = Stream::new(8, Purpose::Weights, 0);
        let mut means = vec![-20.0; 60];
        (means[0], means[1]) = (0.0, 0.1);
        let out = simulated(&means, 10, &mut stream);
        assert!(out.len() > 55 && !out.contains(&1), "{out:?}");
        // By whom is said.
        let beats = |winner, loser, p| Beats { column: 0, winner, loser, p };
        let selection = Selection::new(&[3], 0.05);
        assert_eq!((selection.each, selection.gate), (0.025, 0.05 / 6.0));
        let found =
            selection.ruled_out(&[beats(0, 1, 0.02), beats(2, 1, 0.001), beats(0, 2, 0.02)]);
        assert_eq!(found, [beats(2, 1, 0.001), beats(0, 2, 0.02)]);
        // 0.02 alone does not say that they differ at all.
        assert_eq!(selection.ruled_out(&[beats(0, 1, 0.02), beats(0, 2, f64::NAN)]), []);
    }
}
