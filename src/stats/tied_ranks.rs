/// Twice the rank, from 1, of each of some values that stand in their order, so that the mean rank that tied ones share is
/// whole.
pub(super) fn twice_ranks<T>(ordered: &[T], tied: impl FnMut(&T, &T) -> bool) -> Vec<usize> {
    let (mut ranks, mut before) = (Vec::with_capacity(ordered.len()), 0);
    for tied in ordered.chunk_by(tied) {
        ranks.extend(std::iter::repeat_n(2 * before + tied.len() + 1, tied.len()));
        before += tied.len();
    }
    ranks
}

/// The ranks themselves, each at the place in `order` of what it is of.
pub(in crate::stats) fn ranks_at(
    order: &[usize],
    tied: impl FnMut(&usize, &usize) -> bool,
) -> Vec<f64> {
    let mut ranks = vec![0.0; order.len()];
    for (&place, rank) in order.iter().zip(twice_ranks(order, tied)) {
        ranks[place] = rank as f64 / 2.0;
    }
    ranks
}
