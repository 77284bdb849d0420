//! How much memory there is to be had.

use std::fs::read_to_string;
use std::path::Path;

/// The bytes of memory that this process can still use: what the system has available, within the limits
/// of its control group and of its address space (`ulimit -v`). `None` where the system does not tell.
pub fn available_memory() -> Option<u64> {
    let system = read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let limits = [system, of_control_group(), of_address_space()];
    limits.into_iter().flatten().min()
}

/// `MemAvailable:   24044584 kB`.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// What the control group of this process, and those above it, leave.
fn of_control_group() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let number = |path: &Path| read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let root = Path::new("/sys/fs/cgroup");
    let group = root.join(path);
    let within = group.ancestors().take_while(|path| path.starts_with(root));
    // A group without a limit says `max`.
    let left = within.filter_map(|path| {
        let limit = number(&path.join("memory.max"))?;
        Some(limit.saturating_sub(number(&path.join("memory.current")).unwrap_or(0)))
    });
    left.min()
}

/// What the limit of the address space leaves.
fn of_address_space() -> Option<u64> {
    let limits = read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = line.split_whitespace().next()?.parse().ok()?;
    let status = read_to_string("/proc/self/status").ok()?;
    let used = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let used: u64 = used.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(limit.saturating_sub(used * 1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_memory_where_the_system_tells() {
        assert_eq!(available("MemTotal: 9 kB\nMemAvailable:   3 kB\n"), Some(3 * 1024));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        if cfg!(target_os = "linux") {
            assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
        }
    }
}
