//! The ids of committed results are those that this version gives: its results go on where they end.

use nablab::book::{Form, Kind, Reproduction, experiments};
use nablab::data::Dataset;
use nablab::sweep::{Plan, SweepSpec};
use std::path::{Path, PathBuf};

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results")
}

/// The ids of a committed `trials.csv`, in its order; `None` in a package without results.
fn committed(directory: &str) -> Option<Vec<String>> {
    let results = results();
    if !results.exists() {
        return None;
    }
    let text = std::fs::read_to_string(results.join(directory).join("trials.csv"));
    let text = text.unwrap_or_else(|error| panic!("{directory}: {error}"));
    let ids = text.lines().skip(1).filter_map(|line| Some(line.split(',').next()?.to_string()));
    Some(ids.collect())
}

#[test]
fn the_committed_sweep_has_the_ids_of_its_file() {
    let Some(expected) = committed("eta-batch-activation") else { return };
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/eta-batch-activation.toml");
    let spec = SweepSpec::read(&file).unwrap();
    let data = Dataset::mnist().unwrap();
    let plan = Plan::new(&spec.grids, &spec.monitors().unwrap(), &data).unwrap();
    let ids: Vec<String> = (0..plan.len()).map(|place| plan.trial(place).id).collect();
    assert_eq!(ids.len(), 630);
    assert_eq!(ids, expected);
}

#[test]
fn the_committed_experiments_have_the_ids_of_their_arms() {
    let data = Dataset::mnist().unwrap();
    let mut compared = 0;
    for experiment in experiments() {
        let Kind::Trained(trained) = &experiment.kind else { continue };
        for exact in [false, true] {
            if exact && trained.replay_note.is_none() {
                continue;
            }
            let settings = Form { exact, ..Form::FULL };
            let reproduction = Reproduction::plan(experiment, settings, &data).unwrap().unwrap();
            let ids: Vec<&str> = reproduction.trials().iter().map(|trial| &*trial.id).collect();
            // What it trains as a sweep are these, in this order.
            let directory = tempfile::tempdir().unwrap();
            let sweep = reproduction.sweep(directory.path(), &data).unwrap();
            let plan = sweep.plan();
            let planned: Vec<String> = (0..plan.len()).map(|place| plan.trial(place).id).collect();
            assert_eq!(planned, ids, "{}", experiment.id);
            let name =
                if exact { format!("{}/exact", experiment.id) } else { experiment.id.into() };
            // Not everything has been run.
            if !results().join(&name).exists() {
                continue;
            }
            let Some(expected) = committed(&name) else { return };
            assert_eq!(ids, expected, "{name}");
            compared += ids.len();
        }
    }
    assert!(compared > 40, "{compared}");
}
