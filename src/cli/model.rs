//! What the commands that read models share.

use super::output::notice;
use anyhow::{anyhow, bail};
use nablab::data::Dataset;
use nablab::nn::Architecture;
use nablab::train::LearntFrom;
use std::path::Path;

/// The side of the square grey images that a network is for.
pub fn side(architecture: &Architecture) -> anyhow::Result<u32> {
    let (inputs, input) = (architecture.inputs(), architecture.input);
    if architecture.sees_images() && (input.rows != input.columns || input.channels > 1) {
        bail!("the network is for images of {input}; expected square ones, of one channel");
    }
    let side = inputs.isqrt();
    match side * side == inputs && side <= 255 {
        true => Ok(side as u32),
        false => bail!("the network has {inputs} inputs; expected those of a square image"),
    }
}

/// Makes sure that the files that a network has learnt from are read as they were then; of others that are read in another
/// way a notice tells.
pub fn check_reading(known: &LearntFrom, data: &Dataset, model: &Path) -> anyhow::Result<()> {
    known.check_reading(data).map_err(|problem| {
        let model = model.display();
        anyhow!("{model}: {problem}; expected the same --transpose and --scale")
    })?;
    if let Some(notes) = known.other_reading(data) {
        notice(format_args!("{}: {notes}", model.display()));
    }
    Ok(())
}
