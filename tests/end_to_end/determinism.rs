//! Same specification, same seed: same bits, on every instruction set; and seeds are paired.

use nablab::data::{Dataset, SparseRows, Split};
use nablab::nn::{Activation, Cost, Initialiser, LayerKind, Network, Optimiser, dense};
use nablab::results::Trial;
use nablab::simd::SimdLevel;
use nablab::train::{
    Generator, Metric, Precision, Randomised, Randomness, TrainingSpec, initial_network, train,
};
use std::ops::ControlFlow;

/// The first images of MNIST: the scalar level is slow.
fn few_images() -> Dataset {
    let mut data = Dataset::mnist().unwrap();
    data.training = data.training.first(500).into();
    data.validation = data.validation.first(130).into();
    data.test = data.test.first(200).into();
    data
}

/// The bits of all metrics of all epochs.
fn bits(spec: &TrainingSpec, data: &Dataset, level: SimdLevel) -> Vec<u64> {
    let mut bits = Vec::new();
    train(spec, data, level, &mut |record| {
        bits.extend(record.metrics.iter().map(|(_, value)| value.to_bits()));
        ControlFlow::Continue(())
    })
    .unwrap();
    bits
}

/// All metrics of both epochs have the same bits at every instruction set.
#[track_caller]
fn assert_same_bits(spec: &TrainingSpec, data: &Dataset) {
    let want = bits(spec, data, SimdLevel::SCALAR);
    assert_eq!(want.len(), 12, "{spec:?}");
    for level in SimdLevel::available() {
        assert_eq!(bits(spec, data, level), want, "{level} {spec:?}");
    }
}

#[test]
fn every_instruction_set_gives_the_same_bits() {
    let data = few_images();
    let convolutions = LayerKind::list("8c5p2x11c3p2x20").unwrap();
    for precision in [Precision::F32, Precision::F64] {
        for (hidden, activation, cost, batch_size) in [
            (dense([30]), Activation::Relu, Cost::LogLikelihood, 10),
            (dense([30]), Activation::Sigmoid, Cost::CrossEntropy, 10),
            (dense([100]), Activation::Tanh, Cost::Quadratic, 7),
            (dense([17, 40, 16]), Activation::Gelu, Cost::CrossEntropy, 1),
            (dense([]), Activation::Sigmoid, Cost::CrossEntropy, 100),
            (convolutions.clone(), Activation::Relu, Cost::LogLikelihood, 10),
        ] {
            let spec = TrainingSpec {
                hidden,
                cost,
                output: cost.output(),
                activation: activation.into(),
                batch_size,
                precision,
                epochs: 2,
                eta: 0.5,
                monitors: Metric::OF_CLASSES.into_iter().collect(),
                ..TrainingSpec::default()
            };
            assert_same_bits(&spec, &data);
        }
    }
}

#[test]
fn dense_images_give_the_same_bits_at_every_instruction_set() {
    // No pixel is 0.
    let negative = |split: &Split| -> Split {
        let columns = split.images.columns();
        let pixels = split.images.bytes().iter().map(|pixel| 255 - pixel / 2);
        let pixels: Vec<u8> = pixels.collect();
        (SparseRows::from_dense(&pixels, columns), split.labels.clone()).into()
    };
    let mut data = few_images();
    data.training = negative(&data.training).into();
    data.validation = negative(&data.validation).into();
    data.test = negative(&data.test).into();
    for (precision, batch_size) in [(Precision::F32, 10), (Precision::F64, 33)] {
        let spec = TrainingSpec {
            hidden: dense([40]),
            batch_size,
            precision,
            epochs: 2,
            eta: 0.1,
            monitors: Metric::OF_CLASSES.into_iter().collect(),
            ..TrainingSpec::default()
        };
        assert_same_bits(&spec, &data);
    }
}

#[test]
fn every_rule_of_learning_gives_the_same_bits_at_every_instruction_set() {
    let data = few_images();
    let base = TrainingSpec {
        hidden: dense([33, 20]),
        epochs: 2,
        monitors: Metric::OF_CLASSES.into_iter().collect(),
        ..TrainingSpec::default()
    };
    for precision in [Precision::F32, Precision::F64] {
        for spec in [
            TrainingSpec { momentum: 0.9, eta: 0.1, ..base.clone() },
            TrainingSpec {
                optimiser: Optimiser::Nesterov,
                momentum: 0.9,
                eta: 0.1,
                batch_size: 25,
                l1: 1.0,
                ..base.clone()
            },
            TrainingSpec { optimiser: Optimiser::Adam, eta: 0.01, ..base.clone() },
            TrainingSpec { optimiser: Optimiser::RmsProp, eta: 0.01, l1: 2.0, ..base.clone() },
            TrainingSpec { l1: 3.0, max_norm: Some(1.5), dropout: 0.5.into(), ..base.clone() },
            TrainingSpec {
                hidden: LayerKind::list("r17xlstm9x12").unwrap(),
                dropout: 0.2.into(),
                clip_norm: Some(0.5),
                ..base.clone()
            },
            TrainingSpec {
                hidden: LayerKind::list("lstm18").unwrap(),
                truncation: Some(11),
                optimiser: Optimiser::Adam,
                eta: 0.01,
                ..base.clone()
            },
        ] {
            let spec = TrainingSpec { precision, ..spec };
            assert_same_bits(&spec, &data);
        }
    }
}

/// The bits of the first `n_out` neurons of the first layer.
fn first_neurons(network: &Network<f64>, n_out: usize) -> Vec<u64> {
    let layer = &network.layers()[0];
    let weights = (0..n_out).flat_map(|j| (0..layer.n_in()).map(move |k| layer.weight(j, k)));
    weights.chain(layer.biases()[..n_out].iter().copied()).map(f64::to_bits).collect()
}

#[test]
fn a_seed_means_the_same_weights_whatever_the_other_settings() {
    let data = few_images();
    let base = TrainingSpec { seed: 5, ..TrainingSpec::default() };
    let network = |spec: &TrainingSpec| initial_network::<f64>(spec, &data);
    let want = first_neurons(&network(&base), 30);
    for other in [
        TrainingSpec { eta: 3.0, lambda: 0.0, batch_size: 1, epochs: 1, ..base.clone() },
        TrainingSpec { cost: Cost::Quadratic, ..base.clone() },
        TrainingSpec { hidden: dense([100]), ..base.clone() },
        TrainingSpec { hidden: dense([30, 30]), ..base.clone() },
    ] {
        assert_eq!(first_neurons(&network(&other), 30), want, "{other:?}");
    }
    let other_seed = TrainingSpec { seed: 6, ..base.clone() };
    assert_ne!(first_neurons(&network(&other_seed), 30), want);
}

/// A training in which all is random that can be.
fn all_random(seed: u64) -> TrainingSpec {
    TrainingSpec {
        seed,
        hidden: dense([20]),
        dropout: 0.5.into(),
        expansion: "rotations:1".parse().ok(),
        epochs: 2,
        monitors: Metric::OF_CLASSES.into_iter().collect(),
        ..TrainingSpec::default()
    }
}

/// The same with a seed of its own for something.
fn with_own(what: Randomised, seed: u64, mut spec: TrainingSpec) -> TrainingSpec {
    *match what {
        Randomised::Init => &mut spec.seed_init,
        Randomised::Order => &mut spec.seed_order,
        Randomised::Dropout => &mut spec.seed_dropout,
        Randomised::Expansion => &mut spec.seed_expansion,
    } = Some(seed);
    spec
}

fn with_all_own(seed: u64, spec: TrainingSpec) -> TrainingSpec {
    Randomised::ALL.into_iter().fold(spec, |spec, what| with_own(what, seed, spec))
}

/// With seeds of their own nothing is left that the seed of all would change.
#[test]
fn all_that_is_random_has_a_seed_of_its_own() {
    let data = few_images();
    let level = SimdLevel::best();
    for distortion in ["rotations:1", "elastic:epoch"] {
        let of = |seed| TrainingSpec { expansion: distortion.parse().ok(), ..all_random(seed) };
        let three = bits(&of(3), &data, level);
        let four = bits(&of(4), &data, level);
        assert_eq!(bits(&with_all_own(3, of(3)), &data, level), three);
        assert_eq!(bits(&with_all_own(4, of(3)), &data, level), four);
        // Each of them alone changes the result, and so does all but each of them.
        for what in Randomised::ALL {
            let alone = bits(&with_own(what, 4, of(3)), &data, level);
            let others = with_own(what, 3, with_all_own(4, of(3)));
            let others = bits(&others, &data, level);
            assert!(alone != three && alone != four && others != three && others != four);
            assert_ne!(alone, others, "{what:?}");
        }
    }
}

/// The initial weights and the orders of two epochs.
fn begun(spec: &TrainingSpec, data: &Dataset) -> (Vec<u64>, Vec<u32>) {
    let mut randomness = Randomness::new(spec, data);
    let mut order = randomness.initial_order(100);
    randomness.next_order(&mut order);
    (first_neurons(&initial_network::<f64>(spec, data), 20), order)
}

#[test]
fn the_seed_of_the_weights_leaves_the_order_and_that_of_the_order_the_weights() {
    let data = few_images();
    let begun = |spec: &TrainingSpec| begun(spec, &data);
    let [three, four] = [3, 4].map(|seed| begun(&all_random(seed)));
    assert!(three.0 != four.0 && three.1 != four.1);
    let init = begun(&with_own(Randomised::Init, 4, all_random(3)));
    assert_eq!((&init.0, &init.1), (&four.0, &three.1));
    let order = begun(&with_own(Randomised::Order, 4, all_random(3)));
    assert_eq!((&order.0, &order.1), (&three.0, &four.1));
    for what in [Randomised::Dropout, Randomised::Expansion] {
        assert_eq!(begun(&with_own(what, 4, all_random(3))), three);
    }
}

#[test]
fn trainings_of_equal_bits_have_one_id_whichever_seeds_say_them() {
    let data = few_images();
    let id = |spec: TrainingSpec| Trial::new(spec, &data).id;
    let plain = |seed| TrainingSpec { seed, ..TrainingSpec::default() };
    assert_eq!(id(with_all_own(3, plain(3))), id(plain(3)));
    assert_eq!(id(with_all_own(3, all_random(3))), id(all_random(3)));
    let both = |seed, init, order| {
        with_own(Randomised::Order, order, with_own(Randomised::Init, init, plain(seed)))
    };
    // Nothing else is random.
    assert_eq!(id(both(1, 4, 5)), id(both(2, 4, 5)));
    assert_eq!(id(both(1, 4, 4)), id(plain(4)));
    assert_eq!(id(both(1, 4, 5)), id(with_own(Randomised::Order, 5, plain(4))));
    assert_ne!(id(both(1, 4, 5)), id(both(1, 5, 4)));
    assert_ne!(id(with_own(Randomised::Init, 4, plain(3))), id(plain(3)));
    assert_ne!(
        id(with_own(Randomised::Init, 4, all_random(3))),
        id(with_own(Randomised::Init, 4, all_random(2)))
    );
}

#[test]
fn weights_have_the_spread_of_their_initialiser() {
    let data = few_images();
    for (initialiser, variance) in [
        (Initialiser::Scaled, 1.0 / 784.0),
        (Initialiser::Large, 1.0),
        (Initialiser::He, 2.0 / 784.0),
        (Initialiser::GlorotNormal, 2.0 / (784.0 + 30.0)),
        (Initialiser::GlorotUniform, 2.0 / (784.0 + 30.0)),
        (Initialiser::FanOut, 1.0 / 30.0),
        (Initialiser::Network3, 1.0 / 30.0),
        (Initialiser::Zeros, 0.0),
    ] {
        for generator in [Generator::Chacha8, Generator::Author, Generator::Shared] {
            let spec =
                TrainingSpec { init: initialiser, rng: generator, ..TrainingSpec::default() };
            let network = initial_network::<f64>(&spec, &data);
            let layer = &network.layers()[0];
            let places = (0..30).flat_map(|j| (0..784).map(move |k| (j, k)));
            let weights: Vec<f64> = places.map(|(j, k)| layer.weight(j, k)).collect();
            let mean_square = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
            let what = format!("{initialiser:?} {generator:?}: {mean_square}");
            assert!((mean_square - variance).abs() <= 0.04 * variance, "{what}");
            if initialiser == Initialiser::GlorotUniform {
                let limit = (6.0 / (784.0 + 30.0f64)).sqrt();
                assert!(weights.iter().all(|w| w.abs() <= limit), "{what}");
                assert!(weights.iter().any(|w| w.abs() > 0.999 * limit), "{what}");
            }
        }
    }
}
