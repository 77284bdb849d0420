//! Threads that work off a list.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The cores that this process may use, as far as the system tells: at least 1.
pub fn available_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Calls `work` for 0, 1, … `n` − 1 on some threads. They are begun in this order: each thread takes
/// the next one when it has done one.
pub(super) fn each(threads: NonZeroUsize, n: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let take = || {
        loop {
            // No other memory depends on the counter.
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= n {
                return;
            }
            work(i);
        }
    };
    let threads = threads.get().min(n);
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
    match builder.thread_name(|i| format!("{WORKER}{i}")).build() {
        Ok(pool) => pool.scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| take()))),
        // No threads to be had: slower, but as right.
        Err(_) => take(),
    }
}

/// How the names of the threads begin that train.
pub const WORKER: &str = "trial";

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn everything_is_done_once_whatever_the_number_of_threads() {
        for threads in [1, 2, 7] {
            let done = Mutex::new(Vec::new());
            each(NonZeroUsize::new(threads).unwrap(), 100, &|i| done.lock().unwrap().push(i));
            let mut done = done.into_inner().unwrap();
            if threads == 1 {
                assert!(done.is_sorted());
            }
            done.sort();
            assert_eq!(done, Vec::from_iter(0..100));
        }
        each(NonZeroUsize::MIN, 0, &|_| unreachable!());
    }
}
