//! Dots beside one another where they would lie on one another.

/// How far each dot is moved across the axis, so that no two of diameter `width` cover each other: a beeswarm. The dots
/// keep their places along the axis, are taken from left to right, and go to the free place nearest to the middle.
pub(super) fn swarm(along: &[f64], width: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..along.len()).collect();
    order.sort_by(|&a, &b| along[a].total_cmp(&along[b]));
    let mut across = vec![0.0; along.len()];
    for (n, &dot) in order.iter().enumerate() {
        // Of those that were placed, what each of them forbids: an open interval around it.
        let placed = order[..n].iter().rev();
        let near = placed.take_while(|&&other| along[dot] - along[other] < width);
        let forbidden: Vec<(f64, f64)> = near
            .map(|&other| {
                let apart = along[dot] - along[other];
                let half = (width * width - apart * apart).max(0.0).sqrt();
                (across[other] - half, across[other] + half)
            })
            .collect();
        // A hair, for the last bits of what was added up.
        let is_free = |place: f64| {
            forbidden.iter().all(|&(low, high)| place <= low + 1e-6 || place >= high - 1e-6)
        };
        let ends = forbidden.iter().flat_map(|&(low, high)| [high, low]);
        let free = std::iter::once(0.0).chain(ends).filter(|&place| is_free(place));
        across[dot] = free.min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(0.0);
    }
    across
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dots_with_room_stay_in_the_middle() {
        assert_eq!(swarm(&[0.0, 10.0, 25.0], 8.0), [0.0; 3]);
        assert!(swarm(&[], 8.0).is_empty());
    }

    #[test]
    fn equal_dots_are_a_stack_around_the_middle() {
        let mut stack = swarm(&[3.0; 5], 2.0);
        stack.sort_by(f64::total_cmp);
        assert_eq!(stack, [-4.0, -2.0, 0.0, 2.0, 4.0]);
    }

    proptest! {
        #[test]
        fn no_two_dots_cover_each_other(
            along in prop::collection::vec(prop_oneof![0.0..40.0, Just(7.0), Just(7.5)], 0..60),
        ) {
            let across = swarm(&along, 6.0);
            for i in 0..along.len() {
                for j in 0..i {
                    let distance = (along[i] - along[j]).hypot(across[i] - across[j]);
                    prop_assert!(distance > 6.0 - 1e-3, "{distance}");
                }
            }
        }
    }
}
