use super::reference::{Reference, references};
use super::{LayerMetric, Measured};

/// A value of a curve that the book's author recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Recorded {
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The value as recorded: a cost, or a number of images.
    pub value: f64,
    /// Of how many images, if it is such a number.
    pub images: Option<f64>,
    /// Where it stands.
    pub row: &'static Reference,
}

impl Recorded {
    /// The value as [`Metric`] has it: a cost, or a fraction.
    pub(super) fn metric(self) -> f64 {
        self.value / self.images.unwrap_or(1.0)
    }
}

/// The recorded values of something in an arm of an experiment, by epoch, up to `epochs` of them.
pub(super) fn recorded(
    id: &str,
    arm: &str,
    of: impl Into<Measured>,
    epochs: usize,
) -> Vec<Recorded> {
    let (column, layer) = match of.into() {
        Measured::Metric(metric) => (metric.column(), None),
        Measured::Layer(metric, layer) => (metric.column(), Some(layer)),
        Measured::Eta | Measured::Seconds => return Vec::new(),
    };
    let is_it = |row: &&Reference| {
        row.id == id && row.arm == arm && row.metric == column && row.layer == layer
    };
    let mut values: Vec<Recorded> = references()
        .iter()
        .filter(is_it)
        .filter_map(|row| {
            // Layers are measured before an epoch, and after the last one.
            let end = epochs + usize::from(layer.is_some());
            let epoch = row.epoch.filter(|&epoch| epoch < end)?;
            let images = row.images();
            let value = match (row.number()?, images) {
                (percent, Some(images)) if row.unit == "%" => (percent / 100.0 * images).round(),
                (value, _) => value,
            };
            Some(Recorded { epoch, value, images, row })
        })
        .collect();
    // The extreme of a curve may stand there a second time, as such.
    values.sort_by_key(|recorded| recorded.epoch);
    values.dedup_by_key(|recorded| recorded.epoch);
    values
}

/// `training cost at epoch 3`, `test correct at epoch 3`: what was measured in the words of the table.
pub(super) fn words(of: Measured, epoch: usize) -> String {
    match of {
        Measured::Metric(metric) => {
            let metric = metric.column().replace('_', " ").replace("accuracy", "correct");
            format!("{metric} at epoch {epoch}")
        }
        Measured::Layer(LayerMetric::BiasGradient, layer) => {
            format!("‖∂C/∂b‖ of layer {layer} at epoch {epoch}")
        }
        Measured::Layer(LayerMetric::WeightGradient, layer) => {
            format!("‖∂C/∂w‖ of layer {layer} at epoch {epoch}")
        }
        Measured::Layer(LayerMetric::Weights, layer) => {
            format!("‖w‖ of layer {layer} at epoch {epoch}")
        }
        Measured::Eta => format!("η in epoch {epoch}"),
        Measured::Seconds => format!("seconds until epoch {epoch}"),
    }
}

/// The part of the values without a gap from epoch 0 on, as metrics.
pub(super) fn curve(values: &[Recorded]) -> Vec<f64> {
    let gapless = values.iter().enumerate().take_while(|(i, recorded)| recorded.epoch == *i);
    gapless.map(|(_, recorded)| recorded.metric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Metric;

    #[test]
    fn curves_and_single_values_are_found() {
        let costs = recorded("ch3-learning-rates", "eta=0.25", Metric::TrainingCost, 30);
        assert_eq!(costs.len(), 30);
        assert_eq!(curve(&costs)[0], 0.495_019_546_542_967_04);
        let counts = recorded("ch3-init-30", "old init", Metric::ValidationAccuracy, 30);
        assert_eq!((counts.len(), counts[0].value, counts[29].metric()), (30, 8643.0, 0.9637));
        assert_eq!(recorded("ch3-init-30", "", Metric::ValidationAccuracy, 30), []);
        let first = recorded("ch3-learning-rates", "eta=0.25", Metric::TrainingCost, 3);
        assert_eq!(first.len(), 3);
    }

    #[test]
    fn extremes_and_last_values_have_their_epochs() {
        let counts = recorded("ch3-overfit-1000", "", Metric::TestAccuracy, 400);
        let at = |epoch| counts.iter().find(|r| r.epoch == epoch).map(|r| r.value);
        assert_eq!((at(0), at(374), at(399)), (Some(5887.0), Some(8227.0), Some(8223.0)));
        assert_eq!(curve(&counts).len(), 2);
        let train = recorded("ch3-overfit-1000", "", Metric::TrainingAccuracy, 400);
        assert_eq!(train[0].images, Some(1000.0));
    }

    #[test]
    fn values_of_the_last_epoch_are_percentages() {
        let values = recorded("ch3-train-size", "n=100", Metric::ValidationAccuracy, 15_000);
        assert_eq!(values.len(), 1);
        assert_eq!((values[0].epoch, values[0].metric()), (14_999, 0.6909));
    }
}
