//! What was measured of layers: every layer of a training is a run of its own, with a setting `layer`.
//!
//! `layers.csv` numbers its rows by how many epochs were trained before; the number 0 is the start.

use super::columns::{self, Columns, are_ours};
use super::curves::{RunsOfEpochs, key_of, parse_epoch};
use super::missing::is_missing;
use super::sheet::Sheet;
use super::{Course, Lost, Names, Outcome, Part, Runs, RunsError, Setting, Source, Unit};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The column that tells the layers of a training apart; what is measured of them follows it.
const LAYER: &str = "layer";
/// The column that numbers their rows.
const TRAINED: &str = "epochs_trained";

/// What the runs of a part are, if they are layers.
#[derive(Debug)]
pub(super) struct OfLayers {
    /// What may be measured of layers.
    pub columns: Vec<String>,
    /// What of it has values.
    pub measured: Vec<String>,
    /// The epochs of whole trainings.
    pub epochs: Option<PathBuf>,
}

/// The columns of a file that are measured of layers; none of a file of other things.
pub(super) fn metrics(header: &[String]) -> &[String] {
    let layer = header.iter().position(|name| name == LAYER);
    match layer.filter(|_| are_ours(header) && header.iter().any(|name| name == TRAINED)) {
        Some(layer) => &header[layer + 1..],
        None => &[],
    }
}

/// The file of layers beside our results, if there is one.
fn beside(file: &Path) -> Option<PathBuf> {
    let ours = ["trials.csv", "epochs.csv"].iter().any(|name| file.ends_with(name));
    Some(file.with_file_name("layers.csv")).filter(|path| ours && path.exists())
}

/// The file of layers beside some results, if it has a metric that is named.
pub(super) fn asked_for(file: &Path, names: &Names) -> Result<Option<PathBuf>, RunsError> {
    let Some(path) = beside(file).filter(|_| !names.metrics.is_empty()) else { return Ok(None) };
    let header = columns::header(&path, &names.reading)?;
    Ok(metrics(&header).iter().any(|metric| names.is_metric(metric)).then_some(path))
}

/// What has values in the file of layers beside some results.
pub(super) fn measured_beside(file: &Path) -> Vec<String> {
    let layers = beside(file).and_then(|path| Layers::read(&path, &Names::default()).ok());
    layers.map_or(Vec::new(), |layers| layers.of.measured)
}

/// The place of a column that our files have.
fn position(header: &[String], column: &str) -> usize {
    header.iter().position(|name| name == column).unwrap_or(0)
}

/// A file of layers.
struct Layers {
    of: OfLayers,
    /// The id, the configuration and the layer.
    header: Vec<String>,
    /// A row a training and layer that has values of all metrics that are named.
    rows: Vec<csv::StringRecord>,
    /// The last number of each.
    last: Vec<usize>,
    /// The trainings, and the first row of each.
    trainings: HashMap<String, usize>,
}

impl Layers {
    fn read(path: &Path, known: &Names) -> Result<Self, RunsError> {
        let mut sheet = Sheet::open(path, &known.reading)?;
        let header = sheet.names.clone();
        let columns = metrics(&header).to_vec();
        let first = header.len() - columns.len();
        let (id, trained) = (position(&header, "trial_id"), position(&header, TRAINED));
        let kept: Vec<usize> = (0..first).filter(|&column| column != trained).collect();
        let named: Vec<usize> =
            (first..header.len()).filter(|&column| known.is_metric(&header[column])).collect();
        let mut has_values = vec![false; header.len()];
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        let (mut rows, mut last, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut trainings = HashMap::new();
        let (mut row, mut key, mut number) = (csv::ByteRecord::new(), Vec::new(), 0);
        while sheet.read(&mut row)? {
            number += 1;
            key_of(&row, &[id, first - 1], &mut key);
            let place = places.get(&key).copied().unwrap_or(rows.len());
            if place == rows.len() {
                places.insert(key.clone(), place);
                let cells: csv::ByteRecord = kept.iter().map(|&column| &row[column]).collect();
                let cells = csv::StringRecord::from_byte_record_lossy(cells);
                let training = String::from_utf8_lossy(&row[id]).into_owned();
                trainings.entry(training).or_insert(number);
                rows.push(cells);
                last.push(0);
                values.push(vec![false; named.len()]);
            }
            last[place] = parse_epoch(&row[trained]).unwrap_or(0).max(last[place]);
            for (has, &column) in values[place].iter_mut().zip(&named) {
                *has |= !is_missing(&row[column]);
            }
            for column in first..header.len() {
                has_values[column] |= !is_missing(&row[column]);
            }
        }
        let measured = (first..header.len()).filter(|&column| has_values[column]);
        let measured = measured.map(|column| header[column].clone()).collect::<Vec<_>>();
        // The output layer has no saturated neurons, for example.
        let complete: Vec<bool> = values.iter().map(|has| has.iter().all(|&has| has)).collect();
        let mut keep = complete.iter();
        rows.retain(|_| *keep.next().unwrap_or(&false));
        let mut keep = complete.iter();
        last.retain(|_| *keep.next().unwrap_or(&false));
        if let (true, Some(&metric)) = (rows.is_empty(), named.first()) {
            return Err(RunsError::NotMonitored {
                path: path.into(),
                metric: header[metric].clone(),
                monitored: measured.join(", "),
            });
        }
        let header = kept.into_iter().map(|column| header[column].clone()).collect();
        Ok(Self { of: OfLayers { columns, measured, epochs: None }, header, rows, last, trainings })
    }
}

/// The layers in a file as runs. With the `trials` that they belong to they have all columns of these.
pub(super) fn runs(
    path: &Path,
    trials: &Path,
    known: &Names,
    columns: &mut Option<Columns>,
) -> Result<(RunsOfEpochs, OfLayers), RunsError> {
    let Layers { mut of, mut header, mut rows, mut last, trainings } = Layers::read(path, known)?;
    if trials != path {
        let mut layers: HashMap<String, Vec<String>> = HashMap::new();
        let id = position(&header, "trial_id");
        for row in &rows {
            layers.entry(row[id].into()).or_default().push(row[row.len() - 1].into());
        }
        let mut sheet = Sheet::open(trials, &known.reading)?;
        let (of_trials, of_file) = (sheet.names.clone(), sheet.rows()?);
        let id = position(&of_trials, "trial_id");
        (header, rows, last) = (of_trials, Vec::new(), Vec::new());
        header.push(LAYER.into());
        for (number, training) in of_file.iter().enumerate() {
            if !trainings.contains_key(&training[id]) {
                let (path, metric) = (path.into(), of.columns.join(" or "));
                return Err(RunsError::NoEpochs { path, run: number + 1, metric });
            }
            for layer in layers.get(&training[id]).into_iter().flatten() {
                let mut row = training.clone();
                row.push_field(layer);
                rows.push(row);
            }
        }
        let known: HashSet<&str> = of_file.iter().map(|training| &training[id]).collect();
        let unknown = trainings.into_iter().filter(|(id, _)| !known.contains(id.as_str()));
        if let Some((id, row)) = unknown.min_by_key(|&(_, row)| row) {
            return Err(RunsError::UnknownTrial { path: path.into(), row, id });
        }
        of.epochs = Some(trials.with_file_name("epochs.csv")).filter(|path| path.exists());
    }
    let columns = columns.get_or_insert_with(|| Columns::new(&header));
    rows.iter().for_each(|row| columns.see(row.as_byte_record()));
    let identity = vec!["trial_id".into(), LAYER.into()];
    let unit = Unit::new(TRAINED, 0);
    let (assumed, left_out) = (Vec::new(), Vec::new());
    Ok((RunsOfEpochs { header, rows, identity, unit, last, assumed, left_out }, of))
}

impl Part {
    /// Whether a metric is one of whole trainings, where the runs are layers.
    pub(super) fn is_of_trainings(&self, metric: &str) -> bool {
        let columns = self.layers.as_ref().map(|layers| &layers.columns);
        columns.is_some_and(|columns| columns.iter().all(|column| column != metric))
    }
}

impl Runs {
    /// Adds the courses of a metric of whole trainings, for each of their layers. Their epochs are counted from 0, those
    /// of layers by how many were trained.
    pub(super) fn read_trainings(
        &self,
        part: &Part,
        metric: &str,
        courses: &mut [Course],
    ) -> Result<(), RunsError> {
        let epochs = part.layers.as_ref().and_then(|layers| layers.epochs.as_deref());
        let epochs = epochs.ok_or_else(|| self.no_metric(metric))?;
        let (unit, identity) = (Unit::default(), ["trial_id".to_string()]);
        let source = Source { epochs, unit: &unit, identity: &identity };
        self.read_courses(part, &source, metric, courses)?;
        for run in part.rows.clone() {
            match run.checked_sub(1).filter(|&before| self.training(before) == self.training(run)) {
                Some(before) => courses[run] = courses[before].clone(),
                None => courses[run].iter_mut().for_each(|(epoch, _)| *epoch = unit.done(*epoch)),
            }
        }
        Ok(())
    }

    /// What tells the layers apart, where every layer of a training is a run of its own.
    pub fn layer(&self) -> Option<&Setting> {
        let layered = self.parts.iter().any(|part| part.layers.is_some());
        self.settings.iter().find(|setting| layered && setting.name == LAYER)
    }

    /// Whether a metric was measured of layers.
    pub(super) fn is_of_layers(&self, metric: &str) -> bool {
        self.layer().is_some() && self.parts.iter().all(|part| !part.is_of_trainings(metric))
    }

    /// How many trainings some runs belong to.
    pub fn trainings(&self, of: &[usize]) -> usize {
        match self.layer() {
            None => of.len(),
            Some(_) => of.iter().map(|&run| self.training(run)).collect::<HashSet<_>>().len(),
        }
    }

    /// What is lost of the trainings of some runs: with any of its layers a training is.
    pub fn lost(&self, of: &[usize], outcome: impl Fn(usize) -> Outcome) -> Lost {
        if self.layer().is_none() {
            return Lost::split(of.iter().map(|&run| outcome(run))).1;
        }
        let mut trainings: BTreeMap<&str, Outcome> = BTreeMap::new();
        for &run in of {
            let known = trainings.entry(self.training(run)).or_insert(Outcome::Value(0.0));
            if matches!(known, Outcome::Value(_)) {
                *known = outcome(run);
            }
        }
        Lost::split(trainings.into_values()).1
    }

    /// The id of the training that a layer belongs to.
    pub(super) fn training(&self, run: usize) -> &str {
        self.cell(run, "trial_id").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{At, How, Measure};
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    /// A training of two layers, one that diverges, and one without a hidden layer.
    fn results() -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        write(
            "trials.csv",
            "trial_id,hidden,eta,seed,status,epochs_trained,last_test_accuracy,last_validation_accuracy\n\
             a,30,0.1,1,finished,2,0.9,0.8\nb,30,0.1,2,diverged,1,,\nc,none,0.1,1,finished,2,0.7,0.6\n",
        );
        write(
            "epochs.csv",
            "trial_id,hidden,eta,seed,epoch,test_accuracy,validation_accuracy\n\
             a,30,0.1,1,0,0.95,0.85\na,30,0.1,1,1,0.9,0.8\nb,30,0.1,2,0,NaN,NaN\nc,none,0.1,1,0,0.6,0.5\n\
             c,none,0.1,1,1,0.7,0.6\n",
        );
        write(
            "layers.csv",
            "trial_id,hidden,eta,seed,epochs_trained,layer,bias_gradient_norm,saturated,update_ratio\n\
             a,30,0.1,1,0,1,0.01,0.5,\na,30,0.1,1,0,2,0.1,,\na,30,0.1,1,1,1,0.02,0.6,0.1\na,30,0.1,1,1,2,0.2,,0.1\n\
             a,30,0.1,1,2,1,0.03,0.7,0.1\na,30,0.1,1,2,2,0.3,,0.1\nb,30,0.1,2,0,1,0.04,0.5,\nb,30,0.1,2,0,2,0.4,,\n\
             c,none,0.1,1,0,1,0.5,,\nc,none,0.1,1,1,1,0.6,,0.2\nc,none,0.1,1,2,1,0.7,,0.2\n",
        );
        directory
    }

    fn open(directory: &TempDir, name: &str, metric: &str) -> Result<Runs, RunsError> {
        let names = Names { metrics: vec![metric.into()], ..Names::default() };
        Runs::open(&[directory.path().join(name)], &names)
    }

    fn come(runs: &Runs, metric: &str, at: At) -> Vec<Outcome> {
        let measure = Measure::new(metric.into(), How::Value(at));
        runs.outcomes(&measure, &(0..runs.len()).collect::<Vec<_>>()).unwrap()
    }

    use Outcome::{Diverged, Value};

    #[test]
    fn a_metric_of_layers_makes_each_layer_a_run() {
        let files = results();
        let runs = open(&files, "", "bias-gradient-norm").unwrap();
        assert_eq!(runs.layer().unwrap().values, ["1", "2"]);
        assert_eq!(runs.setting("layer").unwrap().codes, [0, 1, 0, 1, 0]);
        let last = [Value(0.03), Value(0.3), Diverged, Diverged, Value(0.7)];
        assert_eq!(come(&runs, "bias_gradient_norm", At::Last), last);
        let start = come(&runs, "bias_gradient_norm", At::Epoch(0));
        assert_eq!((start[0], start[2]), (Value(0.01), Diverged));
        assert_eq!(runs.curves("bias_gradient_norm").unwrap()[1], [(0, 0.1), (1, 0.2), (2, 0.3)]);
        // With any of its layers a training is lost, once.
        let all = [0, 1, 2, 3, 4];
        let lost = runs.lost(&all, |run| last[run]);
        assert_eq!((runs.trainings(&all), lost.diverged), (3, 1));
        assert_eq!((runs.default_at(&all), runs.unit().name().as_str()), (At::Last, "epoch"));
    }

    #[test]
    fn layers_share_what_was_measured_of_their_training() {
        let files = results();
        let runs = open(&files, "", "bias_gradient_norm").unwrap();
        let accuracy = [Value(0.9), Value(0.9), Diverged, Diverged, Value(0.7)];
        assert_eq!(come(&runs, "test_accuracy", At::Last), accuracy);
        // The first epoch of epochs.csv has the number 0, and one was trained after it.
        assert_eq!(runs.curves("test_accuracy").unwrap()[1], [(1, 0.95), (2, 0.9)]);
        let best = At::BestOf("validation_accuracy".into());
        let at_best = [Value(0.02), Value(0.2), Diverged, Diverged, Value(0.7)];
        assert_eq!(come(&runs, "bias_gradient_norm", best), at_best);
        assert_eq!(runs.metrics()[..2], ["test_accuracy", "validation_accuracy"]);
    }

    #[test]
    fn the_file_alone_will_do_and_only_layers_with_values_count() {
        let files = results();
        let alone = open(&files, "layers.csv", "bias_gradient_norm").unwrap();
        assert_eq!(alone.metrics(), ["bias_gradient_norm", "saturated", "update_ratio"]);
        let expected = [Value(0.03), Value(0.3), Value(0.04), Value(0.4), Value(0.7)];
        assert_eq!(come(&alone, "bias_gradient_norm", At::Last), expected);
        for name in ["", "trials.csv", "layers.csv"] {
            let runs = open(&files, name, "saturated").unwrap();
            assert_eq!(runs.layer().unwrap().values, ["1"], "{name}");
            assert_eq!(come(&runs, "saturated", At::Last)[0], Value(0.7));
        }
        // Without a metric of theirs layers are not looked at.
        assert_eq!(open(&files, "", "test_accuracy").unwrap().len(), 3);
    }

    #[test]
    fn errors_name_the_metrics_of_layers() {
        let files = results();
        let error = open(&files, "", "merit").unwrap().curves("merit").unwrap_err().to_string();
        assert!(error.contains("there are test_accuracy, validation_accuracy, bias_gradient_norm, saturated, update_ratio"), "{error}");
        let path = files.path().join("layers.csv");
        let text = fs::read_to_string(&path).unwrap();
        let without: Vec<&str> = text.lines().filter(|line| !line.starts_with('c')).collect();
        fs::write(&path, without.join("\n")).unwrap();
        let error = open(&files, "", "saturated").unwrap_err().to_string();
        assert!(
            error.contains("run 3 has no epoch with a bias_gradient_norm or saturated"),
            "{error}"
        );
    }
}
