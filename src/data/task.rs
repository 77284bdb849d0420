//! Tasks for networks with a memory: data sets of sequences that are generated, the same every time.

use super::source::hex;
use super::{DataError, Dataset, NumberRows, SparseRows, Split};
use crate::rng::{Purpose, Stream};
use sha2::{Digest, Sha256};
use std::f64::consts::TAU;

/// What is to be learnt of a sequence, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Random bits, of which the first one is the class.
    FirstBit,
    /// Random bits, whose class is the parity of their sum.
    Parity,
    /// Numbers from 0 to 1, of which one in the first half and one in the second are marked; their sum is the answer
    /// (Hochreiter and Schmidhuber, 1997).
    Adding,
    /// Eight bits and then nothing for some steps, after which all eight are the answer.
    Copy,
    /// Values of a sine of unknown frequency and phase, of which the next ones are the answer.
    Sine,
}

/// The names, with what has to stand behind them.
const KINDS: [(&str, Kind); 5] = [
    ("first-bit", Kind::FirstBit),
    ("parity", Kind::Parity),
    ("adding", Kind::Adding),
    ("copy", Kind::Copy),
    ("sine", Kind::Sine),
];

/// Sequences to learn from; a sixth of them is kept for validation as of a file, and as many are for the test.
const TRAINING: usize = 12_000;
const TEST: usize = 2_000;
/// The longest sequences.
const MOST_STEPS: usize = 10_000;
/// The bits that are to be copied.
const BITS: usize = 8;
/// The values of a sine that are to be foretold.
const NEXT: usize = 5;

/// Whether a name is that of a task, whatever its numbers, and even without.
pub(super) fn is_one(name: &str) -> bool {
    let word = name.split(':').next();
    KINDS.iter().any(|(known, _)| Some(*known) == word)
}

/// The task of a name: `adding:50` of 50 steps, `adding:50:7` of other sequences of that kind. `None` if it is no task's.
///
/// # Errors
///
/// When the steps or the seed make no sense, or there are too many validation sequences.
pub(super) fn open(name: &str, validation: Option<usize>) -> Option<Result<Dataset, DataError>> {
    let (word, rest) = name.split_once(':').unwrap_or((name, ""));
    let (_, kind) = KINDS.into_iter().find(|(known, _)| *known == word)?;
    let mut numbers = rest.split(':');
    let steps = numbers.next().and_then(|steps| steps.parse().ok());
    let steps = steps.filter(|steps| (kind.least_steps()..=MOST_STEPS).contains(steps));
    let seed = numbers.next().map_or(Some(0), |seed| seed.parse().ok());
    let (Some(steps), Some(seed), None) = (steps, seed, numbers.next()) else {
        let expected = format!(
            "{word}:STEPS with {} to {MOST_STEPS} steps, or {word}:STEPS:SEED",
            kind.least_steps()
        );
        return Some(Err(DataError::Task { given: name.into(), expected }));
    };
    let validation = validation.unwrap_or_else(|| Dataset::default_validation(TRAINING));
    if validation >= TRAINING {
        let expected = format!("at most {} validation sequences", TRAINING - 1);
        return Some(Err(DataError::Task { given: name.into(), expected }));
    }
    Some(Ok(kind.generate(name, steps, seed, validation)))
}

impl Kind {
    /// The fewest steps that make sense.
    fn least_steps(self) -> usize {
        match self {
            Self::Adding => 2,
            Self::FirstBit | Self::Parity | Self::Copy => 1,
            Self::Sine => 3,
        }
    }

    fn generate(self, name: &str, steps: usize, seed: u64, validation: usize) -> Dataset {
        let mut stream = Stream::new(seed, Purpose::Data, 0);
        let mut part = |sequences: usize| match self {
            Self::FirstBit | Self::Parity => self.bits(&mut stream, steps, sequences),
            Self::Adding | Self::Copy | Self::Sine => self.numbers(&mut stream, steps, sequences),
        };
        let training = part(TRAINING - validation);
        let (validation, test) = (part(validation), part(TEST));
        let mut hash = Sha256::new();
        for split in [&training, &validation, &test] {
            let numbers = split.numbers.iter().flat_map(|rows| {
                (0..rows.len()).flat_map(|row| rows.inputs(row).iter().chain(rows.targets(row)))
            });
            numbers.for_each(|x| hash.update(x.to_le_bytes()));
            (0..split.images.len()).for_each(|row| {
                split.images.row(row).0.iter().for_each(|column| hash.update(column.to_le_bytes()));
            });
            hash.update(&split.labels);
        }
        Dataset {
            name: name.into(),
            image_rows: if self == Self::Copy { steps + BITS } else { steps },
            image_columns: if self == Self::Sine { 1 } else { 2 },
            image_channels: 1,
            classes: if training.numbers.is_some() { 0 } else { 2 },
            class_names: Vec::new(),
            first_label: 0,
            notes: Vec::new(),
            scale: None,
            training: training.into(),
            validation: validation.into(),
            test: test.into(),
            sha256: [hex(&hash.finalize()), String::new(), String::new(), String::new()],
        }
    }

    /// Sequences of bits with a class; a bit lights one of two pixels.
    fn bits(self, stream: &mut Stream, steps: usize, sequences: usize) -> Split {
        let (mut pixels, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..sequences {
            let bits: Vec<u8> = (0..steps).map(|_| stream.below(2) as u8).collect();
            pixels.extend(bits.iter().flat_map(|&bit| [255 * (1 - bit), 255 * bit]));
            labels.push(match self {
                Self::Parity => bits.iter().fold(0, |parity, bit| parity ^ bit),
                _ => bits[0],
            });
        }
        (SparseRows::from_dense(&pixels, 2 * steps), labels).into()
    }

    /// Sequences of numbers with numbers to be answered.
    fn numbers(self, stream: &mut Stream, steps: usize, sequences: usize) -> Split {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for _ in 0..sequences {
            match self {
                Self::Adding => {
                    let half = steps / 2;
                    let first = stream.below(half as u32) as usize;
                    let second = half + stream.below((steps - half) as u32) as usize;
                    let mut sum = 0.0;
                    for step in 0..steps {
                        let number = stream.uniform();
                        let marked = step == first || step == second;
                        sum += if marked { number } else { 0.0 };
                        inputs.extend([number, f64::from(u8::from(marked))]);
                    }
                    targets.push(sum);
                }
                Self::Copy => {
                    let bits: Vec<f64> = (0..BITS).map(|_| f64::from(stream.below(2))).collect();
                    inputs.extend(bits.iter().flat_map(|bit| [1.0 - bit, *bit]));
                    inputs.extend(std::iter::repeat_n(0.0, 2 * steps));
                    targets.extend(bits);
                }
                _ => {
                    // From 5 to 20 steps a period.
                    let frequency = 0.05 + 0.15 * stream.uniform();
                    let phase = stream.uniform();
                    let value = |t: usize| libm::sin(TAU * (frequency * t as f64 + phase));
                    inputs.extend((0..steps).map(value));
                    targets.extend((steps..steps + NEXT).map(value));
                }
            }
        }
        let (columns, outputs) = match self {
            Self::Adding => (2 * steps, 1),
            Self::Copy => (2 * (steps + BITS), BITS),
            _ => (steps, NEXT),
        };
        Split::of_numbers(NumberRows::new(inputs, columns, targets, outputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(name: &str) -> Dataset {
        open(name, None).unwrap().unwrap()
    }

    #[test]
    fn bits_are_of_their_class() {
        for (name, class) in [
            ("first-bit:9", (|bits: &[u8]| bits[0]) as fn(&[u8]) -> u8),
            ("parity:9", |bits| bits.iter().sum::<u8>() % 2),
        ] {
            let data = task(name);
            let shape = (data.image_rows, data.image_columns, data.classes);
            assert_eq!((shape, data.training.len(), data.test.len()), ((9, 2, 2), 10_000, 2_000));
            for row in 0..100 {
                let mut pixels = [0; 18];
                data.training.images.dense_row(row, &mut pixels);
                let bits: Vec<u8> = pixels.chunks(2).map(|pair| pair[1] / 255).collect();
                assert!(pixels.chunks(2).all(|pair| pair[0] == 255 - pair[1]));
                assert_eq!(data.training.labels[row], class(&bits), "{name}");
            }
            let ones = data.training.class_counts(2)[1];
            assert!((4_800..5_200).contains(&ones), "{ones}");
        }
    }

    #[test]
    fn numbers_have_their_answers() {
        let rows = |data: &Dataset| data.training.numbers.clone().unwrap();
        let adding = rows(&task("adding:7"));
        for row in 0..100 {
            let steps = adding.inputs(row).chunks(2);
            let marked: Vec<f64> = steps.filter(|s| s[1] == 1.0).map(|s| s[0]).collect();
            assert_eq!((marked.len(), marked[0] + marked[1]), (2, adding.targets(row)[0]));
        }
        // The variance of a sum of two uniform numbers is 1/6.
        assert!((adding.variation() / adding.len() as f64 - 1.0 / 6.0).abs() < 0.01);
        let copy = task("copy:3");
        assert_eq!((copy.image_rows, copy.outputs()), (11, 8));
        let copy = rows(&copy);
        for row in 0..100 {
            let bits: Vec<f64> = copy.inputs(row).chunks(2).map(|pair| pair[1]).collect();
            assert_eq!((&bits[..8], &bits[8..]), (copy.targets(row), &[0.0; 3][..]));
        }
        let sine = rows(&task("sine:20"));
        for row in 0..100 {
            // sin (x + d) + sin (x − d) = 2 cos d sin x.
            let values = [sine.inputs(row), sine.targets(row)].concat();
            let twice_cos = |t: usize| (values[t - 1] + values[t + 1]) / values[t];
            let t = |from: usize| {
                (from..from + 3)
                    .max_by(|&a, &b| values[a].abs().total_cmp(&values[b].abs()))
                    .unwrap()
            };
            assert!((twice_cos(t(1)) - twice_cos(t(20))).abs() < 1e-9);
        }
    }

    #[test]
    fn a_task_is_the_same_every_time_and_another_with_another_seed() {
        for (name, _) in KINDS {
            let [first, again, other] =
                ["5", "5:0", "5:1"].map(|rest| task(&format!("{name}:{rest}")));
            assert_eq!((&first.training, &first.sha256), (&again.training, &again.sha256));
            assert!(first.training != other.training && first.sha256 != other.sha256, "{name}");
            assert!(first.training != first.test);
        }
    }

    #[test]
    fn what_is_no_task_is_none_and_what_is_wrong_is_told() {
        assert!(open("digits", None).is_none() && open("c:/data", None).is_none());
        for (name, words) in [
            ("adding:1", "adding:STEPS with 2 to 10000 steps"),
            ("adding:", "adding:STEPS with 2"),
            ("adding", "adding:STEPS with 2"),
            ("parity:ten", "parity:STEPS with 1"),
            ("copy:5:x", "copy:STEPS:SEED"),
            ("sine:5:1:2", "sine:STEPS with 3"),
        ] {
            let error = open(name, None).unwrap().unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains(words), "{error}");
        }
        let error = open("parity:5", Some(12_000)).unwrap().unwrap_err().to_string();
        assert!(error.contains("at most 11999"), "{error}");
    }
}
