//! Whether one quantity rises with another, however.

use super::mean;
use super::tied_ranks::ranks_at;

/// Spearman's rank correlation: Pearson's of the ranks, where ties share their mean rank. 1 if each rises with the other, −1 if
/// it falls.
///
/// `None` for fewer than two pairs, and if all values of one side are equal. NaN if there is a NaN.
///
/// # Panics
///
/// If there are not as many `y` as `x`.
#[must_use]
#[track_caller]
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "one y an x");
    if x.len() < 2 {
        return None;
    }
    if x.iter().chain(y).any(|value| value.is_nan()) {
        return Some(f64::NAN);
    }
    let [x, y] = [x, y].map(|values| {
        let ranks = mean_ranks(values);
        let centre = mean(&ranks);
        ranks.into_iter().map(|rank| rank - centre).collect::<Vec<f64>>()
    });
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let squares = product(&x, &x) * product(&y, &y);
    (squares > 0.0).then(|| product(&x, &y) / squares.sqrt())
}

/// The rank of every value, from 1.
fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    ranks_at(&order, |&a, &b| values[a] == values[b])
}

#[cfg(test)]
mod tests {
    use super::super::vectors::assert_close;
    use super::*;

    #[test]
    fn agrees_with_known_values() {
        // The examples of scipy.stats.spearmanr, with a tie, and of the English Wikipedia: −29/165.
        let scipy = rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0]);
        assert_close(scipy.unwrap(), 0.820_782_681_668_123_3, 1e-14);
        let iq = [106.0, 100.0, 86.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0];
        let hours = [7.0, 27.0, 2.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        assert_close(rank_correlation(&iq, &hours).unwrap(), -29.0 / 165.0, 1e-14);
    }

    #[test]
    fn only_the_order_counts() {
        let x: [f64; 5] = [0.1, 2.0, -3.0, 50.0, 0.0];
        let cubes = x.map(|x| x * x * x);
        assert_close(rank_correlation(&x, &cubes).unwrap(), 1.0, 1e-14);
        assert_close(rank_correlation(&x, &cubes.map(|x| -x)).unwrap(), -1.0, 1e-14);
        assert_eq!(mean_ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
        assert_eq!(mean_ranks(&[3.0, 1.0, 3.0, 1.0]), [3.5, 1.5, 3.5, 1.5]);
    }

    #[test]
    fn what_has_no_order_has_no_correlation() {
        assert_eq!(rank_correlation(&[1.0], &[2.0]), None);
        assert_eq!(rank_correlation(&[1.0, 1.0], &[2.0, 3.0]), None);
        assert!(rank_correlation(&[1.0, f64::NAN], &[2.0, 3.0]).unwrap().is_nan());
    }
}
