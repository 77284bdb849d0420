//! Which values of a metric are better, as far as its name says.
//!
//! Half a word says nothing: `neg_log_loss` is better when large, `bits_per_dim` when small, and of `accuracy_drop` or
//! `kappa_w` nobody can know. So a name is read whole, and what it leaves open stays open until `--better` decides.

use super::Better;

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Small ones.
    Lower,
    /// Large ones.
    Higher,
    /// The name does not say.
    Unknown,
}

impl From<Better> for Direction {
    fn from(better: Better) -> Self {
        match better {
            Better::Lower => Self::Lower,
            Better::Higher => Self::Higher,
        }
    }
}

impl Direction {
    /// That of a metric with this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        of_words(&words(name))
    }

    /// The other one.
    fn turned(self) -> Self {
        match self {
            Self::Lower => Self::Higher,
            Self::Higher => Self::Lower,
            Self::Unknown => Self::Unknown,
        }
    }

    /// This one, or another where it is not known.
    #[must_use]
    pub fn or(self, other: Option<Better>) -> Self {
        match (self, other) {
            (Self::Unknown, Some(better)) => better.into(),
            _ => self,
        }
    }

    /// Whether `a` is better than `b`: never where the direction is not known, or only rounding says so.
    #[must_use]
    pub fn is_better(self, a: f64, b: f64) -> bool {
        let above = match self {
            Self::Lower => a < b,
            Self::Higher => a > b,
            Self::Unknown => false,
        };
        above && !crate::stats::same(a, b)
    }

    /// A sentence of a caption.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Lower => "Lower is better.",
            Self::Higher => "Higher is better.",
            Self::Unknown => {
                "Its name does not say which values are better, so that none is called the best: --better lower or \
                 --better higher says it."
            }
        }
    }
}

/// Words of what is better when small.
const LOW: [&str; 69] = [
    "cost",
    "costs",
    "loss",
    "losses",
    "logloss",
    "error",
    "errors",
    "err",
    "errs",
    "mse",
    "rmse",
    "nrmse",
    "msle",
    "rmsle",
    "mae",
    "medae",
    "mape",
    "smape",
    "mase",
    "wape",
    "wmape",
    "nll",
    "nlpd",
    "ppl",
    "perplexity",
    "fid",
    "kid",
    "wer",
    "cer",
    "ter",
    "eer",
    "ece",
    "mce",
    "brier",
    "crps",
    "lpips",
    "kl",
    "kld",
    "divergence",
    "mmd",
    "wasserstein",
    "emd",
    "crossentropy",
    "xent",
    "bce",
    "hinge",
    "deviance",
    "aic",
    "bic",
    "regret",
    "misclassified",
    "misclassification",
    "bpd",
    "bpc",
    "bpb",
    "fpr",
    "fnr",
    "hausdorff",
    "epe",
    "latency",
    "time",
    "seconds",
    "sec",
    "secs",
    "duration",
    "runtime",
    "elapsed",
    "ms",
    "walltime",
];
/// Words of what is better when large.
const HIGH: [&str; 44] = [
    "accuracy",
    "accuracies",
    "acc",
    "auc",
    "auroc",
    "rocauc",
    "auprc",
    "prauc",
    "f1",
    "fbeta",
    "recall",
    "sensitivity",
    "specificity",
    "bleu",
    "rouge",
    "meteor",
    "cider",
    "chrf",
    "reward",
    "rewards",
    "return",
    "returns",
    "throughput",
    "r2",
    "iou",
    "miou",
    "dice",
    "jaccard",
    "psnr",
    "ssim",
    "mcc",
    "ndcg",
    "mrr",
    "likelihood",
    "loglikelihood",
    "loglik",
    "elbo",
    "fps",
    "winrate",
    "elo",
    "speedup",
    "tpr",
    "tnr",
    "map50",
];
/// Words that say it only where nothing else does: a Brier score is better when small.
const WEAK: [&str; 5] = ["score", "scores", "precision", "success", "correct"];
/// Of these words nobody takes a number for a measurement by themselves.
const SILENT: [&str; 8] =
    ["precision", "success", "correct", "kl", "returns", "divergence", "hinge", "map50"];
/// Beside these a word of a metric means a setting: the weight of a loss.
const SETTING: [&str; 16] = [
    "weight",
    "weights",
    "coef",
    "coeff",
    "coefficient",
    "scale",
    "factor",
    "fn",
    "function",
    "type",
    "name",
    "limit",
    "budget",
    "threshold",
    "penalty",
    "smoothing",
];
/// Beside these it may mean either: a drop of the accuracy, a ratio of losses, the time until a failure.
const UNCLEAR: [&str; 20] = [
    "gap",
    "diff",
    "difference",
    "delta",
    "ratio",
    "change",
    "drop",
    "dropped",
    "std",
    "stddev",
    "var",
    "variance",
    "grad",
    "gradient",
    "survival",
    "alive",
    "failure",
    "uptime",
    "lifetime",
    "stamp",
];
/// What turns a metric round: time saved, error-free.
const TURNING: [&str; 13] = [
    "saved",
    "saving",
    "savings",
    "free",
    "reduction",
    "reduced",
    "avoided",
    "improvement",
    "neg",
    "negative",
    "negated",
    "minus",
    "inverse",
];
/// What is counted by the second.
const COUNTED: [&str; 26] = [
    "images",
    "imgs",
    "samples",
    "tokens",
    "examples",
    "steps",
    "it",
    "its",
    "iter",
    "iters",
    "iterations",
    "batches",
    "frames",
    "items",
    "requests",
    "episodes",
    "epochs",
    "words",
    "sentences",
    "sequences",
    "flops",
    "ops",
    "queries",
    "rows",
    "updates",
    "games",
];
const TIMES: [&str; 10] = ["s", "sec", "secs", "second", "ms", "min", "minute", "hour", "h", "day"];

fn of_words(words: &[String]) -> Direction {
    use Direction::{Higher, Lower, Unknown};
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let at = |name: &str| words.iter().position(|word| word == name);
    // sklearn's neg_log_loss; of neg_log_likelihood the likelihood is turned.
    if let Some(place) = turning(words) {
        let mut rest = words.to_vec();
        rest.remove(place);
        return of_words(&rest).turned();
    }
    // Images per second, seconds per epoch, bits per dimension.
    if let Some(per) = at("per") {
        let (what, of) = (&words[..per], words.get(per + 1).map_or("", String::as_str));
        let counted = what.last().is_some_and(|word| COUNTED.contains(&word.as_str()));
        return match (TIMES.contains(&of), of_words(what)) {
            (true, Unknown) if counted => Higher,
            (true, Higher) => Higher,
            (true, _) => Unknown,
            (false, Unknown) if has(&["bits", "nats", "s"]) => Lower,
            (false, direction) => direction,
        };
    }
    if has(&SETTING) || words.iter().any(|word| word == "lossless") {
        return Unknown;
    }
    // Steps to a score, the time to a failure.
    if let Some(to) = at("to").filter(|&to| to > 0) {
        let before = &words[to - 1];
        let counts = ["time", "seconds", "epochs", "steps", "iterations"];
        let failure = words[to..].iter().any(|word| word == "failure");
        return if counts.contains(&before.as_str()) && !failure { Lower } else { Unknown };
    }
    let pair = |a: &str, b: &[&str]| {
        words.windows(2).any(|pair| pair[0] == a && b.contains(&pair[1].as_str()))
    };
    if has(&UNCLEAR) || pair("time", &["step", "steps"]) {
        return Unknown;
    }
    let wrong = ["positive", "positives", "negative", "negatives"];
    if pair("cross", &["entropy"]) || pair("false", &wrong) {
        return Lower;
    }
    if pair("true", &wrong) || pair("win", &["rate"]) || pair("exact", &["match"]) {
        return Higher;
    }
    let low = words.iter().any(|word| is_low(word));
    match (low, has(&HIGH)) {
        (true, true) => Unknown,
        (true, false) => Lower,
        (false, true) => Higher,
        (false, false) if has(&WEAK) => Higher,
        (false, false) => Unknown,
    }
}

fn is_low(word: &str) -> bool {
    LOW.contains(&word) || word.ends_with("loss")
}

/// The place of a word that turns the others round. A false negative turns nothing.
fn turning(words: &[String]) -> Option<usize> {
    let turns = |place: usize| {
        let before = place.checked_sub(1).map_or("", |before| words[before].as_str());
        TURNING.contains(&words[place].as_str()) && !["false", "true"].contains(&before)
    };
    (0..words.len()).find(|&place| turns(place) && words.len() > 1)
}

/// Whether a name is that of something measured.
pub(super) fn sounds_measured(name: &str) -> bool {
    let words = words(name);
    let metric = |word: &String| {
        let word = word.as_str();
        let known = is_low(word) || HIGH.contains(&word) || WEAK.contains(&word);
        known && !SILENT.contains(&word)
    };
    let setting = words.iter().any(|word| SETTING.contains(&word.as_str()));
    // Optuna and TensorBoard know no other name for what they measured.
    if is_value(&words) {
        return true;
    }
    !setting
        && (words.iter().any(metric) || of_words(&words) != Direction::Unknown && !silent(&words))
}

/// `value`, `values_0`, `objective`: what was measured, by no name of its own.
fn is_value(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["value" | "objective"] | ["objective", "value"] => true,
        ["values" | "objective", number] => number.bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// Whether a name is that of a time.
pub(super) fn is_time(name: &str) -> bool {
    const TIME: [&str; 9] =
        ["time", "seconds", "sec", "secs", "duration", "runtime", "elapsed", "latency", "walltime"];
    words(name).iter().any(|word| TIME.contains(&word.as_str()))
}

fn silent(words: &[String]) -> bool {
    words.iter().any(|word| SILENT.contains(&word.as_str()))
}

/// The words of a name in small letters: `valLoss`, `val-loss` and `Val Loss` have the same. A number after a word is
/// none, as in `acc1`.
pub fn words(name: &str) -> Vec<String> {
    let (mut words, mut word, mut before) = (Vec::new(), String::new(), ' ');
    // it/s: by the second.
    let name = name.replace('%', " percent ");
    let rate = name.rsplit_once('/').filter(|(what, of)| {
        let counted = what.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        TIMES.contains(&of.to_lowercase().as_str())
            && COUNTED.contains(&counted.to_lowercase().as_str())
    });
    let name = rate.map_or(name.clone(), |(what, of)| format!("{what} per {of}"));
    for c in name.chars() {
        let new = c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if (!c.is_alphanumeric() || new) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.push(word);
    let known = |word: &str| HIGH.contains(&word) || LOW.contains(&word);
    let plain = |word: String| match word.trim_end_matches(|c: char| c.is_ascii_digit()) {
        stem if known(&word) || stem.is_empty() => word,
        stem => stem.to_string(),
    };
    words.into_iter().filter(|word| !word.is_empty()).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_which_way_is_better_or_nothing() {
        let low = "val-loss rmse latency_ms valloss valLoss Val_Loss train/err time_total_s brier brier_score ece eer \
                   lpips kl_divergence crossentropy cross_entropy categorical_crossentropy smape bits_per_dim bits/dim \
                   bits_per_char neg_log_likelihood negative_log_likelihood nll test_nll seconds_per_epoch ms_per_step \
                   error_rate false_positive_rate FalseNegatives time_to_accuracy epochs_to_90 log_loss mae top1_error \
                   training_cost test_cost wall_time word_error_rate errors_per_image metrics.val_loss mse2 s_per_it train_loss_step score_time";
        let high = "accuracy test_accuracy neg_mean_squared_error neg_log_loss neg_brier_score test_neg_log_loss \
                    neg_root_mean_squared_error images_per_sec images/sec it/s tokens_per_second samples_per_s \
                    error_free_rate time_saved cost_savings error_reduction f1 F1Score f1_score acc1 top5_acc val_auc \
                    timesteps_reward episode_return log_likelihood true_positive_rate win_rate exact_match roc_auc \
                    throughput Val_Accuracy r2 balanced_accuracy reward_per_step rewards_per_sec ep_rew_return";
        let unknown = "merit kappa accuracy_drop accuracy_gap loss_scale kl_weight loss_weight loss_ratio time_alive \
                       survival_time time_step timestamp reward_loss Value lossless entropy value \
                       negative examples_seen error_per_second loss_fn neg dead_units config/lr energy_reduction";
        for (names, expected) in
            [(low, Direction::Lower), (high, Direction::Higher), (unknown, Direction::Unknown)]
        {
            for name in names.split_whitespace() {
                // bits/dim is bits per dim only to a reader.
                let name = if name == "bits/dim" { "bits per dim" } else { name };
                assert_eq!(Direction::of(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn the_weight_of_a_loss_is_not_measured() {
        for name in ["val_loss", "neg_mean_squared_error", "images_per_sec", "accuracy_gap", "f1"] {
            assert!(sounds_measured(name), "{name}");
        }
        for name in ["loss_weight", "kl_weight", "precision", "lr", "merit", "time_limit", "neg"] {
            assert!(!sounds_measured(name), "{name}");
        }
    }

    #[test]
    fn nothing_is_better_where_the_direction_is_not_known() {
        assert!(Direction::Lower.is_better(1.0, 2.0) && Direction::Higher.is_better(2.0, 1.0));
        assert!(!Direction::Unknown.is_better(1.0, 2.0) && !Direction::Unknown.is_better(2.0, 1.0));
        assert!(!Direction::Higher.is_better(0.1 + 0.2, 0.3));
        assert_eq!(Direction::Unknown.or(Some(Better::Lower)), Direction::Lower);
        assert_eq!(Direction::Higher.or(Some(Better::Lower)), Direction::Higher);
    }
}
