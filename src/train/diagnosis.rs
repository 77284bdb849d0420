//! Why a training has failed, in words that say what to do about it.
//!
//! A [`Diagnosis`] is made of what was measured alone: the course of the training and an [`Examination`] of the network.
//! It tells of what is wrong for certain, and is silent otherwise: a network that could merely be better is none of its
//! business.

use super::settings::shortest;
use super::{Answers, Examination, History, LayerRecord, Metric, Schedule, Status, TrainingSpec};
use crate::nn::{Activation, Cost, Initialiser, LayerKind, Output};
use crate::text::significant;
use std::fmt::{self, Display};

/// A failed training: what is wrong, why, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// What is wrong.
    pub finding: Finding,
    /// Why, if the network shows it.
    pub cause: Option<Cause>,
    /// What to do, as in `lower --eta or use --init scaled`.
    pub remedy: String,
}

/// What is wrong with a training.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Numbers became infinite.
    Diverged {
        /// The epoch, counted from 0.
        epoch: usize,
    },
    /// All images get the same answer.
    OneAnswer {
        /// What the answer is called.
        class: String,
    },
    /// No more images are classified correctly than chance would have it: than are of the most common class, give or take two
    /// standard errors of that share.
    Chance {
        /// The fraction that is classified correctly.
        correct: f64,
        /// The fraction that is of the most common class.
        most_common: f64,
    },
    /// The numbers that are answered explain nothing: R² is 0 or below.
    NoBetterThanMean {
        /// R².
        r2: f64,
    },
    /// Some classes are never answered.
    Unanswered {
        /// What the classes are called.
        classes: Vec<String>,
    },
    /// The cost on the training images is above that with which it began.
    CostRose {
        /// The first that was measured.
        from: f64,
        /// The last one.
        to: f64,
    },
    /// Half of the neurons of a layer or more have no slope for any image, and learn no more.
    Dead,
}

/// What the network shows of the reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// Weight decay multiplies the weights at each step by a factor below −1.
    Decay {
        /// 1 − η λ / n.
        factor: f64,
    },
    /// Weight decay holds the weights near zero.
    SmallWeights {
        /// The layer, as in [`LayerRecord::layer`].
        layer: usize,
    },
    /// The neurons of a hidden layer are saturated.
    Saturated {
        /// The layer.
        layer: usize,
        /// The fraction of neurons and images.
        share: f64,
    },
    /// The neurons of a hidden layer have no slope for any image.
    Dead {
        /// The layer.
        layer: usize,
        /// The fraction of its neurons.
        share: f64,
    },
    /// The gradient hardly reaches the first layer.
    Vanishing {
        /// ‖∂C/∂b‖ of the first layer, as a part of that of the last one.
        ratio: f64,
    },
}

/// So many neurons and images are saturated in a layer that does not learn.
const SATURATED: f64 = 0.9;
/// So many neurons are dead in a layer that has lost much of what it could do.
const DEAD: f64 = 0.5;
/// A gradient is lost on its way to the first layer when it is a smaller part of that of the last one.
const VANISHED: f64 = 1e-3;
/// Shorter vectors of weights pass hardly anything on: they begin with a length of about 1.
const SMALL: f64 = 0.05;
/// A cost that is higher than the first by no more than this part may have been moved by chance.
const ROSE: f64 = 0.05;
/// A class with fewer images may go unanswered by chance.
const FEW: usize = 10;

impl Diagnosis {
    /// What is wrong with the training of `spec` on `images` training images, if anything is: the gravest finding. Without an
    /// `examination` there are only those of the history.
    ///
    /// A training of no epochs has not failed.
    pub fn new(
        spec: &TrainingSpec,
        images: usize,
        history: &History,
        examination: Option<&Examination>,
    ) -> Option<Self> {
        if history.trained == 0 {
            return None;
        }
        let finding = diverged(history)
            .or_else(|| examination.and_then(|it| of_answers(&it.answers)))
            .or_else(|| cost_rose(history))
            .or_else(|| examination.and_then(|it| out_of_use(spec, &it.layers)))?;
        let cause = match &finding {
            Finding::Diverged { .. } => decay(spec, images),
            Finding::CostRose { .. } => None,
            // Its output neurons compete with the others: the layers below are not to blame.
            Finding::Unanswered { .. } => None,
            _ => examination.and_then(|it| of_layers(spec, it)),
        };
        let remedy = remedy(spec, &finding, cause);
        Some(Self { finding, cause, remedy })
    }
}

fn diverged(history: &History) -> Option<Finding> {
    match history.status {
        Status::Diverged { epoch } => Some(Finding::Diverged { epoch }),
        _ => None,
    }
}

fn of_answers(answers: &Answers) -> Option<Finding> {
    let (labels, predicted, names, correct) = match answers {
        // Of rows that are all alike there is none.
        &Answers::Numbers { r2 } => return (r2 <= 0.0).then_some(Finding::NoBetterThanMean { r2 }),
        Answers::Classes { labels, predicted, names, correct } => {
            (labels, predicted, names, *correct)
        }
    };
    let images: usize = labels.iter().sum();
    // Of a single class there is only one right answer.
    if labels.iter().filter(|&&n| n > 0).count() < 2 {
        return None;
    }
    if let Some(class) = predicted.iter().position(|&n| n == images) {
        return Some(Finding::OneAnswer { class: names[class].clone() });
    }
    let share = |n: usize| n as f64 / images as f64;
    let (correct, most_common) = (share(correct), share(*labels.iter().max()?));
    let error = (most_common * (1.0 - most_common) / images as f64).sqrt();
    if correct <= most_common + 2.0 * error {
        return Some(Finding::Chance { correct, most_common });
    }
    let unanswered = |&class: &usize| labels[class] >= FEW && predicted[class] == 0;
    let classes = (0..labels.len()).filter(unanswered).map(|class| names[class].clone());
    let classes: Vec<String> = classes.collect();
    (!classes.is_empty()).then_some(Finding::Unanswered { classes })
}

fn cost_rose(history: &History) -> Option<Finding> {
    let start = history.start.as_ref().and_then(|metrics| metrics[Metric::TrainingCost]);
    let mut costs = history.epochs.iter().filter_map(|record| record.metrics[Metric::TrainingCost]);
    let (from, to) = (start.or_else(|| costs.next())?, costs.next_back()?);
    (to > from * (1.0 + ROSE)).then_some(Finding::CostRose { from, to })
}

/// The factor of weight decay, if it alone lets the weights grow.
fn decay(spec: &TrainingSpec, images: usize) -> Option<Cause> {
    let factor = 1.0 - spec.eta * spec.lambda / images as f64;
    (factor < -1.0).then_some(Cause::Decay { factor })
}

/// The layer with most dead neurons, if they are many.
fn dead(layers: &[LayerRecord]) -> Option<Cause> {
    let shares = layers.iter().filter_map(|layer| Some((layer.layer, layer.dead?)));
    let (layer, share) = shares.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (share >= DEAD).then_some(Cause::Dead { layer, share })
}

/// Dead neurons of a network that has learnt all the same. At the border of an image, where there is nothing to see, those of
/// convolutions may well have no slope: dense layers count alone.
fn out_of_use(spec: &TrainingSpec, layers: &[LayerRecord]) -> Option<Finding> {
    let is_dense = |layer: &&LayerRecord| {
        matches!(spec.hidden.get(layer.layer - 1), Some(LayerKind::Dense { .. }))
    };
    let layers: Vec<LayerRecord> = layers.iter().filter(is_dense).copied().collect();
    dead(&layers).map(|_| Finding::Dead)
}

/// What the layers of a network that has learnt nothing show of the reason.
fn of_layers(spec: &TrainingSpec, examination: &Examination) -> Option<Cause> {
    let Examination { layers, incoming, .. } = examination;
    let decays = spec.lambda > 0.0 || spec.l1 > 0.0;
    if let (true, Some(l)) = (decays, incoming.iter().position(|&length| length < SMALL)) {
        return Some(Cause::SmallWeights { layer: l + 1 });
    }
    let shares = layers.iter().filter_map(|layer| Some((layer.layer, layer.saturated?)));
    let most = shares.max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((layer, share)) = most.filter(|&(_, share)| share >= SATURATED) {
        return match activation(spec, layer) {
            Activation::Sigmoid | Activation::Tanh => Some(Cause::Saturated { layer, share }),
            // Such neurons are flat on one side only.
            _ => dead(layers).or(Some(Cause::Saturated { layer, share })),
        };
    }
    if let Some(dead) = dead(layers) {
        return Some(dead);
    }
    let (first, last) = (layers.first()?, layers.last()?);
    let ratio = first.bias_gradient / last.bias_gradient;
    (ratio < VANISHED).then_some(Cause::Vanishing { ratio })
}

/// The activation of a hidden layer, counted from 1.
fn activation(spec: &TrainingSpec, layer: usize) -> Activation {
    let activations = spec.activation.values();
    activations.get(layer - 1).copied().unwrap_or(activations[0])
}

fn remedy(spec: &TrainingSpec, finding: &Finding, cause: Option<Cause>) -> String {
    let lower = format!("lower --eta, for example --eta {}", short(spec.eta / 10.0));
    // A network that was loaded has its weights and functions.
    let drawn = spec.start.is_none();
    let or = |condition: bool, other: &str| match condition && drawn {
        true => format!("{lower}, or use {other}"),
        false => lower.clone(),
    };
    let rectifies =
        |layer| !matches!(activation(spec, layer), Activation::Sigmoid | Activation::Tanh);
    match (finding, cause) {
        (_, Some(Cause::Decay { .. } | Cause::SmallWeights { .. })) => match spec.l1 > 0.0 {
            true => "lower --lambda and --l1".into(),
            false => "lower --lambda".into(),
        },
        (Finding::Diverged { .. }, _) if spec.hidden.iter().any(LayerKind::is_recurrent) => {
            format!("{lower}, or shorten long gradients by --clip-norm 1")
        }
        (Finding::Diverged { .. }, _) => lower,
        (Finding::CostRose { .. }, _) => lower,
        (_, Some(Cause::Saturated { layer, .. })) if !rectifies(layer) => {
            or(spec.init != Initialiser::Scaled, "--init scaled")
        }
        (_, Some(Cause::Saturated { .. } | Cause::Dead { .. })) => {
            match spec.init == Initialiser::Large {
                true => or(true, "--init he"),
                false => or(true, "--activation leaky-relu"),
            }
        }
        (_, Some(Cause::Vanishing { .. })) if drawn => {
            "use fewer hidden layers, or --activation relu --init he".into()
        }
        (Finding::Unanswered { .. }, _) if drawn && spec.cost == Cost::Quadratic => {
            match spec.output {
                Output::Sigmoid | Output::Tanh => {
                    or(true, "--cost cross-entropy, which does not slow down there")
                }
                _ => lower,
            }
        }
        (Finding::Unanswered { .. }, _) => format!("train for more --epochs, or {lower}"),
        _ => match is_lowered(spec) {
            true => "train for more --epochs, or with another --schedule".into(),
            false => format!(
                "train for more --epochs, or try --eta {} and {}",
                short(spec.eta * 10.0),
                short(spec.eta / 10.0)
            ),
        },
    }
}

/// A number as one types it, with two digits.
fn short(number: f64) -> String {
    significant(number, 2).parse().map_or_else(|_| number.to_string(), shortest)
}

/// Whether η falls as the training goes on.
fn is_lowered(spec: &TrainingSpec) -> bool {
    spec.schedule != Schedule::Constant
}

impl Display for Diagnosis {
    /// In one sentence, as in `every image is taken for class 9; 100 % of hidden layer 1 is saturated: lower --eta, for
    /// example --eta 0.3, or use --init scaled`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.finding)?;
        if let Some(cause) = self.cause {
            write!(f, "; {cause}")?;
        }
        write!(f, ": {}", self.remedy)
    }
}

fn percent(share: f64) -> String {
    format!("{} %", significant(100.0 * share, 3))
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Diverged { epoch: 0 } => {
                f.write_str("diverged at once, as the steps are too large")
            }
            Self::Diverged { epoch } => {
                write!(f, "diverged at epoch {epoch}, as the steps are too large")
            }
            Self::OneAnswer { class } => write!(f, "every image is taken for class {class}"),
            Self::Chance { correct, most_common } => write!(
                f,
                "not better than chance: {} of the training images are right, and {} are of the most common class",
                percent(*correct),
                percent(*most_common)
            ),
            Self::NoBetterThanMean { r2 } => write!(
                f,
                "the answers are no better than the mean of the training rows (R² {})",
                significant(*r2, 3)
            ),
            Self::Unanswered { classes } => {
                let noun = if classes.len() == 1 { "class" } else { "classes" };
                write!(f, "no image is taken for {noun} {}", classes.join(", "))
            }
            Self::CostRose { from, to } => write!(
                f,
                "the training cost has risen from {} to {}",
                significant(*from, 3),
                significant(*to, 3)
            ),
            Self::Dead => f.write_str("much of the network is out of use"),
        }
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match *self {
            Self::Decay { factor } => write!(
                f,
                "weight decay multiplies the weights by {} at each step",
                significant(factor, 3)
            ),
            Self::SmallWeights { layer } => {
                write!(f, "regularisation holds the weights of layer {layer} near 0")
            }
            Self::Saturated { layer, share } => {
                write!(f, "{} of hidden layer {layer} is saturated", percent(share))
            }
            Self::Dead { layer, share } => write!(
                f,
                "{} of the neurons of hidden layer {layer} are dead, without a slope for any image",
                percent(share)
            ),
            Self::Vanishing { ratio } => write!(
                f,
                "the gradient hardly reaches the first layer, {} times that of the last one",
                significant(ratio, 2)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BiasInitialiser, dense};
    use crate::simd::SimdLevel;
    use crate::train::{Outcome, examine, train};
    use crate::{data::Dataset, train::Monitors};
    use std::ops::ControlFlow;

    /// A short training on the first 300 images of MNIST.
    fn quick() -> TrainingSpec {
        TrainingSpec {
            train_size: Some(300),
            epochs: 3,
            monitors: [Metric::TrainingCost].into_iter().collect::<Monitors>(),
            monitor_start: true,
            ..TrainingSpec::default()
        }
    }

    /// What is wrong with a training, measured on the network that it left behind.
    fn diagnosis(spec: &TrainingSpec) -> Option<Diagnosis> {
        let (data, level) = (Dataset::mnist().unwrap(), SimdLevel::best());
        let observe = &mut |_: &_| ControlFlow::Continue(());
        let Outcome { history, model } = train(spec, &data, level, observe).unwrap();
        let examination = examine(&model, spec, &data, level);
        Diagnosis::new(spec, 300, &history, Some(&examination))
    }

    #[track_caller]
    fn says(spec: &TrainingSpec, words: &[&str]) -> Diagnosis {
        let found = diagnosis(spec).expect("something is wrong");
        let text = found.to_string();
        for word in words {
            assert!(text.contains(word), "'{word}' is missing: {text}");
        }
        found
    }

    #[test]
    fn a_healthy_training_is_met_with_silence() {
        for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
            let eta = if activation == Activation::Sigmoid { 0.5 } else { 0.02 };
            let spec = TrainingSpec { activation: activation.into(), eta, epochs: 10, ..quick() };
            assert_eq!(diagnosis(&spec), None, "{activation:?}");
        }
    }

    #[test]
    fn large_weights_and_large_steps_saturate_what_then_gives_one_answer() {
        let spec =
            TrainingSpec { cost: Cost::Quadratic, init: Initialiser::Large, eta: 1e5, ..quick() };
        let words = [
            "every image is taken for class ",
            "saturated: lower --eta, for example --eta 10000, or use --init scaled",
        ];
        let found = says(&spec, &words);
        assert!(matches!(found.finding, Finding::OneAnswer { .. }));
        assert!(matches!(found.cause, Some(Cause::Saturated { layer: 1, share }) if share > 0.9));
        // A network that was loaded has not drawn its weights.
        let loaded = TrainingSpec { start: Some("abc".into()), ..spec };
        assert!(!remedy(&loaded, &found.finding, found.cause).contains("--init"));
    }

    #[test]
    fn what_diverges_is_told_whether_the_steps_or_the_decay_did_it() {
        let relu = TrainingSpec {
            activation: Activation::Relu.into(),
            output: Output::Identity,
            cost: Cost::Quadratic,
            eta: 10.0,
            ..quick()
        };
        let found = says(&relu, &["diverged at once", "lower --eta, for example --eta 1"]);
        assert_eq!((found.finding, found.cause), (Finding::Diverged { epoch: 0 }, None));
        let decay = TrainingSpec { lambda: 1e30, ..quick() };
        says(&decay, &["diverged", "weight decay multiplies", "lower --lambda"]);
    }

    #[test]
    fn dead_rectifiers_are_found_out() {
        let spec = TrainingSpec {
            activation: Activation::Relu.into(),
            bias_init: BiasInitialiser::Zero,
            eta: 20.0,
            ..quick()
        };
        let found = says(&spec, &["dead", "--activation leaky-relu"]);
        assert!(matches!(found.cause, Some(Cause::Dead { share, .. }) if share >= DEAD));
    }

    #[test]
    fn a_gradient_that_does_not_arrive_is_found_out() {
        let spec = TrainingSpec { hidden: dense([20; 7]), ..quick() };
        let found = says(&spec, &["the gradient hardly reaches the first layer", "--init he"]);
        assert!(matches!(found.cause, Some(Cause::Vanishing { ratio }) if ratio < VANISHED));
    }

    #[test]
    fn weights_that_may_not_grow_are_found_out() {
        let spec = TrainingSpec { lambda: 300.0, epochs: 2, ..quick() };
        let words = ["regularisation holds the weights of layer ", "near 0: lower --lambda"];
        says(&spec, &words);
    }

    #[test]
    fn steps_too_small_to_be_seen_ask_for_more_of_them() {
        let spec = TrainingSpec { eta: 1e-9, ..quick() };
        let found = says(&spec, &["train for more --epochs, or try --eta 1e-8 and 1e-10"]);
        assert_eq!(found.cause, None);
    }

    #[test]
    fn the_gravest_finding_comes_first_and_what_is_fine_is_no_finding() {
        let (labels, images) = (vec![50, 50, 0], 100);
        let names = ["a", "b", "c"].map(String::from).to_vec();
        let classes = |predicted: [usize; 3], correct| {
            let (labels, predicted, names) = (labels.clone(), predicted.into(), names.clone());
            of_answers(&Answers::Classes { labels, predicted, names, correct })
        };
        assert_eq!(classes([0, images, 0], 50), Some(Finding::OneAnswer { class: "b".into() }));
        let chance = Finding::Chance { correct: 0.59, most_common: 0.5 };
        assert_eq!(classes([40, 60, 0], 59), Some(chance));
        assert_eq!(classes([40, 60, 0], 61), None);
        assert_eq!(
            classes([0, 70, 30], 62),
            Some(Finding::Unanswered { classes: vec!["a".into()] })
        );
        let (labels, predicted) = (vec![5, 0], vec![5, 0]);
        let alone = Answers::Classes { labels, predicted, names: names.clone(), correct: 5 };
        assert_eq!(of_answers(&alone), None);
        let numbers = |r2| of_answers(&Answers::Numbers { r2 });
        assert_eq!(numbers(-0.5), Some(Finding::NoBetterThanMean { r2: -0.5 }));
        assert_eq!((numbers(0.1), numbers(f64::NAN)), (None, None));
    }

    #[test]
    fn a_cost_that_rises_is_told_of_and_one_that_wobbles_is_not() {
        let history = |costs: &[f64]| {
            let record = |(epoch, &cost): (usize, &f64)| {
                let mut metrics = crate::train::Metrics::default();
                metrics[Metric::TrainingCost] = Some(cost);
                crate::train::EpochRecord { epoch, metrics, seconds: 0.0 }
            };
            History {
                start: None,
                epochs: costs.iter().enumerate().map(record).collect(),
                layers: Vec::new(),
                trained: costs.len(),
                status: Status::Finished,
                kept_epoch: None,
                seconds: 0.0,
            }
        };
        let of = |costs: &[f64]| Diagnosis::new(&quick(), 300, &history(costs), None);
        let text = of(&[0.4, 0.3, 0.8]).expect("it rose").to_string();
        assert!(
            text.starts_with("the training cost has risen from 0.400 to 0.800: lower --eta"),
            "{text}"
        );
        assert_eq!(of(&[0.4, 0.1, 0.3]), None);
        assert_eq!(of(&[0.4, 0.41]), None);
        assert_eq!(of(&[0.4]), None);
        assert_eq!(of(&[]), None, "nothing was trained");
    }
}
