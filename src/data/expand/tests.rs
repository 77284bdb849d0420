use super::*;
use crate::data::Dataset;

fn parse(text: &str) -> Expansion {
    text.parse().unwrap()
}

/// Three images of 4x3 pixels.
fn small() -> Split {
    let pixels: Vec<u8> = (0..36).map(|i| (i * 71 % 256) as u8).collect();
    (SparseRows::from_dense(&pixels, 12), vec![7, 8, 9]).into()
}

fn dense(split: &Split, i: usize) -> Vec<u8> {
    let mut pixels = vec![0; split.images.columns()];
    split.images.dense_row(i, &mut pixels);
    pixels
}

#[test]
fn expansions_are_written_as_they_are_read() {
    assert_eq!(parse("shifts").to_string(), "shifts:4");
    for text in ["shifts:4", "shifts:epoch", "rotations:2", "elastic:100", "elastic:epoch"] {
        assert_eq!(parse(text).to_string(), text);
    }
    for bad in ["", "junk", "shifts:3", "elastic:0", "elastic:101", "elastic:", "elastic:4:4"] {
        assert!(bad.parse::<Expansion>().unwrap_err().contains(":epoch"), "{bad}");
    }
    assert_eq!((parse("shifts").factor(), parse("elastic:epoch").factor()), (5, 1));
}

#[test]
fn channels_are_distorted_alike() {
    let grey = small();
    // A second channel that is the first, and a third that is empty.
    let pixels: Vec<u8> = (0..3).flat_map(|i| dense(&grey, i)).flat_map(|p| [p, p, 0]).collect();
    let colour: Split = (SparseRows::from_dense(&pixels, 36), grey.labels.clone()).into();
    for text in ["shifts", "rotations:2", "elastic:2"] {
        let [of_grey, of_colour] = [&grey, &colour].map(|split| parse(text).once(split, (4, 3), 1));
        assert_eq!(of_colour.labels, of_grey.labels);
        for i in 0..of_grey.len() {
            let expected: Vec<u8> = dense(&of_grey, i).iter().flat_map(|&p| [p, p, 0]).collect();
            assert_eq!(dense(&of_colour, i), expected, "{text} {i}");
        }
    }
}

#[test]
fn shifts_are_the_books() {
    let split = small();
    let expanded = parse("shifts").once(&split, (4, 3), 1);
    assert_eq!(expanded.labels, [7, 8, 9].repeat(5));
    for i in 0..3 {
        let image = dense(&split, i);
        assert_eq!(dense(&expanded, i), image);
        let [down, up, right, left] = [1, 2, 3, 4].map(|copy| dense(&expanded, 3 * copy + i));
        assert_eq!((&down[..3], &down[3..]), (&[0; 3][..], &image[..9]));
        assert_eq!((&up[..9], &up[9..]), (&image[3..], &[0; 3][..]));
        for y in (0..12).step_by(3) {
            assert_eq!((right[y], &right[y + 1..y + 3]), (0, &image[y..y + 2]));
            assert_eq!((&left[y..y + 2], left[y + 2]), (&image[y + 1..y + 3], 0));
        }
    }
}

#[test]
fn every_epoch_shifts_anew_and_leaves_some_images_alone() {
    let data = Dataset::mnist().unwrap();
    let few = data.training.first(200);
    let at = |epoch| parse("shifts:epoch").for_epoch(&few, (28, 28), 1, epoch);
    let (first, second) = (at(0), at(1));
    assert_eq!(first.labels, few.labels);
    let same = |a: &Split, b: &Split| (0..200).filter(|&i| dense(a, i) == dense(b, i)).count();
    assert!((20..60).contains(&same(&first, &few)), "{}", same(&first, &few));
    assert!((20..60).contains(&same(&first, &second)), "{}", same(&first, &second));
}

#[test]
fn distortions_depend_on_seed_copy_and_epoch_alone() {
    let data = Dataset::mnist().unwrap();
    let few = data.training.first(4);
    for text in ["rotations:2", "elastic:2"] {
        let expanded = |seed| parse(text).once(&few, (28, 28), seed);
        let one = expanded(1);
        assert_eq!(one.len(), 12);
        assert_eq!(one, expanded(1));
        let other = expanded(2);
        for i in 4..12 {
            assert_ne!(dense(&one, i), dense(&other, i), "{text} {i}");
            assert_ne!(dense(&one, i), dense(&few, i % 4), "{text} {i}");
        }
        for i in 4..8 {
            assert_ne!(dense(&one, i), dense(&one, i + 4), "{text} {i}");
        }
        let epoch = |epoch| {
            let distortion = parse(text).distortion;
            Expansion { distortion, copies: None }.for_epoch(&few, (28, 28), 1, epoch)
        };
        assert_eq!(epoch(5), epoch(5));
        assert_ne!(epoch(5), epoch(6));
    }
}

#[test]
fn rotations_by_a_right_angle_move_pixels() {
    let image: Vec<u8> = (0..25).map(|i| (i * 9) as u8).collect();
    let mut field = Field::new((5, 5));
    let mut rotated = vec![0; 25];
    rotation::rotate(0.0, &mut field);
    field.warp(&image, &mut rotated);
    assert_eq!(rotated, image);
    rotation::rotate(90.0, &mut field);
    field.warp(&image, &mut rotated);
    for y in 0..5 {
        for x in 0..5 {
            // Counterclockwise: the right column becomes the top row.
            assert_eq!(rotated[y * 5 + x], image[x * 5 + 4 - y], "{y} {x}");
        }
    }
}

#[test]
fn bilinear_interpolation_is_a_mean_and_background_is_outside() {
    let mut field = Field::new((1, 3));
    field.right = vec![0.5, -1.25, 9.0];
    let mut warped = [9; 3];
    field.warp(&[100, 200, 40], &mut warped);
    // 1 − 1.25 is a quarter to the left of pixel 0, where there is background.
    assert_eq!(warped, [150, 75, 0]);
}

#[test]
fn elastic_displacements_are_smooth_and_of_a_pixel_or_two() {
    let mut stream = Stream::new(1, Purpose::Expansion, 0);
    let (mut field, mut elastic) = (Field::new((28, 28)), Elastic::new((28, 28)));
    let (mut square, mut step, mut n) = (0.0f64, 0.0f64, 0.0);
    for _ in 0..200 {
        elastic.draw(&mut stream, &mut field);
        for y in 8..20 {
            for x in 8..20 {
                let (here, next) = (field.down[y * 28 + x], field.down[y * 28 + x + 1]);
                square += f64::from(here * here);
                step += f64::from((next - here) * (next - here));
                n += 1.0;
            }
        }
    }
    // α / √3 / (2σ√π) = 1.38; neighbours differ by about 1/(√2 σ) of that.
    let (size, step) = ((square / n).sqrt(), (step / n).sqrt());
    assert!((1.2..1.55).contains(&size), "{size}");
    assert!(step < 0.25 * size, "{step}");
}

#[test]
fn tiny_and_no_images_are_fine() {
    for text in ["shifts", "rotations", "elastic"] {
        let one: Split = (SparseRows::from_dense(&[200], 1), vec![3]).into();
        assert_eq!(parse(text).once(&one, (1, 1), 1).len(), 5);
        let row: Split = (SparseRows::from_dense(&[1, 2, 3, 4], 4), vec![3]).into();
        assert_eq!(parse(text).once(&row, (1, 4), 1).len(), 5);
        let none: Split = (SparseRows::new(4), vec![]).into();
        assert!(parse(text).once(&none, (2, 2), 1).is_empty());
    }
}
