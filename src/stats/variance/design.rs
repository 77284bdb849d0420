use crate::stats::{mean, same};

/// Values for every combination of the levels of some factors, as many for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossed {
    levels: Vec<usize>,
    replicates: usize,
    values: Vec<f64>,
}

/// A set of factors whose combination has an effect; none stands for what is left within a combination of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Effect(u32);

/// The sum of the squares of an effect, divided by its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MeanSquare {
    pub effect: Effect,
    pub degrees: usize,
    pub value: f64,
}

/// More factors have more effects than anyone reads.
const MOST_FACTORS: usize = 8;

impl Effect {
    /// The combination of the first `factors` factors.
    pub(super) fn of_all(factors: usize) -> Self {
        Self((1 << factors) - 1)
    }

    /// The places of its factors, ascending.
    pub fn factors(self) -> impl Iterator<Item = usize> {
        (0..MOST_FACTORS).filter(move |factor| self.0 >> factor & 1 == 1)
    }

    /// The number of its factors.
    pub fn order(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether it is what is left.
    pub fn is_rest(self) -> bool {
        self.0 == 0
    }

    /// Whether it has all factors of another.
    pub(super) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Crossed {
    /// The most factors of a design.
    pub const MOST_FACTORS: usize = MOST_FACTORS;

    /// A design of factors with so many `levels`, and `replicates` values for each combination. The level of the first
    /// factor changes slowest along `values`, the number of the replicate fastest.
    ///
    /// # Panics
    ///
    /// If there are no factors or more than [`MOST_FACTORS`](Self::MOST_FACTORS), a factor has fewer than two levels,
    /// there are no replicates, or the number of values is another one.
    #[must_use]
    #[track_caller]
    pub fn new(levels: &[usize], replicates: usize, values: Vec<f64>) -> Self {
        let few = (1..=MOST_FACTORS).contains(&levels.len());
        assert!(few, "there must be 1 to {MOST_FACTORS} factors, are {}", levels.len());
        assert!(levels.iter().all(|&n| n > 1), "a factor must have two levels or more");
        assert!(replicates > 0, "there must be a value for each combination");
        let count = levels.iter().product::<usize>() * replicates;
        assert_eq!(values.len(), count, "one value for every combination and replicate");
        Self { levels: levels.into(), replicates, values }
    }

    /// The number of factors.
    pub fn factors(&self) -> usize {
        self.levels.len()
    }

    /// The values, in the order of [`new`](Self::new).
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How many different levels of an effect the values are averaged over: the combinations of its factors; of what is
    /// left all values.
    pub(super) fn levels_of(&self, effect: Effect) -> usize {
        match effect.is_rest() {
            true => self.values.len(),
            false => effect.factors().map(|factor| self.levels[factor]).product(),
        }
    }

    /// The mean squares: of single factors in their order, of pairs, and so on; with replicates at last of what is
    /// left. Where all values are the same but for rounding they are 0.
    pub(super) fn mean_squares(&self) -> Vec<MeanSquare> {
        let factors = self.factors();
        let grand = mean(&self.values);
        let constant = self.values.iter().all(|&value| same(value, self.values[0]));
        let centred = self.values.iter().map(|value| if constant { 0.0 } else { value - grand });
        let centred: Vec<f64> = centred.collect();
        // What is left of the values once the effects of fewer factors are taken away, one after the other: in a
        // balanced design all effects are orthogonal.
        let mut effects: Vec<Effect> = (1..1 << factors).map(Effect).collect();
        effects.sort_by_key(|effect| (effect.order(), effect.factors().collect::<Vec<_>>()));
        let mut rest = centred;
        let mut squares = Vec::new();
        for effect in effects {
            let means = self.means(effect, &rest);
            let degrees = effect.factors().map(|factor| self.levels[factor] - 1).product();
            let mut sum = 0.0;
            for (place, value) in rest.iter_mut().enumerate() {
                let mean = means[self.level(effect, place)];
                sum += mean * mean;
                *value -= mean;
            }
            squares.push(MeanSquare { effect, degrees, value: sum / degrees as f64 });
        }
        if self.replicates > 1 {
            let degrees = self.values.len() / self.replicates * (self.replicates - 1);
            let sum: f64 = rest.iter().map(|value| value * value).sum();
            squares.push(MeanSquare { effect: Effect(0), degrees, value: sum / degrees as f64 });
        }
        squares
    }

    /// The mean of some numbers, one a value, for every level of an effect.
    fn means(&self, effect: Effect, numbers: &[f64]) -> Vec<f64> {
        let levels = self.levels_of(effect);
        let mut sums = vec![0.0; levels];
        for (place, number) in numbers.iter().enumerate() {
            sums[self.level(effect, place)] += number;
        }
        let each = (numbers.len() / levels) as f64;
        sums.into_iter().map(|sum| sum / each).collect()
    }

    /// Which level of an effect a value has.
    fn level(&self, effect: Effect, place: usize) -> usize {
        let mut cell = place / self.replicates;
        let (mut level, mut stride) = (0, 1);
        for factor in (0..self.factors()).rev() {
            let own = cell % self.levels[factor];
            cell /= self.levels[factor];
            if effect.factors().any(|of_effect| of_effect == factor) {
                level += own * stride;
                stride *= self.levels[factor];
            }
        }
        level
    }
}
