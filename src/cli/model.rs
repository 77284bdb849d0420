//! What evaluate and predict share.

use anyhow::bail;
use nablab::nn::Architecture;

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
