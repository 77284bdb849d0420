//! Digits drawn in many ways are read as well as those of MNIST.

use crate::common::drawing::{Canvas, LARGE, WAYS, beside};
use crate::common::{save_network_of_mnist, train_on_mnist, write_colours};
use nablab::data::{Dataset, Digit, Invert, SparseRows, read_digits};
use nablab::simd::SimdLevel;
use nablab::train::Model;
use rayon::prelude::*;
use std::path::Path;
use tempfile::TempDir;

/// How much worse drawings may be read than the digits themselves.
struct Limits {
    /// Percentage points, of each way by itself, and of one that makes photos with noise.
    way: f64,
    noisy: f64,
    /// Of all ways without noise together.
    all: f64,
}

fn found(path: &Path, canvas: &Canvas) -> Vec<Digit> {
    write_colours(path, canvas.size, &canvas.pixels);
    read_digits(path, Invert::Auto).unwrap_or_default()
}

/// Draws so many of the first 500 test digits in each way, others each time.
fn compare(count: usize, save_network: impl Fn(&Path), limits: &Limits) {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("m.json");
    save_network(&file);
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
    let path = |i: usize| directory.path().join(format!("{i}.png"));
    let one = |draw: fn(&[u8], u64) -> Canvas, i: usize| match &found(
        &path(i),
        &draw(&image(i), i as u64),
    )[..]
    {
        [digit] => usize::from(is_read(&digit.pixels, i)),
        _ => 0,
    };
    // The number of two digits.
    let two = |i: usize, is_photo: bool| {
        let large = |i: usize| (LARGE.draw)(&image(i), i as u64);
        let canvas = beside(&large(i), &large(i + 1), is_photo.then_some(i as u64));
        match &found(&path(i), &canvas)[..] {
            [a, b] => usize::from(is_read(&a.pixels, i)) + usize::from(is_read(&b.pixels, i + 1)),
            _ => 0,
        }
    };
    let percent = |right: usize| 100.0 * right as f64 / count as f64;
    let (mut worse, mut of_all) = (Vec::new(), Vec::new());
    let mut first = 0;
    let mut judge = |name: &str,
                     is_noisy: bool,
                     right: &(dyn Fn(usize) -> usize + Sync),
                     step: usize| {
        let digits = first..first + count;
        first = (first + count) % 500;
        let straight = percent(digits.clone().filter(|&i| is_read(&image(i), i)).count());
        let drawn = percent(digits.into_par_iter().step_by(step).map(right).sum());
        println!("{name:34} {drawn:5.1} %, straight {straight:5.1} % ({:+.1})", drawn - straight);
        if drawn < straight - if is_noisy { limits.noisy } else { limits.way } {
            worse.push(format!("{name}: {drawn:.1} % of {straight:.1} %"));
        }
        if !is_noisy {
            of_all.push(drawn - straight);
        }
    };
    for way in &WAYS {
        judge(way.name, way.noisy, &|i| one(way.draw, i), 1);
    }
    judge("two digits", false, &|i| two(i, false), 2);
    judge("two digits, a photo with noise", true, &|i| two(i, true), 2);
    assert!(worse.is_empty(), "{worse:#?}");
    let mean = of_all.iter().sum::<f64>() / of_all.len() as f64;
    println!("all without noise: {mean:+.2}");
    assert!(mean > -limits.all, "all without noise: {mean:+.2} points");
}

/// A way that goes wrong loses most of its digits; two of ten may be lost by chance. What goes a little wrong everywhere is seen
/// in all of them, more than 200.
#[test]
fn drawings_are_read_as_well_as_the_digits_of_mnist() {
    compare(10, save_network_of_mnist, &Limits { way: 20.0, noisy: 30.0, all: 3.0 });
}

/// Minutes; scripts/drawn-digits runs it.
#[test]
#[ignore = "500 digits in every way take minutes"]
fn five_hundred_drawings_are_read_as_well_as_the_digits_of_mnist() {
    compare(500, |file| train_on_mnist(30, file), &Limits { way: 3.0, noisy: 10.0, all: 1.0 });
}
