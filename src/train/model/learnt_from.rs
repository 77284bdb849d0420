//! What a model file keeps of the data.

use crate::data::{Dataset, Scale, check_names};
use crate::nn::{Architecture, Targets};
use crate::train::TrainingSpec;
use serde::{Deserialize, Serialize};

/// What a model file keeps of the data that the network has learnt from, so that it is asked about the like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LearntFrom {
    /// The names of the classes, in the order of the outputs; nothing where they are called by their numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_names: Vec<String>,
    /// The first of the [check sums](Dataset::sha256), with how the file was read behind it; empty of the embedded MNIST, and
    /// where nobody knows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub checksum: String,
    /// Whether the inputs are features, and no images.
    #[serde(skip_serializing_if = "is_false")]
    pub of_features: bool,
    /// How the inputs were scaled, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
}

impl LearntFrom {
    /// What is to be kept of a training on `data`.
    ///
    /// # Panics
    ///
    /// When the specification was not [validated](TrainingSpec::validate) on `data`.
    pub fn of(spec: &TrainingSpec, data: &Dataset) -> Self {
        let names = match data.classes_of(&spec.classes).expect("validated") {
            all if all.is_empty() => data.class_names.clone(),
            classes => classes.iter().map(|&class| data.class_name(class.into())).collect(),
        };
        let is_embedded = data.sha256 == Dataset::MNIST_SHA256;
        Self {
            class_names: names,
            checksum: if is_embedded { String::new() } else { data.sha256[0].clone() },
            of_features: data.classes > 0 && !data.has_images(),
            scale: data.scale,
        }
    }

    /// Whether rows and columns of its images were exchanged.
    pub fn is_transposed(&self) -> bool {
        reading(&self.checksum).1.split(' ').any(|word| word == "transposed")
    }

    /// Whether nothing is kept.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What the network calls a class.
    pub fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).map_or_else(|| class.to_string(), String::clone)
    }

    /// Whether these are the files that the network has learnt from, read in another way.
    ///
    /// # Errors
    ///
    /// With both ways, if so.
    pub fn check_reading(&self, data: &Dataset) -> Result<(), String> {
        let (known, marks) = reading(&self.checksum);
        let (sum, others) = reading(&data.sha256[0]);
        match known == sum && marks != others {
            true => Err(format!(
                "the network has learnt {}, but it is given {}",
                way(marks),
                way(others)
            )),
            false => Ok(()),
        }
    }

    /// What is to be said of other files that are read in another way, which may be right for them; nothing of the embedded
    /// MNIST.
    pub fn other_reading(&self, data: &Dataset) -> Option<String> {
        let (_, marks) = reading(&self.checksum);
        let (_, others) = reading(&data.sha256[0]);
        let is_known = !self.checksum.is_empty() && data.sha256 != Dataset::MNIST_SHA256;
        (is_known && marks != others).then(|| {
            format!(
                "the network has learnt {}, and {} is given {}",
                way(marks),
                data.name,
                way(others)
            )
        })
    }

    /// Makes sure that there are as many names as classes.
    pub(super) fn check(&self, architecture: &Architecture) -> Result<(), String> {
        let (n, outputs) = (self.class_names.len(), architecture.outputs());
        let fits = match architecture.targets {
            Targets::OneHot => n == outputs,
            Targets::Binary => n <= architecture.targets.answers(outputs),
            Targets::Numbers => false,
        };
        match n == 0 || fits {
            true => check_names(&self.class_names),
            false => Err(format!("{n} names of classes for {outputs} outputs")),
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A check sum, and how the file was read.
fn reading(checksum: &str) -> (&str, &str) {
    checksum.split_once(' ').unwrap_or((checksum, ""))
}

fn way(marks: &str) -> String {
    if marks.is_empty() { "inputs as they are".into() } else { format!("inputs {marks}") }
}
