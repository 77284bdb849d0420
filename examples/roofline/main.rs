//! Where the forward and the backward pass stand under the roofs of this machine.
//!
//! ```text
//! cargo run --release --example roofline [-- scalar | avx2 | avx512 | neon]
//! ```
//!
//! Measures the peak of fused multiply-adds and the bandwidth of every level of the memory hierarchy,
//! then both passes of some networks on real digits, f32, one thread; writes `roofline.csv` into the
//! directory of this processor in `results/bench`, and draws `roofline.svg` from it.
//!
//! | file | what it knows |
//! |---|---|
//! | `work` | how many operations a pass does and how many bytes it touches |
//! | `measure` | how long it takes |
//! | `row` | the CSV file |
//! | `chart` | the figure |

mod chart;
mod measure;
mod row;
mod work;

use anyhow::{Context, anyhow};
use measure::Subject;
use nablab::data::Dataset;
use nablab::files::{prepare_directory, write_atomically};
use nablab::machine::Peak;
use nablab::machine::cpu_name;
use nablab::report::{Align, Table};
use nablab::simd::SimdLevel;
use nablab::text::significant;
use row::Row;
use std::path::Path;
use std::time::Duration;

/// The hidden layers and the mini-batch sizes that they are measured with.
const NETWORKS: [(&str, &[usize]); 4] = [
    ("30", &[1, 10, 100]),
    ("100", &[1, 10, 100]),
    ("800x800", &[128]),
    ("20c5p2x40c5p2x100", &[10, 100]),
];
/// The time for both passes of one network with one mini-batch size.
const BUDGET: Duration = Duration::from_millis(1500);

fn main() -> anyhow::Result<()> {
    let level = match std::env::args().nth(1) {
        Some(name) => name.parse().map_err(|expected| anyhow!("'{name}': {expected}"))?,
        None => SimdLevel::best(),
    };
    let directory = &Path::new("results/bench").join(slug(&cpu_name()));
    prepare_directory(directory, &["roofline.csv", "roofline.svg"])?;
    let data = Dataset::mnist().context("the embedded MNIST is damaged")?;

    let rows = measure_all(&data, level, BUDGET);
    let file = directory.join("roofline.csv");
    write_atomically(&file, row::to_csv(&rows)?.as_bytes())?;
    // The figure is what the file says, not what is in memory.
    let rows = row::from_csv(&std::fs::read_to_string(&file)?)?;
    write_atomically(&directory.join("roofline.svg"), chart::draw(&rows).to_svg().as_bytes())?;
    println!("{}", table(&rows).to_terminal());
    println!("wrote {0}/roofline.csv and {0}/roofline.svg", directory.display());
    Ok(())
}

/// The name of a processor as that of a directory, as `scripts/peers/run` makes it: small letters, digits
/// and single hyphens; family and model only where the name has no number.
fn slug(cpu: &str) -> String {
    let name = cpu.split(" (family").next().unwrap_or(cpu);
    let cpu = if name.contains(|c: char| c.is_ascii_digit()) { name } else { cpu };
    let lower = cpu.split('@').next().unwrap_or(cpu).to_lowercase();
    let plain = lower.replace("(r)", " ").replace("(tm)", " ");
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !["", "cpu", "processor"].contains(word));
    words.collect::<Vec<_>>().join("-")
}

/// Both passes of all networks with all sizes of mini-batches.
fn measure_all(data: &Dataset, level: SimdLevel, budget: Duration) -> Vec<Row> {
    let peak = Peak::measure(level.arch());
    let mut rows = Vec::new();
    for (hidden, batch_sizes) in NETWORKS {
        for &batch_size in batch_sizes {
            let mut subject = Subject::new(data, hidden, batch_size);
            let seconds = subject.measure(level, budget);
            rows.extend(Row::of_passes(&subject, seconds, &peak, level));
        }
    }
    rows
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new(&[
        ("network", Align::Left),
        ("batch", Align::Right),
        ("pass", Align::Left),
        ("µs/image", Align::Right),
        ("FLOP/byte", Align::Right),
        ("GFLOP/s", Align::Right),
        ("roof", Align::Right),
        ("set by", Align::Left),
        ("of roof", Align::Right),
    ]);
    for row in rows {
        table.row([
            row.network.clone(),
            row.batch.to_string(),
            row.pass.clone(),
            significant(1e6 * row.seconds / row.images as f64, 3),
            significant(row.intensity, 2),
            significant(row.gflops, 3),
            significant(row.roof_gflops, 3),
            if row.roof_gflops < row.fma_gflops { row.weights_in.clone() } else { "FMA".into() },
            format!("{:.0} %", 100.0 * row.share_of_roof),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_has_one_directory() {
        for (cpu, want) in [
            ("Intel(R) Xeon(R) 6975P-C @ 2.00GHz (family 6 model 173)", "intel-xeon-6975p-c"),
            ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "intel-core-i7-8550u"),
            ("AMD EPYC 7763 64-Core Processor (family 25 model 1)", "amd-epyc-7763-64-core"),
            ("AMD EPYC (family 25 model 1)", "amd-epyc-family-25-model-1"),
            ("aarch64", "aarch64"),
        ] {
            assert_eq!(slug(cpu), want);
        }
    }

    #[test]
    fn rows_survive_the_file_and_every_point_is_drawn() {
        let data = Dataset::mnist().unwrap();
        let rows = measure_all(&data, SimdLevel::best(), Duration::ZERO);
        assert_eq!(rows.len(), 18);
        for row in &rows {
            let numbers = [row.seconds, row.intensity, row.gflops, row.share_of_roof];
            assert!(numbers.iter().all(|x| x.is_finite() && *x > 0.0), "{row:?}");
        }
        let text = row::to_csv(&rows).unwrap();
        assert_eq!(row::from_csv(&text).unwrap(), rows);

        let figure = chart::draw(&rows);
        let points = figure.series.iter().filter(|s| s.label_at != chart::ROOF);
        assert_eq!(points.map(|s| s.points.len()).sum::<usize>(), rows.len());
    }
}
