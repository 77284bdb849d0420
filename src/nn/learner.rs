use super::layers::dense::{FEW_ROWS, errors_and_descent, has_one_copy};
use super::pass::{add_biases, add_weights, errors_before, output_errors, through_layer};
use super::workspace::LayerSpace;
use super::{Desired, Gradient, Input, LayerShape, Network, Optimiser, Weights, Workspace};
use crate::simd::elementwise::Scale;
use crate::simd::update::{AdaptiveConstants, AddPenalty, AddScaled, Shrink};
use crate::simd::{AlignedVec, Real};
use pulp::{Simd, WithSimd};

/// What a step of learning depends on besides the gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepConstants {
    /// The learning rate η.
    pub eta: f64,
    /// The parameter λ of L2 regularisation (weight decay).
    pub lambda: f64,
    /// The parameter λ of L1 regularisation.
    pub l1: f64,
    /// n, by which both are divided: the size of the training set.
    pub images: usize,
    /// The longest vector of weights that may lead into a hidden neuron; ∞ for no limit.
    pub max_norm: f64,
    /// The longest gradient: a longer one, of the mean cost of a mini-batch over all parameters, without penalties, is
    /// shortened to it (Pascanu, Mikolov and Bengio, 2013); ∞ for no limit.
    pub clip_norm: f64,
}

impl StepConstants {
    /// Plain gradient descent without any regularisation.
    pub fn plain(eta: f64) -> Self {
        let none = f64::INFINITY;
        Self { eta, lambda: 0.0, l1: 0.0, images: 1, max_norm: none, clip_norm: none }
    }
}

/// An optimiser at work: its rule, and what it remembers of earlier gradients.
#[derive(Debug, Clone)]
pub struct Learner<T: Real> {
    optimiser: Optimiser,
    momentum: f64,
    step: StepConstants,
    rates: Rates,
    memories: Vec<Memory<T>>,
    /// β₁^t and β₂^t after t steps.
    powers: [f64; 2],
    /// Room for the squared norms of a layer's neurons.
    norms: AlignedVec<T>,
    /// The gradient whose length is to be known, where it has a limit.
    gradient: Option<Box<Gradient<T>>>,
}

/// What is remembered of a layer, in its shape; what the rule has no use for is empty.
#[derive(Debug, Clone)]
struct Memory<T: Real> {
    /// The velocity v, or the running mean of the gradient.
    first: Weights<T>,
    /// The running mean of the gradient's square.
    second: Weights<T>,
    /// The gradient of the mini-batch, summed over its images.
    gradient: Weights<T>,
}

impl<T: Real> Learner<T> {
    /// The optimiser with the momentum coefficient μ, before its first step, for networks shaped
    /// like `network`. Its steps have length 0 until [`set_step`](Self::set_step) is called.
    pub fn new(optimiser: Optimiser, momentum: f64, network: &Network<T>) -> Self {
        let adaptive = optimiser.betas().is_some();
        let memory = |layer: &Weights<T>| Memory {
            first: layer.zeros_like(),
            second: if adaptive { layer.zeros_like() } else { Weights::zeros(0, 0) },
            gradient: if adaptive { layer.zeros_like() } else { Weights::zeros(0, 0) },
        };
        let remembers = adaptive || optimiser == Optimiser::Nesterov || momentum != 0.0;
        let layers = network.layers().iter();
        let widest = layers.clone().map(Weights::stride).max().unwrap_or(0);
        let step = StepConstants::plain(0.0);
        Self {
            optimiser,
            momentum,
            step,
            rates: Rates::new(step, momentum),
            memories: if remembers { layers.map(memory).collect() } else { Vec::new() },
            powers: [1.0; 2],
            norms: AlignedVec::zeros(widest),
            gradient: None,
        }
    }

    /// Sets what the steps to come depend on besides the gradient.
    pub fn set_step(&mut self, step: StepConstants) {
        self.step = step;
        self.rates = Rates::new(step, self.momentum);
    }

    /// To be called before the forward pass: Nesterov's rule moves the network to where momentum
    /// alone would take it, and [`learn`](Self::learn) goes on from there.
    pub fn look_ahead<S: Simd>(&mut self, simd: S, network: &mut Network<T>) {
        if self.optimiser == Optimiser::Nesterov {
            simd.vectorize(LookAhead { learner: self, network });
        }
    }

    /// A step of learning from the errors of the last passes, averaged over the mini-batch.
    ///
    /// The regularised cost is C = C₀ + (λ/2n) Σ w² + (λ₁/n) Σ |w|, and biases are not regularised
    /// (chapter 3, equations 87 and 95). With momentum or running means its whole gradient goes
    /// through them; without, w ← (1 − ηλ/n) w − (ηλ₁/n) sgn(w) − (η/m) Σ ∂C₀/∂w, where sgn(0) = 0
    /// (equations 93 and 97).
    ///
    /// The errors are used up: [`Workspace::delta`] is meaningless afterwards.
    pub fn learn<'a, S: Simd>(
        &mut self,
        simd: S,
        workspace: &mut Workspace<T>,
        network: &mut Network<T>,
        input: impl Into<Input<'a, T>>,
    ) {
        let input = input.into();
        self.clip(simd, workspace, network, input);
        simd.vectorize(Learn { learner: self, workspace, network, input });
    }

    /// Shortens the errors of the last passes, and so the gradient that is made of them, if it is longer than the limit.
    fn clip<S: Simd>(
        &mut self,
        simd: S,
        workspace: &mut Workspace<T>,
        network: &Network<T>,
        input: Input<T>,
    ) {
        let limit = self.step.clip_norm;
        if limit.is_infinite() {
            return;
        }
        let gradient = self.gradient.get_or_insert_with(|| Box::new(Gradient::zeros(network)));
        gradient.clear();
        workspace.add_gradient(simd, input, gradient);
        let rows = workspace.rows;
        let norm = gradient.norm(simd) / rows as f64;
        // A gradient that is not finite stays so.
        if norm <= limit {
            return;
        }
        for space in &mut workspace.layers {
            simd.vectorize(Scale { factor: T::from_f64(limit / norm), x: space.errors(rows) });
        }
    }

    /// [`Workspace::backward`] and then [`learn`](Self::learn), with the same bits: by the plain rule layer by layer, so
    /// that the weights of a large layer are read and changed in one pass.
    ///
    /// # Panics
    ///
    /// As [`Workspace::backward`] does.
    pub fn step<'a, S: Simd>(
        &mut self,
        simd: S,
        workspace: &mut Workspace<T>,
        network: &mut Network<T>,
        input: impl Into<Input<'a, T>>,
        desired: impl Into<Desired<'a, T>>,
    ) {
        if !self.memories.is_empty() || self.step.clip_norm.is_finite() {
            workspace.backward(simd, network, desired);
            return self.learn(simd, workspace, network, input);
        }
        let (input, desired) = (input.into(), desired.into());
        simd.vectorize(Step { learner: self, workspace, network, input, desired });
    }
}

struct LookAhead<'a, T: Real> {
    learner: &'a mut Learner<T>,
    network: &'a mut Network<T>,
}

impl<T: Real> WithSimd for LookAhead<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mu = self.learner.momentum;
        for (layer, memory) in self.network.layers.iter_mut().zip(&mut self.learner.memories) {
            memory.first.decay(simd, mu);
            coast(simd, layer, &mut memory.first);
            Scale { factor: T::from_f64(mu), x: &mut memory.first.biases }.with_simd(simd);
            AddScaled { factor: T::ONE, x: &memory.first.biases, y: &mut layer.biases }
                .with_simd(simd);
        }
    }
}

/// w ← w + v, in both copies of the weights if both are there.
#[inline(always)]
fn coast<S: Simd, T: Real>(simd: S, layer: &mut Weights<T>, velocity: &mut Weights<T>) {
    let factor = T::from_f64(velocity.scale / layer.scale);
    layer.update_with(velocity, |y, x| AddScaled { factor, x, y }.with_simd(simd));
}

struct Learn<'a, T: Real> {
    learner: &'a mut Learner<T>,
    workspace: &'a mut Workspace<T>,
    network: &'a mut Network<T>,
    input: Input<'a, T>,
}

impl<T: Real> WithSimd for Learn<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if !self.learner.memories.is_empty() {
            return simd.vectorize(LearnWithMemory(self));
        }
        let rates = self.learner.rates(self.workspace.rows);
        for (l, layer) in self.network.layers.iter_mut().enumerate() {
            let shape = self.network.shapes[l];
            let gradient = LayerGradient::new(self.workspace, l, shape, self.input);
            gradient.descend(simd, layer, rates);
        }
        self.learner.limit_norms(simd, self.network);
    }
}

/// BP1 to BP4 and the plain rule, from the last layer to the first.
struct Step<'a, T: Real> {
    learner: &'a mut Learner<T>,
    workspace: &'a mut Workspace<T>,
    network: &'a mut Network<T>,
    input: Input<'a, T>,
    desired: Desired<'a, T>,
}

impl<T: Real> WithSimd for Step<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { learner, workspace, network, input, desired } = self;
        let rates = learner.rates(workspace.rows);
        output_errors(simd, workspace, network, desired);
        for l in (0..network.layers.len()).rev() {
            let shape = network.shapes[l];
            if l > 0 {
                if descends_in_one_pass(workspace.rows, (shape, &network.layers[l]), rates) {
                    pass_and_descend(simd, workspace, network, l, rates);
                    continue;
                }
                errors_before(simd, workspace, network, l);
            }
            let gradient = LayerGradient::new(workspace, l, shape, input);
            gradient.descend(simd, &mut network.layers[l], rates);
        }
        learner.limit_norms(simd, network);
    }
}

/// Whether BP2 and the plain rule are one pass over the weights of a layer: where these are to stay as they are until the
/// errors have passed.
#[inline(always)]
fn descends_in_one_pass<T: Real>(
    rows: usize,
    (shape, layer): (LayerShape, &Weights<T>),
    rates: Rates,
) -> bool {
    matches!(shape, LayerShape::Dense { .. })
        && has_one_copy(rows, layer)
        && rates.l1 == 0.0
        && layer.decays_lazily(1.0 - rates.l2)
}

/// [`errors_before`] and [`LayerGradient::descend`] in one pass over the weights `l`.
#[inline(always)]
fn pass_and_descend<S: Simd, T: Real>(
    simd: S,
    workspace: &mut Workspace<T>,
    network: &mut Network<T>,
    l: usize,
    rates: Rates,
) {
    let (rows, kept) = (workspace.rows, workspace.kept(l).to_f64());
    let layer = &mut network.layers[l];
    let scale = T::from_f64(layer.scale * kept);
    let (before, here) = workspace.layers.split_at_mut(l);
    let (before, here) = (&mut before[l - 1], &mut here[0]);
    layer.shrink(simd, rates);
    add_biases(simd, T::from_f64(-rates.rate), (network.shapes[l], rows), here, &mut layer.biases);
    let factor = T::from_f64(-rates.rate * kept / layer.scale);
    let delta = &here.delta[..rows * here.stride];
    errors_and_descent(simd, layer, before, delta, &mut workspace.step, factor);
    through_layer(simd, network, (before, l - 1), rows, scale);
}

/// A step by a rule that remembers: a kernel of its own, so that the plain rule stays short.
struct LearnWithMemory<'a, T: Real>(Learn<'a, T>);

impl<T: Real> WithSimd for LearnWithMemory<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Learn { learner, workspace, network, input } = self.0;
        let rates = learner.rates(workspace.rows);
        let adaptive = learner.adaptive(workspace.rows);
        let layers = network.layers.iter_mut().zip(&mut learner.memories);
        for (l, (layer, memory)) in layers.enumerate() {
            let gradient = LayerGradient::new(workspace, l, network.shapes[l], input);
            match adaptive {
                Some(constants) => gradient.adapt(simd, layer, memory, constants),
                None if learner.optimiser == Optimiser::Nesterov => {
                    gradient.descend_with(simd, layer, &mut memory.first, rates);
                }
                None => gradient.gather_speed(simd, layer, &mut memory.first, rates),
            }
        }
        learner.limit_norms(simd, network);
    }
}

impl<T: Real> Learner<T> {
    /// All memories of all layers.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> impl Iterator<Item = &Weights<T>> {
        self.memories.iter().flat_map(|memory| [&memory.first, &memory.second, &memory.gradient])
    }

    /// The velocity or running mean of the gradient and that of its square, layer by layer. Between two steps there is nothing
    /// in the gradient.
    pub(super) fn memories(&self) -> impl Iterator<Item = [&Weights<T>; 2]> {
        self.memories.iter().map(|memory| [&memory.first, &memory.second])
    }

    /// The same, to be changed.
    pub(super) fn memories_mut(&mut self) -> impl Iterator<Item = [&mut Weights<T>; 2]> {
        self.memories.iter_mut().map(|memory| [&mut memory.first, &mut memory.second])
    }

    /// β₁^t and β₂^t after t steps.
    pub(super) fn powers(&self) -> [f64; 2] {
        self.powers
    }

    /// The same, to be changed.
    pub(super) fn powers_mut(&mut self) -> &mut [f64; 2] {
        &mut self.powers
    }

    /// The constants of gradient descent with a mini-batch of some rows.
    #[inline(always)]
    fn rates(&self, rows: usize) -> Rates {
        Rates { rate: self.step.eta / rows as f64, ..self.rates }
    }

    /// Keeps the weights into hidden neurons within their limit.
    #[inline(always)]
    fn limit_norms<S: Simd>(&mut self, simd: S, network: &mut Network<T>) {
        let limit = self.step.max_norm;
        if limit.is_finite() {
            let hidden = network.architecture.hidden_layers();
            for layer in &mut network.layers[..hidden] {
                layer.limit_norms(simd, T::from_f64(limit), &mut self.norms);
            }
        }
    }

    /// The constants of the next adaptive step, if the rule is such a one.
    fn adaptive(&mut self, rows: usize) -> Option<AdaptiveConstants<T>> {
        let betas = self.optimiser.betas()?;
        let step = self.step;
        let mut corrections = [1.0; 2];
        if self.optimiser.corrects_bias() {
            for ((power, beta), correction) in
                self.powers.iter_mut().zip(betas).zip(&mut corrections)
            {
                *power *= beta;
                *correction = 1.0 / (1.0 - *power);
            }
        }
        let n = step.images as f64;
        Some(AdaptiveConstants {
            mean: T::from_f64(1.0 / rows as f64),
            l2: T::from_f64(step.lambda / n),
            l1: T::from_f64(step.l1 / n),
            beta1: [betas[0], 1.0 - betas[0]].map(T::from_f64),
            beta2: [betas[1], 1.0 - betas[1]].map(T::from_f64),
            rate: T::from_f64(step.eta * corrections[0]),
            correction: T::from_f64(corrections[1]),
            epsilon: T::from_f64(Optimiser::EPSILON),
        })
    }
}

/// The constants of gradient descent, in f64: 1 − ηλ/n is so near 1 that f32 would lose it.
#[derive(Debug, Clone, Copy)]
struct Rates {
    /// η/m, which depends on the mini-batch: the last one of an epoch may be short.
    rate: f64,
    /// ηλ/n.
    l2: f64,
    /// ηλ₁/n.
    l1: f64,
    /// μ.
    mu: f64,
}

impl Rates {
    fn new(step: StepConstants, momentum: f64) -> Self {
        let n = step.images as f64;
        Self { rate: 0.0, l2: step.eta * step.lambda / n, l1: step.eta * step.l1 / n, mu: momentum }
    }
}

/// What the gradient of a layer's parameters is made of.
struct LayerGradient<'a, T: Real> {
    shape: LayerShape,
    rows: usize,
    input: Input<'a, T>,
    /// The hidden layer before; `None` for the layer after the inputs.
    before: Option<&'a LayerSpace<T>>,
    /// The layer, whose errors are used up.
    here: &'a mut LayerSpace<T>,
    /// What the activations are still to be multiplied by.
    kept: f64,
}

impl<'a, T: Real> LayerGradient<'a, T> {
    /// Of layer `l`.
    #[inline(always)]
    fn new(
        workspace: &'a mut Workspace<T>,
        l: usize,
        shape: LayerShape,
        input: Input<'a, T>,
    ) -> Self {
        let kept = workspace.kept(l).to_f64();
        let rows = workspace.rows;
        let (before, here) = workspace.layers.split_at_mut(l);
        Self { shape, rows, input, before: before.last(), here: &mut here[0], kept }
    }

    /// `weights += gradient`, the biases apart.
    #[inline(always)]
    fn add_to<S: Simd>(&mut self, simd: S, weights: &mut Weights<T>) {
        let layer = (self.shape, self.rows);
        add_weights(simd, weights, self.input, self.before, self.here, layer);
    }

    /// `delta *= factor`.
    #[inline(always)]
    fn scale<S: Simd>(&mut self, simd: S, factor: f64) {
        let x = self.here.errors(self.rows);
        Scale { factor: T::from_f64(factor), x }.with_simd(simd);
    }

    #[inline(always)]
    fn add_biases<S: Simd>(&mut self, simd: S, factor: f64, biases: &mut [T]) {
        let layer = (self.shape, self.rows);
        add_biases(simd, T::from_f64(factor), layer, self.here, biases);
    }

    /// The plain rule.
    #[inline(always)]
    fn descend<S: Simd>(mut self, simd: S, layer: &mut Weights<T>, rates: Rates) {
        layer.shrink(simd, rates);
        self.add_biases(simd, -rates.rate, &mut layer.biases);
        self.scale(simd, -rates.rate * self.kept / layer.scale);
        self.add_to(simd, layer);
    }

    /// The rule with momentum.
    #[inline(always)]
    fn gather_speed<S: Simd>(
        mut self,
        simd: S,
        layer: &mut Weights<T>,
        velocity: &mut Weights<T>,
        rates: Rates,
    ) {
        velocity.decay(simd, rates.mu);
        self.keep_transposed(simd, velocity);
        add_penalty(simd, layer, velocity, rates);
        Scale { factor: T::from_f64(rates.mu), x: &mut velocity.biases }.with_simd(simd);
        self.add_biases(simd, -rates.rate, &mut velocity.biases);
        self.scale(simd, -rates.rate * self.kept / velocity.scale);
        self.add_to(simd, velocity);
        coast(simd, layer, velocity);
        AddScaled { factor: T::ONE, x: &velocity.biases, y: &mut layer.biases }.with_simd(simd);
    }

    /// Nesterov's rule, after the network has looked ahead: w and v both change by −η ∇C.
    #[inline(always)]
    fn descend_with<S: Simd>(
        mut self,
        simd: S,
        layer: &mut Weights<T>,
        velocity: &mut Weights<T>,
        rates: Rates,
    ) {
        self.keep_transposed(simd, velocity);
        add_penalty(simd, layer, velocity, rates);
        self.add_biases(simd, -rates.rate, &mut velocity.biases);
        self.add_biases(simd, -rates.rate, &mut layer.biases);
        layer.shrink(simd, rates);
        self.scale(simd, -rates.rate * self.kept / layer.scale);
        self.add_to(simd, layer);
        self.scale(simd, layer.scale / velocity.scale);
        self.add_to(simd, velocity);
    }

    /// Adam and RMSProp.
    #[inline(always)]
    fn adapt<S: Simd>(
        mut self,
        simd: S,
        layer: &mut Weights<T>,
        memory: &mut Memory<T>,
        constants: AdaptiveConstants<T>,
    ) {
        let Memory { first, second, gradient } = memory;
        self.add_biases(simd, 1.0, &mut gradient.biases);
        self.scale(simd, self.kept);
        self.add_to(simd, gradient);
        layer.adapt(simd, gradient, first, second, constants);
    }

    /// Where transposed weights are updated at every step, so must be those of the velocity.
    #[inline(always)]
    fn keep_transposed<S: Simd>(&self, simd: S, velocity: &mut Weights<T>) {
        let few = self.rows <= FEW_ROWS && self.before.is_some();
        if few
            && !matches!(self.shape, LayerShape::Recurrent(_))
            && !has_one_copy(self.rows, velocity)
        {
            velocity.transposed(simd);
        }
    }
}

/// v ← v − η (λ/n) w − η (λ₁/n) sgn(w).
#[inline(always)]
fn add_penalty<S: Simd, T: Real>(
    simd: S,
    layer: &mut Weights<T>,
    velocity: &mut Weights<T>,
    rates: Rates,
) {
    if rates.l2 == 0.0 && rates.l1 == 0.0 {
        return;
    }
    let factor = -1.0 / velocity.scale;
    let l2 = T::from_f64(factor * rates.l2 * layer.scale);
    let l1 = T::from_f64(factor * rates.l1 * layer.scale.signum());
    velocity.update_with(layer, |gradient, weights| {
        AddPenalty { l2, l1, weights, gradient }.with_simd(simd);
    });
}

impl<T: Real> Weights<T> {
    /// w ← (1 − ηλ/n) w − (ηλ₁/n) sgn(w), without L1 at the cost of one multiplication.
    #[inline(always)]
    fn shrink<S: Simd>(&mut self, simd: S, rates: Rates) {
        self.decay(simd, 1.0 - rates.l2);
        if rates.l1 != 0.0 {
            // The scale is negative only where a hopeless η λ turns all signs.
            let shift = T::from_f64(rates.l1 / self.scale.abs());
            let (stored, transposed) = self.stored_mut();
            Shrink { shift, x: stored }.with_simd(simd);
            if let Some(x) = transposed {
                Shrink { shift, x }.with_simd(simd);
            }
        }
    }
}
