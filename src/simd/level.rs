use pulp::Arch;
use std::fmt;
use std::str::FromStr;

/// An instruction set of this CPU that the kernels can be run on: there is no value of this type for one
/// that the CPU lacks. The results do not depend on the choice; only the speed does.
#[derive(Clone, Copy)]
pub struct SimdLevel {
    name: &'static str,
    arch: Arch,
}

/// An instruction set that there is somewhere: its name, and the token of it if this CPU has it.
type Known = (&'static str, fn() -> Option<Arch>);

/// Every instruction set, slowest first.
const KNOWN: [Known; 4] = [
    // No vector instructions: one lane, fused multiply-adds by the mathematics library.
    ("scalar", || Some(Arch::Scalar)),
    // AArch64: 4 lanes of f32.
    ("neon", || {
        #[cfg(target_arch = "aarch64")]
        return pulp::aarch64::Neon::try_new().map(Arch::Neon);
        #[cfg(not(target_arch = "aarch64"))]
        None
    }),
    // x86-64 with AVX2 and FMA: 8 lanes of f32.
    ("avx2", || {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        return pulp::x86::V3::try_new().map(Arch::V3);
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        None
    }),
    // x86-64 with AVX-512 F, BW, CD, DQ and VL: 16 lanes of f32.
    ("avx512", || {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        return pulp::x86::V4::try_new().map(Arch::V4);
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        None
    }),
];

impl SimdLevel {
    /// No vector instructions.
    pub const SCALAR: Self = Self { name: "scalar", arch: Arch::Scalar };

    /// The fastest level of this CPU.
    pub fn best() -> Self {
        Self::available().last().unwrap_or(Self::SCALAR)
    }

    /// The levels of this CPU, slowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        KNOWN.into_iter().filter_map(|(name, arch)| Some(Self { name, arch: arch()? }))
    }

    /// The token by which kernels are dispatched to this level.
    pub fn arch(self) -> Arch {
        self.arch
    }

    /// The name that [`FromStr`] reads.
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl PartialEq for SimdLevel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for SimdLevel {}

impl fmt::Debug for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for SimdLevel {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        if let Some(level) = Self::available().find(|level| level.name == s) {
            return Ok(level);
        }
        match KNOWN.iter().any(|(name, _)| *name == s) {
            true => Err(format!("this CPU has no {s}; its best is {}", Self::best())),
            false => {
                let names = KNOWN.map(|(name, _)| name);
                Err(format!("expected {}", names.join(", ")))
            }
        }
    }
}
