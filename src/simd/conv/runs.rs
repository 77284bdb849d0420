/// The most vectors in a block: what AVX2's registers hold beside a factor and a vector.
pub(super) const LARGEST: usize = 14;

/// Calls `$body` with the arguments for every block of a run of `$vectors` vectors, `$first` being the first vector
/// of the block and the constant `V` the number of them, at most [`LARGEST`], in
/// blocks of about the same size.
macro_rules! for_each_block {
    ($vectors:expr, |$first:ident| $body:ident($($argument:expr),*)) => {
        let vectors: usize = $vectors;
        let block = $crate::simd::conv::even_part(vectors, $crate::simd::conv::runs::LARGEST);
        for $first in (0..vectors).step_by(block) {
            match block.min(vectors - $first) {
                1 => $body::<S, T, 1>($($argument),*),
                2 => $body::<S, T, 2>($($argument),*),
                3 => $body::<S, T, 3>($($argument),*),
                4 => $body::<S, T, 4>($($argument),*),
                5 => $body::<S, T, 5>($($argument),*),
                6 => $body::<S, T, 6>($($argument),*),
                7 => $body::<S, T, 7>($($argument),*),
                8 => $body::<S, T, 8>($($argument),*),
                9 => $body::<S, T, 9>($($argument),*),
                10 => $body::<S, T, 10>($($argument),*),
                11 => $body::<S, T, 11>($($argument),*),
                12 => $body::<S, T, 12>($($argument),*),
                13 => $body::<S, T, 13>($($argument),*),
                _ => $body::<S, T, 14>($($argument),*),
            }
        }
    };
}

pub(super) use for_each_block;
