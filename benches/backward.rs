//! The backward pass of one mini-batch and the step of gradient descent that it leads to: the
//! textbook's loops in f64, faer on all pixels and nablab on the non-zero ones, both in f32.
//!
//! The textbook's times include its forward pass, which it makes within, as the book's program does.

mod common;

use common::dense_faer::DenseFaer;
use common::shapes::{Subject, TEXTBOOK_IMAGES, assert_close, every_shape};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nablab::nn::StepConstants;
use nablab::nn::textbook::Textbook;
use pulp::{Simd, WithSimd};

/// So small that the network does not drift while it is measured.
const RATE: f32 = 1e-12;

struct Backward<'a> {
    subject: &'a mut Subject,
    /// η.
    eta: f64,
}

impl WithSimd for Backward<'_> {
    type Output = ();
    fn with_simd<S: Simd>(self, simd: S) {
        let Subject { network, learner, batch, workspace, .. } = self.subject;
        workspace.backward(simd, network, batch.desired());
        learner.set_step(StepConstants::plain(self.eta));
        learner.learn(simd, workspace, network, batch.input());
    }
}

/// w ← w − rate · ∂C/∂w, as the others do it: not divided by the number of images.
fn step(textbook: &mut Textbook, subject: &Subject, rate: f32) {
    let eta = f64::from(rate) * subject.images() as f64;
    textbook.step(&subject.dense, eta, 0.0, subject.images());
}

/// δ of the hidden layer by BP2, and BP4 for both layers: two operations a weight each.
fn flop(subject: &Subject) -> u64 {
    let sizes = subject.network.architecture().sizes();
    let bp2 = 2 * (sizes[1] * sizes[2] * subject.images()) as u64;
    subject.forward_flop() + bp2
}

fn backward(criterion: &mut Criterion) {
    every_shape(criterion, "backward", flop, |group, shape, mut subject| {
        check(&mut subject);
        let mut textbook = subject.textbook();
        let mut faer = DenseFaer::new(&subject);
        faer.forward();
        subject.forward();
        let arch = subject.arch;
        if subject.images() <= TEXTBOOK_IMAGES {
            group.bench_function(BenchmarkId::new("textbook", shape), |b| {
                b.iter(|| step(&mut textbook, &subject, RATE));
            });
        }
        group.bench_function(BenchmarkId::new("faer", shape), |b| b.iter(|| faer.backward(RATE)));
        group.bench_function(BenchmarkId::new("nablab", shape), |b| {
            let eta = f64::from(RATE) * subject.images() as f64;
            b.iter(|| arch.dispatch(Backward { subject: &mut subject, eta }));
        });
    });
}

/// All three have the same parameters after a large step. The subject keeps its old ones.
fn check(subject: &mut Subject) {
    let before = subject.network.clone();
    let mut textbook = subject.textbook();
    step(&mut textbook, subject, 1.0);
    let want = parameters(&textbook);
    let mut faer = DenseFaer::new(subject);
    faer.forward();
    faer.backward(1.0);
    assert_close("faer", &faer.parameters(), &want);
    subject.forward();
    let eta = subject.images() as f64;
    subject.arch.dispatch(Backward { subject, eta });
    assert_close("nablab", &parameters(&subject.textbook()), &want);
    subject.network = before;
}

/// All biases, then all weights by neuron.
fn parameters(textbook: &Textbook) -> Vec<f64> {
    let weights = textbook.weights.iter().flatten();
    textbook.biases.iter().chain(weights).flatten().copied().collect()
}

criterion_group!(benches, backward);
criterion_main!(benches);
