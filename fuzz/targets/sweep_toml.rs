//! Sweep files: what is read can be frozen and reads back as the same, and its plan is made or refused.

#![no_main]

use nablab::data::{Dataset, SparseRows, Split};
use nablab::sweep::{Plan, SweepSpec, check, fingerprint};
use nablab_fuzz::{check_message, write};
use std::sync::{Arc, LazyLock};

/// More points than these are not listed.
const MOST_POINTS: u64 = 2000;

libfuzzer_sys::fuzz_target!(|text: &[u8]| {
    let spec = match SweepSpec::read(&write("sweep.toml", text)) {
        Ok(spec) => spec,
        Err(error) => return check_message(&error.to_string()),
    };
    let frozen = spec.to_toml();
    let back = SweepSpec::read(&write("spec.toml", frozen.as_bytes()));
    let back = back.unwrap_or_else(|error| panic!("{error}\n{frozen}"));
    assert_eq!(back, spec, "{frozen}");
    assert_eq!((back.to_toml(), fingerprint(&back)), (frozen, fingerprint(&spec)));
    assert!(spec.differences(&back).is_empty());
    spec.check().unwrap();
    let monitors = match spec.monitors() {
        Ok(monitors) => monitors,
        Err(problem) => return check_message(&problem),
    };
    if let Err(error) = check(&spec.grids) {
        return check_message(&error.to_string());
    }
    // As many as the values that are written, with ranges and draws at their word.
    let points = |axis: &String| {
        let numbers =
            axis.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u64>().ok());
        (axis.matches(',').count() as u64 + 1)
            .saturating_add(numbers.max().unwrap_or(0).min(1 << 40))
    };
    let points = spec.grids.iter().map(|grid| {
        let draws = grid.trials.unwrap_or(1) as u64;
        grid.axes.values().map(points).fold(draws, u64::saturating_mul)
    });
    if points.fold(0, u64::saturating_add) > MOST_POINTS {
        return;
    }
    let plan = match Plan::new(&spec.grids, &monitors, &DATA) {
        Ok(plan) => plan,
        Err(error) => return check_message(&error.to_string()),
    };
    for place in 0..plan.len() {
        let trial = plan.trial(place);
        assert_eq!(trial.key(), plan.key(place));
        trial.spec.validate(&DATA).unwrap();
        assert!(plan.work(place).is_finite());
        plan.label(place);
        plan.setting(place);
    }
    plan.describe();
});

/// A data set as small as can be with all three parts.
static DATA: LazyLock<Dataset> = LazyLock::new(|| {
    let split = || {
        let images = SparseRows::from_dense(&[0, 1, 2, 3, 4, 5, 6, 7], 4);
        let split: Split = (images, vec![0, 1]).into();
        Arc::new(split)
    };
    Dataset {
        name: "tiny".into(),
        image_rows: 2,
        image_columns: 2,
        image_channels: 1,
        classes: 2,
        class_names: Vec::new(),
        first_label: 0,
        notes: Vec::new(),
        scale: None,
        training: split(),
        validation: split(),
        test: split(),
        sha256: Default::default(),
    }
});
