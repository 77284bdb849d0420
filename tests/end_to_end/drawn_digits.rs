//! Digits drawn in many ways are read as well as those of MNIST.

use crate::common::drawing::{Canvas, WAYS, beside};
use crate::common::{train_on_mnist, write_colours};
use nablab::data::{Dataset, Digit, Invert, SparseRows, read_digits};
use nablab::simd::SimdLevel;
use nablab::train::Model;
use std::path::Path;
use tempfile::TempDir;

/// Percentage points by which drawings may be read worse than the digits themselves, photos with noise by more.
const WORSE: f64 = 3.0;
const WORSE_WITH_NOISE: f64 = 10.0;

fn found(path: &Path, canvas: &Canvas) -> Vec<Digit> {
    write_colours(path, canvas.size, &canvas.pixels);
    read_digits(path, Invert::Auto).unwrap_or_default()
}

fn compare(count: usize, epochs: usize) {
    let directory = TempDir::new().unwrap();
    let [file, path] = ["m.json", "p.png"].map(|name| directory.path().join(name));
    train_on_mnist(epochs, &file);
    let model = Model::load(&file).unwrap();
    let test = Dataset::mnist().unwrap().test;
    let image = |i: usize| {
        let mut pixels = vec![0; 784];
        test.images.dense_row(i, &mut pixels);
        pixels
    };
    let is_read = |pixels: &[u8], i: usize| {
        let outputs = model.outputs(SparseRows::from_dense(pixels, 784), SimdLevel::best());
        let answer = model.architecture().targets.answer(&outputs, 0.5);
        answer == usize::from(test.labels[i])
    };
    let percent = |right: usize| 100.0 * right as f64 / count as f64;
    let straight = percent((0..count).filter(|&i| is_read(&image(i), i)).count());
    let mut worse = Vec::new();
    let mut judge = |name: &str, right: usize, limit: f64| {
        println!("{name:32} {:5.1} % ({:+.1})", percent(right), percent(right) - straight);
        if percent(right) < straight - limit {
            worse.push(format!("{name}: {:.1} % of {straight:.1} %", percent(right)));
        }
    };
    for way in &WAYS {
        let is_right = |&i: &usize| match &found(&path, &(way.draw)(&image(i), i as u64))[..] {
            [digit] => is_read(&digit.pixels, i),
            _ => false,
        };
        let limit = if way.noisy { WORSE_WITH_NOISE } else { WORSE };
        judge(way.name, (0..count).filter(is_right).count(), limit);
    }
    let large = |i: usize| (WAYS[2].draw)(&image(i), i as u64);
    for (name, is_photo) in [("two digits", false), ("two digits, a photo", true)] {
        let right = |i: usize| {
            let canvas = beside(&large(i), &large(i + 1), is_photo.then_some(i as u64));
            match &found(&path, &canvas)[..] {
                [a, b] => {
                    usize::from(is_read(&a.pixels, i)) + usize::from(is_read(&b.pixels, i + 1))
                }
                _ => 0,
            }
        };
        let limit = if is_photo { WORSE_WITH_NOISE } else { WORSE };
        judge(name, (0..count).step_by(2).map(right).sum(), limit);
    }
    assert!(worse.is_empty(), "{worse:#?}");
}

#[test]
fn drawings_are_read_as_well_as_the_digits_of_mnist() {
    compare(40, 3);
}

/// Minutes; scripts/drawn-digits runs it.
#[test]
#[ignore = "500 digits in every way take minutes"]
fn five_hundred_drawings_are_read_as_well_as_the_digits_of_mnist() {
    compare(500, 30);
}
