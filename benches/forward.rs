//! The forward pass of one mini-batch: the textbook's loops in f64, faer on all pixels and nablab on
//! the non-zero ones, both in f32.

mod common;

use common::dense_faer::DenseFaer;
use common::shapes::{Subject, TEXTBOOK_IMAGES, assert_close, every_shape};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nablab::nn::textbook::Textbook;
use std::hint::black_box;

fn forward(criterion: &mut Criterion) {
    every_shape(criterion, "forward", Subject::forward_flop, |group, shape, mut subject| {
        let textbook = subject.textbook();
        let mut faer = DenseFaer::new(&subject);
        check(&textbook, &mut faer, &mut subject);
        if subject.images() <= TEXTBOOK_IMAGES {
            let images = &subject.dense;
            group.bench_function(BenchmarkId::new("textbook", shape), |b| {
                b.iter(|| images.iter().for_each(|(x, _)| _ = black_box(textbook.feed_forward(x))));
            });
        }
        group.bench_function(BenchmarkId::new("faer", shape), |b| b.iter(|| faer.forward()));
        group.bench_function(BenchmarkId::new("nablab", shape), |b| b.iter(|| subject.forward()));
    });
}

/// All three have the same outputs.
fn check(textbook: &Textbook, faer: &mut DenseFaer, subject: &mut Subject) {
    let want: Vec<f64> = subject
        .dense
        .iter()
        .filter_map(|(x, _)| textbook.feed_forward(x).1.pop())
        .flatten()
        .collect();
    faer.forward();
    assert_close("faer", &faer.outputs(), &want);
    subject.forward();
    let padded = subject.workspace.output();
    let rows = padded.chunks_exact(padded.len() / subject.images());
    let outputs: Vec<f64> = rows.flat_map(|row| &row[..10]).map(|&a| a.into()).collect();
    assert_close("nablab", &outputs, &want);
}

criterion_group!(benches, forward);
criterion_main!(benches);
