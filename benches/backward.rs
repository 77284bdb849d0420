//! The backward pass of one mini-batch and the step of gradient descent that it leads to, f32.

mod common;

use common::{Forward, Subject, every_shape};
use criterion::{Criterion, criterion_group, criterion_main};
use pulp::{Simd, WithSimd};

struct Backward<'a>(&'a mut Subject);

impl WithSimd for Backward<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Subject { network, batch, workspace, .. } = self.0;
        workspace.backward(simd, network, batch.labels());
        // A rate so small that the network does not drift while it is measured.
        workspace.descend(simd, network, batch.input(), 1e-12, 1.0);
    }
}

/// δ of the hidden layer by BP2, and BP4 for both layers: two operations a weight each.
fn flop(subject: &Subject) -> u64 {
    let sizes = &subject.network.architecture().sizes;
    let bp2 = 2 * (sizes[1] * sizes[2] * subject.images) as u64;
    subject.forward_flop() + bp2
}

fn backward(criterion: &mut Criterion) {
    every_shape(criterion, "backward", flop, |group, id, mut subject| {
        let arch = subject.arch;
        arch.dispatch(Forward(&mut subject));
        group.bench_function(id, |b| b.iter(|| arch.dispatch(Backward(&mut subject))));
    });
}

criterion_group!(benches, backward);
criterion_main!(benches);
