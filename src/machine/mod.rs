//! What the machine can do at most: the roofs that measured speeds are compared with.
//!
//! [`Peak::measure`] finds out, in less than a second, how many fused multiply-adds one core does a
//! second and how fast it reads and writes each cache and main memory. A kernel that does F operations
//! on B bytes cannot take less time than the larger of F / FMA peak and B / bandwidth: the roofline
//! model of S. Williams, A. Waterman and D. Patterson, "Roofline: an insightful visual performance
//! model for multicore architectures", Communications of the ACM 52 (2009).

mod cache;
mod cpu_name;
mod cpu_time;
mod fma;
mod memory;
mod peak;
mod traffic;

pub use cpu_name::cpu_name;
pub use cpu_time::cpu_seconds;
pub use memory::available_memory;
pub use peak::{CacheLevel, Peak};
