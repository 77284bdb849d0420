//! What is made of one of the trained networks besides the curves.

use super::Reproduction;
use super::curves::{ArmCurves, Run};
use crate::data::Dataset;
use crate::figure::{Chart, HeatCell, Heatmap, Theme};
use crate::simd::SimdLevel;
use crate::train::{Metric, assess, train};
use std::fmt::Write;
use std::ops::ControlFlow;

/// The confusion matrix of the seed of an arm with the least test accuracy in the end: the network is trained again,
/// to the same bits, and asked for its answers to the test images.
#[derive(Debug, Clone, Copy)]
pub struct Supplement {
    /// The [key](super::Arm::key) of the arm.
    pub arm: &'static str,
    /// The heading of the figure.
    pub title: &'static str,
}

impl Supplement {
    /// The file with the numbers.
    pub(super) fn csv(self) -> String {
        "confusion.csv".into()
    }

    /// The figure.
    pub(super) fn svg(self) -> String {
        "confusion.svg".into()
    }

    /// The numbers: a row a seed, digit and answer; `None` without any run.
    pub(super) fn make(
        self,
        reproduction: &Reproduction,
        arms: &[ArmCurves],
        data: &Dataset,
    ) -> Option<String> {
        let mut csv = String::from("seed,digit,answer,images\n");
        let last = |run: &&Run| run.last(Metric::TestAccuracy);
        let runs = arms.iter().filter(|arm| arm.key == self.arm).flat_map(|arm| &arm.seeds);
        let worst = runs.min_by(|a, b| last(a).total_cmp(&last(b)))?;
        let trial = reproduction.trials().iter().find(|trial| trial.id == worst.trial_id)?;
        let go_on = &mut |_: &_| ControlFlow::Continue(());
        let outcome = train(&trial.spec, data, SimdLevel::best(), go_on).ok()?;
        let assessment = assess(&outcome.model, &data.test, SimdLevel::best());
        for (digit, answers) in assessment.confusion().iter().enumerate() {
            for (answer, images) in answers.iter().enumerate() {
                let _ = writeln!(csv, "{},{digit},{answer},{images}", trial.spec.seed);
            }
        }
        Some(csv)
    }

    /// The figure from the numbers.
    pub(super) fn chart(self, csv: &str) -> Chart {
        let rows: Vec<[u64; 4]> = csv
            .lines()
            .skip(1)
            .filter_map(|line| {
                let numbers = line.split(',').map(str::parse);
                <[u64; 4]>::try_from(numbers.collect::<Result<Vec<_>, _>>().ok()?).ok()
            })
            .collect();
        let classes = rows.iter().map(|row| row[1] + 1).max().unwrap_or(0);
        let names = || (0..classes).map(|class| class.to_string()).collect::<Vec<_>>();
        let cell = |digit: u64, answer: u64| {
            let images = |row: &&[u64; 4]| row[1] == digit && row[2] == answer;
            let images = rows.iter().find(images).map_or(0, |row| row[3]);
            HeatCell {
                value: (images > 0).then_some(images as f64),
                text: vec![images.to_string()],
                detail: format!("{images} images of {digit} taken for {answer}"),
                ..HeatCell::default()
            }
        };
        let cells = (0..classes).map(|digit| (0..classes).map(|a| cell(digit, a)).collect());
        let seed = rows.first().map_or(0, |row| row[0]);
        Chart::Heatmap(Heatmap {
            title: self.title.into(),
            subtitle: Some(format!(
                "The network of seed {seed}, the least accurate of all, on the test images."
            )),
            x_label: "answer".into(),
            x: names(),
            y_label: "digit".into(),
            y: names(),
            cells: cells.collect(),
            scale_label: "test images".into(),
            ..Heatmap::default()
        })
    }

    /// The figure as a file.
    pub(super) fn draw(self, csv: &str) -> String {
        self.chart(csv).to_svg_in(Theme::Light)
    }
}
