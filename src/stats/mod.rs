//! What a handful of runs can honestly say.
//!
//! [`Summary`] describes the runs there are. [`confidence_interval`] says where the mean of infinitely many such runs
//! would be, [`prediction_interval`] where one further run would fall. Both are Student t intervals: for normally
//! distributed results they keep their level from two runs on.
//!
//! Two arms with the same seeds are compared by their [`Differences`], which are equal or zero where only rounding says
//! otherwise: [`paired_t_test`], [`wilcoxon_signed_rank`] and
//! [`sign_test`] ask whether there is one, [`holm`] corrects for asking often, [`effect_size`] and
//! [`probability_of_improvement`] say how large it is. [`bca_interval`] is for statistics that are no means, from twenty
//! runs on.
//!
//! Runs that share training data, such as the folds of a cross-validation, are [`Shared`]. Which of several rows may be
//! the best is said by [`Selection`], what a comparison could have shown by [`power`](power()), [`detectable_effect`] and
//! [`runs_needed`]. Samples that are not paired are compared by [`Welch`], [`brunner_munzel`] and [`mann_whitney`], two
//! classifiers on the same cases by [`mcnemar`].
//!
//! Runs may be added until an interval of [`Looks`] says enough, as these hold whenever one stops.
//!
//! Of several further runs the best falls into [`best_of_interval`] if runs are normally distributed, and into
//! [`rank_interval`] whatever they are. An order of two arms is shown by [`t_test_above`], their likeness by
//! [`equivalence_test`]; a share of runs has the intervals of [`Proportion`], and two of them [`fisher_exact`].
//!
//! How much of a spread comes from each of several random factors is said by [`variance_components`].
//!
//! Whether one quantity rises with another is said by [`rank_correlation`].
//!
//! Several methods on several data sets have [`mean_ranks`] on each; [`friedman`] asks whether they differ at all,
//! [`nemenyi`] which of them do, and [`bayesian_signed_rank`] whether one is better, worse or practically equal. All runs
//! of a method have an [`Aggregate`], with intervals by the [`stratified_bootstrap`].
//!
//! A NaN in a sample makes every result NaN, so that a diverged run cannot pass unnoticed: callers separate diverged
//! runs first and report how many there were. Infinite values make the mean infinite or NaN, and the rest NaN.
//!
//! This module knows nothing of networks.

mod best_of;
mod bootstrap;
mod compare;
mod differences;
mod holm;
mod interval;
mod location;
mod mcnemar;
mod one_sided;
mod power;
mod proportion;
mod ranking;
mod ranks;
mod resampled;
mod selection;
mod sequential;
mod spearman;
mod summary;
mod tied_ranks;
mod unpaired;
mod variance;
#[cfg(test)]
mod vectors;

pub use best_of::{Best, best_of_interval};
pub use bootstrap::{BOOTSTRAP_LEAST, bca_interval, bca_interval_of_mean};
pub use compare::{
    Test, paired_t_test, sign_above, sign_test, smallest_p_exact, wilcoxon_above,
    wilcoxon_signed_rank,
};
pub use differences::{Differences, same};
pub use holm::holm;
pub use interval::{Interval, confidence_interval, prediction_interval, t_quantile};
pub use location::{effect_size, interquartile_mean, median, probability_of_improvement, quantile};
pub use mcnemar::mcnemar;
pub use one_sided::{
    equivalence_test, resampled_equivalence_test, resampled_t_test_above, t_test_above,
    t_test_below,
};
pub use power::{MOST_RUNS, detectable_effect, power, runs_needed};
pub use proportion::{Proportion, fisher_exact};
pub use ranking::{
    Aggregate, Friedman, Practical, bayesian_signed_rank, bayesian_signed_ranks,
    critical_difference, friedman, mean_ranks, nemenyi, normal_range_quantile,
    normal_range_upper_tail, shares_above, stratified_bootstrap,
};
pub use ranks::{rank_interval, rank_interval_least};
pub use resampled::{Shared, resampled_interval, resampled_t_test};
pub use selection::{Beats, Selection};
pub use sequential::{Looks, intersection};
pub use spearman::rank_correlation;
pub use summary::{Summary, mean, std_dev};
pub use unpaired::{Welch, brunner_munzel, mann_whitney};
pub use variance::{
    Component, Crossed, DRAWS, Effect, Estimate, VarianceComponents, variance_components,
};
