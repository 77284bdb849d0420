//! Dots beside one another where they would lie on one another.

/// A hair, for the last bits of what was added up.
const HAIR: f64 = 1e-6;

/// How far each dot is moved across the axis, so that no two of diameter `width` cover each other: a beeswarm. The dots
/// keep their places along the axis, are taken from left to right, and go to the free place nearest to the middle.
pub(super) fn swarm(along: &[f64], width: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..along.len()).collect();
    order.sort_by(|&a, &b| along[a].total_cmp(&along[b]));
    let mut across = vec![0.0; along.len()];
    for (n, &dot) in order.iter().enumerate() {
        // Each of those that were placed forbids an open interval around it.
        let placed = order[..n].iter().rev();
        let near = placed.take_while(|&&other| along[dot] - along[other] < width);
        let forbidden = near.map(|&other| {
            let apart = along[dot] - along[other];
            let half = (width * width - apart * apart).max(0.0).sqrt();
            (across[other] - half, across[other] + half)
        });
        across[dot] = nearest_free(forbidden.collect());
    }
    across
}

/// The number nearest to 0 that is in none of some open intervals; of two as near, the positive one.
fn nearest_free(mut intervals: Vec<(f64, f64)>) -> f64 {
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let covers = |(low, high): (f64, f64)| low < -HAIR && high > HAIR;
    let mut united = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (low, high) in intervals {
        if low < united.1 - HAIR {
            united.1 = united.1.max(high);
        } else if covers(united) {
            break;
        } else {
            united = (low, high);
        }
    }
    match covers(united) {
        false => 0.0,
        true if united.1 <= -united.0 + HAIR => united.1,
        true => united.0,
    }
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
