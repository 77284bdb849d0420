use super::{GROUP, IDENTITY, LSTM, Net, ORTHOGONAL, TANH, line, ours, seeds};
use crate::book::claim::IS_ABOVE;
use crate::book::{Computed, Evidence, Experiment, Kind, Numbers, Rule};
use crate::data::{DataOptions, Dataset};
use crate::figure::{Axis, Chart, Figure, Key, Mark, Panels, Ranges};
use crate::nn::Optimiser;
use crate::simd::SimdLevel;
use crate::train::{Metric, TrainingSpec, train};
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;

/// How long a bit is remembered.
pub const MEMORY: Experiment = Experiment {
    id: "rnn-memory",
    title: "How long recurrent networks can learn to remember",
    claim: "The first of T random bits is to be told after the last. The gradient that could teach it has come through T steps: plain \
            recurrent networks learn it for short sequences only, LSTM units that forget little to begin with for longer ones.",
    groups: GROUP,
    long: false,
    kind: Kind::Computed { compute, judge },
};

const UNITS: usize = 32;
const SEEDS: u64 = 8;
/// The lengths of the sequences.
const STEPS: [usize; 5] = [5, 10, 20, 40, 80];
const SEQUENCES: usize = 4_000;
const EPOCHS: usize = 12;
/// Of the test sequences, to have learnt it.
const LEARNT: f64 = 0.95;

/// Units that keep 98 % of their cells from step to step to begin with, where a forget bias of 1 keeps 73 %.
const KEEPING: Net = Net { name: "LSTM, forget bias 4", forget_bias: 4.0, ..LSTM };

const NETS: [Net; 5] = [TANH, ORTHOGONAL, IDENTITY, LSTM, KEEPING];
/// Of their lines.
const COLOURS: [usize; 5] = [1, 0, 3, 4, 2];

fn spec(net: &Net, seed: u64) -> TrainingSpec {
    TrainingSpec {
        train_size: Some(SEQUENCES),
        optimiser: Optimiser::Adam,
        eta: 0.003,
        batch_size: 20,
        epochs: EPOCHS,
        monitors: [Metric::TestAccuracy].into_iter().collect(),
        seed,
        ..net.spec(UNITS)
    }
}

fn compute(_: &Dataset) -> Numbers {
    let task = |steps: usize| {
        let name = format!("first-bit:{steps}");
        Dataset::open(Path::new(&name), &DataOptions::default()).expect("a task that there is")
    };
    let tasks: Vec<Dataset> = STEPS.into_iter().map(task).collect();
    let all = (0..STEPS.len() * NETS.len() * SEEDS as usize).rev().collect::<Vec<_>>();
    // The longest ones first.
    let trained = all.into_par_iter().map(|i| {
        let (task, rest) = (i / (NETS.len() * SEEDS as usize), i % (NETS.len() * SEEDS as usize));
        let (net, seed) = (&NETS[rest / SEEDS as usize], 1 + (rest as u64) % SEEDS);
        let go_on = &mut |_: &_| ControlFlow::Continue(());
        let outcome = train(&spec(net, seed), &tasks[task], SimdLevel::best(), go_on);
        let history = outcome.expect("a valid training").history;
        let accuracy = history.last(Metric::TestAccuracy).unwrap_or(f64::NAN);
        (i, net.name, seed, STEPS[task], accuracy)
    });
    let mut trained: Vec<_> = trained.collect();
    trained.sort_by_key(|&(i, ..)| i);
    let mut numbers = Numbers::default();
    for (_, name, seed, steps, accuracy) in trained {
        numbers.push(name, Some(seed), steps as f64, accuracy);
    }
    numbers
}

fn judge(numbers: &Numbers) -> Computed {
    let accuracies = |net: &Net, steps: usize| seeds(numbers, net.name, steps as f64);
    let learnt = |net: &Net, steps: usize| {
        super::counts(&accuracies(net, steps), |accuracy| accuracy >= LEARNT)
    };
    const MOST: Rule = Rule::Share { at_least: 0.5, at_most: 1.0, level: 0.95 };
    const FEW: Rule = Rule::Share { at_least: 0.0, at_most: 0.5, level: 0.95 };
    let (short, long) = (STEPS[0], STEPS[STEPS.len() - 1]);
    let mut findings: Vec<_> = NETS
        .iter()
        .map(|net| {
            let quantity = format!("networks that learn it for {short} steps: most");
            ours(net.name, &quantity, MOST, None, learnt(net, short))
        })
        .collect();
    findings.push(ours(
        TANH.name,
        &format!("networks that learn it for {long} steps: half of them or fewer"),
        FEW,
        None,
        learnt(&TANH, long),
    ));
    for steps in [STEPS[3], long] {
        let quantity =
            format!("test accuracy with {steps} steps: LSTM with forget bias 4 above tanh");
        let arms = vec![accuracies(&KEEPING, steps), accuracies(&TANH, steps)];
        let found =
            ours("LSTM, forget bias 4; tanh", &quantity, IS_ABOVE, None, Evidence::Arms(arms));
        findings.push(crate::book::Finding { percent: true, ..found });
    }
    let accuracy = NETS.iter().zip(COLOURS);
    let accuracy = accuracy.map(|(net, colour)| {
        let mut series = line(numbers, (net.name, net.name), colour, |a| 100.0 * a);
        // Networks that have learnt it and those that have not: an interval of their mean would say nothing of them.
        series.band.clear();
        series.thin = (1..=SEEDS)
            .map(|seed| {
                let of_seed = numbers.series(net.name).filter(|number| number.seed == Some(seed));
                of_seed.map(|number| (number.x, 100.0 * number.value)).collect()
            })
            .collect();
        series
    });
    let shares = NETS.iter().zip(COLOURS).map(|(net, colour)| {
        let mut series = line(numbers, (net.name, net.name), colour, |accuracy| {
            if accuracy >= LEARNT { 100.0 } else { 0.0 }
        });
        series.band.clear();
        series
    });
    Computed {
        subtitle: format!(
            "first-bit tasks of {} to {long} steps, {SEQUENCES} training and 2,000 test sequences; {UNITS} units, Adam with η = 0.003, mini-batches of \
             20, gradients no longer than 1, {EPOCHS} epochs, {SEEDS} seeds, f32; feedback of N(0, 1/n) (tanh), of an orthogonal matrix (LSTM, too) or the identity. Learnt: {:.0} % of \
             the test sequences. With a forget bias of 1 \
             LSTM units were not shown to remember longer than tanh neurons; 4 was chosen with other seeds.",
            STEPS[0],
            100.0 * LEARNT
        ),
        findings,
        figure: Chart::Panels(Panels {
            title: MEMORY.title.into(),
            subtitle: Some(format!("{UNITS} units, {EPOCHS} epochs of {SEQUENCES} sequences.")),
            panels: vec![
                Figure {
                    title: "test accuracy (%)".into(),
                    x: Axis::log10("time steps to remember"),
                    y: Axis::linear("accuracy (%)").with_range(40.0, 100.0),
                    series: accuracy.collect(),
                    key: vec![
                        Key::new(Mark::Line, format!("mean of {SEEDS} networks")),
                        Key::new(Mark::Thin, "single networks"),
                    ],
                    ..Figure::default()
                },
                Figure {
                    title: format!("networks that learn it (%), of {SEEDS}"),
                    x: Axis::log10("time steps to remember"),
                    y: Axis::linear("networks (%)").with_range(0.0, 100.0),
                    series: shares.collect(),
                    ..Figure::default()
                },
            ],
            ranges: Ranges::Own,
            note: Some("50 % is guessing.".into()),
        }),
    }
}
