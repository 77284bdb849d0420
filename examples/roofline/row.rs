use crate::measure::Subject;
use crate::work::{Work, stored_weights};
use nablab::machine::Peak;
use nablab::machine::cpu_name;
use nablab::nn::LayerShape;
use nablab::simd::SimdLevel;
use nablab::train::PassSeconds;
use serde::{Deserialize, Serialize};

/// A row of the CSV file: one pass over `images` images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub cpu: String,
    pub simd: String,
    pub precision: String,
    /// The layers, such as 784-30-10 or 784-20c5p2-100-10.
    pub network: String,
    /// Images in a mini-batch.
    pub batch: usize,
    /// `forward` or `backward`; the latter with the step of gradient descent.
    pub pass: String,
    pub images: usize,
    pub seconds: f64,
    /// See [`Work`].
    pub flop: usize,
    pub bytes: usize,
    /// FLOP/byte.
    pub intensity: f64,
    pub gflops: f64,
    /// The innermost level of memory that holds all weights, from where they come.
    pub weights_in: String,
    /// The attainable speed: the FMA peak, or less if the bytes do not come fast enough. All bytes
    /// count as loaded, though a core may store at the same time.
    pub roof_gflops: f64,
    pub share_of_roof: f64,
    pub fma_gflops: f64,
    /// Bandwidths of loads.
    pub l1_gb_per_s: f64,
    pub l2_gb_per_s: f64,
    /// Empty where the system does not tell of an L3 cache.
    pub l3_gb_per_s: Option<f64>,
    pub memory_gb_per_s: f64,
}

impl Row {
    /// The rows of the forward and of the backward pass.
    pub fn of_passes(
        subject: &Subject,
        seconds: PassSeconds,
        peak: &Peak,
        level: SimdLevel,
    ) -> [Self; 2] {
        let shapes = subject.shapes();
        let total = |work: fn(&[LayerShape], &_) -> Work| -> Work {
            subject.counts.iter().map(|batch| work(shapes, batch)).sum()
        };
        [
            ("forward", total(Work::forward), seconds.forward),
            ("backward", total(Work::backward), seconds.backward),
        ]
        .map(|(pass, work, seconds)| {
            let home = peak.home(stored_weights(shapes));
            let intensity = work.flop as f64 / work.bytes as f64;
            let roof_gflops = peak.fma_f32_gflops.min(home.load_gb_per_s * intensity);
            let gflops = work.flop as f64 / seconds / 1e9;
            let bandwidth = |name| peak.levels().find(|l| l.name == name).map(|l| l.load_gb_per_s);
            Self {
                cpu: cpu_name(),
                simd: level.name().into(),
                precision: "f32".into(),
                network: subject.name(),
                batch: subject.counts[0].images,
                pass: pass.into(),
                images: subject.counts.iter().map(|batch| batch.images).sum(),
                seconds,
                flop: work.flop,
                bytes: work.bytes,
                intensity,
                gflops,
                weights_in: home.name.into(),
                roof_gflops,
                share_of_roof: gflops / roof_gflops,
                fma_gflops: peak.fma_f32_gflops,
                l1_gb_per_s: bandwidth("L1").unwrap_or(f64::NAN),
                l2_gb_per_s: bandwidth("L2").unwrap_or(f64::NAN),
                l3_gb_per_s: bandwidth("L3"),
                memory_gb_per_s: peak.memory.load_gb_per_s,
            }
        })
    }

    /// The levels of the memory hierarchy with their bandwidths in GB/s, innermost first.
    pub fn bandwidths(&self) -> impl Iterator<Item = (&'static str, f64)> {
        [
            ("L1", Some(self.l1_gb_per_s)),
            ("L2", Some(self.l2_gb_per_s)),
            ("L3", self.l3_gb_per_s),
            ("memory", Some(self.memory_gb_per_s)),
        ]
        .into_iter()
        .filter_map(|(name, bandwidth)| Some((name, bandwidth?)))
    }
}

/// The rows as CSV.
pub fn to_csv(rows: &[Row]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// The rows in a CSV file.
pub fn from_csv(text: &str) -> csv::Result<Vec<Row>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect()
}
