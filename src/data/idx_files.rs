//! Which four files of a directory are the data set.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DataError, error::shown};

/// What a file holds, and how its name may end (`.gz` apart).
struct Role {
    name: &'static str,
    endings: &'static [&'static str],
}

/// In the order in which they are read and hashed.
const ROLES: [Role; 4] = [
    Role {
        name: "training images",
        endings: &[
            "train-images-idx3-ubyte",
            "train-images.idx3-ubyte",
            "train-images-idx4-ubyte",
            "train-images.idx4-ubyte",
        ],
    },
    Role {
        name: "training labels",
        endings: &["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"],
    },
    Role {
        name: "test images",
        endings: &[
            "t10k-images-idx3-ubyte",
            "t10k-images.idx3-ubyte",
            "test-images-idx3-ubyte",
            "test-images.idx3-ubyte",
            "t10k-images-idx4-ubyte",
            "t10k-images.idx4-ubyte",
            "test-images-idx4-ubyte",
            "test-images.idx4-ubyte",
        ],
    },
    Role {
        name: "test labels",
        endings: &[
            "t10k-labels-idx1-ubyte",
            "t10k-labels.idx1-ubyte",
            "test-labels-idx1-ubyte",
            "test-labels.idx1-ubyte",
        ],
    },
];

/// A file whose name fits a role.
struct Candidate {
    path: PathBuf,
    /// The name without `.gz`: what a raw file and its gzipped copy share.
    stem: String,
    /// The name before the ending: `emnist-letters-`, or nothing.
    prefix: String,
    gz: bool,
}

/// Finds the training images, training labels, test images and test labels of a directory.
///
/// Of a file and its `.gz` copy the raw one is taken.
pub(super) fn find(directory: &Path) -> Result<[PathBuf; 4], DataError> {
    let mut paths = list(directory)
        .map_err(|error| DataError::Directory { directory: shown(directory), error })?;
    // Listed in any order; sorted, so that the same files give the same message.
    paths.sort();
    let mut found = Vec::with_capacity(ROLES.len());
    for role in &ROLES {
        found.push(choose(role, &paths, directory)?);
    }
    if let Some(other) = found.iter().find(|file| file.prefix != found[0].prefix) {
        return Err(DataError::Prefixes {
            first: shown(&found[0].path),
            second: shown(&other.path),
        });
    }
    Ok(std::array::from_fn(|i| found[i].path.clone()))
}

fn list(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// The one file of a role.
fn choose(role: &Role, paths: &[PathBuf], directory: &Path) -> Result<Candidate, DataError> {
    let mut fitting: Vec<Candidate> = paths.iter().filter_map(|path| fit(role, path)).collect();
    // Unpackers like to put a file into a directory of its own name, beside another copy of it.
    if fitting.iter().any(|candidate| !candidate.path.is_dir()) {
        fitting.retain(|candidate| !candidate.path.is_dir());
    }
    // Stable, so that raw files come first and otherwise the order stays.
    fitting.sort_by_key(|candidate| candidate.gz);
    let mut fitting = fitting.into_iter();
    let Some(chosen) = fitting.next() else {
        return Err(DataError::Missing {
            directory: shown(directory),
            role: role.name,
            looked_for: looked_for(role),
        });
    };
    match fitting.find(|other| other.stem != chosen.stem) {
        None => Ok(chosen),
        Some(other) => Err(DataError::Ambiguous {
            role: role.name,
            first: shown(&chosen.path),
            second: shown(&other.path),
        }),
    }
}

/// Whether and how a name fits a role.
fn fit(role: &Role, path: &Path) -> Option<Candidate> {
    let name = path.file_name()?.to_string_lossy();
    let (stem, gz) = match name.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (&*name, false),
    };
    let prefix = role.endings.iter().find_map(|ending| stem.strip_suffix(ending))?;
    Some(Candidate { path: path.to_owned(), stem: stem.to_owned(), prefix: prefix.to_owned(), gz })
}

fn looked_for(role: &Role) -> String {
    format!("{}, with or without .gz", role.endings.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found among empty files of these names: the names chosen, or the message.
    fn found(names: &[&str]) -> Result<Vec<String>, String> {
        let directory = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(directory.path().join(name), []).unwrap();
        }
        let within = format!("{}/", directory.path().display());
        match find(directory.path()) {
            Ok(paths) => Ok(paths
                .iter()
                .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
                .collect()),
            Err(error) => Err(error.to_string().replace(&within, "")),
        }
    }

    #[test]
    fn every_spelling_is_found() {
        let plain = [
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ];
        assert_eq!(found(&plain).unwrap(), plain);
        for change in [
            |name: &str| format!("{name}.gz"),
            |name: &str| format!("emnist-letters-{name}.gz"),
            |name: &str| name.replace("-idx", ".idx"),
            |name: &str| name.replace("t10k", "test"),
        ] {
            let names = plain.map(change);
            assert_eq!(found(&names.each_ref().map(|name| &**name)).unwrap(), names);
        }
    }

    #[test]
    fn the_raw_file_goes_before_its_gzipped_copy() {
        let names = [
            "train-images-idx3-ubyte.gz",
            "train-images-idx3-ubyte",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ];
        let found = found(&names).unwrap();
        assert_eq!(found[0], "train-images-idx3-ubyte");
        assert_eq!(found[1], "train-labels-idx1-ubyte.gz");
    }

    #[test]
    fn two_candidates_are_named() {
        let names = [
            "a-train-images-idx3-ubyte.gz",
            "b-train-images-idx3-ubyte",
            "b-train-images-idx3-ubyte.gz",
        ];
        assert_eq!(
            found(&names).unwrap_err(),
            "b-train-images-idx3-ubyte and a-train-images-idx3-ubyte.gz could both be the \
             training images; keep the files of one data set in a directory"
        );
    }

    #[test]
    fn prefixes_must_agree() {
        let names = [
            "a-train-images-idx3-ubyte",
            "a-train-labels-idx1-ubyte",
            "b-test-images-idx3-ubyte",
            "b-test-labels-idx1-ubyte",
        ];
        assert_eq!(
            found(&names).unwrap_err(),
            "a-train-images-idx3-ubyte and b-test-images-idx3-ubyte begin differently, so they \
             are not one data set; expected four files with one prefix"
        );
    }

    #[test]
    fn a_missing_file_says_what_was_looked_for() {
        let error = found(&["train-images-idx3-ubyte"]).unwrap_err();
        assert!(
            error.ends_with(
                ": no file of training labels; looked for names ending in \
                 train-labels-idx1-ubyte, train-labels.idx1-ubyte, with or without .gz"
            ),
            "{error}"
        );
    }

    #[test]
    fn a_directory_of_a_files_name_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("train-images-idx3-ubyte")).unwrap();
        for name in [
            "train-images.idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte",
        ] {
            fs::write(directory.path().join(name), []).unwrap();
        }
        let paths = find(directory.path()).unwrap();
        assert!(paths[0].ends_with("train-images.idx3-ubyte"));
    }
}
