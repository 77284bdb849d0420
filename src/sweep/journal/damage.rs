//! What a journal survives: cuts at every byte, and bits that flip.

use super::tests::{history, trial};
use super::*;
use crate::train::History;
use std::fs;
use tempfile::TempDir;

const TRIALS: u64 = 5;

fn result(seed: u64) -> History {
    let mut history = history();
    history.seconds = seed as f64;
    history
}

/// A journal with a few trials, and its bytes.
fn journal(directory: &TempDir) -> (PathBuf, Vec<u8>) {
    let path = directory.path().join("journal.jsonl");
    let mut writer = JournalWriter::open(&path).unwrap();
    for seed in 0..TRIALS {
        writer.append(&trial(seed), &Entry::Done(result(seed))).unwrap();
    }
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

/// Checks that what is known of each trial is right, and returns how many are known.
fn check(directory: &TempDir) -> usize {
    let journals = Journals::read(&[directory.path()]).unwrap();
    let known = |seed: &u64| match journals.get(trial(*seed).key()).unwrap() {
        Some(entry) => {
            assert_eq!(entry, Entry::Done(result(*seed)));
            true
        }
        None => false,
    };
    (0..TRIALS).filter(known).count()
}

#[test]
fn cut_off_anywhere_it_keeps_every_complete_line() {
    let directory = TempDir::new().unwrap();
    let (path, bytes) = journal(&directory);
    assert_eq!(check(&directory), TRIALS as usize);
    for len in 0..=bytes.len() {
        fs::write(&path, &bytes[..len]).unwrap();
        let ends = bytes[..len].iter().filter(|&&byte| byte == b'\n').count();
        // A line that has lost nothing but its end is complete.
        let complete = ends + usize::from(bytes.get(len) == Some(&b'\n'));
        assert_eq!(check(&directory), complete, "read with {len} bytes");
        let mut writer = JournalWriter::open(&path).unwrap();
        assert_eq!(check(&directory), complete, "repaired with {len} bytes");
        // What is written next stands on a line of its own.
        for seed in 0..TRIALS {
            writer.append(&trial(seed), &Entry::Done(result(seed))).unwrap();
        }
        drop(writer);
        assert_eq!(check(&directory), TRIALS as usize);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), complete + TRIALS as usize);
        assert_eq!(Journals::read(&[directory.path()]).unwrap().damaged(), 0);
    }
}

#[test]
fn damaged_anywhere_it_loses_the_damaged_lines_alone() {
    let directory = TempDir::new().unwrap();
    let (path, bytes) = journal(&directory);
    let mut random = 7u64;
    let mut below = |n: usize| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize % n
    };
    for round in 0..2000 {
        let mut damaged = bytes.clone();
        let flips = 1 + round % 3;
        let mut lines = std::collections::BTreeSet::new();
        for _ in 0..flips {
            let place = below(bytes.len());
            damaged[place] ^= 1 << below(8);
            let line = bytes[..place].iter().filter(|&&byte| byte == b'\n').count();
            lines.insert(line);
            if bytes[place] == b'\n' {
                // It runs into the next one.
                lines.insert(line + 1);
            }
        }
        fs::write(&path, &damaged).unwrap();
        let lost = lines.iter().filter(|&&line| line < TRIALS as usize).count();
        let known = check(&directory);
        // Two flips may undo each other.
        assert!(known >= TRIALS as usize - lost, "{known} of {TRIALS} without lines {lines:?}");
        drop(JournalWriter::open(&path).unwrap());
        check(&directory);
    }
}

#[test]
fn it_has_one_writer() {
    let directory = TempDir::new().unwrap();
    let (path, _) = journal(&directory);
    let writer = JournalWriter::open(&path).unwrap();
    assert!(matches!(JournalWriter::open(&path), Err(JournalError::Locked { .. })));
    drop(writer);
    JournalWriter::open(&path).unwrap();
}

#[test]
fn a_journal_of_the_first_version_is_still_read() {
    // Written by the version that introduced the format; never to be changed.
    const OLD: &str = r#"{"schema":1,"id":"3d704073e3fc10b7","config":{"activation":"relu","epochs":"2","eta":"10","lambda":"0","seed":"2","train_size":"5000"},"status":"finished","trained":2,"seconds":0.019226726,"metrics":["validation_accuracy","test_accuracy"],"epochs":[[0,[0.0967,0.0958],0.009000373],[1,[0.1064,0.1135],0.009585562]],"xxh3":"d0482a728be24e46"}"#;
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("journal-2of3.jsonl"), format!("{OLD}\n")).unwrap();
    let journals = Journals::read(&[directory.path()]).unwrap();
    let Some(Entry::Done(history)) = journals.get(0x3d70_4073_e3fc_10b7).unwrap() else {
        panic!("{journals:?}");
    };
    assert_eq!(history.last(crate::train::Metric::TestAccuracy), Some(0.1135));
    assert_eq!((history.trained, history.seconds), (2, 0.019226726));
}
