//! Which values an axis shows, and where in it a value lies.

use super::ticks::{Step, log_floor};
use super::{Axis, Scale};

/// Values outside ±LARGEST, or closer to zero on a logarithmic axis than 1/LARGEST, are not drawn: arithmetic on
/// them could overflow.
const LARGEST: f64 = 1e300;

/// About how many steps a range that is rounded outwards has.
pub(super) const STEPS: f64 = 6.0;

/// What happens to the ends of a range that follows from the data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// They stay at the extreme values.
    Exact,
    /// They move outwards to round numbers.
    Round,
}

/// The settled range of an axis: `low < high`, both drawable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Domain {
    pub scale: Scale,
    pub low: f64,
    pub high: f64,
    /// Only whole numbers occur, so that a tick between two of them would mislead.
    pub whole: bool,
}

impl Domain {
    /// The range of `axis` given all `values` along it.
    pub(super) fn settle(axis: &Axis, values: impl Iterator<Item = f64>, ends: Ends) -> Self {
        let scale = axis.scale;
        let mut domain = Self { scale, low: f64::INFINITY, high: f64::NEG_INFINITY, whole: true };
        for v in values.filter(|&v| drawable(scale, v)) {
            domain.low = domain.low.min(v);
            domain.high = domain.high.max(v);
            domain.whole &= v == v.trunc();
        }
        domain.whole &= domain.low <= domain.high;
        if let Some((low, high)) = axis.range {
            let wanted = Self { low, high, ..domain };
            if drawable(scale, low) && drawable(scale, high) && wanted.is_wide() {
                return wanted;
            }
        }
        if domain.low > domain.high {
            (domain.low, domain.high) = match scale {
                Scale::Linear => (0.0, 1.0),
                Scale::Log10 => (1.0, 10.0),
            };
        }
        if !domain.is_wide() {
            domain.widen();
        }
        if ends == Ends::Round {
            domain.round_outwards();
        }
        domain
    }

    /// Where `value` lies between the ends: 0 at `low`, 1 at `high`. `None` if it cannot be drawn.
    pub(super) fn fraction(&self, value: f64) -> Option<f64> {
        let place = |v: f64| match self.scale {
            Scale::Linear => v,
            Scale::Log10 => libm::log10(v),
        };
        drawable(self.scale, value)
            .then(|| (place(value) - place(self.low)) / (place(self.high) - place(self.low)))
    }

    /// Whether the ends are far enough apart for ticks to differ in `f64`.
    fn is_wide(&self) -> bool {
        match self.scale {
            Scale::Linear => {
                let size = self.low.abs().max(self.high.abs());
                self.high - self.low > (1e-9 * size).max(1.0 / LARGEST)
            }
            Scale::Log10 => self.high > self.low * (1.0 + 1e-9),
        }
    }

    /// Makes room around a single value.
    fn widen(&mut self) {
        let value = self.low;
        match self.scale {
            Scale::Log10 => (self.low, self.high) = (value / 3.0, value * 3.0),
            Scale::Linear => {
                let room = if value.abs() < 1e-290 { 1.0 } else { value.abs() / 10.0 };
                let room = if self.whole { room.max(1.0) } else { room };
                (self.low, self.high) = (value - room, value + room);
            }
        }
    }

    fn round_outwards(&mut self) {
        match self.scale {
            Scale::Linear => {
                let step = Step::nice(self.high - self.low, STEPS, self.whole);
                self.low = step.times(step.floor(self.low));
                self.high = step.times(-step.floor(-self.high));
            }
            Scale::Log10 => {
                self.low = log_floor(self.low);
                self.high = 1.0 / log_floor(1.0 / self.high);
            }
        }
    }
}

fn drawable(scale: Scale, value: f64) -> bool {
    match scale {
        Scale::Linear => value.abs() <= LARGEST,
        Scale::Log10 => (1.0 / LARGEST..=LARGEST).contains(&value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(axis: Axis, values: &[f64]) -> (f64, f64) {
        let d = Domain::settle(&axis, values.iter().copied(), Ends::Round);
        (d.low, d.high)
    }

    #[test]
    fn data_ranges_are_rounded_outwards() {
        assert_eq!(settle(Axis::linear(""), &[0.23, 1.13]), (0.2, 1.2));
        assert_eq!(settle(Axis::log10(""), &[0.03, 700.0]), (0.02, 1000.0));
    }

    #[test]
    fn a_single_value_gets_room() {
        assert_eq!(settle(Axis::linear(""), &[0.5]), (0.44, 0.56));
        assert_eq!(settle(Axis::linear(""), &[0.0]), (-1.0, 1.0));
        assert_eq!(settle(Axis::log10(""), &[1.0]), (0.2, 5.0));
    }

    #[test]
    fn values_that_cannot_be_drawn_do_not_count() {
        let values = [f64::NAN, f64::INFINITY, f64::MAX, 1.0, 2.0];
        assert_eq!(settle(Axis::linear(""), &values), (1.0, 2.0));
        assert_eq!(settle(Axis::log10(""), &[-1.0, 0.0, 1.0, 10.0]), (1.0, 10.0));
        assert_eq!(settle(Axis::linear(""), &[]), (0.0, 1.0));
    }

    #[test]
    fn a_range_that_cannot_be_drawn_is_ignored() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert_eq!(settle(Axis::linear("").with_range(low, high), &[3.0, 4.0]), (3.0, 4.0));
        }
        assert_eq!(settle(Axis::log10("").with_range(0.0, 5.0), &[1.0, 10.0]), (1.0, 10.0));
        assert_eq!(settle(Axis::linear("").with_range(0.2, 1.17), &[3.0]), (0.2, 1.17));
    }

    #[test]
    fn fractions_follow_the_scale() {
        let log = Domain { scale: Scale::Log10, low: 0.01, high: 100.0, whole: false };
        assert_eq!(log.fraction(1.0), Some(0.5));
        assert_eq!(log.fraction(0.0), None);
    }
}
