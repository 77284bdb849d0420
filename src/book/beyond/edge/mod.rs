//! How fast a difference of one rounding grows during training: docs/edge.md says what is measured, and why so.

mod arms;
mod figure;
mod findings;
mod growth;
mod measure;
mod pair;
mod sharpness;

use crate::book::{Computed, Experiment, Kind, Numbers};
use crate::data::Dataset;

/// The edge of reproducibility.
pub const EDGE: Experiment = Experiment {
    id: "edge",
    title: "The edge of reproducibility",
    claim: "Found in no book: below a learning rate that can be named, two trainings that differ by a rounding stay together for as \
            long as one likes; above it the difference grows exponentially, until nothing but equal bits is comparable. That edge \
            is in proportion to the mini-batch up to 10 images, depends on activation, cost and λ, and hardly on the precision. \
            Without mini-batches it lies at or beyond the edge of stability, where the sharpness of the cost is 2/η; with \
            mini-batches of 10 it is reached at a fraction of that.",
    groups: &["learning-rates"],
    long: true,
    kind: Kind::Computed { compute, judge },
};

fn compute(data: &Dataset) -> Numbers {
    [growth::compute(data), measure::compute(data)].into_iter().collect()
}

fn judge(numbers: &Numbers) -> Computed {
    Computed {
        subtitle: format!(
            "784-30-10 on MNIST's {} training images, {} seeds. Exponents are those of the linearised training (Benettin's method), \
             per {} images, after {} epochs and over the next {}; the edge is where they reach {}. Definitions, method and limits: \
             docs/edge.md.",
            arms::EPOCH,
            arms::SEEDS,
            arms::EPOCH,
            arms::ALONE + arms::ALIGNED,
            arms::WINDOW,
            arms::LEVEL,
        ),
        findings: findings::findings(numbers),
        figure: figure::figure(numbers),
    }
}
