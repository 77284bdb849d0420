use crate::work::BatchCounts;
use nablab::data::Dataset;
use nablab::nn::{LayerKind, LayerShape};
use nablab::simd::SimdLevel;
use nablab::train::{PassSeconds, TimedPasses, TrainingSpec};
use std::ops::Range;
use std::time::Duration;

/// The images that small mini-batches are taken from: so many that the weights of all inputs are in
/// use, and no image can be learnt by heart by the branch predictor.
const IMAGES: usize = 100;

/// A network with real digits in mini-batches.
pub struct Subject {
    passes: TimedPasses,
    /// What is in each mini-batch.
    pub counts: Vec<BatchCounts>,
}

impl Subject {
    /// With the hidden layers `hidden`, such as `20c5p2x100`.
    pub fn new(data: &Dataset, hidden: &str, batch_size: usize) -> Self {
        let hidden = LayerKind::list(hidden).expect("hidden layers");
        let spec = TrainingSpec { hidden, ..TrainingSpec::default() };
        let first = (0..(IMAGES / batch_size).max(1)).map(|i| i * batch_size);
        let ranges: Vec<Range<usize>> = first.map(|first| first..first + batch_size).collect();
        let counts =
            ranges.iter().map(|range| BatchCounts::of(&data.training.images, range.clone()));
        Self { passes: TimedPasses::new(&spec, data, &ranges), counts: counts.collect() }
    }

    /// The layers after the inputs.
    pub fn shapes(&self) -> &[LayerShape] {
        self.passes.network().shapes()
    }

    /// The layers, inputs first: `784-30-10`.
    pub fn name(&self) -> String {
        self.passes.network().architecture().name()
    }

    /// The shortest times of several rounds.
    pub fn measure(&mut self, level: SimdLevel, budget: Duration) -> PassSeconds {
        self.passes.measure(level, budget)
    }
}
