use crate::data::Dataset;
use crate::train::settings::told;
use crate::train::{History, TrainingSpec};
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_64;

/// One training of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// 16 hexadecimal digits, a hash of the data and of everything that decides the result: equal
    /// ids mean equal bits.
    pub id: String,
    /// The name of the data set.
    pub data: String,
    /// What is trained.
    pub spec: TrainingSpec,
}

impl Trial {
    /// The trial that trains `spec` on `data`.
    pub fn new(spec: TrainingSpec, data: &Dataset) -> Self {
        let spec = spec.canonical();
        let key = TrialKey::of_trial(&spec, data);
        Self::with_key(key, spec, data)
    }

    /// The same, if its [key](Self::key) is known already.
    pub(crate) fn with_key(key: u64, spec: TrainingSpec, data: &Dataset) -> Self {
        Self { id: format!("{key:016x}"), data: data.name.clone(), spec: spec.canonical() }
    }

    /// The id as a number.
    pub fn key(&self) -> u64 {
        u64::from_str_radix(&self.id, 16).expect("16 hexadecimal digits")
    }
}

/// What the [keys](Trial::key) of trials that differ in their seeds alone have in common, if nothing has a seed of its
/// own.
#[derive(Debug)]
pub(crate) struct TrialKey {
    canonical: String,
}

impl TrialKey {
    /// That of the trials that train `spec`, in its [canonical](TrainingSpec::canonical) form, on `data`.
    pub(crate) fn new(spec: &TrainingSpec, data: &Dataset) -> Self {
        let mut canonical = data.sha256.join("\n");
        // The files do not say which of their images are kept back.
        let validation = data.validation.len();
        if validation != Dataset::default_validation(data.training.len() + validation) {
            canonical.push_str(&format!("\nvalidation={validation}"));
        }
        // Only what is not the default, so that a new hyper-parameter changes no id of before.
        for (column, value) in told(spec) {
            if column != SEED {
                canonical.push_str(&format!("\n{column}={value}"));
            }
        }
        Self { canonical }
    }

    /// The key of the trial that trains `spec`, in its canonical form, on `data`.
    pub(crate) fn of_trial(spec: &TrainingSpec, data: &Dataset) -> u64 {
        let spec = spec.clone().with_fewest_seeds();
        Self::new(&spec, data).of(spec.seed)
    }

    /// The key of the trial with a seed.
    pub(crate) fn of(&mut self, seed: u64) -> u64 {
        let len = self.canonical.len();
        if seed != DEFAULT_SEED {
            // The seed is the last column.
            write!(self.canonical, "\n{SEED}={seed}").expect("a String takes all");
        }
        let key = xxh3_64(self.canonical.as_bytes());
        self.canonical.truncate(len);
        key
    }
}

/// The last of the columns of a configuration.
const SEED: &str = "seed";
/// What an id says nothing of, like every default.
const DEFAULT_SEED: u64 = 1;

/// A trial with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialResult {
    /// What was trained.
    pub trial: Trial,
    /// How it went.
    pub history: History,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Activation, PerLayer, dense};
    use crate::train::settings::SETTINGS;

    fn id(data: &Dataset, change: impl Fn(&mut TrainingSpec)) -> String {
        let mut spec = TrainingSpec::default();
        change(&mut spec);
        Trial::new(spec, data).id
    }

    #[test]
    fn one_training_has_one_id_however_it_is_written() {
        let data = Dataset::mnist().unwrap();
        let zero = |zero: f64| {
            id(&data, |spec| {
                (spec.lambda, spec.l1, spec.momentum) = (zero, zero, zero);
                spec.dropout = zero.into();
            })
        };
        assert_eq!(zero(0.0), zero(-0.0));
        let flat = |activation: PerLayer<Activation>, dropout: f64| {
            id(&data, |spec| {
                spec.hidden.clear();
                spec.activation = activation.clone();
                spec.dropout = dropout.into();
            })
        };
        let relu = flat(Activation::Relu.into(), 0.5);
        assert_eq!(
            flat(Activation::Sigmoid.into(), 0.0),
            relu,
            "no hidden layer has an activation"
        );
        let two = |values: Vec<Activation>| {
            id(&data, |spec| {
                spec.hidden = dense([5, 5]);
                spec.activation = PerLayer::new(values.clone());
            })
        };
        assert_eq!(two(vec![Activation::Relu]), two(vec![Activation::Relu; 2]));
        assert_ne!(two(vec![Activation::Relu]), two(vec![Activation::Relu, Activation::Tanh]));
        let trial = Trial::new(TrainingSpec { lambda: -0.0, ..TrainingSpec::default() }, &data);
        assert!(trial.spec.lambda.is_sign_positive());
    }

    #[test]
    fn the_seed_comes_last() {
        assert_eq!(SETTINGS[SETTINGS.len() - 1].column, SEED);
        assert_eq!(TrainingSpec::default().seed, DEFAULT_SEED);
        // Ids of committed results.
        let data = Dataset::mnist().unwrap();
        let of = |seed| id(&data, |spec| spec.seed = seed);
        assert_eq!([of(1), of(2)].map(|id| id.len()), [16, 16]);
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn the_images_kept_back_are_part_of_the_id() {
        let mut data = Dataset::mnist().unwrap();
        let whole = id(&data, |_| {});
        let [training, validation] =
            [data.training.first(40_000), data.training.first(20_000)].map(std::sync::Arc::new);
        (data.training, data.validation) = (training, validation);
        assert_ne!(id(&data, |_| {}), whole, "of as many files another split");
    }
}
