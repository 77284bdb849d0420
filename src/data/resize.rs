//! Pictures in other sizes.

use super::pixels::Pixels;

/// A picture in another size: a pixel is the mean of those around its place, each by a weight that falls linearly with
/// the distance; to 0 at that of neighbouring pixels, of the coarser of both sizes. Rounded once.
pub(super) fn resized(picture: &Pixels<u8>, width: usize, height: usize) -> Pixels<u8> {
    let mut pixels = Vec::with_capacity(width * height);
    let columns = weights(picture.width, width);
    let mut sums = vec![0.0; picture.width];
    for (first, shares) in weights(picture.height, height) {
        sums.fill(0.0);
        for (row, share) in picture.rows().skip(first).zip(shares) {
            for (sum, &pixel) in sums.iter_mut().zip(row) {
                *sum += f32::from(pixel) * share;
            }
        }
        for (first, shares) in &columns {
            let parts = sums[*first..].iter().zip(shares);
            let mean: f32 = parts.fold(0.0, |mean, (sum, share)| mean + sum * share);
            pixels.push(mean.round() as u8);
        }
    }
    Pixels { width, height, pixels }
}

/// What each of `to` pixels is made of, of a row of `from`: the first that has a share, and the shares from there on.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = from as f32 / to as f32;
    let reach = ratio.max(1.0);
    let shares = |i: usize| {
        let middle = (i as f32 + 0.5) * ratio;
        let first = ((middle - reach).floor().max(0.0) as usize).min(from - 1);
        let end = ((middle + reach).ceil() as usize).clamp(first + 1, from);
        let weight = |pixel| (1.0 - ((pixel as f32 - (middle - 0.5)) / reach).abs()).max(0.0);
        let mut shares: Vec<f32> = (first..end).map(weight).collect();
        let sum: f32 = shares.iter().fold(0.0, |sum, share| sum + share);
        shares.iter_mut().for_each(|share| *share /= sum);
        (first, shares)
    };
    (0..to).map(shares).collect()
}
