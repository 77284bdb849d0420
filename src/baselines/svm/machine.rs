use super::cache::RowCache;
use super::kernel::{ByteRows, Gaussian};
use super::solver::Problem;
use crate::data::SparseRows;
use crate::simd::padded;
use rayon::prelude::*;
use std::ops::Range;
use thiserror::Error;

/// What a support vector machine is trained with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SvmSettings {
    /// C, the most that a row can weigh: large for few errors on the training rows, small for a smooth border.
    pub c: f64,
    /// γ of the kernel exp(−γ ‖x − y‖²), where a value is the byte divided by 256.
    pub gamma: f64,
    /// By how much the optimality conditions may be violated in the end.
    pub eps: f64,
}

impl SvmSettings {
    /// C = 1, γ = 1 / columns, ε = 0.001: the defaults of LIBSVM, and of scikit-learn before 0.22.
    pub fn of_libsvm(columns: usize) -> Self {
        Self { c: 1.0, gamma: 1.0 / columns as f64, eps: 1e-3 }
    }
}

/// Why nothing can be trained.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SvmError {
    /// There are no rows.
    #[error("there are no rows to train a support vector machine on")]
    Empty,
    /// There is nothing to tell apart.
    #[error("all rows are of class {0}; a support vector machine needs two classes or more")]
    OneClass(u8),
    /// A setting is not a positive number.
    #[error("{name} is {value}; expected a positive number")]
    Setting {
        /// Which.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// ε is so small that rounding hides it.
    #[error("{0} steps do not reach ε = {1}")]
    Steps(u64, f64),
}

/// A trained support vector machine.
#[derive(Debug)]
pub struct Svm {
    kernel: Gaussian,
    columns: usize,
    /// The classes, increasing.
    classes: Vec<u8>,
    /// The rows that weigh in some machine, class by class.
    vectors: ByteRows,
    /// One for each pair of classes: (0, 1), (0, 2), …, (1, 2), …
    machines: Vec<Machine>,
}

/// What tells two classes apart.
#[derive(Debug, PartialEq)]
struct Machine {
    /// Their places among the classes.
    classes: [usize; 2],
    /// The rows that weigh, and how much: yα.
    weights: Vec<(u32, f64)>,
    bias: f64,
}

/// The rows of the kernel matrix that all threads together keep, in bytes.
const CACHE: usize = 1 << 30;
/// Test rows whose kernel values are found together.
const CHUNK: usize = 16;
/// Vectors that stay in the CPU's cache meanwhile.
const TILE: usize = 256;

impl Svm {
    /// Trains a machine for each pair of classes, on the threads of rayon's pool; the result does not depend on how many
    /// there are. Takes up to 1 GiB besides two copies of the rows, dense.
    ///
    /// # Errors
    ///
    /// When there are fewer than two classes, or a setting is not a positive number, or ε is too small to be reached.
    ///
    /// # Panics
    ///
    /// If there is not one label for each row.
    #[track_caller]
    pub fn train(
        rows: &SparseRows,
        labels: &[u8],
        settings: SvmSettings,
    ) -> Result<Self, SvmError> {
        assert_eq!(rows.len(), labels.len(), "Svm: labels for the rows");
        let SvmSettings { c, gamma, eps } = settings;
        for (name, value) in [("C", c), ("γ", gamma), ("ε", eps)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(SvmError::Setting { name, value });
            }
        }
        // Class by class, within a class as they came.
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&i| labels[i]);
        let (classes, ranges) = ranges(order.iter().map(|&i| labels[i]));
        match classes[..] {
            [] => return Err(SvmError::Empty),
            [only] => return Err(SvmError::OneClass(only)),
            _ => {}
        }
        let kernel = Gaussian::new(gamma, rows.columns());
        let sorted = ByteRows::of(rows, order.iter().copied());
        let pairs: Vec<[usize; 2]> =
            (0..classes.len()).flat_map(|a| (a + 1..classes.len()).map(move |b| [a, b])).collect();
        let cache = CACHE / rayon::current_num_threads();
        let solve = |&[a, b]: &[usize; 2]| {
            let ranges = [ranges[a].clone(), ranges[b].clone()];
            let (weights, bias) = solve(&sorted, &kernel, ranges, settings, cache)?;
            Ok(Machine { classes: [a, b], weights, bias })
        };
        let mut machines = pairs.par_iter().map(solve).collect::<Result<Vec<_>, _>>()?;
        // Only the rows that weigh are kept.
        let weigh = machines.iter().flat_map(|machine| &machine.weights);
        let mut chosen: Vec<u32> = weigh.map(|&(row, _)| row).collect();
        chosen.sort_unstable();
        chosen.dedup();
        for (row, _) in machines.iter_mut().flat_map(|machine| &mut machine.weights) {
            *row = chosen.partition_point(|other| other < row) as u32;
        }
        let vectors = ByteRows::of(rows, chosen.iter().map(|&row| order[row as usize]));
        Ok(Self { kernel, columns: rows.columns(), classes, vectors, machines })
    }

    /// The training rows that weigh in some machine.
    pub fn support_vectors(&self) -> usize {
        self.vectors.len()
    }

    /// The class of each row: that for which most machines vote, and of several the lowest.
    ///
    /// # Panics
    ///
    /// If the rows have other columns than those of the training.
    #[track_caller]
    pub fn predict(&self, rows: &SparseRows) -> Vec<u8> {
        assert_eq!(rows.columns(), self.columns, "Svm: columns of the rows");
        let firsts: Vec<usize> = (0..rows.len()).step_by(CHUNK).collect();
        let predict = |&first: &usize| {
            let chunk = ByteRows::of(rows, first..(first + CHUNK).min(rows.len()));
            let (kernels, count) = (self.kernels(&chunk), self.vectors.len());
            let vote = |i: usize| self.vote(&kernels[i * count..][..count]);
            (0..chunk.len()).map(vote).collect::<Vec<u8>>()
        };
        firsts.par_iter().flat_map_iter(predict).collect()
    }

    /// K of each row and each vector, `[rows][vectors]`.
    fn kernels(&self, rows: &ByteRows) -> Vec<f64> {
        let count = self.vectors.len();
        let mut kernels = vec![0.0; rows.len() * count];
        let wide: Vec<Vec<i16>> = (0..rows.len()).map(|i| rows.wide(i)).collect();
        for first in (0..count).step_by(TILE) {
            for (i, wide) in wide.iter().enumerate() {
                let values = &mut kernels[i * count + first..][..TILE.min(count - first)];
                let row = (&wide[..], rows.square(i));
                self.kernel.values(row, &self.vectors, first, values, |value| value);
            }
        }
        kernels
    }

    /// What the machines make of a row with these K.
    fn decisions<'a>(&'a self, kernels: &'a [f64]) -> impl Iterator<Item = ([usize; 2], f64)> + 'a {
        self.machines.iter().map(|machine| {
            let terms = machine.weights.iter().map(|&(i, weight)| weight * kernels[i as usize]);
            (machine.classes, terms.sum::<f64>() + machine.bias)
        })
    }

    fn vote(&self, kernels: &[f64]) -> u8 {
        let mut votes = vec![0; self.classes.len()];
        for ([a, b], decision) in self.decisions(kernels) {
            votes[if decision > 0.0 { a } else { b }] += 1;
        }
        let most = votes.iter().max();
        let winner = votes.iter().position(|votes| Some(votes) == most);
        self.classes[winner.unwrap_or_default()]
    }
}

/// The classes of sorted labels, and which of them are of each.
fn ranges(labels: impl Iterator<Item = u8>) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut classes, mut ranges) = (Vec::new(), Vec::<Range<usize>>::new());
    for (i, label) in labels.enumerate() {
        match ranges.last_mut() {
            Some(range) if classes.last() == Some(&label) => range.end = i + 1,
            _ => {
                classes.push(label);
                ranges.push(i..i + 1);
            }
        }
    }
    (classes, ranges)
}

/// The weights of the rows of two classes, those that are not 0, and the bias.
fn solve(
    sorted: &ByteRows,
    kernel: &Gaussian,
    [first, second]: [Range<usize>; 2],
    settings: SvmSettings,
    cache: usize,
) -> Result<(Vec<(u32, f64)>, f64), SvmError> {
    let rows: Vec<usize> = first.clone().chain(second.clone()).collect();
    let is_first: Vec<bool> = rows.iter().map(|row| first.contains(row)).collect();
    let mut cache = RowCache::new(rows.len(), padded(rows.len()), cache);
    let row = |t: usize| {
        cache.row(t, || {
            let row = (&sorted.wide(rows[t])[..], sorted.square(rows[t]));
            let mut values = vec![0.0; padded(rows.len())];
            let (of_first, of_second) = values[..rows.len()].split_at_mut(first.len());
            kernel.values(row, sorted, first.start, of_first, |value| value as f32);
            kernel.values(row, sorted, second.start, of_second, |value| value as f32);
            values.into()
        })
    };
    let problem = Problem { is_first: &is_first, c: settings.c, eps: settings.eps };
    let steps = STEPS.max(100 * rows.len() as u64);
    let solution = problem.solve(steps, row).ok_or(SvmError::Steps(steps, settings.eps))?;
    let weights = rows.iter().map(|&row| row as u32).zip(solution.signed);
    Ok((weights.filter(|(_, weight)| *weight != 0.0).collect(), solution.bias))
}

/// More steps than these, and than a hundred for each row, are not taken.
const STEPS: u64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    const COLUMNS: usize = 6;
    const CLASSES: [u8; 4] = [3, 7, 8, 200];

    /// Overlapping clouds of dense rows, the classes mixed.
    fn clouds(n: usize, seed: u32) -> (Vec<u8>, Vec<u8>) {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 24
        };
        let labels: Vec<u8> = (0..n).map(|i| CLASSES[i * 7 % 4]).collect();
        let mut pixels = Vec::new();
        for label in &labels {
            let class = CLASSES.iter().position(|class| class == label).unwrap();
            pixels.extend((0..COLUMNS).map(|j| match j % 4 == class {
                true => (128 + byte() / 2) as u8,
                false => (byte() / 2 + 30) as u8,
            }));
        }
        (pixels, labels)
    }

    fn trained(c: f64) -> (Svm, Vec<u8>) {
        let (pixels, labels) = clouds(120, 1);
        let settings = SvmSettings { c, gamma: 0.8, eps: 1e-3 };
        let rows = SparseRows::from_dense(&pixels, COLUMNS);
        (Svm::train(&rows, &labels, settings).unwrap(), pixels)
    }

    #[test]
    fn predictions_are_those_of_dense_sums() {
        for c in [0.1, 10.0] {
            let (svm, training) = trained(c);
            let (test, labels) = clouds(50, 2);
            let rows = SparseRows::from_dense(&test, COLUMNS);
            // Which training row a vector is: those that weigh keep the order of class and row.
            let (_, of_training) = clouds(120, 1);
            let mut order: Vec<usize> = (0..120).collect();
            order.sort_by_key(|&i| of_training[i]);
            let row = |i: usize| &training[i * COLUMNS..][..COLUMNS];
            let vector = |v: usize| -> Vec<u8> {
                svm.vectors.wide(v)[..COLUMNS].iter().map(|&x| x as u8).collect()
            };
            let mut left = order.iter();
            for v in 0..svm.support_vectors() {
                assert!(left.any(|&i| row(i) == vector(v)), "vector {v}");
            }
            let mut expected = Vec::new();
            for x in test.chunks_exact(COLUMNS) {
                let mut votes = [0; 4];
                for machine in &svm.machines {
                    let kernel = |v: u32| {
                        let y = vector(v as usize);
                        let differences =
                            x.iter().zip(y).map(|(&x, y)| f64::from(x) - f64::from(y));
                        let distance: f64 = differences.map(|d| (d / 256.0).powi(2)).sum();
                        libm::exp(-0.8 * distance)
                    };
                    let sum: f64 =
                        machine.weights.iter().map(|&(v, weight)| weight * kernel(v)).sum();
                    let [a, b] = machine.classes;
                    votes[if sum + machine.bias > 0.0 { a } else { b }] += 1;
                }
                let most = *votes.iter().max().unwrap();
                expected.push(CLASSES[votes.iter().position(|&votes| votes == most).unwrap()]);
            }
            let predicted = svm.predict(&rows);
            assert_eq!(predicted, expected);
            let right = predicted.iter().zip(&labels).filter(|(a, b)| a == b).count();
            assert!(right >= 45, "{right} of 50");
        }
    }

    #[test]
    fn the_lowest_of_equal_classes_wins() {
        let (mut svm, _) = trained(1.0);
        svm.classes = vec![3, 7, 8];
        let machine = |a, b, bias| Machine { classes: [a, b], weights: Vec::new(), bias };
        svm.machines = vec![machine(0, 1, 1.0), machine(0, 2, -1.0), machine(1, 2, 1.0)];
        assert_eq!(svm.vote(&[]), 3);
        svm.machines = vec![machine(0, 1, -1.0), machine(0, 2, -1.0), machine(1, 2, 1.0)];
        assert_eq!(svm.vote(&[]), 7);
        // A decision of 0 is one for the second class.
        svm.machines = vec![machine(0, 1, 0.0), machine(0, 2, 0.0), machine(1, 2, 0.0)];
        assert_eq!(svm.vote(&[]), 8);
    }

    #[test]
    fn neither_threads_nor_memory_change_a_bit() {
        let (pixels, labels) = clouds(120, 3);
        let rows = SparseRows::from_dense(&pixels, COLUMNS);
        let settings = SvmSettings { c: 2.0, gamma: 0.8, eps: 1e-3 };
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let svm = Svm::train(&rows, &labels, settings).unwrap();
                let predicted = svm.predict(&rows);
                (svm.machines, svm.vectors.len(), predicted)
            })
        };
        let one = on(1);
        assert_eq!(on(2), one);
        assert_eq!(on(5), one);

        let sorted = ByteRows::of(&rows, 0..120);
        let kernel = Gaussian::new(settings.gamma, COLUMNS);
        let with = |cache| solve(&sorted, &kernel, [0..50, 50..120], settings, cache);
        assert_eq!(with(0), with(CACHE));
        assert_eq!(with(7 * 128 * size_of::<f32>()), with(CACHE));
    }

    #[test]
    fn what_cannot_be_trained_is_told() {
        let rows = SparseRows::from_dense(&[1, 2, 3, 4], 2);
        let with = |rows: &SparseRows, labels: &[u8], settings| {
            Svm::train(rows, labels, settings).unwrap_err().to_string()
        };
        let usual = SvmSettings::of_libsvm(2);
        assert_eq!(usual, SvmSettings { c: 1.0, gamma: 0.5, eps: 0.001 });
        assert!(with(&rows, &[5, 5], usual).contains("all rows are of class 5"));
        assert!(with(&SparseRows::from_dense(&[], 2), &[], usual).contains("no rows"));
        let error = with(&rows, &[0, 1], SvmSettings { c: -1.0, ..usual });
        assert_eq!(error, "C is -1; expected a positive number");
        let error = with(&rows, &[0, 1], SvmSettings { gamma: f64::NAN, ..usual });
        assert_eq!(error, "γ is NaN; expected a positive number");
        let error = with(&rows, &[0, 1], SvmSettings { eps: 0.0, ..usual });
        assert_eq!(error, "ε is 0; expected a positive number");
    }

    #[test]
    fn with_a_large_eps_nothing_is_learnt() {
        let rows = SparseRows::from_dense(&[1, 2, 3, 4], 2);
        let settings = SvmSettings { eps: 3.0, ..SvmSettings::of_libsvm(2) };
        let svm = Svm::train(&rows, &[0, 1], settings).unwrap();
        assert_eq!((svm.support_vectors(), svm.predict(&rows)), (0, vec![1, 1]));
    }

    #[test]
    #[should_panic(expected = "columns of the rows")]
    fn rows_of_another_width_panic() {
        trained(1.0).0.predict(&SparseRows::from_dense(&[1, 2], 2));
    }

    #[test]
    fn digits_are_recognised_as_by_libsvm() {
        let data = Dataset::mnist().unwrap();
        let training = data.training.first(500);
        let svm =
            Svm::train(&training.images, &training.labels, SvmSettings::of_libsvm(784)).unwrap();
        // 75.13 % in the book, with scikit-learn as it was then; 472 vectors with scikit-learn 1.9.1.
        assert_eq!(svm.support_vectors(), 472);
        let predicted = svm.predict(&data.validation.images);
        let right = predicted.iter().zip(&data.validation.labels).filter(|(a, b)| a == b).count();
        assert_eq!(right, 7513);
    }
}
