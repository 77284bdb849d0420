//! Numbers of 106 bits as sums of two f64, to measure the functions of f64 by: the reference is good
//! to 0.001 ULP.

/// `high + low`, `low` at most half an ULP of `high`.
#[derive(Clone, Copy)]
pub struct Double {
    pub high: f64,
    pub low: f64,
}

const LN2: Double = Double { high: std::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

impl Double {
    /// The sum of two f64, exactly.
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }

    /// The product of two f64, exactly.
    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }

    pub fn plus(self, b: Self) -> Self {
        let sum = Self::sum(self.high, b.high);
        Self::sum(sum.high, sum.low + self.low + b.low)
    }

    pub fn times(self, b: Self) -> Self {
        let product = Self::product(self.high, b.high);
        Self::sum(product.high, self.high.mul_add(b.low, self.low.mul_add(b.high, product.low)))
    }

    pub fn over(self, b: Self) -> Self {
        let quotient = self.high / b.high;
        let rest = self.plus(b.times((-quotient).into()));
        Self::sum(quotient, rest.high / b.high)
    }

    pub fn times_power_of_two(self, n: i32) -> Self {
        // Two factors, since n may lie outside the range of exponents.
        let power = |n: i32| f64::from_bits(((1023 + n) as u64) << 52);
        let factor = |x: f64| x * power(n / 2) * power(n - n / 2);
        Self { high: factor(self.high), low: factor(self.low) }
    }
}

impl From<f64> for Double {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

/// e^r − 1 and n, where x = n ln 2 + r.
fn reduce(x: f64) -> (Double, i32) {
    let n = (x / LN2.high).round();
    let r = Double::from(x).plus(LN2.times((-n).into()));
    // r (1 + r/2 (1 + r/3 (…))): the inner terms hardly count, and single precision will do.
    let inner = (7..20).rev().fold(0.0, |sum, k| (1.0 + sum) * r.high / f64::from(k));
    let outer = |sum: Double, k| r.over(f64::from(k).into()).times(sum.plus(1.0.into()));
    ((1..7).rev().fold(inner.into(), outer), n as i32)
}

/// 2^lift e^x; the lift keeps a subnormal result accurate.
pub fn exp(x: f64, lift: i32) -> Double {
    let (p, n) = reduce(x);
    p.plus(1.0.into()).times_power_of_two(n + lift)
}

/// e^x − 1.
pub fn exp_m1(x: f64) -> Double {
    let (p, n) = reduce(x);
    // Far below 0 the power does not count.
    let power = Double::from(1.0).times_power_of_two(n.max(-200));
    p.times(power).plus(power.plus((-1.0).into()))
}

/// ln(1 + u): a Newton step from an f64.
pub fn ln_1p(u: Double) -> Double {
    let near = libm::log1p(u.high);
    let e = exp_m1(near);
    let rest = u.plus(e.times((-1.0).into()));
    Double::from(near).plus(rest.over(e.plus(1.0.into())))
}
