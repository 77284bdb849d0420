//! Which four files of a directory are the data set.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DataError, error::shown};

/// What a file holds, and how its name may begin and end, apart from a prefix before and `.gz` behind.
struct Role {
    name: &'static str,
    sets: &'static [&'static str],
    contents: &'static [&'static str],
    /// Names for the message that there is none.
    examples: [&'static str; 2],
}

const TRAINING: &[&str] = &["train", "training"];
const TEST: &[&str] = &["t10k", "test", "testing"];
const IMAGES: &[&str] = &["images", "image", "data", "features", "patterns"];
const LABELS: &[&str] = &["labels", "label"];

/// In the order in which they are read and hashed.
const ROLES: [Role; 4] = [
    Role {
        name: "training images",
        sets: TRAINING,
        contents: IMAGES,
        examples: ["train-images-idx3-ubyte", "train-images.idx3-ubyte"],
    },
    Role {
        name: "training labels",
        sets: TRAINING,
        contents: LABELS,
        examples: ["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"],
    },
    Role {
        name: "test images",
        sets: TEST,
        contents: IMAGES,
        examples: ["t10k-images-idx3-ubyte", "test-images-idx3-ubyte"],
    },
    Role {
        name: "test labels",
        sets: TEST,
        contents: LABELS,
        examples: ["t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"],
    },
];

/// The types of numbers in names, behind the number of dimensions.
const TYPES: [&str; 6] = ["ubyte", "byte", "short", "int", "float", "double"];

/// A file whose name fits a role.
struct Candidate {
    path: PathBuf,
    /// The name without `.gz`: what a raw file and its gzipped copy share.
    stem: String,
    /// The name before the ending: `emnist-letters-`, or nothing.
    prefix: String,
    gz: bool,
}

/// The files of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Training images, training labels, test images, test labels.
    pub(super) paths: [PathBuf; 4],
    /// What it is called by the names of its files, if there are others beside it: `emnist-letters`.
    pub(super) name: Option<String>,
    /// The directory in which they are.
    pub(super) directory: PathBuf,
}

/// Finds the training images, training labels, test images and test labels of a directory; if it has none, in a
/// directory `raw`, `gzip` or `NAME/raw` in it, as torchvision and EMNIST have them. Where there are several data sets,
/// `split` is the beginning of the names of one, or the last words of that.
///
/// Of a file and its `.gz` copy the raw one is taken.
pub(super) fn find(directory: &Path, split: Option<&str>) -> Result<Found, DataError> {
    let listed = |directory: &Path| {
        list(directory).map_err(|error| DataError::Directory { directory: shown(directory), error })
    };
    let paths = listed(directory)?;
    if !paths.iter().any(|path| has_role(path)) {
        let inner = inner(&paths);
        match &inner[..] {
            [] => {}
            [inner] => return find_there(inner, &listed(inner)?, split),
            _ => {
                let names: Vec<String> = inner.iter().map(|path| shown(path)).collect();
                return Err(DataError::Option {
                    data: shown(directory),
                    option: "--data",
                    reason: format!(
                        "holds several data sets; expected one of {}",
                        names.join(", ")
                    ),
                });
            }
        }
    }
    find_there(directory, &paths, split)
}

fn find_there(
    directory: &Path,
    paths: &[PathBuf],
    split: Option<&str>,
) -> Result<Found, DataError> {
    let prefixes = complete(paths);
    let named: Vec<&str> = prefixes.iter().map(|prefix| name_of(prefix)).collect();
    let short = without_common_words(&named);
    let wanted =
        |&i: &usize| split.is_none_or(|split| short[i] == split || is_called(named[i], split));
    let chosen: Vec<usize> = (0..prefixes.len()).filter(wanted).collect();
    if let ([_, _, ..], _) | ([], Some(_)) = (&chosen[..], split) {
        let problem = match split {
            Some(split) if chosen.is_empty() => {
                format!("there is no '{}' here", split.escape_default())
            }
            _ => format!("holds {} data sets", chosen.len()),
        };
        if !prefixes.is_empty() {
            let names = short.iter().map(|name| if name.is_empty() { "''" } else { name });
            let names = names.collect::<Vec<_>>().join(", ");
            return Err(DataError::Several { directory: shown(directory), problem, names });
        }
    }
    // Without any whole data set what is missing or ambiguous is told of all files.
    let prefix = chosen.first().map(|&i| prefixes[i].as_str());
    let mut found = Vec::with_capacity(ROLES.len());
    for role in &ROLES {
        found.push(choose(role, paths, prefix, directory)?);
    }
    if let Some(other) = found.iter().find(|file| file.prefix != found[0].prefix) {
        return Err(DataError::Prefixes {
            first: shown(&found[0].path),
            second: shown(&other.path),
        });
    }
    let name = prefix.filter(|prefix| prefixes.len() > 1 && !prefix.is_empty()).map(name_of);
    Ok(Found {
        paths: std::array::from_fn(|i| found[i].path.clone()),
        name: name.map(String::from),
        directory: directory.into(),
    })
}

/// Listed in any order; sorted, so that the same files give the same message.
fn list(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

/// The directories with files of data sets among those that other programs make in one.
fn inner(paths: &[PathBuf]) -> Vec<PathBuf> {
    let is_raw = |path: &PathBuf| {
        ["raw", "gzip"].iter().any(|name| path.file_name().is_some_and(|found| found == *name))
    };
    let below = paths.iter().filter(|path| !is_raw(path)).map(|path| path.join("raw"));
    let of_files =
        |path: &PathBuf| list(path).is_ok_and(|files| files.iter().any(|file| has_role(file)));
    paths.iter().filter(|path| is_raw(path)).cloned().chain(below).filter(of_files).collect()
}

fn has_role(path: &Path) -> bool {
    ROLES.iter().any(|role| fit(role, path).is_some())
}

/// The prefixes of which there are all four files.
fn complete(paths: &[PathBuf]) -> Vec<String> {
    let of_role = |role: &Role| -> Vec<String> {
        paths.iter().filter_map(|path| Some(fit(role, path)?.prefix)).collect()
    };
    let [mut prefixes, others @ ..] = ROLES.each_ref().map(of_role);
    prefixes.retain(|prefix| others.iter().all(|others| others.contains(prefix)));
    prefixes.sort();
    prefixes.dedup();
    prefixes
}

/// `emnist-letters` of the prefix `emnist-letters-`.
fn name_of(prefix: &str) -> &str {
    prefix.trim_end_matches(['-', '_', '.'])
}

/// Whether a name is or ends with some words.
fn is_called(name: &str, words: &str) -> bool {
    let before = name.strip_suffix(words);
    before.is_some_and(|before| before.is_empty() || before.ends_with(['-', '_', '.']))
}

/// The names without the words that all of them begin with.
fn without_common_words<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let Some(first) = names.first().filter(|_| names.len() > 1) else { return names.to_vec() };
    let mut ends = first.match_indices(['-', '_', '.']).map(|(at, _)| at + 1);
    let common = ends.rfind(|&end| names.iter().all(|name| name.starts_with(&first[..end])));
    names.iter().map(|name| &name[common.unwrap_or(0)..]).collect()
}

/// The one file of a role, of those with a prefix if one is given.
fn choose(
    role: &Role,
    paths: &[PathBuf],
    prefix: Option<&str>,
    directory: &Path,
) -> Result<Candidate, DataError> {
    let mut fitting: Vec<Candidate> = paths.iter().filter_map(|path| fit(role, path)).collect();
    fitting.retain(|candidate| prefix.is_none_or(|prefix| candidate.prefix == prefix));
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
            looked_for: format!("{}, with or without .gz", role.examples.join(", ")),
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

/// Whether and how a name fits a role: `PREFIXtrain-images-idx3-ubyte.gz`.
fn fit(role: &Role, path: &Path) -> Option<Candidate> {
    let name = path.file_name()?.to_string_lossy();
    let (stem, gz) = match name.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (&*name, false),
    };
    let body = TYPES.iter().find_map(|word| stem.strip_suffix(word)?.strip_suffix(['-', '.']))?;
    let body = body.strip_suffix(|c: char| ('1'..='4').contains(&c))?;
    let body = body.strip_suffix("idx")?.strip_suffix(['-', '.', '_'])?;
    let contents = role.contents.iter().find_map(|word| body.strip_suffix(word))?;
    let set = contents.strip_suffix(['-', '_', '.'])?;
    let prefix = role.sets.iter().find_map(|word| set.strip_suffix(word))?;
    Some(Candidate { path: path.to_owned(), stem: stem.to_owned(), prefix: prefix.to_owned(), gz })
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
        match find(directory.path(), None) {
            Ok(found) => Ok(found
                .paths
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
        let paths = find(directory.path(), None).unwrap().paths;
        assert!(paths[0].ends_with("train-images.idx3-ubyte"));
    }

    /// Empty files of these names.
    fn written(directory: &Path, prefix: &str, kinds: [&str; 4]) {
        fs::create_dir_all(directory).unwrap();
        for kind in kinds {
            fs::write(directory.join(format!("{prefix}{kind}")), []).unwrap();
        }
    }

    const PLAIN: [&str; 4] = [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "test-images-idx3-ubyte.gz",
        "test-labels-idx1-ubyte.gz",
    ];

    #[test]
    fn one_of_several_data_sets_is_chosen_by_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let gzip = directory.path().join("gzip");
        for name in ["balanced", "byclass", "bymerge", "digits", "letters", "mnist"] {
            written(&gzip, &format!("emnist-{name}-"), PLAIN);
        }
        fs::write(gzip.join("emnist-letters-mapping.txt"), []).unwrap();
        fs::write(gzip.join("other-train-images-idx3-ubyte"), []).unwrap();
        for split in ["letters", "emnist-letters"] {
            let found = find(directory.path(), Some(split)).unwrap();
            assert_eq!(found.name.as_deref(), Some("emnist-letters"));
            assert_eq!(found.paths[3], gzip.join("emnist-letters-test-labels-idx1-ubyte.gz"));
        }
        let names = "balanced, byclass, bymerge, digits, letters, mnist";
        for (split, problem) in
            [(None, "holds 6 data sets"), (Some("etters"), "there is no 'etters' here")]
        {
            let message = find(&gzip, split).unwrap_err().to_string();
            let expected = format!("{problem}; expected --data-split with one of {names}");
            assert!(message.ends_with(&expected), "{message}");
        }
    }

    #[test]
    fn files_are_found_where_other_programs_put_them() {
        let directory = tempfile::tempdir().unwrap();
        let raw = directory.path().join("MNIST/raw");
        written(&raw, "", PLAIN);
        let found = find(directory.path(), None).unwrap();
        assert_eq!((found.directory, found.name), (raw.clone(), None));
        assert!(find(&directory.path().join("MNIST"), None).is_ok());
        assert!(find(directory.path(), Some("letters")).is_err());
        let qmnist = [
            "train-images-idx3-ubyte.gz",
            "train-labels-idx2-int.gz",
            "test-images-idx3-ubyte.gz",
            "test-labels-idx2-int.gz",
        ];
        written(&directory.path().join("QMNIST/raw"), "qmnist-", qmnist);
        let found = find(&directory.path().join("QMNIST"), None).unwrap();
        assert!(found.paths[1].ends_with("qmnist-train-labels-idx2-int.gz"));
        let message = find(directory.path(), None).unwrap_err().to_string();
        let both = "MNIST/raw, ";
        assert!(message.contains("several data sets") && message.contains(both), "{message}");
    }

    #[test]
    fn other_words_are_no_names_of_files() {
        let is = |name: &str| has_role(Path::new(name));
        assert!(is("train-images.idx3-ubyte") && is("my_training_features-idx2-float.gz"));
        for name in ["trains-images-idx3-ubyte", "train-images-idx3-ubyte.zip", "train-images"] {
            assert!(!is(name), "{name}");
        }
    }
}
