use super::cache;
use super::fma::Chains;
use super::traffic::{load, store};
use crate::simd::{AlignedVec, Real};
use pulp::Arch;
use serde::Serialize;
use std::time::{Duration, Instant};

/// The highest speeds of one core, measured with one instruction set.
///
/// Each is the best of many short rounds, so that work of others on the machine shows little.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Peak {
    /// Fused multiply-adds of f32 in registers, in GFLOP/s, two operations each.
    pub fma_f32_gflops: f64,
    /// The same of f64.
    pub fma_f64_gflops: f64,
    /// The caches, innermost first: L1, L2, and L3 if the system tells of one.
    pub caches: Vec<CacheLevel>,
    /// Main memory.
    pub memory: CacheLevel,
}

/// A level of the memory hierarchy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CacheLevel {
    /// `L1`, `L2`, `L3` or `memory`.
    pub name: &'static str,
    /// The size of the cache in bytes, if the system tells.
    pub capacity: Option<usize>,
    /// The bytes that were read or written again and again.
    pub buffer: usize,
    /// The bandwidth of vector loads in GB/s (10⁹ bytes).
    pub load_gb_per_s: f64,
    /// The bandwidth of vector stores in GB/s. A core may load and store at the same time.
    pub store_gb_per_s: f64,
}

/// The time for one number.
const BUDGET: Duration = Duration::from_millis(60);
/// The rounds for one number at least, however long they take.
const LEAST_ROUNDS: usize = 3;
/// The limits of what is read to measure main memory: much more than a core has cache, and no more
/// than a small machine can spare.
const MEMORY: (usize, usize) = (64 << 20, 256 << 20);

impl Peak {
    /// Measures this machine, in less than a second and up to 256 MiB of memory.
    pub fn measure(arch: Arch) -> Self {
        let [l1, l2, l3] = cache::sizes();
        let memory = l3.unwrap_or(0).saturating_mul(2).clamp(MEMORY.0, MEMORY.1);
        // Aligned, since a vector across two cache lines loads at half the speed. Not zero, since
        // zeros need not have memory of their own.
        let mut data = AlignedVec::zeros(memory / size_of::<u32>());
        data.fill(1);
        let mut level = |name, capacity, buffer: usize| {
            let len = buffer.min(memory) / size_of::<u32>();
            // From the middle: the start often lies on both sides of a large power of two of
            // addresses, where AMD's L1 mistakes lines for one another and is half as fast.
            let start = (data.len() - len) / 2;
            let data = &mut data[start..start + len];
            CacheLevel {
                name,
                capacity,
                buffer: size_of_val(data),
                load_gb_per_s: best_rate(|| load(arch, data)) / 1e9,
                store_gb_per_s: best_rate(|| store(arch, data)) / 1e9,
            }
        };
        // Half of a cache leaves room for what else is in use.
        let mut cache = |name, capacity: Option<usize>, usual| {
            level(name, capacity, capacity.unwrap_or(usual) / 2)
        };
        let mut caches = vec![cache("L1", l1, 32 << 10), cache("L2", l2, 512 << 10)];
        caches.extend(l3.map(|capacity| cache("L3", Some(capacity), capacity)));
        Self {
            fma_f32_gflops: fma_gflops::<f32>(arch),
            fma_f64_gflops: fma_gflops::<f64>(arch),
            caches,
            memory: level("memory", None, memory),
        }
    }

    /// All levels of the memory hierarchy, innermost first.
    pub fn levels(&self) -> impl Iterator<Item = &CacheLevel> {
        self.caches.iter().chain([&self.memory])
    }

    /// The innermost level that holds `bytes` of data.
    pub fn home(&self, bytes: usize) -> &CacheLevel {
        let holds = |cache: &&CacheLevel| bytes <= cache.capacity.unwrap_or(2 * cache.buffer);
        self.caches.iter().find(holds).unwrap_or(&self.memory)
    }
}

fn fma_gflops<T: Real>(arch: Arch) -> f64 {
    let mut chains = Chains::<T>::new();
    best_rate(|| chains.run(arch)) / 1e9
}

/// The highest rate per second among rounds that return how much they did.
fn best_rate(mut round: impl FnMut() -> f64) -> f64 {
    let start = Instant::now();
    let mut best: f64 = 0.0;
    let mut rounds = 0;
    while rounds < LEAST_ROUNDS || start.elapsed() < BUDGET {
        let before = Instant::now();
        let done = round();
        // A coarse clock may stand still.
        best = best.max(done / before.elapsed().as_secs_f64().max(1e-9));
        rounds += 1;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::SimdLevel;

    #[test]
    fn peaks_are_positive_and_the_levels_in_order() {
        for level in SimdLevel::available() {
            let peak = Peak::measure(level.arch());
            let names: Vec<_> = peak.levels().map(|level| level.name).collect();
            assert!(names == ["L1", "L2", "memory"] || names == ["L1", "L2", "L3", "memory"]);
            let speeds = peak.levels().flat_map(|l| [l.load_gb_per_s, l.store_gb_per_s]);
            for speed in speeds.chain([peak.fma_f32_gflops, peak.fma_f64_gflops]) {
                assert!(speed.is_finite() && speed > 0.0, "{level} {peak:?}");
            }
        }
    }

    #[test]
    fn data_are_at_home_where_they_fit() {
        let level = |name, capacity| {
            let (load_gb_per_s, store_gb_per_s) = (1.0, 1.0);
            CacheLevel { name, capacity, buffer: 1000, load_gb_per_s, store_gb_per_s }
        };
        let peak = Peak {
            fma_f32_gflops: 1.0,
            fma_f64_gflops: 1.0,
            caches: vec![level("L1", Some(100)), level("L2", None)],
            memory: level("memory", None),
        };
        let home = |bytes| peak.home(bytes).name;
        assert_eq!([0, 100, 101, 2000, 2001].map(home), ["L1", "L1", "L2", "L2", "memory"]);
    }
}
