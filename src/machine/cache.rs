use std::path::Path;

/// The sizes in bytes of the caches that data of the first core go through: L1, L2, L3; `None` for
/// one that the system does not tell of.
pub(super) fn sizes() -> [Option<usize>; 3] {
    sizes_in(Path::new("/sys/devices/system/cpu/cpu0/cache"))
}

/// As [`sizes`], from Linux's description of caches, a directory `index*` each.
fn sizes_in(directory: &Path) -> [Option<usize>; 3] {
    let mut sizes = [None; 3];
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let read = |name| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let level: Option<usize> = read("level").trim().parse().ok();
        let slot = level.and_then(|level| sizes.get_mut(level.checked_sub(1)?));
        if let (Some(slot), "Data" | "Unified") = (slot, read("type").trim()) {
            *slot = bytes(read("size").trim());
        }
    }
    sizes
}

/// `32K` is 32768. A size of 0 is as good as none.
fn bytes(size: &str) -> Option<usize> {
    let kibibytes: usize = size.strip_suffix('K')?.parse().ok()?;
    kibibytes.checked_mul(1024).filter(|&bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_caches_are_found_and_others_passed_over() {
        let directory = tempfile::TempDir::new().unwrap();
        for (index, level, kind, size) in [
            ("index0", "1", "Data", "48K"),
            ("index1", "1", "Instruction", "32K"),
            ("index2", "2", "Unified", "2048K"),
            ("index3", "4", "Unified", "1048576K"),
            ("index4", "0", "Data", "1K"),
            ("index5", "3", "Unified", "junk"),
        ] {
            let index = directory.path().join(index);
            std::fs::create_dir(&index).unwrap();
            for (name, text) in [("level", level), ("type", kind), ("size", size)] {
                std::fs::write(index.join(name), format!("{text}\n")).unwrap();
            }
        }
        std::fs::write(directory.path().join("uevent"), "").unwrap();
        assert_eq!(sizes_in(directory.path()), [Some(48 << 10), Some(2 << 20), None]);
        assert_eq!(sizes_in(&directory.path().join("nowhere")), [None; 3]);
    }

    #[test]
    fn sizes_that_are_none_are_refused() {
        assert_eq!(bytes("32K"), Some(32768));
        for junk in ["", "K", "0K", "32", "-1K", "1.5K", "18446744073709551615K"] {
            assert_eq!(bytes(junk), None, "{junk}");
        }
    }
}
