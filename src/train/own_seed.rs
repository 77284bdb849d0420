//! Seeds of their own for what is random in a training: which of its parts makes how much of the spread over seeds
//! can only be told if one varies while the others stay.

use super::{Order, TrainingSpec};
use crate::data::Expansion;
use crate::nn::{BiasInitialiser, Initialiser, LayerKind, RecurrentInitialiser};

/// Something random in a training. Each has streams of its own, so that its seed changes nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Randomised {
    /// The initial weights and biases.
    Init,
    /// The order of the training images.
    Order,
    /// The neurons that dropout drops.
    Dropout,
    /// The distortions of the training images.
    Expansion,
}

impl Randomised {
    /// All of it.
    pub const ALL: [Self; 4] = [Self::Init, Self::Order, Self::Dropout, Self::Expansion];

    /// The option, and setting, of its own seed.
    pub fn option(self) -> &'static str {
        match self {
            Self::Init => "seed-init",
            Self::Order => "seed-order",
            Self::Dropout => "seed-dropout",
            Self::Expansion => "seed-expand",
        }
    }

    /// What a training needs for it to be drawn at all.
    pub(super) fn needs(self) -> &'static str {
        match self {
            Self::Init => "initial weights or biases that are drawn",
            Self::Order => "--order shuffled or once",
            Self::Dropout => "a dropout probability above 0",
            Self::Expansion => "--expand with rotations, elastic or shifts:epoch",
        }
    }
}

impl TrainingSpec {
    /// The seed of something random: its own, or that of all.
    pub fn seed_of(&self, what: Randomised) -> u64 {
        self.own_seed(what).unwrap_or(self.seed)
    }

    /// The seed that something random has for itself.
    pub fn own_seed(&self, what: Randomised) -> Option<u64> {
        match what {
            Randomised::Init => self.seed_init,
            Randomised::Order => self.seed_order,
            Randomised::Dropout => self.seed_dropout,
            Randomised::Expansion => self.seed_expansion,
        }
    }

    fn own_seed_mut(&mut self, what: Randomised) -> &mut Option<u64> {
        match what {
            Randomised::Init => &mut self.seed_init,
            Randomised::Order => &mut self.seed_order,
            Randomised::Dropout => &mut self.seed_dropout,
            Randomised::Expansion => &mut self.seed_expansion,
        }
    }

    /// Whether anything is drawn from the streams of it.
    pub fn draws(&self, what: Randomised) -> bool {
        match what {
            Randomised::Init => self.start.is_none() && self.draws_parameters(),
            Randomised::Order => self.order != Order::File,
            Randomised::Dropout => {
                !self.hidden.is_empty() && self.dropout.values().iter().any(|&p| p != 0.0)
            }
            Randomised::Expansion => self.expansion.is_some_and(Expansion::is_random),
        }
    }

    fn draws_parameters(&self) -> bool {
        let weights = match self.init {
            Initialiser::Zeros => false,
            // Its output layer begins with zeros.
            Initialiser::Network3 if self.hidden.is_empty() => return false,
            _ => true,
        };
        let recurrent = self.hidden.iter().any(LayerKind::is_recurrent)
            && self.recurrent_init != RecurrentInitialiser::Identity;
        weights || recurrent || self.bias_init != BiasInitialiser::Zero
    }

    /// Whether something random has a seed of its own.
    pub(crate) fn has_own_seeds(&self) -> bool {
        Randomised::ALL.into_iter().any(|what| self.own_seed(what).is_some())
    }

    /// The same training with as few seeds as say it: none of its own for what has that of all, or draws nothing;
    /// and where all that is drawn has its own, the first of these as that of all. Trainings that differ in their
    /// seeds alone have equal bits if they are equal in this form.
    pub(crate) fn with_fewest_seeds(mut self) -> Self {
        if !self.has_own_seeds() {
            return self;
        }
        let drawn: Vec<Randomised> =
            Randomised::ALL.into_iter().filter(|&what| self.draws(what)).collect();
        let own: Option<Vec<u64>> = drawn.iter().map(|&what| self.own_seed(what)).collect();
        if let Some(&first) = own.as_deref().and_then(<[u64]>::first) {
            self.seed = first;
        }
        for what in Randomised::ALL {
            let needed = self.draws(what) && self.own_seed(what) != Some(self.seed);
            if !needed {
                *self.own_seed_mut(what) = None;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::settings::told;

    fn spec(change: impl Fn(&mut TrainingSpec)) -> TrainingSpec {
        let mut spec = TrainingSpec::default();
        change(&mut spec);
        spec
    }

    #[test]
    fn as_few_seeds_as_say_it() {
        let fewest = |change: fn(&mut TrainingSpec)| {
            let spec = spec(change).with_fewest_seeds();
            (spec.seed, Randomised::ALL.map(|what| spec.own_seed(what)))
        };
        const NONE: [Option<u64>; 4] = [None; 4];
        assert_eq!(fewest(|s| s.seed = 3), (3, NONE));
        let equal = |s: &mut TrainingSpec| {
            s.seed = 3;
            for what in Randomised::ALL {
                *s.own_seed_mut(what) = Some(3);
            }
        };
        assert_eq!(fewest(equal), (3, NONE));
        let init = |s: &mut TrainingSpec| (s.seed, s.seed_init) = (3, Some(4));
        assert_eq!(fewest(init), (3, [Some(4), None, None, None]));
        // Of all that is drawn none is left to the seed of all.
        let both =
            |s: &mut TrainingSpec| (s.seed, s.seed_init, s.seed_order) = (3, Some(4), Some(5));
        assert_eq!(fewest(both), (4, [None, Some(5), None, None]));
        let both =
            |s: &mut TrainingSpec| (s.seed, s.seed_init, s.seed_order) = (3, Some(4), Some(4));
        assert_eq!(fewest(both), (4, NONE));
        let dropout = |s: &mut TrainingSpec| {
            (s.seed, s.seed_init, s.seed_order) = (3, Some(4), Some(4));
            s.dropout = 0.5.into();
        };
        assert_eq!(fewest(dropout), (3, [Some(4), Some(4), None, None]));
        assert_eq!(
            told(&spec(equal)).collect::<Vec<_>>(),
            told(&spec(|s| s.seed = 3)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_not_drawn_is_known() {
        let draws = |what, change: fn(&mut TrainingSpec)| spec(change).draws(what);
        assert!(draws(Randomised::Init, |_| {}) && draws(Randomised::Order, |_| {}));
        assert!(!draws(Randomised::Dropout, |_| {}) && !draws(Randomised::Expansion, |_| {}));
        assert!(!draws(Randomised::Order, |s| s.order = Order::File));
        assert!(draws(Randomised::Init, |s| s.init = Initialiser::Zeros));
        let zero = |s: &mut TrainingSpec| {
            (s.init, s.bias_init) = (Initialiser::Zeros, BiasInitialiser::Zero);
        };
        assert!(!draws(Randomised::Init, zero));
        assert!(draws(Randomised::Dropout, |s| s.dropout = 0.5.into()));
        for (expansion, random) in
            [("shifts", false), ("shifts:epoch", true), ("rotations", true), ("elastic", true)]
        {
            let spec = spec(|s| s.expansion = expansion.parse().ok());
            assert_eq!(spec.draws(Randomised::Expansion), random, "{expansion}");
        }
    }
}
