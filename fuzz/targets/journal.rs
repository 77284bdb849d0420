//! Journals. After an `r` stands a file as it is; after a `c`, one in which every line gets the checksum that belongs
//! to it; after any other byte, numbers of which a history is made, to be written and read back.

#![no_main]

use nablab::results::Trial;
use nablab::sweep::{Entry, JournalWriter, Journals, difference};
use nablab::train::{
    EpochRecord, History, LAGS, LayerRecord, Metric, Metrics, Status, TrainingSpec,
};
use nablab_fuzz::{Bytes, check_message, directory, write};
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind {
        b'r' => check(rest),
        b'c' => check(&with_checksums(rest)),
        _ => check_written(&mut Bytes(rest)),
    }
});

const CHECKSUM: &[u8] = b",\"xxh3\":\"";

fn with_checksums(text: &[u8]) -> Vec<u8> {
    let line = |line: &[u8]| {
        let body =
            line.windows(CHECKSUM.len()).position(|w| w == CHECKSUM).map_or(line, |at| &line[..at]);
        [body, CHECKSUM, format!("{:016x}\"}}", xxh3_64(body)).as_bytes()].concat()
    };
    text.split(|&byte| byte == b'\n').map(line).collect::<Vec<_>>().join(&b'\n')
}

/// The ids of the undamaged lines, as the format says it.
fn ids(text: &[u8]) -> BTreeSet<u64> {
    let id = |line: &[u8]| {
        let (body, tail) = line.split_at_checked(line.len().checked_sub(CHECKSUM.len() + 18)?)?;
        let checksum =
            format!("{}{:016x}\"}}", std::str::from_utf8(CHECKSUM).unwrap(), xxh3_64(body));
        let id = body.strip_prefix(b"{\"schema\":1,\"id\":\"")?.get(..16)?;
        let id = std::str::from_utf8(id)
            .ok()
            .filter(|id| *id == id.to_lowercase() && !id.contains('+'))?;
        u64::from_str_radix(id, 16).ok().filter(|_| tail == checksum.as_bytes())
    };
    text.split(|&byte| byte == b'\n').filter_map(id).collect()
}

fn trial(key: u64) -> Trial {
    Trial { id: format!("{key:016x}"), data: "mnist".into(), spec: TrainingSpec::default() }
}

/// All undamaged lines are known, what they say can be written again, and appending loses none.
fn check(text: &[u8]) {
    let _ = std::fs::remove_file(directory().join("journal.jsonl"));
    let path = write("journal.jsonl", text);
    let journals = match Journals::read(&[directory()]) {
        Ok(journals) => journals,
        Err(error) => return check_message(&error.to_string()),
    };
    let expected = ids(text);
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!(journals.damaged() <= text.split(|&byte| byte == b'\n').count());
    assert!(expected.len() + journals.damaged() >= expected.len().min(lines));
    let mut known = Vec::new();
    for &id in &expected {
        match journals.get(id) {
            Ok(Some(entry)) => {
                assert_eq!(
                    matches!(entry, Entry::Done(_)),
                    journals.known(id).is_done(),
                    "{entry:?}"
                );
                check_round_trip(id, &entry);
                known.push((id, format!("{entry:?}")));
            }
            Ok(None) => panic!("the line of {id:016x} is not known"),
            Err(error) => check_message(&error.to_string()),
        }
    }
    let done = journals.done().collect::<BTreeSet<_>>();
    assert!(done.is_subset(&expected), "results of damaged lines");
    let mut writer = JournalWriter::open(&path).unwrap();
    let new = (0..).find(|id| !expected.contains(id)).unwrap();
    writer.append(&trial(new), &Entry::Failed("a\nb".into())).unwrap();
    drop(writer);
    let after = Journals::read(&[directory()]).unwrap();
    assert!(matches!(after.get(new), Ok(Some(Entry::Failed(_)))));
    for (id, entry) in known {
        let now = after.get(id).unwrap().map(|entry| format!("{entry:?}"));
        assert_eq!(now.as_ref(), Some(&entry), "changed by a repair");
    }
}

/// An entry comes back bit for bit.
fn check_round_trip(id: u64, entry: &Entry) {
    let path = directory().join("copy").join("journal.jsonl");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    let mut writer = JournalWriter::open(&path).unwrap();
    writer.append(&trial(id), entry).unwrap();
    drop(writer);
    let journals = Journals::read(&[path.parent().unwrap()]).unwrap();
    let back = journals.get(id).unwrap().expect("it was written");
    assert_eq!(format!("{back:?}"), format!("{entry:?}"));
    if let (Entry::Done(one), Entry::Done(other)) = (&back, entry) {
        assert_eq!(difference(one, other), None);
        assert_eq!(one.seconds.to_bits(), other.seconds.to_bits());
    }
}

/// A history made of any numbers.
fn check_written(bytes: &mut Bytes) {
    let status = match bytes.byte() % 4 {
        0 => Status::Finished,
        1 => Status::Diverged { epoch: bytes.below(1 << 16) },
        2 => Status::EarlyStopped { epoch: bytes.below(1 << 16) },
        _ => {
            let message = String::from_utf8_lossy(bytes.0).into_owned();
            return check_round_trip(7, &Entry::Failed(message));
        }
    };
    let monitored = u16::from_le_bytes([bytes.byte(), bytes.byte()]);
    let mut epochs = Vec::new();
    for epoch in 0..bytes.below(6) {
        let mut metrics = Metrics::default();
        for metric in Metric::ALL.into_iter().filter(|&m| monitored >> (m as u8) & 1 == 1) {
            metrics[metric] = Some(number(bytes));
        }
        epochs.push(EpochRecord { epoch, metrics, seconds: seconds(bytes) });
    }
    let mut layers = Vec::new();
    for layer in 0..bytes.below(3) {
        layers.push(LayerRecord {
            epochs_trained: bytes.below(9),
            layer,
            bias_gradient: number(bytes),
            weight_gradient: number(bytes),
            weights: number(bytes),
            saturated: (bytes.byte() > 100).then(|| number(bytes)),
            dead: (bytes.byte() > 100).then(|| number(bytes)),
            update: (bytes.byte() > 100).then(|| number(bytes)),
            lags: [(); LAGS.len()].map(|()| (bytes.byte() > 200).then(|| number(bytes))),
        });
    }
    let kept_epoch = (bytes.byte() > 100).then(|| bytes.below(99));
    let (trained, seconds) = (bytes.below(1 << 16), seconds(bytes));
    let history = History { start: None, epochs, layers, trained, status, kept_epoch, seconds };
    check_round_trip(7, &Entry::Done(history));
}

fn number(bytes: &mut Bytes) -> f64 {
    let mut all = [0; 8];
    let taken = bytes.take(8);
    all[..taken.len()].copy_from_slice(taken);
    let number = f64::from_le_bytes(all);
    // There is one NaN in a journal.
    if number.is_nan() { f64::NAN } else { number }
}

fn seconds(bytes: &mut Bytes) -> f64 {
    f64::from(bytes.byte()) * 0.1
}
