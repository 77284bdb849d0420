//! Several files that are told apart by their paths: `runs/lr{eta}_s{seed}/metrics.csv`.

use super::RunsError;
use std::path::{Component, Path, PathBuf};

/// A file, and what its path says of it: settings and their values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub path: PathBuf,
    pub settings: Vec<(String, String)>,
}

/// The most files of one pattern.
const MOST: usize = 100_000;

/// The files that a path stands for: itself, if it exists or has no `{setting}`; otherwise all that have any text in the
/// place of each, short names first.
pub(super) fn of(path: &Path) -> Result<Vec<Place>, RunsError> {
    let text = path.to_string_lossy();
    if path.exists() || !(text.contains('{') && text.contains('}')) {
        return Ok(vec![Place { path: path.into(), settings: Vec::new() }]);
    }
    if text.contains("}{") {
        let what = "nothing parts two of its settings; expected other text between } and {";
        return Err(RunsError::Csv { path: path.into(), what: what.into() });
    }
    let mut places = vec![Place { path: PathBuf::new(), settings: Vec::new() }];
    for component in path.components() {
        let name = component.as_os_str().to_string_lossy();
        if !matches!(component, Component::Normal(_)) || !name.contains('{') {
            places.iter_mut().for_each(|place| place.path.push(component));
            continue;
        }
        let mut next = Vec::new();
        for Place { path: directory, settings } in places {
            for found in names(&directory) {
                let Some(values) = matched(&name, &found) else { continue };
                let mut settings = settings.clone();
                if !agree(&mut settings, values) {
                    continue;
                }
                next.push(Place { path: directory.join(&found), settings });
            }
        }
        if next.len() > MOST {
            let what = format!("stands for more than {MOST} files");
            return Err(RunsError::Csv { path: path.into(), what });
        }
        places = next;
    }
    places.retain(|place| place.path.exists());
    if places.is_empty() {
        let what = "no file has such a path; {setting} stands for any text within one name".into();
        return Err(RunsError::Csv { path: path.into(), what });
    }
    Ok(places)
}

/// The names in a directory, sorted; 2 before 10.
fn names(directory: &Path) -> Vec<String> {
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let entries = std::fs::read_dir(here).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    names
}

/// Adds what another name says, if it does not say another value of one setting.
fn agree(settings: &mut Vec<(String, String)>, values: Vec<(String, String)>) -> bool {
    for (name, value) in values {
        match settings.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if *known != value => return false,
            Some(_) => {}
            None => settings.push((name, value)),
        }
    }
    true
}

/// The values of the settings of a pattern in a name; each as short as it can be, the last one as long.
fn matched(pattern: &str, name: &str) -> Option<Vec<(String, String)>> {
    let Some((before, rest)) = pattern.split_once('{') else {
        return (pattern == name).then(Vec::new);
    };
    let (setting, after) = rest.split_once('}')?;
    let name = name.strip_prefix(before)?;
    let ends = name.char_indices().map(|(place, c)| place + c.len_utf8());
    ends.into_iter().find_map(|end| {
        let mut values = vec![(setting.to_string(), name[..end].to_string())];
        values.extend(matched(after, &name[end..])?);
        Some(values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_says_what_a_path_means() {
        let values = |pattern, name| {
            let values = matched(pattern, name)?;
            Some(values.into_iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(values("lr{eta}_s{seed}", "lr0.1_s12").as_deref(), Some("eta=0.1 seed=12"));
        assert_eq!(values("lr{eta}_s{seed}", "lr0.1-s12"), None);
        assert_eq!(values("{opt}.csv", "adam.csv").as_deref(), Some("opt=adam"));
        assert_eq!(values("{opt}.csv", ".csv"), None, "a value has a character");
        let mut known = vec![("seed".to_string(), "1".to_string())];
        assert!(!agree(&mut known, vec![("seed".into(), "2".into())]));
    }
}
