use super::warp::Field;
use crate::rng::Stream;

/// The largest angle, in degrees.
const LARGEST: f64 = 15.0;

/// A random rotation.
pub(super) fn draw(stream: &mut Stream, field: &mut Field) {
    let degrees = (2.0 * stream.uniform() - 1.0) * LARGEST;
    rotate(degrees, field);
}

/// A rotation around the middle of the image, counterclockwise as one sees it.
pub(super) fn rotate(degrees: f64, field: &mut Field) {
    let (rows, columns) = field.shape;
    let angle = degrees.to_radians();
    // Not the standard library's, whose bits depend on the platform.
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let middle = |n: usize| (n as f64 - 1.0) / 2.0;
    for i in 0..rows * columns {
        let y = (i / columns) as f64 - middle(rows);
        let x = (i % columns) as f64 - middle(columns);
        // The place in the original is the place here, rotated back.
        field.down[i] = (sin * x + cos * y - y) as f32;
        field.right[i] = (cos * x - sin * y - x) as f32;
    }
}
