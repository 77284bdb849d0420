//! Several methods on several data sets or tasks: average ranks, what can be told apart, scores over all.
//!
//! On each data set a method has a score, the mean over its seeds, and a rank among the methods. The ranks of all
//! data sets make the table; tests say which methods they tell apart (Demšar 2006). What the runs of all data sets are
//! worth together is said by aggregates and performance profiles (Agarwal et al. 2021).
//!
//! | file | idea |
//! |---|---|
//! | `request` | what is asked for |
//! | `scores` | runs become scores, methods by data sets |
//! | `pairs` | tests of pairs of methods |
//! | `groups` | methods that no test tells apart |
//! | `normalised` | scores from 0 to 1, aggregates, profiles |
//! | `document`, `caption` | the table in words and rounded numbers |
//! | `numbers` | the table and the profiles as CSV |
//! | `figures` | the critical-difference diagram, the performance profiles |

mod caption;
mod document;
mod error;
mod figures;
mod groups;
mod normalised;
mod numbers;
mod pairs;
mod request;
mod scores;
#[cfg(test)]
mod tests;

pub use error::RankingError;
pub use normalised::{Overall, Profile};
pub use numbers::{is_profile_numbers, is_ranking_numbers};
pub use pairs::Pair;
pub use request::{LeaveOut, Normalise, PATH, PostHoc, RankingRequest};
pub use scores::{Score, Scores};

use super::ablation::Format;
use crate::results::runs::{Direction, Measure, Runs};
use crate::stats::{Best, Friedman, critical_difference, friedman, mean_ranks, smallest_p_exact};

/// Methods by their ranks on several data sets.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// What was asked for, with nothing left open.
    pub request: RankingRequest,
    /// What is measured.
    pub measure: Measure,
    /// The scores, the methods in the order of their average ranks.
    pub scores: Scores,
    /// The average ranks, and whether the methods differ at all.
    pub friedman: Friedman,
    /// The critical difference of Nemenyi's test, if that was asked for.
    pub critical_difference: Option<f64>,
    /// All pairs of methods, (0, 1), (0, 2), …, (1, 2), ….
    pub pairs: Vec<Pair>,
    /// The method that the others are compared with: the baseline, or that of the best average rank.
    pub reference: usize,
    /// p of each method and the reference, corrected as the request says.
    pub p: Vec<Option<f64>>,
    /// The largest groups of methods of which no two are told apart, the best first; each method is in one at least.
    pub groups: Vec<Vec<usize>>,
    /// What the runs of all data sets are worth together, a method each.
    pub overall: Option<Vec<Overall>>,
    /// What was assumed of the files of another program.
    pub assumed: Option<String>,
}

impl Ranking {
    /// Ranks the methods that are asked for.
    ///
    /// # Errors
    ///
    /// When there are fewer than two methods or data sets, a method is missing on a data set, nothing says which values
    /// of the metric are better, two runs claim the same place, or a column or value is not there.
    pub fn new(runs: &Runs, request: &RankingRequest) -> Result<Self, RankingError> {
        let mut request = request::complete(runs, request)?;
        let measure = request.measure(runs)?;
        let mut scores = Scores::read(runs, &request, &measure)?;
        // Of two methods, average ranks only count how often each was better.
        request.post_hoc.get_or_insert(match scores.methods.len() {
            2 => PostHoc::WilcoxonHolm,
            _ => PostHoc::Nemenyi,
        });
        let best = best(&measure);
        let ranks = |scores: &Scores| -> Vec<Vec<f64>> {
            let of = |data| mean_ranks(&scores.on(data, best), best);
            (0..scores.data_sets.len()).map(of).collect()
        };
        let first = friedman(&ranks(&scores)).expect("there are two methods and data sets");
        scores.sort_by(&first.average_ranks);
        let friedman = friedman(&ranks(&scores)).expect("there are two methods and data sets");
        let reference = match &request.baseline {
            Some(baseline) => scores.find(runs, &request, baseline)?,
            None => 0,
        };
        let (k, n) = (scores.methods.len(), scores.data_sets.len());
        let pairs = pairs::pairs(&scores, best, &friedman, &request);
        let mut ranking = Self {
            critical_difference: (request.post_hoc == Some(PostHoc::Nemenyi))
                .then(|| critical_difference(k, n, request.alpha)),
            p: pairs::with_reference(&pairs, k, reference, &request),
            pairs,
            reference,
            groups: Vec::new(),
            overall: None,
            assumed: runs.assumed(),
            friedman,
            measure,
            scores,
            request,
        };
        ranking.groups = ranking.find_groups();
        if ranking.request.aggregate || ranking.request.profiles {
            let normalised = normalised::normalised(runs, &ranking)?;
            ranking.overall = Some(normalised::overall(&ranking, &normalised));
        }
        Ok(ranking)
    }

    /// The table in a format.
    pub fn render(&self, format: Format) -> String {
        match format.document(|bold| document::document(self, bold)) {
            Some(text) => text,
            None => numbers::table(self, false),
        }
    }

    /// The table as CSV in which no cell is a formula to a spreadsheet.
    pub fn to_safe_csv(&self) -> String {
        numbers::table(self, true)
    }

    /// Whether Friedman's test, with Iman's and Davenport's correction, says that the methods differ. Of two methods it
    /// says no more than their comparison, and is not asked.
    fn any_differ(&self) -> bool {
        self.scores.methods.len() == 2 || self.friedman.f_p < self.request.alpha
    }

    fn find_groups(&self) -> Vec<Vec<usize>> {
        let k = self.scores.methods.len();
        if !self.any_differ() {
            return vec![(0..k).collect()];
        }
        groups::maximal(k, |a, b| !self.told_apart(a, b))
    }

    /// Whether the test of a pair tells its methods apart.
    fn told_apart(&self, a: usize, b: usize) -> bool {
        self.any_differ() && self.pair(a, b).is_some_and(|pair| pair.p < self.request.alpha)
    }

    /// The pair of two methods, in any order.
    fn pair(&self, a: usize, b: usize) -> Option<&Pair> {
        self.pairs.iter().find(|pair| (pair.a, pair.b) == (a.min(b), a.max(b)))
    }

    /// The smallest p that the post-hoc test can reach for any pair, after its correction.
    fn smallest_p(&self) -> f64 {
        let (k, n) = (self.scores.methods.len(), self.scores.data_sets.len());
        match self.request.post_hoc() {
            PostHoc::Nemenyi => crate::stats::nemenyi((k - 1) as f64, k, n),
            PostHoc::WilcoxonHolm => (smallest_p_exact(n) * self.pairs.len() as f64).min(1.0),
        }
    }
}

/// Which scores are the best.
fn best(measure: &Measure) -> Best {
    match measure.better {
        Direction::Lower => Best::Lowest,
        Direction::Higher | Direction::Unknown => Best::Highest,
    }
}
