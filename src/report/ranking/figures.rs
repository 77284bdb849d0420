//! The critical-difference diagram and the performance profiles.

use super::normalised::small_is_better;
use super::{PostHoc, Ranking, caption, numbers};
use crate::figure::{
    Axis, Chart, CriticalDifference, Figure, Key, LabelAt, Mark, Marker, Ranked, Series, Stroke,
};

/// More lines have to differ otherwise than by their colours.
const COLOURS: usize = 8;
/// Bands of more lines cover each other.
const MOST_BANDS: usize = 12;

impl Ranking {
    /// The average ranks along an axis, with bars that join methods not told apart (Demšar 2006).
    pub fn diagram(&self) -> Chart {
        let alpha = self.request.alpha;
        let bars = match self.request.post_hoc() {
            _ if !self.any_differ() => {
                format!("Friedman's test at {alpha} tells no methods apart")
            }
            PostHoc::Nemenyi => {
                format!("bars join what Nemenyi's test at {alpha} does not tell apart")
            }
            PostHoc::WilcoxonHolm if self.pairs.len() == 1 => {
                format!("a bar joins what Wilcoxon's test at {alpha} does not tell apart")
            }
            PostHoc::WilcoxonHolm => {
                format!(
                    "bars join what Wilcoxon's test at {alpha}, corrected by Holm, does not tell apart"
                )
            }
        };
        let ranked = self.scores.methods.iter().zip(&self.friedman.average_ranks);
        let ranked = ranked.map(|(name, &rank)| Ranked { name: name.clone(), rank });
        Chart::CriticalDifference(CriticalDifference {
            title: self.title("Average ranks"),
            subtitle: Some(format!("{}; {bars}", self.measure.words())),
            methods: ranked.collect(),
            groups: self.groups.iter().filter(|group| group.len() > 1).cloned().collect(),
            critical_difference: self.critical_difference.filter(|_| self.any_differ()),
            note: Some(caption::of_figure(self)),
        })
    }

    /// The share of runs that are better than a score, over all scores, and the numbers as CSV.
    pub fn profiles(&self) -> Option<(Chart, String)> {
        let overall = self.overall.as_ref().filter(|_| self.request.profiles)?;
        let factor = match (&self.request.normalise, self.measure.is_percentage()) {
            (None, true) => 100.0,
            _ => 1.0,
        };
        let bands = overall.len() <= MOST_BANDS;
        let series = self.scores.methods.iter().zip(overall).enumerate();
        let series = series.map(|(place, (name, overall))| {
            let points = overall.profile.iter();
            Series {
                label: name.clone(),
                // At their ends all are 0.
                label_at: LabelAt::Legend,
                colour: place % COLOURS,
                style: if place < COLOURS { Stroke::Solid } else { Stroke::Dashed },
                marker: Marker::NONE,
                points: points.clone().map(|p| (factor * p.threshold, p.share)).collect(),
                band: match bands {
                    true => points
                        .map(|p| (factor * p.threshold, p.interval.low, p.interval.high))
                        .collect(),
                    false => Vec::new(),
                },
                ..Series::default()
            }
        });
        let score = match &self.request.normalise {
            Some(normalise) => format!("normalised score τ ({normalise})"),
            None => format!("{} τ", self.measure.heading()),
        };
        let better = if small_is_better(self) { "below" } else { "above" };
        let key = Key::new(Mark::Band, "95 % interval, stratified bootstrap");
        let figure = Figure {
            title: self.title("Performance profiles"),
            subtitle: Some(self.measure.words()),
            x: Axis::linear(score),
            y: Axis::linear(format!("share of runs {better} τ")).with_range(0.0, 1.0),
            series: series.collect(),
            key: if bands { vec![key] } else { Vec::new() },
            note: Some(format!(
                "{} resamples of the runs of each data set, seed {}: the intervals say what other seeds would do, and \
                 nothing of other data sets.",
                self.request.resamples, self.request.seed
            )),
            hatched: Vec::new(),
        };
        Some((Chart::Lines(figure), numbers::profiles(self)))
    }

    fn title(&self, what: &str) -> String {
        let (k, n) = (self.scores.methods.len(), self.scores.data_sets.len());
        format!("{what} of {k} methods on {n} data sets")
    }
}
