//! Groups of methods that no test tells apart.

/// The largest groups of `count` items of which all are `alike` in pairs, each item in one at least, in the order of
/// their first items: the maximal cliques, by Bron's and Kerbosch's algorithm (1973) with a pivot.
///
/// # Panics
///
/// For more than 64 items.
pub(super) fn maximal(count: usize, alike: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    assert!(count <= 64, "at most 64 methods");
    let neighbours: Vec<u64> = (0..count)
        .map(|a| (0..count).filter(|&b| a != b && alike(a, b)).map(|b| 1 << b).sum())
        .collect();
    let all = if count == 64 { u64::MAX } else { (1 << count) - 1 };
    let mut groups = Vec::new();
    extend(&neighbours, 0, all, 0, &mut groups);
    let mut groups: Vec<Vec<usize>> = groups
        .into_iter()
        .map(|group: u64| (0..count).filter(|a| group >> a & 1 == 1).collect())
        .collect();
    groups.sort();
    groups
}

/// Adds all maximal cliques that hold `clique`, some of `candidates`, and none of `excluded`.
fn extend(neighbours: &[u64], clique: u64, candidates: u64, excluded: u64, found: &mut Vec<u64>) {
    if candidates | excluded == 0 {
        found.push(clique);
        return;
    }
    let members = |set: u64| (0..neighbours.len()).filter(move |a| set >> a & 1 == 1);
    let pivot = members(candidates | excluded)
        .max_by_key(|&a| (candidates & neighbours[a]).count_ones())
        .expect("the set is not empty");
    let (mut candidates, mut excluded) = (candidates, excluded);
    for a in members(candidates & !neighbours[pivot]) {
        let of_a = neighbours[a];
        extend(neighbours, clique | 1 << a, candidates & of_a, excluded & of_a, found);
        candidates &= !(1 << a);
        excluded |= 1 << a;
    }
}

/// The letters of the groups that each of `count` items is in: `a`, `ab`; from the 27th group on numbers.
pub(super) fn letters(count: usize, groups: &[Vec<usize>]) -> Vec<String> {
    let of = |item: usize| {
        let places = groups.iter().enumerate().filter(|(_, group)| group.contains(&item));
        let places = places.map(|(place, _)| place);
        match groups.len() <= 26 {
            true => places.map(|place| (b'a' + place as u8) as char).collect::<String>(),
            false => places.map(|place| (place + 1).to_string()).collect::<Vec<_>>().join(" "),
        }
    };
    (0..count).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};

    #[test]
    fn ranks_within_a_distance_are_groups_of_neighbours() {
        let ranks: [f64; 5] = [1.0, 2.0, 2.5, 4.0, 7.0];
        let groups = maximal(5, |a, b| (ranks[a] - ranks[b]).abs() < 1.6);
        assert_eq!(groups, [vec![0, 1, 2], vec![2, 3], vec![4]]);
        assert_eq!(letters(5, &groups), ["a", "a", "ab", "b", "c"]);
        assert_eq!(maximal(3, |_, _| true), [vec![0, 1, 2]]);
        assert_eq!(maximal(2, |_, _| false), [vec![0], vec![1]]);
    }

    /// Against all subsets.
    #[test]
    fn groups_are_all_maximal_cliques() {
        let mut stream = Stream::new(1, Purpose::Weights, 0);
        for count in 1..9 {
            let pairs = (0..count).flat_map(|a| (0..a).map(move |b| (b, a)));
            let edges: Vec<(usize, usize)> = pairs.filter(|_| stream.uniform() < 0.6).collect();
            let alike = |a: usize, b: usize| edges.contains(&(a.min(b), a.max(b)));
            let is_clique = |set: u32| {
                let of: Vec<usize> = (0..count).filter(|a| set >> a & 1 == 1).collect();
                of.iter().all(|&a| of.iter().all(|&b| a == b || alike(a, b)))
            };
            let is_maximal = |set: &u32| {
                is_clique(*set) && (0..count).all(|a| set >> a & 1 == 1 || !is_clique(set | 1 << a))
            };
            let sets = (1..1_u32 << count).filter(is_maximal);
            let mut expected: Vec<Vec<usize>> =
                sets.map(|set| (0..count).filter(|a| set >> a & 1 == 1).collect()).collect();
            expected.sort();
            assert_eq!(maximal(count, alike), expected);
        }
    }
}
