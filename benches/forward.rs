//! The forward pass of one mini-batch, f32.

mod common;

use common::{Forward, Subject, every_shape};
use criterion::{Criterion, criterion_group, criterion_main};

fn forward(criterion: &mut Criterion) {
    every_shape(criterion, "forward", Subject::forward_flop, |group, id, mut subject| {
        let arch = subject.arch;
        group.bench_function(id, |b| b.iter(|| arch.dispatch(Forward(&mut subject))));
    });
}

criterion_group!(benches, forward);
criterion_main!(benches);
