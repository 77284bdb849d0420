use super::data::{DataArguments, rows};
use super::plural;
use clap::Args;
use nablab::data::Dataset;
use nablab::machine::Peak;
use nablab::machine::cpu_name;
use nablab::nn::ImageShape;
use nablab::simd::SimdLevel;
use nablab::sweep::available_cores;
use nablab::text::significant;
use serde_json::{Value, json};
use std::io::Write;

/// Print what results depend on: program, CPU, measured peak speeds, data set
///
/// The peaks are those of one core with the instruction set in use, each the best of many short
/// rounds: fused multiply-adds in registers (GFLOP/s, two operations each), and vector loads
/// from and stores to each cache and main memory (GB/s, 1 GB = 10⁹ bytes).
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArguments,
    /// Instruction set to measure: scalar, avx2, avx512, neon [default: the best of this CPU]
    #[arg(long, value_name = "LEVEL")]
    simd: Option<SimdLevel>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
const COMMIT: &str = env!("NABLAB_COMMIT");
const RUSTC: &str = env!("NABLAB_RUSTC");

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = arguments.data.load()?;
    let level = arguments.simd.unwrap_or_else(SimdLevel::best);
    let peak = Peak::measure(level.arch());
    let text = match arguments.json {
        true => format!("{:#}\n", as_json(&data, level, &peak)),
        false => as_text(&data, level, &peak),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn available() -> Vec<&'static str> {
    SimdLevel::available().map(SimdLevel::name).collect()
}

fn as_json(data: &Dataset, level: SimdLevel, peak: &Peak) -> Value {
    let sums = files(data).into_iter().map(|name| name.replace(' ', "_")).zip(data.sha256.clone());
    let sums: serde_json::Map<_, _> = sums.map(|(name, sum)| (name, sum.into())).collect();
    json!({
        "version": VERSION,
        "commit": COMMIT,
        "rustc": RUSTC,
        "cpu": cpu_name(),
        "logical_cores": available_cores(),
        "simd": level.name(),
        "simd_available": available(),
        "peak": peak,
        "data": {
            "name": data.name,
            "inputs": data.inputs(),
            "image": (rows(data) == "images").then(|| {
                let ImageShape { rows, columns, channels } = data.into();
                json!({ "rows": rows, "columns": columns, "channels": channels })
            }),
            "classes": data.classes,
            "class_names": data.class_names,
            "outputs": data.is_numeric().then(|| data.outputs()),
            rows(data): {
                "training": data.training.len(),
                "validation": data.validation.len(),
                "test": data.test.len(),
            },
            "sha256": sums,
        },
    })
}

fn as_text(data: &Dataset, level: SimdLevel, peak: &Peak) -> String {
    let mut lines = vec![
        ("nablab".into(), format!("{VERSION}, commit {COMMIT}")),
        ("compiler".into(), RUSTC.into()),
        ("CPU".into(), cpu_name()),
        ("logical cores".into(), available_cores().to_string()),
        ("SIMD".into(), format!("{level} (of {})", available().join(", "))),
    ];
    for (precision, gflops) in [("f32", peak.fma_f32_gflops), ("f64", peak.fma_f64_gflops)] {
        let gflops = significant(gflops, 3);
        lines.push((format!("FMA peak, {precision}"), format!("{gflops} GFLOP/s on one core")));
    }
    for level in peak.levels() {
        let size = level.capacity.map_or(String::new(), |bytes| format!(" of {}", binary(bytes)));
        let [load, store] = [level.load_gb_per_s, level.store_gb_per_s].map(|x| significant(x, 3));
        let buffer = binary(level.buffer);
        lines.push((
            format!("{}{size}", level.name),
            format!("{load} GB/s read, {store} GB/s written, within {buffer}"),
        ));
    }
    lines.push((
        format!("data set {}", data.name),
        format!(
            "{} training, {} validation, {} test {}{}; {} inputs, {}",
            data.training.len(),
            data.validation.len(),
            data.test.len(),
            rows(data),
            size(data),
            data.inputs(),
            match data.is_numeric() {
                true => plural(data.outputs(), "output"),
                false => format!("{} classes", data.classes),
            }
        ),
    ));
    if !data.class_names.is_empty() {
        lines.push(("classes".into(), data.class_names.join(", ")));
    }
    if !data.notes.is_empty() {
        lines.push(("read".into(), data.notes.join("; ")));
    }
    for (file, sum) in files(data).into_iter().zip(&data.sha256).filter(|(_, sum)| !sum.is_empty())
    {
        lines.push((file.into(), format!("SHA-256 {sum}")));
    }
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    lines.into_iter().map(|(name, value)| format!("{name:<width$}  {value}\n")).collect()
}

/// How large the images are: ` of 28 x 28`.
fn size(data: &Dataset) -> String {
    match rows(data) {
        "rows" => String::new(),
        _ => format!(" of {}", ImageShape::from(data)),
    }
}

/// What the check sums are of.
fn files(data: &Dataset) -> Vec<&'static str> {
    // Of a file, or a task.
    match (data.sha256[2].is_empty(), data.is_numeric()) {
        (true, true) => vec!["file", "target columns"],
        (true, false) => vec!["file", "label column"],
        (false, _) => vec!["training images", "training labels", "test images", "test labels"],
    }
}

/// A number of bytes in the largest unit that makes it whole, as sizes of memory are.
fn binary(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}
