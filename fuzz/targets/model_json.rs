//! Networks in the book's JSON.

#![no_main]

use nablab_fuzz::{check_model, write};

libfuzzer_sys::fuzz_target!(|data: &[u8]| check_model(&write("model.json", data)));
