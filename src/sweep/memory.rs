//! Memory for trainings that run at the same time.

use crate::train::SpecError;
use std::sync::{Condvar, Mutex};

/// What there is, shared out to trainings for as long as they run.
#[derive(Debug)]
pub(super) struct Memory {
    /// Bytes; infinite where the system does not tell.
    all: f64,
    taken: Mutex<f64>,
    returned: Condvar,
}

/// The memory of one training, returned when this is dropped.
#[derive(Debug)]
pub(super) struct Share<'a> {
    memory: &'a Memory,
    bytes: f64,
}

impl Memory {
    /// So many bytes.
    pub(super) fn new(all: f64) -> Self {
        Self { all, taken: Mutex::new(0.0), returned: Condvar::new() }
    }

    /// Takes so many bytes, once other trainings have left that much.
    ///
    /// # Errors
    ///
    /// When there never is as much, in words.
    pub(super) fn take(&self, bytes: f64) -> Result<Share<'_>, String> {
        if bytes > self.all {
            return Err(SpecError::Memory { needed: bytes, free: self.all }.to_string());
        }
        let mut taken = self.taken.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while *taken + bytes > self.all {
            taken = self.returned.wait(taken).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *taken += bytes;
        Ok(Share { memory: self, bytes })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let taken = self.memory.taken.lock();
        *taken.unwrap_or_else(|poisoned| poisoned.into_inner()) -= self.bytes;
        self.memory.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn trainings_wait_for_each_other_and_one_too_large_is_refused() {
        let memory = Memory::new(100.0);
        assert!(memory.take(101.0).unwrap_err().contains("free"));
        let running = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _share = memory.take(40.0).unwrap();
                        assert!(running.fetch_add(1, Ordering::SeqCst) < 2, "two fit");
                        running.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(*memory.taken.lock().unwrap(), 0.0);
        assert!(Memory::new(f64::INFINITY).take(1e30).is_ok());
    }
}
