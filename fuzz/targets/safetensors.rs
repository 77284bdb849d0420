//! Networks as safetensors. After an `h` stand a header up to the end of the line, whose length is put before it as
//! the format wants it, and the data; after any other byte, a file as it is.

#![no_main]

use nablab_fuzz::{check_model, write};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    let file = match (kind, rest.iter().position(|&byte| byte == b'\n')) {
        (b'h', Some(end)) => {
            let (header, numbers) = (&rest[..end], &rest[end + 1..]);
            [&(header.len() as u64).to_le_bytes(), header, numbers].concat()
        }
        _ => rest.to_vec(),
    };
    check_model(&write("model.safetensors", &file));
});
