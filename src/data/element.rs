//! The types of the numbers in IDX files.

/// The type of the numbers in an IDX file, all of them big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    U8,
    I8,
    I16,
    I32,
    F32,
    F64,
}

impl Element {
    /// The type of a code, the third byte of a file.
    pub(super) fn of(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => Self::U8,
            0x09 => Self::I8,
            0x0b => Self::I16,
            0x0c => Self::I32,
            0x0d => Self::F32,
            0x0e => Self::F64,
            _ => return None,
        })
    }

    /// Bytes of a number.
    pub(super) fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// In words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::U8 => "bytes",
            Self::I8 => "signed bytes",
            Self::I16 => "16-bit whole numbers",
            Self::I32 => "32-bit whole numbers",
            Self::F32 => "32-bit floating-point numbers",
            Self::F64 => "64-bit floating-point numbers",
        }
    }

    /// Appends the numbers that whole bytes stand for.
    pub(super) fn decode(self, bytes: &[u8], numbers: &mut Vec<f64>) {
        match self {
            Self::U8 => numbers.extend(bytes.iter().map(|&byte| f64::from(byte))),
            Self::I8 => numbers.extend(bytes.iter().map(|&byte| f64::from(byte.cast_signed()))),
            Self::I16 => each(bytes, numbers, i16::from_be_bytes),
            Self::I32 => each(bytes, numbers, i32::from_be_bytes),
            Self::F32 => each(bytes, numbers, f32::from_be_bytes),
            Self::F64 => each(bytes, numbers, f64::from_be_bytes),
        }
    }
}

fn each<const SIZE: usize, T: Into<f64>>(
    bytes: &[u8],
    numbers: &mut Vec<f64>,
    number: impl Fn([u8; SIZE]) -> T,
) {
    numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| number(bytes).into()));
}
