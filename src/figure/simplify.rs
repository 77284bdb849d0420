//! Fewer points for a line that looks the same.

type Pixel = (f64, f64);

/// How far, in pixels, a line may run from the points that it leaves out: a fraction of what a screen shows.
const TOLERANCE: f64 = 0.1;

/// The points of a line without those that lie on it anyway, to a tenth of a pixel: the rule of Ramer (1972), and Douglas and
/// Peucker (1973). The first and the last one stay.
pub(super) fn simplified(points: &[Pixel]) -> Vec<Pixel> {
    let mut keep = vec![false; points.len()];
    let mut open = Vec::new();
    if let [.., _] = points {
        let last = points.len() - 1;
        (keep[0], keep[last]) = (true, true);
        open.push((0, last));
    }
    while let Some((first, last)) = open.pop() {
        let off = |i: usize| distance(points[i], points[first], points[last]);
        let furthest = (first + 1..last).max_by(|&i, &j| off(i).total_cmp(&off(j)));
        if let Some(middle) = furthest.filter(|&i| off(i) > TOLERANCE) {
            keep[middle] = true;
            open.extend([(first, middle), (middle, last)]);
        }
    }
    let kept = points.iter().zip(keep).filter(|(_, keep)| *keep);
    kept.map(|(&point, _)| point).collect()
}

/// The distance of a point from the line between two others, its ends included.
fn distance((x, y): Pixel, (ax, ay): Pixel, (bx, by): Pixel) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { ((x - ax) * dx + (y - ay) * dy) / length } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_lies_on_the_line() {
        let curve = |i: usize| (i as f64 / 2.0, 100.0 * libm::sin(i as f64 / 40.0));
        let points: Vec<Pixel> = (0..400).map(curve).collect();
        let kept = simplified(&points);
        assert!((10..100).contains(&kept.len()), "{}", kept.len());
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[399]));
        for &point in &points {
            let off = kept.windows(2).map(|ends| distance(point, ends[0], ends[1]));
            assert!(off.fold(f64::INFINITY, f64::min) <= TOLERANCE);
        }
    }

    #[test]
    fn corners_stay_and_straight_lines_have_two_points() {
        let stairs = [(0.0, 0.0), (5.0, 0.0), (5.0, 9.0), (9.0, 9.0), (9.0, 20.0)];
        assert_eq!(simplified(&stairs), stairs);
        let line: Vec<Pixel> = (0..50).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
        assert_eq!(simplified(&line), [line[0], line[49]]);
        // There and back again, and a place where nothing moves.
        let spike = [(0.0, 0.0), (0.0, 7.0), (0.0, 0.0)];
        assert_eq!(simplified(&spike), spike);
        for few in [&[][..], &[(1.0, 2.0)]] {
            assert_eq!(simplified(few), few);
        }
    }
}
