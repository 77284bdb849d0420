use crate::book::slope::log_slope;
use crate::book::{Computed, Evidence, Experiment, Finding, Kind, Numbers, Rule, Tolerance};
use crate::data::Dataset;
use crate::figure::{Axis, Chart, Figure, Key, LabelAt, Mark, Marker, Series, Stroke};
use crate::nn::{Activation, Architecture, Cost, Gradient, Network, Output, Workspace};
use crate::rng::{Purpose, Stream};
use crate::simd::panels::DenseBatch;
use crate::simd::{AlignedVec, SimdLevel, padded};
use crate::stats::median;
use clap::ValueEnum;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// The four equations against what they are to be: derivatives of the cost.
pub const CHECK: Experiment = Experiment {
    id: "ch2-check",
    title: "The four equations of backpropagation against finite differences",
    claim: "BP1 to BP4 give the derivatives of the cost by weighted inputs, biases and weights, for any cost and any activation \
            that have derivatives. (C(w + ε) − C(w))/ε comes near them as ε falls (equation 46), until rounding takes over.",
    groups: &["gradients"],
    long: false,
    kind: Kind::Computed { compute, judge },
};

/// The networks; the last one has no hidden layer.
const SHAPES: [&[usize]; 3] = [&[8, 5, 4], &[6, 5, 4, 3], &[5, 3]];
const IMAGES: usize = 3;
const EQUATIONS: [&str; 4] = ["BP1", "BP2", "BP3", "BP4"];
/// So far from 0 is every weighted input of a hidden neuron with a kink: ε does not take it across.
const KINK: f64 = 0.1;

/// ε = 10⁻², 10⁻²·⁵, …, 10⁻¹⁰.
fn epsilons() -> impl Iterator<Item = f64> {
    (4..=20).map(|k| libm::pow(10.0, -f64::from(k) / 2.0))
}

/// A network, and a mini-batch of random inputs.
struct Case {
    network: Network<f64>,
    /// `[image][padded(inputs)]`
    rows: AlignedVec<f64>,
    labels: Vec<u8>,
}

/// A bias, or a weight if it has an input: the layer after the inputs is 0.
#[derive(Debug, Clone, Copy)]
struct Place {
    l: usize,
    j: usize,
    k: Option<usize>,
}

impl Case {
    /// With parameters N(0, 1) / √n_in and biases N(0, 1).
    fn draw(architecture: Architecture, seed: u64) -> Self {
        let mut stream = Stream::new(seed, Purpose::Demonstration, 0);
        let stride = padded(architecture.inputs());
        let mut rows = AlignedVec::zeros(IMAGES * stride);
        for row in rows.chunks_exact_mut(stride) {
            row[..architecture.inputs()].fill_with(|| stream.uniform());
        }
        let outputs = architecture.outputs() as u32;
        let labels = (0..IMAGES).map(|_| stream.below(outputs) as u8).collect();
        let mut network = Network::zeros(architecture);
        for layer in network.layers_mut() {
            let deviation = 1.0 / (layer.n_in() as f64).sqrt();
            for j in 0..layer.n_out() {
                layer.biases_mut()[j] = stream.gaussian();
                for k in 0..layer.n_in() {
                    layer.set_weight(j, k, deviation * stream.gaussian());
                }
            }
        }
        Self { network, rows, labels }
    }

    /// The first seed of which no neuron stands near a kink.
    fn new(architecture: &Architecture) -> Self {
        let cases = (0..).map(|seed| Self::draw(architecture.clone(), seed));
        let kinked = architecture.hidden.first().is_some_and(|layer| has_kink(layer.activation));
        let mut clear = cases.filter(|case| !kinked || case.distance_from_kinks() > KINK);
        clear.next().expect("seeds without end")
    }

    /// The least |z| of the hidden neurons: that of the outputs of a network that ends there.
    fn distance_from_kinks(&self) -> f64 {
        let architecture = self.network.architecture();
        let mut least = f64::INFINITY;
        for end in 0..architecture.hidden_layers() {
            let mut part = Network::zeros(Architecture {
                hidden: architecture.hidden[..end].to_vec(),
                outputs: self.network.shapes()[end].neurons(),
                output: Output::Identity,
                cost: Cost::Quadratic,
                ..architecture.clone()
            });
            part.layers_mut().clone_from_slice(&self.network.layers()[..=end]);
            let z = SimdLevel::best().arch().dispatch(Outputs { network: &part, case: self });
            least = z.into_iter().fold(least, |least, z| least.min(z.abs()));
        }
        least
    }

    fn input(&self) -> DenseBatch<'_, f64> {
        let inputs = self.network.architecture().inputs();
        DenseBatch::new(&self.rows, padded(inputs), inputs)
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.network.layers().iter().enumerate().flat_map(|(l, layer)| {
            let inputs = layer.n_in();
            let neuron = move |j| (0..=inputs).map(move |k| Place { l, j, k: k.checked_sub(1) });
            (0..layer.n_out()).flat_map(neuron)
        })
    }

    /// The cost of each image if a parameter is changed.
    fn costs(&self, place: Place, change: f64) -> Vec<f64> {
        let mut network = self.network.clone();
        let Place { l, j, k } = place;
        let layer = &mut network.layers_mut()[l];
        match k {
            None => layer.biases_mut()[j] += change,
            Some(k) => layer.set_weight(j, k, layer.weight(j, k) + change),
        }
        SimdLevel::best().arch().dispatch(Costs { network: &network, case: self })
    }

    fn backpropagate(&self) -> Backpropagated {
        let mut network = self.network.clone();
        let pass = Backpropagate { network: &mut network, case: self };
        SimdLevel::best().arch().dispatch(pass)
    }
}

fn has_kink(activation: Activation) -> bool {
    use Activation::{Elu, LeakyRelu, Relu, Step};
    matches!(activation, Step | Relu | LeakyRelu | Elu)
}

/// What the library's passes give.
struct Backpropagated {
    /// δ, `[layer][image][stride]`.
    deltas: Vec<Vec<f64>>,
    strides: Vec<usize>,
    gradient: Gradient<f64>,
}

struct Backpropagate<'a> {
    network: &'a mut Network<f64>,
    case: &'a Case,
}

impl WithSimd for Backpropagate<'_> {
    type Output = Backpropagated;
    fn with_simd<S: Simd>(self, simd: S) -> Backpropagated {
        let Self { network, case } = self;
        let mut workspace = Workspace::new(network, IMAGES);
        let mut gradient = Gradient::zeros(network);
        workspace.forward(simd, network, case.input());
        workspace.backward(simd, network, &case.labels[..]);
        workspace.add_gradient(simd, case.input(), &mut gradient);
        let layers = 0..network.layers().len();
        Backpropagated {
            deltas: layers.map(|l| workspace.delta(l).to_vec()).collect(),
            strides: network.layers().iter().map(|layer| layer.stride()).collect(),
            gradient,
        }
    }
}

struct Costs<'a> {
    network: &'a Network<f64>,
    case: &'a Case,
}

impl WithSimd for Costs<'_> {
    type Output = Vec<f64>;
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let Self { network, case } = self;
        let mut workspace = Workspace::new(network, IMAGES);
        workspace.forward(simd, network, case.input());
        let (z, a) = (workspace.output_z(), workspace.output());
        let stride = z.len() / IMAGES;
        let Architecture { cost, targets, .. } = *network.architecture();
        let outputs = network.architecture().outputs();
        let rows = z.chunks_exact(stride).zip(a.chunks_exact(stride)).zip(&case.labels);
        let cost = |((z, a), &label): ((&[f64], &[f64]), &u8)| {
            cost.of_image(targets, &z[..outputs], &a[..outputs], usize::from(label))
        };
        rows.map(cost).collect()
    }
}

/// The outputs of all images.
struct Outputs<'a> {
    network: &'a Network<f64>,
    case: &'a Case,
}

impl WithSimd for Outputs<'_> {
    type Output = Vec<f64>;
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let Self { network, case } = self;
        let mut workspace = Workspace::new(network, IMAGES);
        workspace.forward(simd, network, case.input());
        let outputs = network.architecture().outputs();
        let rows = workspace.output().chunks_exact(workspace.output().len() / IMAGES);
        rows.flat_map(|row| row[..outputs].to_vec()).collect()
    }
}

/// How far numbers are from what they are to be, as a part of that; both as vectors.
#[derive(Debug, Clone, Copy, Default)]
struct Error {
    off: f64,
    size: f64,
}

impl Error {
    fn add(&mut self, ours: f64, difference: f64) {
        self.off += (ours - difference).powi(2);
        self.size += ours * ours;
    }

    /// 0 where there is nothing, and the differences say so.
    fn relative(self) -> f64 {
        if self.off == 0.0 { 0.0 } else { (self.off / self.size).sqrt() }
    }
}

/// The errors of BP1 to BP4 against differences at an ε: (central, one-sided). That of BP2 is not there without hidden neurons.
fn errors(case: &Case, found: &Backpropagated, base: &[f64], epsilon: f64) -> [[Error; 4]; 2] {
    let mut errors = [[Error::default(); 4]; 2];
    let last = found.deltas.len() - 1;
    for place in case.places() {
        let (above, below) = (case.costs(place, epsilon), case.costs(place, -epsilon));
        let central = |i: usize| (above[i] - below[i]) / (2.0 * epsilon);
        let one_sided = |i: usize| (above[i] - base[i]) / epsilon;
        let differences: [&dyn Fn(usize) -> f64; 2] = [&central, &one_sided];
        let Place { l, j, k } = place;
        for (errors, difference) in errors.iter_mut().zip(differences) {
            let sum = (0..IMAGES).map(difference).sum();
            match k {
                Some(k) => errors[3].add(found.gradient.weight(l, j, k), sum),
                None => {
                    errors[2].add(found.gradient.biases(l)[j], sum);
                    // What a bias changes is its neuron's z.
                    let equation = usize::from(l < last);
                    for i in 0..IMAGES {
                        let delta = found.deltas[l][i * found.strides[l] + j];
                        errors[equation].add(delta, difference(i));
                    }
                }
            }
        }
    }
    errors
}

/// Every architecture that is checked, with a name.
fn architectures() -> Vec<(String, Architecture)> {
    let pairs = Cost::value_variants().iter().flat_map(|&cost| {
        let outputs = Output::value_variants().iter().map(move |&output| (cost, output));
        outputs.filter(|&(cost, output)| cost.pairing(output).is_ok())
    });
    let mut architectures = Vec::new();
    for (cost, output) in pairs {
        for sizes in SHAPES {
            let activations = Activation::value_variants();
            // Without hidden layers they make no difference.
            let activations = if sizes.len() > 2 { activations } else { &activations[..1] };
            for &activation in activations {
                let hidden = if sizes.len() > 2 { activation.name() } else { "none" };
                let shape: Vec<String> = sizes.iter().map(usize::to_string).collect();
                let name =
                    format!("{} {hidden} {} {}", shape.join("-"), output.name(), cost.name());
                let architecture = Architecture::dense(sizes, activation, output, cost);
                architectures.push((name, architecture));
            }
        }
    }
    architectures
}

/// Whether all derivatives are smooth, so that the errors are powers of ε.
fn is_smooth(architecture: &Architecture) -> bool {
    use Activation::{Gelu, Sigmoid, Silu, Softplus, Tanh};
    let smooth = |activation| matches!(activation, Sigmoid | Tanh | Gelu | Silu | Softplus);
    architecture.hidden.first().is_some_and(|layer| smooth(layer.activation))
}

const CENTRAL: &str = "central";
const ONE_SIDED: &str = "one-sided";

fn compute(_: &Dataset) -> Numbers {
    let architectures = architectures();
    let of_case = |(name, architecture): &(String, Architecture)| {
        let case = Case::new(architecture);
        let found = case.backpropagate();
        let base = case.costs(Place { l: 0, j: 0, k: None }, 0.0);
        let mut least = [f64::INFINITY; 4];
        let mut numbers = Numbers::default();
        for epsilon in epsilons() {
            let [central, one_sided] =
                errors(&case, &found, &base, epsilon).map(|errors| errors.map(Error::relative));
            for (least, error) in least.iter_mut().zip(central) {
                *least = least.min(error);
            }
            if is_smooth(architecture) {
                numbers.push(format!("{name}: {CENTRAL}"), None, epsilon, central[3]);
                numbers.push(format!("{name}: {ONE_SIDED}"), None, epsilon, one_sided[3]);
            }
        }
        for (equation, error) in EQUATIONS.into_iter().zip(least) {
            // Without hidden neurons there is no BP2.
            if equation != "BP2" || architecture.hidden_layers() > 0 {
                numbers.push(
                    format!("{equation}, least error"),
                    None,
                    found.deltas.len() as f64,
                    error,
                );
            }
        }
        numbers
    };
    let all: Vec<Numbers> = architectures.par_iter().map(of_case).collect();
    all.into_iter().collect()
}

/// The error of BP4 by ε of every network of smooth neurons.
fn courses(numbers: &Numbers, kind: &str) -> Vec<Vec<f64>> {
    let names = architectures().into_iter().filter(|(_, a)| is_smooth(a)).map(|(name, _)| name);
    names.map(|name| numbers.values(&format!("{name}: {kind}"))).collect()
}

/// The median of several courses at every ε.
fn median_course(courses: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let at = |(i, epsilon): (usize, f64)| {
        let errors: Vec<f64> = courses.iter().filter_map(|course| course.get(i)).copied().collect();
        (epsilon, if errors.is_empty() { f64::NAN } else { median(&errors) })
    };
    epsilons().enumerate().map(at).collect()
}

fn judge(numbers: &Numbers) -> Computed {
    let mut findings = Vec::new();
    for equation in EQUATIONS {
        let least = numbers.values(&format!("{equation}, least error"));
        let worst = least.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        findings.push(Finding::new(
            format!(
                "{equation}: relative error at the best ε, the largest of {} networks",
                least.len()
            ),
            Rule::Within(Tolerance::Absolute(1e-7)),
            Some(0.0),
            Evidence::Computed(worst),
        ));
    }
    let within = |quantity: &str, tolerance, wanted, ours| Finding {
        ours: true,
        ..Finding::new(
            quantity.into(),
            Rule::Within(Tolerance::Absolute(tolerance)),
            Some(wanted),
            Evidence::Computed(ours),
        )
    };
    for (kind, power, best) in
        [(ONE_SIDED, 1.0, f64::EPSILON.sqrt()), (CENTRAL, 2.0, libm::cbrt(f64::EPSILON))]
    {
        let course = median_course(&courses(numbers, kind));
        let falling: Vec<_> = course.iter().copied().filter(|p| p.0 > 0.9e-4).collect();
        let rising: Vec<_> = course.iter().copied().filter(|p| p.0 < 1.1e-9).collect();
        let least = course.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let least = least.map_or(f64::NAN, |&(epsilon, _)| libm::log10(epsilon));
        findings.extend([
            within(
                &format!("{kind}: power of ε in the error above 10⁻⁴"),
                0.1,
                power,
                log_slope(&falling),
            ),
            within(
                &format!("{kind}: power of ε in the error below 10⁻⁹, where it is rounding"),
                0.3,
                -1.0,
                log_slope(&rising),
            ),
            within(
                &format!("{kind}: log₁₀ of the best ε, a root of f64's rounding"),
                1.0,
                libm::log10(best),
                least,
            ),
        ]);
    }
    Computed {
        subtitle: format!(
            "Networks {}, every activation, output layer and cost that fit each other, mini-batches of {IMAGES} random images, f64, \
             ours: all parameters of a network together. Where an activation has a kink (step, ReLU, leaky ReLU, ELU), the first seed \
             is taken for which all weighted inputs are more than {KINK} away from it. The powers and the best ε are those of the \
             median of BP4 over the networks of smooth hidden neurons.",
            SHAPES.map(|s| s.iter().map(usize::to_string).collect::<Vec<_>>().join("-")).join(", ")
        ),
        findings,
        figure: Chart::Lines(figure(numbers)),
    }
}

fn figure(numbers: &Numbers) -> Figure {
    let series = |(colour, kind): (usize, &str)| {
        let all = courses(numbers, kind);
        let thin = |course: &Vec<f64>| epsilons().zip(course.iter().copied()).collect();
        Series {
            label: kind.into(),
            label_at: LabelAt::Legend,
            colour,
            points: median_course(&all),
            thin: all.iter().map(thin).collect(),
            marker: Marker::NONE,
            ..Series::default()
        }
    };
    let guide = |label: &str, points: [(f64, f64); 2]| Series {
        label: label.into(),
        label_at: LabelAt::Along,
        colour: 6,
        points: points.into(),
        marker: Marker::NONE,
        style: Stroke::Dashed,
        ..Series::default()
    };
    let mut lines: Vec<Series> = [(0, CENTRAL), (1, ONE_SIDED)].into_iter().map(series).collect();
    lines.push(guide("ε", [(1e-6, 3e-6), (1e-2, 3e-2)]));
    lines.push(guide("ε²", [(2e-4, 4e-11), (1e-2, 1e-7)]));
    Figure {
        title: CHECK.title.into(),
        subtitle: Some(
            "∂C/∂w by BP4 against (C(w + ε) − C(w))/ε and (C(w + ε) − C(w − ε))/2ε, in f64.".into(),
        ),
        x: Axis::log10("ε"),
        y: Axis::log10("relative difference"),
        series: lines,
        key: vec![
            Key::new(Mark::Line, "median"),
            Key::new(Mark::Thin, "one network"),
            Key::new(Mark::Dashed, "powers of ε"),
        ],
        ..Figure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::textbook::Textbook;

    fn architecture(activation: Activation) -> Architecture {
        Architecture::dense(&[6, 5, 4, 3], activation, Output::Softmax, Cost::LogLikelihood)
    }

    #[test]
    fn every_pair_of_output_and_cost_is_checked_with_every_activation() {
        let names: Vec<String> = architectures().into_iter().map(|(name, _)| name).collect();
        // Four outputs of the quadratic cost, one of each other; two networks with hidden layers and one without.
        assert_eq!(names.len(), 6 * (2 * Activation::value_variants().len() + 1));
        assert!(names.iter().any(|name| name == "6-5-4-3 gelu tanh quadratic"), "{names:?}");
    }

    #[test]
    fn costs_and_weighted_inputs_are_those_of_the_textbook() {
        let case = Case::new(&architecture(Activation::Relu));
        let textbook = Textbook::from_network(&case.network);
        let mut least = f64::INFINITY;
        let costs = case.costs(Place { l: 0, j: 0, k: None }, 0.0);
        for (i, cost) in costs.iter().enumerate() {
            let x = &case.rows[i * padded(6)..][..6];
            assert!((cost - textbook.cost_of(x, usize::from(case.labels[i]))).abs() < 1e-12);
            let (zs, _) = textbook.feed_forward(x);
            least = zs[..2].iter().flatten().fold(least, |least, z| least.min(z.abs()));
        }
        assert!((case.distance_from_kinks() - least).abs() < 1e-12);
        assert!(least > KINK);
    }

    #[test]
    fn a_wrong_derivative_shows() {
        let case = Case::new(&architecture(Activation::Tanh));
        let mut found = case.backpropagate();
        let base = case.costs(Place { l: 0, j: 0, k: None }, 0.0);
        let relative =
            |found: &Backpropagated| errors(&case, found, &base, 1e-5)[0].map(Error::relative);
        assert!(relative(&found).into_iter().all(|error| error < 1e-7), "{:?}", relative(&found));
        // δ of a hidden neuron is off by a hundredth of all of them.
        let size: f64 = found.deltas[..2].iter().flatten().map(|d| d * d).sum();
        found.deltas[1][2] += 0.01 * size.sqrt();
        let [bp1, bp2, bp3, bp4] = relative(&found);
        assert!((bp2 - 0.01).abs() < 1e-4 && bp1.max(bp3).max(bp4) < 1e-7);
    }
}
