//! Whole pictures.

use super::*;
use crate::data::Dataset;
use proptest::prelude::*;

/// A test image of MNIST.
fn image(i: usize) -> Vec<u8> {
    let mut pixels = vec![0; 784];
    Dataset::mnist().unwrap().test.images.dense_row(i, &mut pixels);
    pixels
}

fn grey(width: usize, height: usize, shade: impl Fn(usize, usize) -> u8) -> Pixels<[u8; 2]> {
    Pixels::from_fn(width, height, |x, y| [shade(x, y), 255])
}

#[test]
fn digits_of_mnist_keep_their_pixels() {
    let pixels = image(0);
    for (is_dark, invert) in [(false, Invert::Auto), (true, Invert::Auto), (true, Invert::Yes)] {
        let picture = grey(28, 28, |x, y| {
            let pixel = pixels[28 * y + x];
            if is_dark { 255 - pixel } else { pixel }
        });
        let digits = digits(&picture, invert).unwrap();
        assert_eq!(digits, [Digit { pixels: pixels.clone(), place: [[0, 0], [28, 28]] }]);
    }
}

#[test]
fn a_digit_that_is_shifted_is_put_back() {
    let pixels = image(0);
    let shifted = grey(40, 50, |x, y| match (x.checked_sub(9), y.checked_sub(20)) {
        (Some(x), Some(y)) if x < 28 && y < 28 => pixels[28 * y + x],
        _ => 0,
    });
    let found = &digits(&shifted, Invert::Auto).unwrap()[0].pixels;
    let apart: u32 = pixels.iter().zip(found).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    assert!(apart / 784 < 6, "{apart}");
}

#[test]
fn places_are_those_of_the_picture() {
    // So large that it is made smaller.
    let is_bar =
        |x: usize, y: usize, left| (left..left + 300).contains(&x) && (500..2_000).contains(&y);
    let picture =
        grey(4_000, 2_500, |x, y| if is_bar(x, y, 700) || is_bar(x, y, 2_900) { 0 } else { 255 });
    let digits = digits(&picture, Invert::Auto).unwrap();
    assert_eq!(digits.len(), 2);
    for (digit, left) in digits.iter().zip([700, 2_900]) {
        let expected = [[left, 500], [left + 300, 2_000]];
        for (found, expected) in digit.place.as_flattened().iter().zip(expected.as_flattened()) {
            assert!(found.abs_diff(*expected) < 8, "{:?}, expected {expected:?}", digit.place);
        }
    }
}

#[test]
fn blank_pictures_have_no_digit() {
    for shade in [0, 99, 255] {
        for (width, height) in [(1, 1), (2, 1), (28, 28), (300, 40)] {
            let problem = digits(&grey(width, height, |_, _| shade), Invert::Auto).unwrap_err();
            assert!(problem.contains("one shade"), "{width} x {height}: {problem}");
        }
    }
    let nothing = Pixels::from_fn(50, 50, |_, _| [12, 0]);
    assert!(digits(&nothing, Invert::Auto).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Noise, black and white, veils, of every size and opacity: a refusal in one line, or digits as a network takes them.
    #[test]
    fn whatever_the_picture_it_is_read_or_refused(
        (width, height) in (1_usize..70, 1_usize..70),
        seed in any::<u64>(),
        levels in prop_oneof![Just(2_u64), Just(3), Just(256)],
        opacities in prop_oneof![Just(1_u64), Just(2), Just(256)],
        invert in prop_oneof![Just(Invert::Auto), Just(Invert::Yes), Just(Invert::No)],
    ) {
        let (random, mut drawn) = (crate::rng::SplitMix64::new(seed), 0);
        let mut shade = |levels: u64| match levels {
            1 => 255,
            _ => {
                drawn += 1;
                (random.output(drawn) % levels * 255 / (levels - 1)) as u8
            }
        };
        let picture = Pixels::from_fn(width, height, |_, _| [shade(levels), shade(opacities)]);
        match digits(&picture, invert) {
            Err(problem) => prop_assert!(!problem.is_empty() && !problem.contains('\n')),
            Ok(digits) => {
                prop_assert!(!digits.is_empty());
                for digit in digits {
                    let [first, end] = digit.place;
                    prop_assert_eq!(digit.pixels.len(), 784);
                    prop_assert!(digit.pixels.iter().any(|&pixel| pixel > 0));
                    prop_assert!(first[0] < end[0] && end[0] <= width);
                    prop_assert!(first[1] < end[1] && end[1] <= height);
                }
            }
        }
    }
}
