/// The seconds of computing that all threads of this process have used so far, if the system tells,
/// to hundredths.
pub fn cpu_seconds() -> Option<f64> {
    // Fields 14 and 15 are user and system time in ticks, of which every Linux has 100 a second. The
    // second field, the name, may contain anything but ends with the last parenthesis.
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn computing_takes_time() {
        let before = cpu_seconds().unwrap();
        let start = std::time::Instant::now();
        while cpu_seconds().unwrap() < before + 0.03 {
            assert!(start.elapsed().as_secs() < 60, "no time has passed");
        }
    }
}
