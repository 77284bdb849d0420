use std::fmt::{self, Display};
use std::str::FromStr;

/// What a hidden layer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LayerKind {
    /// Every neuron sees the whole layer before.
    Dense {
        /// The neurons.
        neurons: usize,
    },
    /// Feature maps with shared weights and biases, then max-pooling (chapter 6): see
    /// [`ConvShape`](crate::simd::conv::ConvShape).
    ConvPool {
        /// The feature maps.
        maps: usize,
        /// The side of the local receptive fields, from 1 to [`MOST_KERNEL`](Self::MOST_KERNEL).
        kernel: usize,
        /// The side of the pooling windows, from 1, which is no pooling, to [`MOST_POOL`](Self::MOST_POOL).
        pool: usize,
    },
    /// Neurons that see a step of a sequence and what they all did at the step before (Elman, 1990).
    Recurrent {
        /// The neurons.
        neurons: usize,
    },
    /// Long short-term memory units, likewise (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).
    Lstm {
        /// The units.
        units: usize,
    },
}

/// Dense layers of some widths, the one after the inputs first.
pub fn dense(widths: impl IntoIterator<Item = usize>) -> Vec<LayerKind> {
    widths.into_iter().map(|neurons| LayerKind::Dense { neurons }).collect()
}

impl LayerKind {
    /// The largest side of a kernel.
    pub const MOST_KERNEL: usize = 11;
    /// The largest side of a pooling window.
    pub const MOST_POOL: usize = 4;

    /// Its neurons, units or feature maps.
    pub fn units(&self) -> usize {
        match *self {
            Self::Dense { neurons: units }
            | Self::ConvPool { maps: units, .. }
            | Self::Recurrent { neurons: units }
            | Self::Lstm { units } => units,
        }
    }

    /// Whether it sees a sequence step by step.
    pub fn is_recurrent(&self) -> bool {
        matches!(self, Self::Recurrent { .. } | Self::Lstm { .. })
    }

    /// Reads layers joined by `x`, or by commas as other programs do: `20c5p2x100`.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read, with what was expected.
    pub fn list(text: &str) -> Result<Vec<Self>, String> {
        text.split(['x', ',']).map(|layer| layer.trim().parse()).collect()
    }
}

impl Display for LayerKind {
    /// `100`, `20c5p2`, or without pooling `20c5`; `r64`, `lstm64`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Dense { neurons } => write!(f, "{neurons}"),
            Self::Recurrent { neurons } => write!(f, "r{neurons}"),
            Self::Lstm { units } => write!(f, "lstm{units}"),
            Self::ConvPool { maps, kernel, pool: 1 } => write!(f, "{maps}c{kernel}"),
            Self::ConvPool { maps, kernel, pool } => write!(f, "{maps}c{kernel}p{pool}"),
        }
    }
}

impl FromStr for LayerKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().filter(|&n: &usize| n > 0);
        if let Some(units) = text.strip_prefix("lstm") {
            let units = number(units).ok_or("expected units after lstm, as in lstm64")?;
            return Ok(Self::Lstm { units });
        }
        if let Some(neurons) = text.strip_prefix('r') {
            let neurons = number(neurons).ok_or("expected neurons after the r, as in r64")?;
            return Ok(Self::Recurrent { neurons });
        }
        let Some((maps, rest)) = text.split_once('c') else {
            let neurons = number(text).ok_or("expected a width above 0")?;
            return Ok(Self::Dense { neurons });
        };
        let (kernel, pool) = rest.split_once('p').unwrap_or((rest, "1"));
        let maps = number(maps).ok_or("expected maps before the c, as in 20c5p2")?;
        let within = |text, most| number(text).filter(|&n| n <= most);
        let kernel = within(kernel, Self::MOST_KERNEL)
            .ok_or("expected a kernel of 1 to 11 pixels after the c, as in 20c5p2")?;
        let pool = within(pool, Self::MOST_POOL)
            .ok_or("expected a pooling window of 1 to 4 after the p, as in 20c5p2")?;
        Ok(Self::ConvPool { maps, kernel, pool })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for text in ["1", "100", "20c5p2", "40c11", "1c1p4", "r64", "lstm1"] {
            assert_eq!(text.parse::<LayerKind>().unwrap().to_string(), text);
        }
        let list = LayerKind::list("20c5p2x40c3, 100").unwrap();
        assert_eq!(
            list.iter().map(LayerKind::to_string).collect::<Vec<_>>(),
            ["20c5p2", "40c3", "100"]
        );
        assert!(LayerKind::list("100x").is_err() && LayerKind::list("").is_err());
        assert_eq!("20c5p1".parse::<LayerKind>().unwrap().to_string(), "20c5");
    }

    #[test]
    fn nonsense_is_refused_with_what_was_expected() {
        for (text, words) in [
            ("", "width above 0"),
            ("0", "width above 0"),
            ("c5", "maps before the c"),
            ("0c5", "maps before the c"),
            ("20c", "1 to 11"),
            ("20c12", "1 to 11"),
            ("20c0p2", "1 to 11"),
            ("20c5p", "1 to 4"),
            ("20c5p5", "1 to 4"),
            ("20c5p2p2", "1 to 4"),
            ("20p2", "width above 0"),
            ("r", "neurons after the r"),
            ("r0", "neurons after the r"),
            ("rnn64", "neurons after the r"),
            ("lstm", "units after lstm"),
            ("lstm-1", "units after lstm"),
            ("gru64", "width above 0"),
        ] {
            let error = text.parse::<LayerKind>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
