/// The name of the processor, or its architecture where the system does not tell.
pub fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    match (field("model name"), field("cpu family"), field("model\t")) {
        // A virtual machine may hide the name; family and model still tell the generation.
        (Some(name), Some(family), Some(model)) => {
            format!("{name} (family {family} model {model})")
        }
        (Some(name), ..) => name,
        _ => std::env::consts::ARCH.into(),
    }
}
