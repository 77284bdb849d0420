//! Test vectors. Made by `scripts/rng-vectors`, which says how; do not edit.

use super::Purpose;

/// (seed, purpose, index).
pub type StreamId = (u64, Purpose, u32);

/// FNV-1a over 64-bit words.
pub fn checksum(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0xcbf2_9ce4_8422_2325, |h, w| (h ^ w).wrapping_mul(0x100_0000_01b3))
}

/// The first ChaCha8 block for key, nonce and counter zero.
pub const CHACHA8_ZERO: [u64; 8] = [
    0xd6405f892fef003e,
    0xa1a5091fe8b85b7f,
    0x3b7f9acec30e842c,
    0x1e1a71ef88e11b18,
    0x416f21b972e14c98,
    0x19566d456753449f,
    0x01b086daa3424a31,
    0x42fe0c0eb8fd7b38,
];

/// (seed, key).
pub const KEYS: [(u64, [u8; 32]); 4] = [
    (
        0,
        [
            175, 205, 29, 123, 57, 168, 32, 226, 244, 101, 185, 161, 106, 158, 120, 110, 79, 69, 9,
            128, 24, 93, 196, 6, 236, 129, 76, 114, 168, 184, 139, 248,
        ],
    ),
    (
        1,
        [
            193, 92, 2, 137, 236, 45, 10, 145, 103, 236, 142, 101, 161, 141, 235, 190, 94, 85, 50,
            251, 238, 162, 147, 248, 11, 201, 66, 238, 144, 134, 193, 113,
        ],
    ),
    (
        12345678,
        [
            121, 230, 10, 91, 123, 207, 213, 17, 186, 140, 2, 15, 207, 4, 44, 99, 108, 156, 51, 68,
            129, 225, 151, 156, 62, 117, 14, 144, 154, 32, 131, 23,
        ],
    ),
    (
        18446744073709551615,
        [
            32, 44, 101, 27, 119, 113, 217, 228, 201, 130, 246, 219, 103, 248, 159, 233, 233, 129,
            114, 178, 76, 248, 47, 56, 210, 130, 169, 203, 108, 179, 29, 109,
        ],
    ),
];

/// (stream, words 0 to 3, checksum of words 4 to 9,999).
pub const WORDS: [(StreamId, [u64; 4], u64); 6] = [
    (
        (0, Purpose::Weights, 0),
        [0xfe053e60ce2709c5, 0x9871833dce162041, 0x5bd643e307d5a6b5, 0x26ce11297a2de394],
        0x63c6454f6269bc86,
    ),
    (
        (1, Purpose::Weights, 0),
        [0xb75dcfb29932bac5, 0xfb45fd174fd989d5, 0x5f2395230220fbf0, 0x4cffb21473e11627],
        0x08e9988d38b23527,
    ),
    (
        (12345678, Purpose::Weights, 1),
        [0xb2f66016433182b7, 0x1bfa7742e57429da, 0xaa7480c95e2fdb37, 0x34eb858c3e42e9b6],
        0xe3ba66397a5ecd52,
    ),
    (
        (12345678, Purpose::Biases, 1),
        [0x7846b739c5b2e58f, 0x4bcf56d05f33617c, 0x8d5e4051bc228dd4, 0xc3f447673ab88df1],
        0x85f61aa925bfab97,
    ),
    (
        (12345678, Purpose::Order, 0),
        [0x662344b689c30369, 0x80bd2b502f0ad618, 0x62008b7f3b22d2ee, 0x009a93578f5da83b],
        0x247a0148260774e9,
    ),
    (
        (18446744073709551615, Purpose::Order, 4294967295),
        [0xd91b5b27a5b591ee, 0xb98e47a21e06e665, 0x42776d27861c0abb, 0xb029fafdafc7a10a],
        0x8bcf4d74f7b7d988,
    ),
];

/// Values 0 to 3 of `uniform`; stream (12345678, Weights, 1), as for the next three.
pub const UNIFORMS: [f64; 4] =
    [0.6990718893386596, 0.10929055579386271, 0.6658401958104031, 0.2067187755003591];

/// Values 0 to 7 of `gaussian`.
pub const GAUSSIANS: [f64; 8] = [
    -0.6455864550766781,
    0.3289352669851414,
    -1.093824941859125,
    0.6185194529574879,
    0.40114446697126455,
    1.5144444750684831,
    0.5381771059525917,
    -0.6381857720431807,
];

/// Checksum of the bits of values 8 to 99,999 of `gaussian`.
pub const GAUSSIANS_CHECKSUM: u64 = 0x01b34a8069b8a2fc;

/// (n, values 0 to 7 of `below(n)`, checksum of values 8 to 9,999).
pub const BELOW: [(u32, [u32; 8], u64); 5] = [
    (2, [1, 0, 1, 0, 1, 1, 0, 1], 0x1de63a2d03486450),
    (10, [6, 1, 6, 2, 7, 5, 1, 7], 0xfea422bfbc136223),
    (50000, [34953, 5464, 33292, 10335, 38083, 28465, 8944, 38539], 0xbcc7aa51951a9b6f),
    (
        3221225472,
        [
            2251868176, 352049521, 2144821398, 2453514771, 1833879744, 576229504, 2482900082,
            1361617592,
        ],
        0xb924d35b1c817706,
    ),
    (
        4294967295,
        [
            3002490901, 469399361, 2859761864, 887850379, 3271353028, 2445172992, 768306005,
            3310533442,
        ],
        0xdd08b33594a58950,
    ),
];

/// (first 8 elements, checksum of all) after each of two shuffles of 0..50000; stream (12345678, Order, 0).
pub const SHUFFLES: [([u32; 8], u64); 2] = [
    ([16065, 6749, 15910, 15573, 1657, 25844, 46951, 33244], 0x915b5a0d9a8ed44d),
    ([28447, 4739, 39122, 3130, 24387, 36919, 36248, 25846], 0xe84323508ad5b34f),
];

/// Checksum of the bits of `RandomState(12345678).random_sample(10000)`.
pub const NUMPY_RANDOM_SAMPLE_CHECKSUM: u64 = 0x2501a108f8c6a095;

/// Values 0 to 7 of `RandomState(12345678).randn(47720)`.
pub const NUMPY_RANDN: [f64; 8] = [
    0.5537081891302397,
    -1.4596319930600405,
    -1.294585139377667,
    -1.5096739451572456,
    1.5718749014908178,
    -0.9756961910863278,
    0.4806987876216004,
    0.6256143070243791,
];

/// Value 23,859 of the same, the last that the initialiser of a 784-30-10 network draws.
pub const NUMPY_RANDN_23_859: f64 = 1.5666511079806587;

/// Value 47,719 of the same.
pub const NUMPY_RANDN_47_719: f64 = -0.5363509873081054;

/// The sum of the same.
pub const NUMPY_RANDN_SUM: f64 = 51.28243206180133;

/// The sum of the magnitudes of the same.
pub const NUMPY_RANDN_ABS_SUM: f64 = 38067.2466306571;

/// Values 0 to 7 of `random()` after `random.seed(12345678)`.
pub const PYTHON_RANDOM: [f64; 8] = [
    0.7202671550185803,
    0.6330310001166692,
    0.22877255649315598,
    0.25254569034434393,
    0.6060686820396118,
    0.5865251252868067,
    0.9110306837344229,
    0.07719023350995913,
];

/// Checksum of the bits of values 8 to 9,999 of the same.
pub const PYTHON_RANDOM_CHECKSUM: u64 = 0xb8967fb989871995;

/// Value 0 of `random()` after `random.seed(0)`.
pub const PYTHON_RANDOM_SEED_0: f64 = 0.8444218515250481;

/// (first 8 elements, checksum of all) after each of two shuffles of 0..50000; Python 2.7, seed 12345678.
pub const PYTHON_SHUFFLES: [([u32; 8], u64); 2] = [
    ([45825, 2773, 38458, 27026, 11210, 6834, 37758, 30183], 0x37227e6d9119eec7),
    ([23081, 16992, 22429, 48932, 7611, 8343, 13558, 28910], 0x14e5a6f5665b9203),
];
