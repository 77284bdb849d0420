//! The kinds of layers: what each is described by, and its part of the passes.

pub(super) mod conv_pool;
pub(super) mod dense;
mod kind;
pub(super) mod recurrent;
mod shape;

pub use kind::{LayerKind, dense};
pub(super) use shape::place;
pub use shape::{ImageShape, LayerShape, RecurrentShape, ShapeError, Unit};
