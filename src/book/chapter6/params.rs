use super::layers;
use crate::book::reference::references_of;
use crate::book::{
    Computed, Evidence, Experiment, Finding, Kind, Numbers, Reference, Rule, presets,
};
use crate::data::Dataset;
use crate::figure::{Chart, HeatCell, Heatmap};
use crate::nn::Network;
use crate::train::TrainingSpec;

/// The weights and biases of the chapter's networks.
pub const PARAMS: Experiment = Experiment {
    id: "ch6-params",
    title: "How few parameters a convolutional layer has",
    claim: "A feature map of 5 x 5 shared weights and a bias has 26 parameters and 20 maps 520, while a dense layer of 30 neurons \
            that sees the whole image has 23,550: more than 40 times as many.",
    groups: &["convolution"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The dense network that the book compares with.
const DENSE: &str = "30";
/// The network of one convolutional layer.
const CONV: &str = "20c5p2x100";
/// Networks by their hidden layers, with all their parameters as they follow from the book's layers, where it is said.
const NETWORKS: [(&str, Option<f64>); 4] = [
    (DENSE, None),
    (CONV, Some(289_630.0)),
    ("20c5p2x40c5p2x100", Some(85_670.0)),
    ("20c5p2x40c5p2x1000x1000", Some(1_672_570.0)),
];

/// The maps, or the neurons, of the first layer.
const MAPS: &str = "maps";

fn compute(data: &Dataset) -> Numbers {
    let mut numbers = Numbers::default();
    for (hidden, _) in NETWORKS {
        let spec = TrainingSpec { hidden: layers(hidden), ..presets::network3() };
        let network = Network::<f32>::zeros(spec.architecture(data));
        for (layer, weights) in (1..).zip(network.layers()) {
            let parameters = weights.n_in() * weights.n_out() + weights.biases().len();
            numbers.push(hidden, None, f64::from(layer), parameters as f64);
        }
        if hidden == CONV {
            numbers.push(MAPS, None, 0.0, network.layers()[0].n_out() as f64);
        }
    }
    numbers
}

fn finding(row: &'static Reference, numbers: &Numbers) -> Option<Finding> {
    let maps = numbers.at(CONV, 1.0);
    let ours = match row.quantity.as_str() {
        "parameters per feature map" => maps / numbers.at(MAPS, 0.0),
        "parameters of 20 maps" => maps,
        "parameters of 784-30 layer" => numbers.at(DENSE, 1.0),
        _ => return None,
    };
    Some(Finding::of(row, Rule::Equal, Evidence::Computed(ours)))
}

fn judge(numbers: &Numbers) -> Computed {
    let ratio = numbers.at(DENSE, 1.0) / numbers.at(CONV, 1.0);
    let more = Finding::new(
        "whether the dense layer has more than 40 times as many".into(),
        Rule::Equal,
        Some(1.0),
        Evidence::Computed(f64::from(ratio > 40.0)),
    );
    let total = |hidden: &str| numbers.values(hidden).iter().sum::<f64>();
    let totals = NETWORKS.iter().filter_map(|&(hidden, all)| {
        let ours = Evidence::Computed(total(hidden));
        let quantity = format!("parameters of 784-{}-10", hidden.replace('x', "-"));
        Some(Finding { ours: true, ..Finding::new(quantity, Rule::Equal, Some(all?), ours) })
    });
    let rows = references_of(PARAMS.id).filter_map(|row| finding(row, numbers));
    let most = NETWORKS.iter().map(|(hidden, _)| numbers.values(hidden).len()).max().unwrap_or(0);
    let cells = NETWORKS.iter().map(|(hidden, _)| {
        let cell = |layer: usize| {
            let parameters = numbers.at(hidden, layer as f64);
            if !parameters.is_finite() {
                return HeatCell::default();
            }
            HeatCell {
                value: Some(parameters / total(hidden)),
                text: vec![parameters.to_string()],
                detail: format!("layer {layer}: {parameters} of {} parameters", total(hidden)),
                ..HeatCell::default()
            }
        };
        (1..=most).map(cell).collect()
    });
    Computed {
        subtitle: "Nothing is trained: weights and biases of the networks' layers, counted.".into(),
        findings: rows.chain([more]).chain(totals).collect(),
        figure: Chart::Heatmap(Heatmap {
            title: PARAMS.title.into(),
            subtitle: Some("Weights and biases by layer, the output layer last.".into()),
            x_label: "layer".into(),
            x: (1..=most).map(|layer| layer.to_string()).collect(),
            y_label: "hidden layers".into(),
            y: NETWORKS.iter().map(|(hidden, _)| (*hidden).into()).collect(),
            cells: cells.collect(),
            scale_label: "share of the network".into(),
            note: Some("20c5p2: 20 maps of 5 x 5 pixels with 2 x 2 max-pooling.".into()),
            ..Heatmap::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Verdict;

    #[test]
    fn every_number_of_the_book_is_counted() {
        let computed = judge(&compute(&Dataset::mnist().unwrap()));
        assert_eq!(computed.findings.len(), 3 + 1 + 3);
        for finding in computed.findings {
            assert_eq!(finding.verdict(), Verdict::Inside, "{}", finding.quantity);
        }
    }
}
