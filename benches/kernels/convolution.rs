use crate::case::{Case, numbers_below_one};
use nablab::data::Dataset;
use nablab::simd::conv::{
    AddConvBiases, AddConvGradient, BEYOND, ConvErrors, ConvLists, ConvMaxPool, ConvShape,
    FromFields, ToFields,
};
use nablab::simd::{AlignedVec, Real, padded};
use pulp::Arch;

/// The convolutions of chapter 6: the first one sees digits, the second one what the first makes of them.
const SHAPES: [ConvShape; 2] = [
    ConvShape { rows: 28, columns: 28, channels: 1, maps: 20, kernel: 5, pool: 2 },
    ConvShape { rows: 12, columns: 12, channels: 20, maps: 40, kernel: 5, pool: 2 },
];
/// A mini-batch.
const IMAGES: usize = 10;

/// A convolution and a mini-batch of it, rows padded.
struct Convolution<T> {
    shape: ConvShape,
    /// `[images][inputs]`
    input: AlignedVec<T>,
    /// `[field][maps]`
    weights: AlignedVec<T>,
    /// `[maps][kernel][run]`
    fields: AlignedVec<T>,
    biases: AlignedVec<T>,
    /// `[images][neurons]`
    output: AlignedVec<T>,
    /// The same, every second one 0, as rectifiers leave them.
    delta: AlignedVec<T>,
    winners: Vec<u8>,
    /// `[images][inputs]`
    errors: AlignedVec<T>,
    lists: ConvLists<T>,
    room: AlignedVec<T>,
}

impl<T: Real> Convolution<T> {
    fn new(shape: ConvShape, data: &Dataset) -> Self {
        let images = |numbers: usize| IMAGES * padded(numbers) + BEYOND;
        let mut input = numbers_below_one(images(shape.inputs()));
        if shape.inputs() == data.inputs() {
            let mut pixels = vec![0; data.inputs()];
            for (i, row) in input.chunks_exact_mut(padded(shape.inputs())).take(IMAGES).enumerate()
            {
                data.training.images.dense_row(i, &mut pixels);
                row.iter_mut().zip(&pixels).for_each(|(x, &pixel)| *x = T::from_pixel(pixel));
            }
        }
        let mut delta: AlignedVec<T> = numbers_below_one(images(shape.neurons()));
        delta.iter_mut().step_by(2).for_each(|delta| *delta = T::ZERO);
        // Every place of a window wins as often as the others.
        let windows = shape.pool * shape.pool;
        let winner = |n: usize| (n * 7 / 3 % windows) as u8;
        let mut fields = AlignedVec::zeros(shape.maps * shape.field_stride());
        fields
            .chunks_exact_mut(padded(shape.run()))
            .for_each(|run| run[..shape.run()].fill(T::ONE));
        let mut weights = AlignedVec::zeros(shape.field() * padded(shape.maps));
        weights.chunks_exact_mut(padded(shape.maps)).for_each(|row| row[..shape.maps].fill(T::ONE));
        Self {
            input,
            weights,
            fields,
            biases: AlignedVec::zeros(padded(shape.maps)),
            output: AlignedVec::zeros(images(shape.neurons())),
            winners: (0..delta.len()).map(winner).collect(),
            delta,
            errors: AlignedVec::zeros(images(shape.inputs())),
            lists: ConvLists::new(&shape),
            room: AlignedVec::zeros(ConvMaxPool::<T>::room(shape)),
            shape,
        }
    }
}

/// Kernels of convolutions with max-pooling. Zeros that are skipped and products that minimal filtering saves count as work
/// done.
pub fn convolution<T: Real>(arch: Arch, data: &Dataset) -> Vec<Case> {
    type Run<T> = fn(Arch, &mut Convolution<T>);
    /// Operations, numbers read and numbers written.
    type Count = fn(&ConvShape) -> [usize; 3];
    let kernels: [(_, Count, Run<T>); 6] = [
        (
            "ConvMaxPool",
            |s| {
                let flop = 2 * IMAGES * s.neurons() * s.pool * s.pool * s.field();
                [flop, IMAGES * s.inputs() + s.field() * s.maps, IMAGES * s.neurons()]
            },
            |arch, Convolution { shape, input, weights, biases, room, output, winners, .. }| {
                arch.dispatch(ConvMaxPool {
                    shape: *shape,
                    input,
                    input_stride: padded(shape.inputs()),
                    weights,
                    scale: T::ONE,
                    biases,
                    room,
                    output,
                    output_stride: padded(shape.neurons()),
                    winners,
                    images: IMAGES,
                });
            },
        ),
        (
            // Of a window one place has an error, and of these every second one is 0.
            "ConvErrors",
            |s| {
                let flop = 2 * IMAGES * s.neurons() * s.field();
                [flop, IMAGES * s.neurons() + s.field() * s.maps, IMAGES * s.inputs()]
            },
            |arch, Convolution { shape, delta, winners, fields, lists, errors, .. }| {
                arch.dispatch(ConvErrors {
                    shape: *shape,
                    delta,
                    winners,
                    delta_stride: padded(shape.neurons()),
                    weights: fields,
                    lists,
                    output: errors,
                    output_stride: padded(shape.inputs()),
                    images: IMAGES,
                });
            },
        ),
        (
            "AddConvGradient",
            |s| {
                let weights = s.field() * s.maps;
                let flop = 2 * IMAGES * s.neurons() * s.field();
                [flop, IMAGES * (s.neurons() + s.inputs()) + weights, weights]
            },
            |arch, Convolution { shape, input, delta, winners, fields, lists, .. }| {
                arch.dispatch(AddConvGradient {
                    shape: *shape,
                    input,
                    input_stride: padded(shape.inputs()),
                    delta,
                    winners,
                    delta_stride: padded(shape.neurons()),
                    lists,
                    weights: fields,
                    images: IMAGES,
                });
            },
        ),
        (
            "AddConvBiases",
            |s| [2 * IMAGES * s.neurons(), IMAGES * s.neurons() + s.maps, s.maps],
            |arch, Convolution { shape, delta, biases, .. }| {
                arch.dispatch(AddConvBiases {
                    shape: *shape,
                    factor: T::from_f64(1e-3),
                    delta,
                    delta_stride: padded(shape.neurons()),
                    biases,
                    images: IMAGES,
                });
            },
        ),
        (
            "ToFields",
            |s| [0, s.field() * s.maps, s.field() * s.maps],
            |arch, Convolution { shape, weights, fields, .. }| {
                arch.dispatch(ToFields { shape: *shape, from: weights, to: fields });
            },
        ),
        (
            "FromFields",
            |s| [0, s.field() * s.maps, s.field() * s.maps],
            |arch, Convolution { shape, weights, fields, .. }| {
                arch.dispatch(FromFields { shape: *shape, from: fields, to: weights });
            },
        ),
    ];
    let case = |(kernel, count, run): (_, Count, Run<T>), shape: ConvShape| {
        let ConvShape { rows, columns, channels, maps, kernel: side, pool } = shape;
        let mut operands = Convolution::new(shape, data);
        let [flop, read, written] = count(&shape);
        Case {
            kernel,
            shape: format!("{IMAGES} × {rows}x{columns}x{channels}, {maps}c{side}p{pool}"),
            flop,
            read: read * size_of::<T>(),
            written: written * size_of::<T>(),
            run: Box::new(move || run(arch, &mut operands)),
        }
    };
    kernels.into_iter().flat_map(|kernel| SHAPES.map(|shape| case(kernel, shape))).collect()
}
