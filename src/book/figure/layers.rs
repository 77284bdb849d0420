use super::curves::dots;
use super::{ArmCurves, DOT, Panel, Reproduction, band, empty, middle, middle_word};
use crate::book::LayerMetric;
use crate::book::curves::Measured;
use crate::figure::{Axis, Figure, Key, LabelAt, Mark, Marker, Series, Shape};

/// Something of the layers of an arm against the epochs trained before: a colour a layer. Of gradients only the
/// hidden layers are shown, as in the book.
pub(super) fn by_epoch(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    of: LayerMetric,
    key: &str,
) -> Figure {
    let mut series = Vec::new();
    let mut is_dotted = false;
    for arm in arms.iter().filter(|arm| arm.key == key) {
        let layers = arm.spec.hidden.len() + usize::from(of == LayerMetric::Weights);
        for layer in 1..=layers {
            let of = Measured::Layer(of, layer);
            let name = match layer > arm.spec.hidden.len() {
                true => "output layer".to_string(),
                false => format!("layer {layer}"),
            };
            let colour = layer - 1;
            let mut line = Series { label: name.clone(), colour, ..Series::default() };
            let epochs = arm.seeds.first().map(|run| run.points(of).to_vec()).unwrap_or_default();
            for (epoch, _) in epochs {
                let (sample, lost) = arm.sample(of, epoch);
                if lost > 0 {
                    continue;
                }
                line.points.push((epoch as f64, middle(&sample, panel)));
                if let Some(band) = band(&sample, panel, false) {
                    line.band.push((epoch as f64, band.low, band.high));
                }
            }
            line.marker = Marker::NONE;
            series.push(line);
            let recorded = arm.recorded(of);
            if !recorded.is_empty() {
                is_dotted = true;
                let label = format!("{name}, the book's recorded run");
                let book = Series { label, label_at: LabelAt::Hidden, colour, ..Series::default() };
                series.push(dots(book, recorded.iter()));
            }
        }
    }
    let mut key = vec![
        Key::new(Mark::Line, format!("{} of {} seeds", middle_word(panel), reproduction.seeds)),
        Key::new(Mark::Band, "95 % of single runs"),
    ];
    if is_dotted {
        key.push(Key::new(Mark::Point(Shape::Triangle), "the book's recorded run"));
    }
    Figure { series, key, ..empty(reproduction, panel, Axis::linear("epochs trained before")) }
}

/// Something of all hidden layers after some epochs: a colour an arm.
pub(super) fn profile(
    reproduction: &Reproduction,
    arms: &[ArmCurves],
    panel: &Panel,
    of: LayerMetric,
    epochs_trained: usize,
) -> Figure {
    let mut series = Vec::new();
    let mut is_dotted = false;
    for (colour, arm) in arms.iter().enumerate() {
        let mut line = Series { label: arm.label.into(), colour, ..Series::default() };
        let mut book = Series {
            label: format!("{}, the book", arm.label),
            label_at: LabelAt::Hidden,
            colour,
            marker: DOT,
            ..Series::default()
        };
        for layer in 1..=arm.spec.hidden.len() {
            let of = Measured::Layer(of, layer);
            let x = layer as f64;
            let (sample, lost) = arm.sample(of, epochs_trained);
            if lost == 0 && !sample.is_empty() {
                line.points.push((x, middle(&sample, panel)));
                if let Some(band) = band(&sample, panel, false) {
                    line.band.push((x, band.low, band.high));
                }
            }
            let recorded = arm.recorded(of).iter().find(|r| r.epoch == epochs_trained);
            book.points.extend(recorded.map(|r| (x, r.metric())));
            // No line: the book's networks are other ones.
            book.points.extend(recorded.map(|_| (x, f64::NAN)));
        }
        series.push(line);
        if !book.points.is_empty() {
            is_dotted = true;
            series.push(book);
        }
    }
    let mut key = vec![
        Key::new(Mark::Line, format!("{} of {} seeds", middle_word(panel), reproduction.seeds)),
        Key::new(Mark::Band, "95 % of single runs"),
    ];
    if is_dotted {
        key.push(Key::new(Mark::Point(Shape::Triangle), "the book"));
    }
    let x = Axis::linear("hidden layer, counted from the inputs");
    Figure { series, key, ..empty(reproduction, panel, x) }
}
