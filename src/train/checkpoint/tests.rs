use super::*;
use crate::simd::SimdLevel;
use crate::train::{Begin, LearntFrom, Model, ModelError, ModelFile, SpecError, train_resumable};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn monitors() -> MonitorOptions {
    MonitorOptions { monitor_every: 1, ..MonitorOptions::default() }
}

/// A training of 100 images with the settings of a text, `eta=0.5 optimiser=adam`.
fn spec(settings: &str, data: &Dataset) -> TrainingSpec {
    let mut draft = Draft::default();
    let base = "train-size=100 validation-size=50 hidden=20 epochs=3 batch-size=7";
    for setting in base.split(' ').chain(settings.split_whitespace()) {
        let (name, value) = setting.split_once('=').unwrap();
        draft.set(name, value).unwrap();
    }
    draft.spec(&monitors(), data)
}

/// What a training leaves in a file of this name.
fn trained(spec: &TrainingSpec, data: &Dataset, begin: Begin, file: &Path) -> Vec<u8> {
    let observe = &mut |_: &_| ControlFlow::Continue(());
    let (outcome, checkpoint) =
        train_resumable(spec, data, SimdLevel::best(), begin, observe).unwrap();
    assert!(outcome.model.save_with(file, &LearntFrom::default(), checkpoint.as_ref()).unwrap());
    std::fs::read(file).unwrap()
}

fn resumed(from: &Path, epochs: usize, data: &Dataset, file: &Path) -> Vec<u8> {
    let ModelFile { model, training, .. } = ModelFile::read(from).unwrap();
    let checkpoint = training.unwrap();
    let spec = checkpoint.spec(Some(epochs), &monitors(), data).unwrap();
    trained(&spec, data, Begin::Checkpoint(&model, &checkpoint), file)
}

fn files(extension: &str) -> (TempDir, [PathBuf; 3]) {
    let directory = TempDir::new().unwrap();
    let paths = ["part", "rest", "whole"].map(|name| directory.path().join(name));
    (directory, paths.map(|path| path.with_extension(extension)))
}

#[test]
fn some_epochs_and_then_others_have_the_bits_of_all_of_them() {
    let data = Dataset::mnist().unwrap();
    for settings in [
        "",
        "lambda=5 precision=f64",
        "lambda=2 l1=0.1 momentum=0.8",
        "optimiser=nesterov momentum=0.9 eta=0.1 lambda=1",
        "optimiser=adam lambda=0.5",
        "optimiser=rmsprop precision=f64",
        "dropout=0.3 lambda=1",
        "dropout=0.5 dropout-by=image hidden=20x15",
        "max-norm=1 clip-norm=0.5",
        "schedule=step:0.5:2",
        "schedule=plateau:1:2:1000 eta=3",
        // After the first epoch the best network is the last one, later it is not.
        "early-stop=50 eta=20",
        "rng=author init=large",
        "order=once",
        "order=file batch-size=1",
        "expand=elastic:epoch",
        "hidden=3c5p2x12 activation=relu output=softmax cost=log-likelihood lambda=1",
        "hidden=lstm5 sequence=rows truncation=9 optimiser=adam",
        "classes=3,8 targets=binary",
        "seed=7 seed-order=8 seed-dropout=9 dropout=0.2",
    ] {
        let spec = spec(settings, &data);
        let is_dense = !spec.architecture(&data).sees_images();
        let formats = if is_dense { &["safetensors", "json"][..] } else { &["safetensors"] };
        for (first, extension) in [1, 2].into_iter().zip(formats.iter().cycle()) {
            let (_directory, [part, rest, whole]) = files(extension);
            let expected = trained(&spec, &data, Begin::Drawn, &whole);
            let begun = TrainingSpec { epochs: first, ..spec.clone() };
            trained(&begun, &data, Begin::Drawn, &part);
            assert!(
                resumed(&part, 3, &data, &rest) == expected,
                "{settings}: {first} + {}",
                3 - first
            );
        }
    }
}

#[test]
fn a_training_that_was_interrupted_goes_on_where_it_was() {
    let data = Dataset::mnist().unwrap();
    let (_directory, [part, rest, whole]) = files("json");
    let spec = spec("schedule=cosine lambda=1", &data);
    let expected = trained(&spec, &data, Begin::Drawn, &whole);
    let observe = &mut |_: &_| ControlFlow::Break(());
    let begun = train_resumable(&spec, &data, SimdLevel::best(), Begin::Drawn, observe);
    let (outcome, checkpoint) = begun.unwrap();
    assert_eq!(outcome.history.trained, 1);
    outcome.model.save_with(&part, &LearntFrom::default(), checkpoint.as_ref()).unwrap();
    assert!(resumed(&part, 3, &data, &rest) == expected);
    // η would have been another one from the start.
    let checkpoint = ModelFile::read(&part).unwrap().training;
    let error = checkpoint.unwrap().spec(Some(4), &monitors(), &data).unwrap_err();
    assert!(error.contains("cosine") && error.contains("expected --epochs 3"), "{error}");
}

#[test]
fn what_cannot_go_on_is_refused() {
    let data = Dataset::mnist().unwrap();
    let (_directory, [part, ..]) = files("json");
    trained(&spec("lambda=5 momentum=0.5", &data), &data, Begin::Drawn, &part);
    let text = std::fs::read_to_string(&part).unwrap();
    let load = |text: String| -> Result<Checkpoint, ModelError> {
        std::fs::write(&part, text).unwrap();
        Ok(ModelFile::read(&part)?.training.unwrap())
    };
    let checkpoint = load(text.clone()).unwrap();
    let error = checkpoint.spec(Some(3), &monitors(), &data).unwrap_err();
    assert!(error.contains("has trained for 3 epochs; expected --epochs with more"), "{error}");
    let other = Dataset { sha256: [(); 4].map(|()| "0".into()), ..data.clone() };
    let error = checkpoint.spec(Some(4), &monitors(), &other).unwrap_err();
    assert!(error.contains("other data"), "{error}");
    let error =
        load(text.replace("\"eta\"", "\"etta\"")).unwrap().spec(Some(4), &monitors(), &data);
    assert!(error.unwrap_err().contains("did you mean 'eta'?"));
    // Numbers that are none, of another network, or not those of the parameters beside them.
    let go_on = |text: String| {
        let checkpoint = load(text).unwrap();
        let model = Model::load(&part).unwrap();
        let spec = checkpoint.spec(Some(4), &monitors(), &data).unwrap();
        let begin = Begin::Checkpoint(&model, &checkpoint);
        let observe = &mut |_: &_| ControlFlow::Continue(());
        train_resumable(&spec, &data, SimdLevel::best(), begin, observe).map(|_| ())
    };
    assert_eq!(go_on(text.clone()), Ok(()));
    let place = text.find("\"memories\":[[{\"scale\":").unwrap();
    let with = |from: &str, to: &str| {
        let (before, after) = text.split_at(place);
        before.to_string() + &after.replacen(from, to, 1)
    };
    for damaged in [
        with("\"weights\":\"", "\"weights\":\"!"),
        with("\"weights\":\"", "\"weights\":\"AAAA"),
        with("\"weights\":\"", "\"weights\":\"AACAfw=="),
        with("\"scale\":1.0", "\"scale\":0.0"),
    ] {
        assert!(damaged != text);
        assert_eq!(go_on(damaged), Err(SpecError::Checkpoint));
    }
    // Where weights have decayed the stored numbers are kept beside the parameters.
    trained(&spec("lambda=5", &data), &data, Begin::Drawn, &part);
    let text = std::fs::read_to_string(&part).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["biases"][0][0][0] = 0.125.into();
    assert_eq!((go_on(text), go_on(file.to_string())), (Ok(()), Err(SpecError::Checkpoint)));
}
