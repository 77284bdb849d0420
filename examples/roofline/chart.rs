use crate::row::Row;
use nablab::figure::{Axis, Figure, Key, LabelAt, Mark, Marker, Series, Shape, Stroke};
use nablab::text::significant;

/// Where the names of the roofs are written, and of nothing else.
pub const ROOF: LabelAt = LabelAt::Along;
/// How far the axes reach beyond the points: left and down, where the names of the roofs stand, and
/// right and up.
const ROOM: (f64, f64) = (4.5, 2.0);
/// Black, in the palette of the figures.
const BLACK: usize = 6;

/// The roofline figure of rows measured on one machine.
pub fn draw(rows: &[Row]) -> Figure {
    let Some(first) = rows.first() else {
        return Figure::default();
    };
    let axis = |value: fn(&Row) -> f64| {
        let values = || rows.iter().map(value);
        let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
        (low / ROOM.0, high * ROOM.1)
    };
    let x = axis(|row| row.intensity);
    let y = (axis(|row| row.gflops).0, axis(|row| row.fma_gflops).1);

    let mut series = roofs(first, x, y.0);
    series.extend(passes(rows));
    Figure {
        title: "How close the passes come to what this machine can do".into(),
        subtitle: Some(format!("{}, {}, {}, one thread", first.cpu, first.simd, first.precision)),
        x: Axis::log10("arithmetic intensity (FLOP/byte)").with_range(x.0, x.1),
        y: Axis::log10("speed (GFLOP/s)").with_range(y.0, y.1),
        series,
        key: vec![
            Key::new(Mark::Point(Shape::Circle), "forward pass"),
            Key::new(Mark::Point(Shape::Triangle), "backward pass and step"),
            Key::new(Mark::Dashed, "measured limit"),
        ],
        note: Some(note(rows)),
        hatched: Vec::new(),
    }
}

/// A slope a level of memory, up to the FMA peak, and that.
fn roofs(row: &Row, x: (f64, f64), lowest: f64) -> Vec<Series> {
    let roof = |label, points| Series {
        label,
        label_at: ROOF,
        colour: BLACK,
        points,
        style: Stroke::Dashed,
        marker: Marker::NONE,
        ..Series::default()
    };
    let fma = row.fma_gflops;
    let slopes = row.bandwidths().map(|(name, slope)| {
        let label = format!("{name} {} GB/s", significant(slope, 3));
        let left = x.0.max(lowest / slope);
        roof(label, vec![(left, slope * left), (fma / slope, fma)])
    });
    let ridge = fma / row.l1_gb_per_s;
    let label = format!("FMA peak {} GFLOP/s", significant(fma, 3));
    slopes.chain([roof(label, vec![(ridge, fma), (x.1, fma)])]).collect()
}

/// A colour and a size of points a network, a shape a pass; along a line the mini-batch grows.
fn passes(rows: &[Row]) -> Vec<Series> {
    let mut networks: Vec<&str> = rows.iter().map(|row| &row.network[..]).collect();
    networks.dedup();
    let mut series = Vec::new();
    // From the largest to the smallest, so that none hides another.
    for (colour, network) in networks.into_iter().enumerate().rev() {
        for (pass, label_at, shape) in [
            ("forward", LabelAt::Legend, Shape::Circle),
            ("backward", LabelAt::Hidden, Shape::Triangle),
        ] {
            let own = rows.iter().filter(|row| row.network == network && row.pass == pass);
            series.push(Series {
                label: match label_at {
                    LabelAt::Legend => network.into(),
                    _ => format!("{network}, {pass}"),
                },
                label_at,
                colour,
                points: own.map(|row| (row.intensity, row.gflops)).collect(),
                marker: Marker::new(shape, 3.0 + 1.5 * colour as f64),
                ..Series::default()
            });
        }
    }
    series
}

/// `784-30-10 with 1, 10, 100 (weights from L2); …`, and how work is counted.
fn note(rows: &[Row]) -> String {
    let forward = rows.iter().filter(|row| row.pass == "forward").collect::<Vec<_>>();
    let networks = forward.chunk_by(|a, b| a.network == b.network).map(|rows| {
        let sizes: Vec<String> = rows.iter().map(|row| row.batch.to_string()).collect();
        let Row { network, weights_in, .. } = rows[0];
        format!("{network} with {} (weights from {weights_in})", sizes.join(", "))
    });
    format!(
        "Images in a mini-batch, left to right: {}. Useful operations only: two a multiply-add of a \
         weight, none for zero pixels and, after pooling, for errors of places that did not win. Convolutions count as \
         direct sums, though minimal filtering needs fewer operations. Every array that a pass reads counts once, every array that \
         it writes once more.",
        networks.collect::<Vec<_>>().join("; ")
    )
}
