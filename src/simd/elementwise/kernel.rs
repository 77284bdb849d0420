//! The loops around the functions of one element.

/// A kernel that replaces every element x by f(x).
macro_rules! map_kernel {
    ($(#[$doc:meta])* $name:ident = $function:expr) => {
        $(#[$doc])*
        pub struct $name<'a, T>(pub &'a mut [T]);

        impl<T: $crate::simd::Real> pulp::WithSimd for $name<'_, T> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: pulp::Simd>(self, _: S) {
                for x in self.0 {
                    *x = $function(*x);
                }
            }
        }
    };
}

/// A kernel that multiplies an error by a derivative: `delta[i]` becomes f(`known[i]`, `delta[i]`),
/// where what is known is the activation or the weighted input, or 0 below
/// [`TINY`](crate::simd::Real::TINY).
macro_rules! mul_prime_kernel {
    ($(#[$doc:meta])* $name:ident { $known:ident } = $function:expr) => {
        $(#[$doc])*
        ///
        /// Slices of unequal length are cut to the shorter one.
        pub struct $name<'a, T> {
            /// What the derivative is computed from.
            pub $known: &'a [T],
            /// The error, updated in place.
            pub delta: &'a mut [T],
        }

        impl<T: $crate::simd::Real> pulp::WithSimd for $name<'_, T> {
            type Output = ();
            #[inline(always)]
            fn with_simd<S: pulp::Simd>(self, _: S) {
                for (delta, &known) in self.delta.iter_mut().zip(self.$known) {
                    *delta = $function(known, *delta).flushed();
                }
            }
        }
    };
}

pub(super) use {map_kernel, mul_prime_kernel};
