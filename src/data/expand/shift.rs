/// (rows, columns) by which the pixels move: down, up, right, left, and not at all.
const DIRECTIONS: [(isize, isize); 5] = [(1, 0), (-1, 0), (0, 1), (0, -1), (0, 0)];

/// The image moved by a pixel in one of the directions; what moves in is background.
pub(super) fn shift(
    image: &[u8],
    (rows, columns): (usize, usize),
    direction: usize,
    shifted: &mut [u8],
) {
    let (down, right) = DIRECTIONS[direction];
    for y in 0..rows {
        for x in 0..columns {
            let from = y.checked_add_signed(-down).zip(x.checked_add_signed(-right));
            let inside = from.filter(|&(y, x)| y < rows && x < columns);
            shifted[y * columns + x] = inside.map_or(0, |(y, x)| image[y * columns + x]);
        }
    }
}
